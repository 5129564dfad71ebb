import { plainText } from '../report/plain-text.js';

/** One thing that happened, with what belongs to it. Values are data: they may come from anywhere. */
export type LogFields = Readonly<Record<string, string | number | null>>;

/** Takes lines about what happens. */
export type Log = (event: string, fields: LogFields) => void;

const MAX_VALUE = 400;

/**
 * Lines of a log: one for each event, whatever it holds.
 *
 * @param write Takes whole lines.
 */
export function logIn(form: 'text' | 'json', write: (line: string) => void): Log {
  return (event, fields) => {
    const time = new Date().toISOString();
    const shown = Object.entries(fields).map(([name, value]) => [name, shownValue(value)] as const);
    if (form === 'json') {
      write(`${JSON.stringify({ time, event, ...Object.fromEntries(shown) })}\n`);
      return;
    }
    const words = shown.map(([name, value]) => `${name}=${textOf(value)}`);
    write(`${[time, event, ...words].join(' ')}\n`);
  };
}

function shownValue(value: string | number | null): string | number | null {
  return typeof value === 'string' ? plainText(value).slice(0, MAX_VALUE) : value;
}

function textOf(value: string | number | null): string {
  if (typeof value !== 'string') return String(value);
  return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
