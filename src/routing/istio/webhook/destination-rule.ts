import {
  fieldsOf,
  isGiven,
  itemsOf,
  listOf,
  type Fields,
  refusal,
  type Refusals,
  textOf,
} from './fields.js';
import { badExportTo, badLabels, isLabel, isWildcardDomain } from './names.js';
import { refusedPolicy } from './traffic-policy.js';

/**
 * Why Istio's webhook refuses a DestinationRule. Subsets of one name are refused where they are read.
 * Source: istio/istio pkg/config/validation/validation.go, ValidateDestinationRule.
 */
export function* refusedDestinationRule(spec: Fields, namespace: string): Refusals {
  const host = textOf(spec.host);
  if (!isWildcardDomain(host))
    yield refusal(['spec', 'host'], `${JSON.stringify(host)} is no domain name`);
  yield* refusedPolicy(spec.trafficPolicy, ['spec', 'trafficPolicy']);
  for (const [subset, path] of itemsOf(spec.subsets, ['spec', 'subsets'])) {
    const name = textOf(subset.name);
    if (!isLabel(name))
      yield refusal(
        [...path, 'name'],
        `${JSON.stringify(name)} is no name of a subset: use letters, digits and -`,
      );
    yield* badLabels(fieldsOf(subset.labels), [...path, 'labels']);
    yield* refusedPolicy(subset.trafficPolicy, [...path, 'trafficPolicy']);
  }
  yield* badExportTo(spec, namespace, 'other');
  const names = listOf(spec.exportTo);
  if (isGiven(spec.workloadSelector) && names.some((name) => name !== '.' && name !== namespace))
    yield refusal(
      ['spec', 'exportTo'],
      'a rule with workloadSelector is for its own namespace, and is exported to no other',
    );
  for (const [key, value] of Object.entries(fieldsOf(fieldsOf(spec.workloadSelector).matchLabels)))
    if (key === '' || `${key}${textOf(value)}`.includes('*'))
      yield refusal(
        ['spec', 'workloadSelector', 'matchLabels', key],
        'labels of pods have no wildcards',
      );
}
