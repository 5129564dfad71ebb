import type { JsonObject } from '@bufbuild/protobuf';
import { ConnectError } from '../../wire/socket/connect-error.js';
import { type Endpoint, formatEndpoint } from '../../wire/socket/endpoint.js';
import { type AdsStream, openAdsStream } from './ads-stream.js';
import type { XdsBootstrap } from './bootstrap.js';
import {
  decodeDiscoveryResponse,
  type DiscoveryResponse,
  encodeDiscoveryRequest,
  resourceJson,
} from './discovery-messages.js';
import { listIn, objectIn, textIn } from './json-fields.js';
import type { ResourceCheck } from './library.js';
import { KIND_NAMES, kindOfType, XDS_KINDS, type XdsKind } from './resource-kinds.js';
import {
  clustersLedTo,
  domainsOf,
  endpointsIn,
  podsOfCluster,
  routesOfListener,
  virtualHostFor,
} from './resource-links.js';

/** Why a client has no configuration, or not all of it. */
export type XdsLack =
  /** Nothing of a control plane was heard; why, in words. */
  | { lack: 'control-plane'; why: string; hasFailed: boolean }
  /** It was asked for and did not come. `isToldAbsent`: the control plane answered without it. */
  | { lack: 'missing'; kind: XdsKind; name: string; isToldAbsent: boolean }
  /** It came and cannot be used; why, in the library's words. */
  | { lack: 'refused'; kind: XdsKind; name: string; reason: string }
  /** Of a route configuration that came. */
  | { lack: 'virtual-host'; name: string; authority: string; domains: string[] }
  /** All clusters came, and none has a pod that may be called. */
  | { lack: 'endpoints'; clusters: string[] };

/** What a control plane has told of the calls of one target. */
export interface XdsConfig {
  lack: null;
  routes: JsonObject;
  virtualHost: JsonObject;
  clusters: readonly JsonObject[];
  /** The pods that calls may be sent to. */
  endpoints: readonly Endpoint[];
}

/** Takes what happens between a client and its control plane. Times are ms since 1970. */
export interface XdsClientEvents {
  /** Something was told, or refused, or taken back. */
  onChange(): void;
  /** What was said cannot be used. */
  onRefused(kind: XdsKind, name: string, reason: string): void;
  /** The stream that was open has ended. */
  onLost(why: string): void;
  /** Another one has told something. */
  onBack(): void;
}

export interface XdsClientOptions {
  bootstrap: XdsBootstrap;
  /** `echo.default.svc.cluster.local:7070` */
  service: string;
  /** That calls are made with. */
  authority: string;
  userAgent: string;
  check: ResourceCheck;
  /** Of each attempt to connect, in ms. */
  connectTimeoutMs: number;
}

interface Subscription {
  names: readonly string[];
  version: string;
  nonce: string;
  known: Map<string, JsonObject>;
  refused: Map<string, string>;
  /** Whether anything of it has come on any stream. */
  isAnswered: boolean;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;

/**
 * A client of aggregated discovery that learns what a control plane tells of one target, as
 * @grpc/grpc-js-xds is told it beside: listener, routes, the clusters they lead to and their pods. It says what is
 * missing, which the library does not. When the control plane is lost, what was told stays, and it is asked
 * again.
 *
 * Source: https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol (state of the world)
 */
export class XdsClient {
  readonly #options: XdsClientOptions;
  readonly #events: XdsClientEvents;
  readonly #closing = new AbortController();
  readonly #listener: string;
  readonly #subscriptions: Record<XdsKind, Subscription>;
  #stream: AdsStream | null = null;
  #isNodeTold = false;
  /** Why there is no stream; null while there is. */
  #trouble: string | null = 'it has not answered yet';
  #wasHeard = false;
  #hasFailed = false;
  #isLost = false;
  #pauseMs = FIRST_PAUSE_MS;
  #timer: NodeJS.Timeout | undefined;

  /** Begins to ask. */
  constructor(options: XdsClientOptions, events: XdsClientEvents) {
    this.#options = options;
    this.#events = events;
    const { bootstrap, service } = options;
    this.#listener = listenerName(bootstrap.listenerTemplate, service);
    const names: Record<XdsKind, readonly string[]> = {
      lds: [this.#listener],
      rds: [],
      cds: [],
      eds: [],
    };
    const subscription = (kind: XdsKind): Subscription => ({
      names: names[kind],
      version: '',
      nonce: '',
      known: new Map(),
      refused: new Map(),
      isAnswered: false,
    });
    this.#subscriptions = {
      lds: subscription('lds'),
      rds: subscription('rds'),
      cds: subscription('cds'),
      eds: subscription('eds'),
    };
    void this.#open();
  }

