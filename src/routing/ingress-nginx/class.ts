import type { Ingress } from './ingress.js';

/**
 * The Ingresses that each controller has: those of its class, and those without one, which may be
 * anybody's. ingress-nginx's classes come before those of others.
 */
export function ingressesByController(ingresses: readonly Ingress[]): (readonly Ingress[])[] {
  const classes = [...new Set(ingresses.flatMap(({ className }) => className ?? []))];
  if (classes.length <= 1) return [ingresses];
  return classes
    .toSorted((one, other) => Number(isNginx(other)) - Number(isNginx(one)))
    .map((name) => ingresses.filter(({ className }) => className === null || className === name));
}

/** Those of the controller that takes requests for a host; of the first where none has it. */
export function ingressesOfController(
  ingresses: readonly Ingress[],
  host: string,
): readonly Ingress[] {
  const controllers = ingressesByController(ingresses);
  const [first = ingresses] = controllers;
  return controllers.find((own) => own.some((ingress) => names(ingress, host))) ?? first;
}

/** Whether a class is one of ingress-nginx, as far as its name tells. */
export function isNginx(className: string): boolean {
  return className.includes('nginx');
}

function names({ canary, rules }: Ingress, host: string): boolean {
  if (canary !== null) return false;
  const wildcard = `*${host.slice(host.indexOf('.'))}`;
  return rules.some((rule) => rule.host === host || rule.host === wildcard);
}
