import type { ManifestNode } from '../manifest/manifest-node.js';

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const;

/** One requirement of a {@link LabelSelector}. */
export interface LabelRequirement {
  key: string;
  operator: (typeof OPERATORS)[number];
  values: readonly string[];
}

/** All requirements must hold; without any it selects everything. */
export type LabelSelector = readonly LabelRequirement[];

/**
 * Reads `matchLabels` and `matchExpressions`.
 * Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/label-selector/
 * @throws InputError when an operator is none of the four.
 */
export function readLabelSelector(node: ManifestNode): LabelSelector {
  const labels = Object.entries(node.field('matchLabels').stringMap()).map(
    ([key, value]): LabelRequirement => ({ key, operator: 'In', values: [value] }),
  );
  const expressions = node
    .field('matchExpressions')
    .items()
    .map((item): LabelRequirement => {
      const text = item.field('operator').string();
      const operator = OPERATORS.find((known) => known === text);
      if (operator === undefined)
        throw item.field('operator').error(`must be one of ${OPERATORS.join(', ')}`);
      return { key: item.field('key').string(), operator, values: item.field('values').strings() };
    });
  return [...labels, ...expressions];
}

/**
 * Whether a selector takes an object.
 * @param labels Those that are known.
 * @param complete Whether it has no others.
 * @returns `unknown` when a label that is not known decides.
 */
export function selectsLabels(
  selector: LabelSelector,
  labels: Readonly<Record<string, string>>,
  complete: boolean,
): 'yes' | 'no' | 'unknown' {
  const answers = selector.map((requirement) =>
    complete || Object.hasOwn(labels, requirement.key) ? holds(requirement, labels) : null,
  );
  if (answers.includes(false)) return 'no';
  return answers.includes(null) ? 'unknown' : 'yes';
}

function holds(
  { key, operator, values }: LabelRequirement,
  labels: Readonly<Record<string, string>>,
): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}
