import { loadConfiguration } from '../inputs/configuration.js';
import type { Instrument, InstrumentedObject } from '../routing/instrument/instrument.js';
import type { RouteQuestion } from '../scenario/route-question.js';
import { questionedRoute } from './explain.js';
import { inOwnNamespace } from './own-namespace.js';
import { withoutSecrets } from './without-secrets.js';

export type { Instrument };

/**
 * The object that makes the proxy say who answers a request, or the one that takes this back; nothing
 * is applied.
 *
 * @param signal Gives up reading when it aborts.
 * @throws InputError when the question or a manifest cannot be read, the request takes no rule, or
 *   nothing can be put there.
 */
export async function instrument(
  given: RouteQuestion,
  by: Instrument,
  undo: boolean,
  signal?: AbortSignal,
): Promise<InstrumentedObject> {
  let text = '';
  const said = await withoutSecrets(given.secrets, async () => {
    const { manifests, cluster } = await loadConfiguration(given.manifests, signal);
    const question = inOwnNamespace(given, cluster);
    const { request, notes: assumed } = await questionedRoute(manifests, question, signal);
    const { instrumentedObject } = await import('../routing/instrument/instrument.js');
    const { notes, ...object } = instrumentedObject(manifests, request, by, undo);
    // The user's own object goes back as it came: a mask in it would be applied.
    text = object.text;
    return { summary: object.summary, notes: [...assumed, ...notes] };
  });
  return { ...said, text };
}