  /** What it has, or the first thing that it lacks. */
  config(): XdsConfig | XdsLack {
    const listener = this.#take('lds', this.#listener);
    if (listener.lack !== null) return listener;
    const link = routesOfListener(listener.resource);
    if (link === null) {
      const reason = 'it has no api_listener with routes: it is one for proxies';
      return { lack: 'refused', kind: 'lds', name: this.#listener, reason };
    }
    const taken =
      'named' in link ? this.#take('rds', link.named) : { lack: null, resource: link.inline };
    if (taken.lack !== null) return taken;
    const { resource: routes } = taken;
    const { authority } = this.#options;
    const virtualHost = virtualHostFor(routes, authority);
    if (virtualHost === null) {
      return {
        lack: 'virtual-host',
        name: 'named' in link ? link.named : this.#listener,
        authority,
        domains: domainsIn(routes),
      };
    }
    const clusters: JsonObject[] = [];
    const endpoints: Endpoint[] = [];
    const wanted = clustersLedTo(virtualHost);
    for (const name of wanted) {
      const cluster = this.#take('cds', name);
      if (cluster.lack !== null) return cluster;
      clusters.push(cluster.resource);
      const pods = podsOfCluster(cluster.resource);
      if (pods.from === 'itself') endpoints.push(...pods.endpoints);
      else if (pods.from === 'clusters') wanted.push(...pods.names.filter(isNewIn(wanted)));
      else {
        const assignment = this.#take('eds', pods.name);
        if (assignment.lack !== null) return assignment;
        endpoints.push(...endpointsIn(assignment.resource));
      }
    }
    if (endpoints.length === 0 && clusters.length > 0) {
      return { lack: 'endpoints', clusters: wanted };
    }
    return { lack: null, routes, virtualHost, clusters, endpoints: distinct(endpoints) };
  }

  /** Asks and tells nothing any more. */
  close(): void {
    this.#closing.abort();
    clearTimeout(this.#timer);
    this.#stream?.close();
    this.#stream = null;
  }

  #take(kind: XdsKind, name: string): { lack: null; resource: JsonObject } | XdsLack {
    const { known, refused, isAnswered } = this.#subscriptions[kind];
    const resource = known.get(name);
    if (resource !== undefined) return { lack: null, resource };
    const reason = refused.get(name);
    if (reason !== undefined) return { lack: 'refused', kind, name, reason };
    if (!this.#wasHeard && this.#trouble !== null) {
      return { lack: 'control-plane', why: this.#trouble, hasFailed: this.#hasFailed };
    }
    return { lack: 'missing', kind, name, isToldAbsent: isAnswered };
  }

  async #open(): Promise<void> {
    const { bootstrap, userAgent, connectTimeoutMs: timeoutMs } = this.#options;
    const { endpoint } = bootstrap;
    const { signal } = this.#closing;
    const authority = endpoint.kind === 'unix' ? 'localhost' : formatEndpoint(endpoint);
    this.#isNodeTold = false;
    for (const kind of XDS_KINDS) this.#subscriptions[kind].nonce = '';
    try {
      this.#stream = await openAdsStream(
        { endpoint, authority, userAgent, timeoutMs, signal },
        {
          onMessage: (bytes) => {
            this.#receive(bytes);
          },
          onEnd: (why) => {
            this.#onEnd(why);
          },
        },
      );
      if (!this.#isLost && !this.#wasHeard)
        this.#trouble = `${bootstrap.server}: it takes a stream and tells nothing`;
      for (const kind of XDS_KINDS) this.#ask(kind, null);
    } catch (error) {
      if (signal.aborted) return;
      this.#onEnd(error instanceof ConnectError ? error.message : String(error));
    }
  }

  #onEnd(why: string): void {
    if (this.#closing.signal.aborted) return;
    this.#stream = null;
    this.#hasFailed = true;
    const { server } = this.#options.bootstrap;
    this.#trouble = why.startsWith(`${server}:`) ? why : `${server}: ${why}`;
    if (this.#wasHeard && !this.#isLost) {
      this.#isLost = true;
      this.#events.onLost(this.#trouble);
    }
    this.#events.onChange();
    this.#timer = setTimeout(() => void this.#open(), this.#pauseMs);
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
  }

  #receive(bytes: Uint8Array): void {
    let response: DiscoveryResponse;
    try {
      response = decodeDiscoveryResponse(bytes);
    } catch (error) {
      this.#stream?.close();
      this.#onEnd(`what it tells is no discovery (${String(error)})`);
      return;
    }
    const kind = kindOfType(response.typeUrl);
    if (kind === null) return;
    this.#wasHeard = true;
    this.#trouble = null;
    this.#pauseMs = FIRST_PAUSE_MS;
    if (this.#isLost) {
      this.#isLost = false;
      this.#events.onBack();
    }
    const refusals = this.#keep(kind, response);
    const subscription = this.#subscriptions[kind];
    subscription.nonce = response.nonce;
    if (refusals.length === 0) subscription.version = response.version;
    const words = refusals.map(({ name, reason }) => `${name}: ${reason}`).join('; ');
    this.#ask(kind, refusals.length === 0 ? null : words);
    this.#follow();
    for (const { name, reason } of refusals) this.#events.onRefused(kind, name, reason);
    this.#events.onChange();
  }

