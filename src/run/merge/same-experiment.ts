import { InputError } from '../../input-error.js';
import type { CallRecord, RunRecord } from '../../record/run-record.js';
import type { NamedRecord } from './named-record.js';

/** What must be the same for counts to add up: by its name, as text. */
function identityOf(record: RunRecord): [what: string, value: string][] {
  return [
    ['target', record.target],
    ['via', record.via ?? 'nothing'],
    ['call', record.calls.map(({ call }) => call).join(', ')],
    ...record.calls.flatMap(callIdentity),
    ['loop', record.load.loop],
    ['thresholds', record.thresholds.map(({ expression }) => expression).join(' and ') || 'none'],
  ];
}

function callIdentity({ route, rule, split }: CallRecord): [what: string, value: string][] {
  return [
    ['route', route === null ? 'none' : `${route.source}, ${route.rule} (${route.match})`],
    ['gateway port', String(route?.gatewayPort ?? 'none')],
    [
      'weights',
      split.destinations
        .filter(({ routed }) => routed)
        .map(({ name, weight }) => `${name}=${weight}`)
        .join(','),
    ],
    ['tolerance', rule.tolerance],
    ['alpha', String(split.alpha)],
    ['power', String(rule.power)],
    ['max-error-rate', String(rule.maxErrorRate)],
    ['share of injected aborts', String(split.aborts?.share ?? 0)],
    ['observations per call', String(split.observationsPerCall)],
  ];
}

/**
 * Refuses records that are not parts of one experiment.
 *
 * @throws InputError that names the first difference, a record that is there twice, or one that
 *   has no split to judge.
 */
export function refuseStrangers(records: readonly NamedRecord[]): void {
  const [first, ...others] = records;
  if (first === undefined) throw new InputError('give the records to join', { path: 'RUN.json' });
  for (const { file, record } of records) {
    if (record.calls.length === 0) {
      throw new InputError('it has no calls, so that there is nothing to join', {
        file,
        path: 'calls',
      });
    }
    record.calls.forEach(({ split }, index) => {
      if (split.destinations.some(({ weight }) => (weight ?? 0) > 0)) return;
      throw new InputError('no destination has a weight, so that there is no split to judge', {
        file,
        path: `calls[${index}].split.destinations`,
      });
    });
  }
  const expected = identityOf(first.record);
  for (const { file, record } of others) {
    identityOf(record).forEach(([what, value], index) => {
      const wanted = expected[index]?.[1];
      if (value === wanted) return;
      throw new InputError(
        `another ${what} than in ${first.file}: ${value} instead of ${wanted ?? 'none'}; only parts of one experiment can be joined`,
        { file },
      );
    });
  }
  refuseTwins(records);
}

/** The same requests must not count twice. */
function refuseTwins(records: readonly NamedRecord[]): void {
  const seen = new Map<string, string>();
  for (const { file, record } of records) {
    if (record.load.sent === 0) continue;
    const text = JSON.stringify(record);
    const twin = seen.get(text);
    if (twin !== undefined) {
      throw new InputError(`it is the same run as ${twin}, and its requests would count twice`, {
        file,
      });
    }
    seen.set(text, file);
  }
}
