import { type Condition, unmetReason } from './condition.js';
import type { MatchedRule, OrderedRule } from './first-match.js';

/** What may become of a request of which some headers are not known. */
export interface LookAlikes {
  /** The rules that take such requests, depending on their headers, in the order they are tried. */
  rules: readonly OrderedRule[];
  /** Whether no rule may take one. */
  mayBeNone: boolean;
  /** Names of the headers that it depends on, each once. */
  headers: readonly string[];
}

/**
 * Works out which rules take requests that are like one but for headers that are not known.
 *
 * @param matched The rule that takes the one, with all that were tried.
 * @param isKnown Whether a header of the others is known, and is as that of the one; by its name.
 */
export function lookAlikes(
  { tried }: Pick<MatchedRule, 'tried'>,
  isKnown: (header: string) => boolean,
): LookAlikes {
  const isOpen = (condition: Condition): condition is Extract<Condition, { on: 'header' }> =>
    condition.on === 'header' && !isKnown(condition.name);
  const rules: OrderedRule[] = [];
  const headers = new Set<string>();
  for (const ordered of tried) {
    const { rule, context } = ordered;
    const fitting = rule.entries.filter(({ conditions }) =>
      conditions.every(
        (condition) => isOpen(condition) || unmetReason(condition, context) === null,
      ),
    );
    if (rule.entries.length > 0 && fitting.length === 0) continue;
    rules.push(ordered);
    const open = fitting.map(({ conditions }) => conditions.filter(isOpen));
    // Such a one is taken whatever its headers, and no rule behind this one is tried.
    if (open.length === 0 || open.some((conditions) => conditions.length === 0)) {
      return { rules, mayBeNone: false, headers: [...headers] };
    }
    for (const { name } of open.flat()) headers.add(name);
  }
  return { rules, mayBeNone: true, headers: [...headers] };
}