  /** @returns What of it cannot be used, and why. */
  #keep(kind: XdsKind, { resources }: DiscoveryResponse): { name: string; reason: string }[] {
    const subscription = this.#subscriptions[kind];
    subscription.isAnswered = true;
    const refusals: { name: string; reason: string }[] = [];
    const told = new Set<string>();
    for (const resource of resources) {
      let name = '';
      try {
        const json = resourceJson(resource);
        name = textIn(kind === 'eds' ? json.cluster_name : json.name);
        told.add(name);
        if (!subscription.names.includes(name)) continue;
        const reason = this.#options.check(resource.typeUrl, resource.bytes);
        if (reason === null) {
          subscription.known.set(name, json);
          subscription.refused.delete(name);
        } else {
          subscription.refused.set(name, reason);
          refusals.push({ name, reason });
        }
      } catch (error) {
        refusals.push({ name, reason: error instanceof Error ? error.message : String(error) });
      }
    }
    // Of these all are told each time; of the others what has changed.
    if (kind === 'lds' || kind === 'cds') {
      for (const map of [subscription.known, subscription.refused]) {
        for (const name of map.keys()) if (!told.has(name)) map.delete(name);
      }
    }
    return refusals;
  }

  /** Asks for what the resources lead to now. */
  #follow(): void {
    const { lds, rds, cds } = this.#subscriptions;
    const listener = lds.known.get(this.#listener);
    const link = listener === undefined ? null : routesOfListener(listener);
    this.#want('rds', link !== null && 'named' in link ? [link.named] : []);
    const routes =
      link === null ? undefined : 'named' in link ? rds.known.get(link.named) : link.inline;
    const virtualHost =
      routes === undefined ? null : virtualHostFor(routes, this.#options.authority);
    const clusters = virtualHost === null ? [] : clustersLedTo(virtualHost);
    const assignments: string[] = [];
    for (const name of clusters) {
      const cluster = cds.known.get(name);
      if (cluster === undefined) continue;
      const pods = podsOfCluster(cluster);
      if (pods.from === 'clusters') clusters.push(...pods.names.filter(isNewIn(clusters)));
      if (pods.from === 'eds') assignments.push(pods.name);
    }
    this.#want('cds', clusters);
    this.#want('eds', [...new Set(assignments)]);
  }

  #want(kind: XdsKind, names: readonly string[]): void {
    const subscription = this.#subscriptions[kind];
    const wanted = [...names].sort();
    if (JSON.stringify(wanted) === JSON.stringify(subscription.names)) return;
    // What leads on is not there for the moment: what it led to stays.
    if (wanted.length === 0) return;
    subscription.names = wanted;
    for (const map of [subscription.known, subscription.refused]) {
      for (const name of map.keys()) if (!wanted.includes(name)) map.delete(name);
    }
    this.#ask(kind, null);
  }

  #ask(kind: XdsKind, refusal: string | null): void {
    const { names, version, nonce } = this.#subscriptions[kind];
    if (names.length === 0 || this.#stream === null) return;
    const node: JsonObject | null = this.#isNodeTold
      ? null
      : {
          ...this.#options.bootstrap.node,
          user_agent_name: this.#options.userAgent,
          client_features: ['envoy.lb.does_not_support_overprovisioning'],
        };
    this.#isNodeTold = true;
    const { typeUrl } = KIND_NAMES[kind];
    this.#stream.send(encodeDiscoveryRequest({ typeUrl, version, nonce, names, node, refusal }));
  }
}

function listenerName(template: string, service: string): string {
  const name = template.startsWith('xdstp:') ? encodeURI(service) : service;
  return template.replaceAll('%s', () => name);
}

function isNewIn(names: readonly string[]): (name: string) => boolean {
  return (name) => !names.includes(name);
}

function domainsIn({ virtual_hosts: hosts }: JsonObject): string[] {
  return listIn(hosts).flatMap((host) => domainsOf(objectIn(host)));
}

function distinct(endpoints: readonly Endpoint[]): Endpoint[] {
  return [...new Map(endpoints.map((one) => [formatEndpoint(one), one])).values()];
}
