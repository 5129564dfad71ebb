import type { HeaderReport } from '../explanation.js';

/** `500 ms`, `60 s` */
export function duration(ms: number): string {
  return ms >= 1000 ? `${Number((ms / 1000).toFixed(3))} s` : `${ms} ms`;
}

/** `12.5 %` */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(4))} %`;
}

/** `response header x-version set to v1 for v1` */
export function headerText({ of, does, name, value, destination }: HeaderReport): string {
  const done = does === 'remove' ? 'removed' : does === 'add' ? 'added' : 'set';
  const what = value === null ? '' : `${does === 'set' ? ' to' : ':'} ${value}`;
  const whom = destination === null ? '' : ` for ${destination}`;
  return `${of} header ${name} ${done}${what}${whom}`;
}
