import { stat } from 'node:fs/promises';
import type { Counted } from '../count/counted.js';
import { withoutPods } from '../count/disowned.js';
import type { PodAddress } from '../count/proxied/knowledge.js';
import type { Finding } from '../finding.js';
import { InputError } from '../input-error.js';
import { counted as countedText } from '../number-text.js';
import type { ConfigurationSource } from '../inputs/configuration.js';
import type { Asked } from '../record/asked.js';
import type { Scenario } from '../scenario/scenario.js';
import type { PreparedRun } from './ask.js';
import type { RunOptions } from './options.js';

/** A run as it is to be concluded. */
interface Outcome {
  asked: Asked;
  counted: Counted;
}

/**
 * Reads the lists of pods again after a run, where they were read from files: addresses are given to other
 * pods in time, and what came from one that changed hands meanwhile may be either's. Such answers count as
 * missing, and a finding says so.
 */
export async function withoutChangedAddresses(
  scenario: Scenario,
  { asked, calls }: PreparedRun,
  counted: Counted,
  { signal, onNote }: RunOptions,
): Promise<Outcome> {
  const before = calls.map(({ loaded }) => loaded.counting.attribution.proxy.addresses);
  const isNeeded = counted.calls.some(
    ({ vouchers }, index) =>
      (before[index] ?? []).length > 0 &&
      [...vouchers.keys()].some((name) => name.startsWith('header ')),
  );
  if (!isNeeded || signal?.aborted === true) return { asked, counted };
  // The calls of a run share their manifests.
  const [source = null] = scenario.calls.flatMap(({ source: each }) =>
    each?.kind === 'manifests' ? [each] : [],
  );
  if (source === null) return { asked, counted };
  const once = await readOnce(source.sources);
  if (once !== null) {
    onNote?.(
      `note: ${once} can be read only once, so addresses of pods that changed hands during the run are not noticed; a file that is kept up to date would show them`,
    );
    return { asked, counted };
  }
  const after = await ownersNow(source, scenario.namespace, signal).catch((error: unknown) => {
    if (!(error instanceof InputError)) throw error;
    onNote?.(`note: the lists of pods could not be read again after the run: ${error.message}`);
    return null;
  });
  if (after === null) return { asked, counted };
  const changes = before.map((addresses) => changedPods(addresses, after));
  return changes.reduce<Outcome>(
    (outcome, changed, call) => (changed.size === 0 ? outcome : disowned(outcome, call, changed)),
    { asked, counted },
  );
}

/** The first source that is gone once it was read; null where there is none. */
async function readOnce(sources: readonly string[]): Promise<string | null> {
  for (const source of sources) {
    if (source === '-') return 'standard input';
    const entry = await stat(source).catch(() => null);
    if (entry !== null && !entry.isFile() && !entry.isDirectory()) return source;
  }
  return null;
}

/** Pods by address, as `namespace/name`. */
type Owners = ReadonlyMap<string, ReadonlySet<string>>;

async function ownersNow(
  source: ConfigurationSource,
  namespace: string,
  signal: AbortSignal | undefined,
): Promise<Owners> {
  const { loadConfiguration } = await import('../inputs/configuration.js');
  const { listedAddresses } = await import('../routing/pod-addresses.js');
  const { manifests } = await loadConfiguration(source, signal);
  return ownersIn(listedAddresses(manifests, namespace));
}

function ownersIn(addresses: readonly Pick<PodAddress, 'address' | 'pod' | 'namespace'>[]): Owners {
  const owners = new Map<string, Set<string>>();
  for (const { address, pod, namespace } of addresses) {
    const known = owners.get(address) ?? new Set();
    owners.set(address, known.add(`${namespace}/${pod}`));
  }
  return owners;
}

/** Pods whose address has others now. One that nobody has any more was theirs to the end. */
function changedPods(before: readonly PodAddress[], after: Owners): Set<string> {
  const owners = ownersIn(before);
  const changed = before.filter(({ address }) => {
    const then = owners.get(address);
    return [...(after.get(address) ?? [])].some((pod) => then?.has(pod) !== true);
  });
  return new Set(changed.map(({ pod }) => pod));
}

function disowned(
  { asked, counted }: Outcome,
  call: number,
  changed: ReadonlySet<string>,
): Outcome {
  const pods = counted.calls[call]?.pods ?? new Map<string, { observed: number }>();
  const answers = [...pods].filter(([name]) => changed.has(name));
  const sum = answers.reduce((total, [, { observed }]) => total + observed, 0);
  if (sum === 0) return { asked, counted };
  const names = answers.map(([name]) => name);
  return {
    asked: {
      ...asked,
      calls: asked.calls.map((own, index) =>
        index === call ? { ...own, findings: [...own.findings, changeFinding(sum, names)] } : own,
      ),
    },
    counted: withoutPods(counted, call, (pod) => changed.has(pod)),
  };
}

function changeFinding(answers: number, pods: readonly string[]): Finding {
  return {
    code: 'addresses-changed-hands',
    severity: 'warning',
    about: 'target',
    call: null,
    place: null,
    summary: 'addresses of pods went over to other pods during the run',
    evidence: `${countedText(answers, 'answer')} from addresses that were those of ${pods.slice(0, 3).join(', ')}`,
    advice:
      'Such answers count as missing, for either may have given them. Run again while no roll-out is under way.',
  };
}
