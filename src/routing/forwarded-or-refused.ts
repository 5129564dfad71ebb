import { InputError } from '../input-error.js';
import { inputPlace } from './input-place.js';
import type { Forwarded, Resolution } from './resolution.js';

/**
 * Insists on a split.
 * @param purpose What it is wanted for, as the end of `there is no split to`.
 * @throws InputError with the reason where the request is not forwarded, or a test could not tell who
 *   answered.
 */
export function forwardedOrRefused(
  resolution: Resolution,
  purpose: 'test' | 'plan for' = 'test',
): Forwarded {
  switch (resolution.kind) {
    case 'forward': {
      const { samePods, perConnection } = resolution;
      if (purpose === 'plan for') return resolution;
      if (perConnection) throw perConnectionError(resolution);
      if (samePods === null) return resolution;
      throw new InputError(samePods.summary, inputPlace(samePods.place));
    }
    case 'none':
      throw new InputError(resolution.problem.summary, inputPlace(resolution.problem.place));
    default: {
      const { action, route, traces } = resolution;
      const place = traces.find(({ outcome }) => outcome === 'taken')?.place ?? null;
      const advice =
        action.kind === 'no-backend'
          ? 'correct its backends'
          : 'ask for a request that is forwarded, see --call, --path, -H, --authority and --plaintext';
      throw new InputError(
        `the rule ${route.rule} takes the request and ${action.description}, so there is no split to ${purpose}: ${advice}`,
        inputPlace(place),
      );
    }
  }
}

/** Draws are as many as connections, and a run has few of them. */
function perConnectionError({ route, traces, notes }: Forwarded): InputError {
  const place = traces.find(({ outcome }) => outcome === 'taken')?.place ?? null;
  const who =
    route === null
      ? `${notes.join('; ')};`
      : `the rule ${route.rule} of ${route.source} splits connections and not requests:`;
  return new InputError(
    `${who} a destination is drawn once for each connection, and all requests on it go there, so that requests do not test the split; see it with explain, and who answers with bench without --manifest`,
    inputPlace(place),
  );
}
