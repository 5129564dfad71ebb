import { stringify } from 'yaml';
import { InputError } from '../../input-error.js';
import { chooseRoute } from '../choose-route.js';
import type { ChosenRoute } from '../chosen-route.js';
import type { ManifestSet } from '../manifest-set.js';
import { preparedSet } from '../prepared-set.js';
import type { RouteRequest } from '../request.js';
import { envoyFilterFor } from './envoy-filter.js';
import { gatewayWorkload } from './gateway-workload.js';
import { headerPlace } from './header-place.js';
import { envoyFilterNotes, headerNotes, removalNotes, type Said, telemetryNotes } from './notes.js';
import { editedObject } from './edited-object.js';
import { telemetryFor } from './telemetry-object.js';

/** By which object the proxy comes to say who answered. */
export type Instrument = 'header' | 'envoyfilter' | 'telemetry';

/** An object for kubectl, and what there is to know about it. */
export interface InstrumentedObject extends Said {
  /** As it is to be given to kubectl, byte for byte. */
  text: string;
}

/**
 * The object that makes the proxy say who answers a request: the user's own with a header on the rule
 * that the request takes, or one for the gateway's pods.
 *
 * @param undo Gives what takes it back: the user's object without the header, or the object to delete.
 * @throws InputError when the request takes no rule, or nothing can be put there.
 */
export function instrumentedObject(
  manifests: ManifestSet,
  request: RouteRequest,
  instrument: Instrument,
  undo: boolean,
): InstrumentedObject {
  const set = preparedSet(manifests, request);
  const chosen = chooseRoute(set, request);
  if (chosen.problem !== null) throw chosen.problem;
  if (chosen.perConnection === true)
    throw new InputError(
      'the proxy passes the bytes of this connection on as they are, so it can add nothing to a request and logs none: read who answers from the replies with --identity',
      chosen.matched?.rule.node.place() ?? {},
    );
  const { notes, ...object } = objectBy(instrument, set, chosen, undo);
  return { ...object, notes: [...chosen.findings.map(({ summary }) => summary), ...notes] };
}

function objectBy(
  instrument: Instrument,
  set: ManifestSet,
  chosen: ChosenRoute,
  undo: boolean,
): InstrumentedObject {
  switch (instrument) {
    case 'header':
      return withHeader(set, chosen, undo);
    case 'envoyfilter': {
      const workload = gatewayWorkload(set, chosen, 'an EnvoyFilter');
      return {
        text: yamlOf(envoyFilterFor(workload)),
        ...(undo ? removalNotes('EnvoyFilter', workload) : envoyFilterNotes(workload)),
      };
    }
    case 'telemetry': {
      const workload = gatewayWorkload(set, chosen, 'a Telemetry');
      return {
        text: yamlOf(telemetryFor(workload)),
        ...(undo ? removalNotes('Telemetry', workload) : telemetryNotes(set, workload)),
      };
    }
  }
}

function withHeader(set: ManifestSet, chosen: ChosenRoute, undo: boolean): InstrumentedObject {
  if (chosen.matched === null)
    throw new InputError(
      `no route names ${chosen.unroutedService ?? 'the service'}, so there is no rule to put the header on: read who answers from the replies with --identity`,
    );
  const place = headerPlace(set, chosen);
  const edited = editedObject(place, chosen.matched, undo);
  return { text: edited.text, ...headerNotes(set, place, edited.change, undo) };
}

function yamlOf(object: object): string {
  return stringify(object, { lineWidth: 0 });
}
