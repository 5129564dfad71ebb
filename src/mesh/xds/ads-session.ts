import type { DiscoveryRequest, DiscoveryResponse } from './envoy-api.js';
import { endpointsNameOf, isApiListener, TYPE_URLS, XDS_KINDS, type XdsKind } from './resources.js';
import type { Offered, OfferedByKind, Snapshot } from './snapshot.js';

/**
 * What happens between a control plane and one of its clients: it is sent something, and accepts (ACK) or
 * refuses it (NACK) in its own words.
 */
export type SessionEvent =
  | { event: 'sent'; kind: XdsKind; version: string; names: readonly string[] }
  | { event: 'accepted'; kind: XdsKind; version: string }
  | { event: 'refused'; kind: XdsKind; version: string; reason: string };

/** The server's side of one ADS stream, state of the world. */
export interface AdsSession {
  receive(request: DiscoveryRequest): void;
  /** Something else is told from now on. */
  offer(next: Snapshot): void;
}

export interface AdsSessionOptions {
  snapshot: Snapshot;
  /** All that was told before: what a client may have that comes back. */
  told: Clusters;
  send: (response: DiscoveryResponse) => void;
  tell: (event: SessionEvent) => void;
}

export type Clusters = Pick<OfferedByKind, 'cds' | 'eds'>;

interface Subscription {
  /** null: whatever there is. */
  names: ReadonlySet<string> | null;
  /** Texts of what was sent last, by name; null: it was asked for and is not there. */
  sent: ReadonlyMap<string, string | null>;
  /** Of the last response; null: there was none. */
  last: { nonce: string; version: string; answer: 'accepted' | 'refused' | null } | null;
}

/** Names of what one may ask for, and what there is under each; null: nothing. */
type Wanted = ReadonlyMap<string, Offered | null>;

const KIND_BY_URL = new Map(XDS_KINDS.map((kind) => [TYPE_URLS[kind], kind]));

/**
 * Follows the rules of the protocol (Envoy, "xDS REST and gRPC protocol": state of the world, ACK and NACK,
 * eventual consistency). No cluster goes, and no endpoints of it, before the routes that led there have gone:
 * they are kept for this client until it has accepted other routes and, where it asks by name, asks for them no
 * more. A client that is told of all clusters has new ones, with their endpoints, before it has the routes that
 * lead there.
 */
export function adsSession({ snapshot, told, send, tell }: AdsSessionOptions): AdsSession {
  let current = snapshot;
  let nonces = 0;
  const subscriptions = new Map<XdsKind, Subscription>();
  /** What is no longer told, and may still be led to. */
  const kept = { cds: new Map<string, Offered>(), eds: new Map<string, Offered>() };

  function receive(request: DiscoveryRequest): void {
    const kind = KIND_BY_URL.get(request.typeUrl);
    if (kind === undefined) return;
    const known = subscriptions.get(kind);
    const last = known?.last ?? null;
    const isAnswered = last !== null && last.answer !== null;
    // One that crossed a later response on its way: what it says will be said again about that one.
    if (last !== null && request.nonce !== last.nonce) return;
    if (last !== null) takeAnswer(kind, last, request.refusal);
    if (known === undefined && kind === 'cds' && request.version !== '') keepOf(told);
    const names = namesIn(request, kind, known);
    const sent = [...(known?.sent ?? [])].filter(([name]) => names === null || names.has(name));
    subscriptions.set(kind, { names, sent: new Map(sent), last });
    // Envoy asks once more for the endpoints of a cluster that it has anew, and waits for them: 15 s.
    const isAskedAgain = isAnswered && names !== null && sameNames(names, known?.names ?? null);
    if (isAskedAgain && kind === 'eds') respond(kind);
    // Whoever asks for all is answered, also where there is nothing.
    if (known === undefined && names === null) respond(kind);
    go();
  }

  function takeAnswer(
    kind: XdsKind,
    last: NonNullable<Subscription['last']>,
    reason: string | null,
  ): void {
    if (last.answer !== null) return;
    const { version } = last;
    last.answer = reason === null ? 'accepted' : 'refused';
    if (reason === null) tell({ event: 'accepted', kind, version });
    else tell({ event: 'refused', kind, version, reason });
  }

  function offer(next: Snapshot): void {
    const { offered } = current;
    current = next;
    for (const kind of ['cds', 'eds'] as const) {
      for (const name of next.offered[kind].keys()) kept[kind].delete(name);
    }
    keepOf(offered);
    go();
  }

  /** Keeps clusters that are told no more; one that is led to and missing is missing on purpose. */
  function keepOf({ cds, eds }: Clusters): void {
    for (const [name, cluster] of cds) {
      if (current.offered.cds.has(name) || current.ledTo.has(name)) continue;
      kept.cds.set(name, cluster);
      const endpointsName = endpointsNameOf(cluster.json) ?? '';
      const endpoints = eds.get(endpointsName);
      if (endpoints !== undefined) kept.eds.set(endpointsName, endpoints);
    }
  }

  /** Sends what is due, and lets go of what no route leads to any more. */
  function go(): void {
    for (const kind of XDS_KINDS) if (differs(kind) && isDue(kind)) respond(kind);
    if (kept.cds.size + kept.eds.size === 0 || !routesAreTaken()) return;
    for (const kind of ['cds', 'eds'] as const) {
      const asked = subscriptions.get(kind)?.names;
      for (const name of kept[kind].keys()) {
        if (asked?.has(name) !== true) kept[kind].delete(name);
      }
      if (differs(kind)) respond(kind);
    }
  }

  /** Whether the client has accepted the routes that are told now. */
  function routesAreTaken(): boolean {
    return subscriptions.get('rds')?.last?.answer === 'accepted' && !differs('rds');
  }

  /** Whether a kind may be sent: routes wait for the clusters that they lead to. */
  function isDue(kind: XdsKind): boolean {
    const clusters = subscriptions.get('cds');
    if (kind !== 'rds' || clusters?.names !== null) return true;
    const answer = clusters.last?.answer ?? null;
    if (answer === null || differs('cds')) return false;
    // What was refused does not come by waiting.
    if (answer === 'refused') return true;
    const needed = [...wantedOf('cds', clusters).values()].flatMap((cluster) =>
      cluster === null ? [] : (endpointsNameOf(cluster.json) ?? []),
    );
    if (needed.length === 0) return true;
    const endpoints = subscriptions.get('eds');
    const areAsked = needed.every((name) => endpoints?.names?.has(name) === true);
    return areAsked && (endpoints?.last?.answer ?? null) !== null && !differs('eds');
  }

  function differs(kind: XdsKind): boolean {
    const subscription = subscriptions.get(kind);
    if (subscription === undefined) return false;
    const wanted = wantedOf(kind, subscription);
    if (wanted.size !== subscription.sent.size) return true;
    return [...wanted].some(
      ([name, offered]) => subscription.sent.get(name) !== (offered?.text ?? null),
    );
  }

  function wantedOf(kind: XdsKind, { names }: Subscription): Wanted {
    const offered = current.offered[kind];
    const more = kind === 'cds' || kind === 'eds' ? kept[kind] : new Map<string, Offered>();
    if (names !== null) {
      return new Map([...names].map((name) => [name, offered.get(name) ?? more.get(name) ?? null]));
    }
    const all = [...more, ...offered];
    return new Map(kind === 'lds' ? all.filter(([, { json }]) => !isApiListener(json)) : all);
  }

  function respond(kind: XdsKind): void {
    const subscription = subscriptions.get(kind);
    if (subscription === undefined) return;
    const wanted = wantedOf(kind, subscription);
    const there = [...wanted].flatMap(([name, offered]) =>
      offered === null ? [] : [{ name, json: offered.json }],
    );
    nonces += 1;
    const nonce = String(nonces);
    const more = there.filter(({ name }) => !current.offered[kind].has(name)).length;
    // `7+1`: one is among them that version 7 has no more.
    const version = more === 0 ? String(current.version) : `${current.version}+${more}`;
    subscription.sent = new Map(
      [...wanted].map(([name, offered]) => [name, offered?.text ?? null]),
    );
    subscription.last = { nonce, version, answer: null };
    tell({ event: 'sent', kind, version, names: there.map(({ name }) => name) });
    send({
      typeUrl: TYPE_URLS[kind],
      version,
      nonce,
      resources: there.map(({ json }) => json),
    });
  }

  return { receive, offer };
}

function sameNames(a: ReadonlySet<string>, b: ReadonlySet<string> | null): boolean {
  return b !== null && a.size === b.size && [...a].every((name) => b.has(name));
}

/** null: whatever there is, which is what nothing named means where nothing was named before. */
function namesIn(
  { names }: DiscoveryRequest,
  kind: XdsKind,
  known: Subscription | undefined,
): ReadonlySet<string> | null {
  if (names.includes('*')) return null;
  const hasAll = kind === 'lds' || kind === 'cds';
  const isAll = hasAll && names.length === 0 && (known === undefined || known.names === null);
  return isAll ? null : new Set(names);
}
