import * as z from 'zod';
import { InputError } from '../input-error.js';
import { JsonText } from '../routing/manifest/json-text.js';
import { readAdmin } from './envoy-admin.js';

/** What a proxy has counted since it was started, of one of its clusters. */
export interface ClusterCounters {
  cluster: string;
  /** Under which its endpoints are looked up, where it says. */
  aliases: string[];
  /** By address: `10.1.2.3:50051`. */
  endpoints: Map<string, EndpointCounters>;
}

/** Requests that were sent to one endpoint, every attempt counted. */
export interface EndpointCounters {
  requests: number;
  /** Those of them that failed. */
  errors: number;
}

/** A gateway of a large mesh has thousands of clusters, and a kilobyte for each of their endpoints. */
const MAX_BYTES = 256 * 1024 * 1024;

const socket = z.object({ address: z.string(), port_value: z.number().default(0) });
const address = z.object({
  socket_address: socket.optional(),
  pipe: z.object({ path: z.string() }).optional(),
  envoy_internal_address: z
    .object({ server_listener_name: z.string(), endpoint_id: z.string().default('') })
    .optional(),
});
/** 64-bit numbers are texts in JSON; those that are 0 are left out. */
const counter = z.object({
  name: z.string(),
  value: z.union([z.string(), z.number()]).default(0).transform(Number),
});
/** https://www.envoyproxy.io/docs/envoy/latest/api-v3/admin/v3/clusters.proto */
const cluster = z.object({
  name: z.string(),
  eds_service_name: z.string().default(''),
  host_statuses: z
    .array(
      z.object({
        address: address.default({}),
        hostname: z.string().default(''),
        stats: z.array(counter).default([]),
      }),
    )
    .default([]),
});
/**
 * Reads how many requests a proxy has sent to each endpoint of its clusters since it was started.
 *
 * @param admin URL of its admin interface.
 * @param signal Gives up when it aborts.
 * @throws InputError when it cannot be had, or is something else.
 */
export async function readClusterCounters(
  admin: string,
  signal?: AbortSignal,
): Promise<ClusterCounters[]> {
  const bounds = { what: "a proxy's counters", maxBytes: MAX_BYTES, signal };
  const { name, text } = await readAdmin(admin, '/clusters?format=json', bounds);
  const counters = countersIn(text);
  if (counters !== null) return counters;
  throw new InputError(
    `${name} does not give the counters of its clusters as Envoy's /clusters?format=json does: is it the admin interface of an Envoy?`,
    { file: 'command line', path: '--envoy-admin' },
  );
}

/** One cluster at a time: all of them as objects would take several times the text. */
function countersIn(text: string): ClusterCounters[] | null {
  const json = new JsonText(text, '');
  if (!json.isObject(json.root())) return null;
  const counters: ClusterCounters[] = [];
  try {
    for (const field of json.fields(json.root())) {
      if (field.name !== 'cluster_statuses') continue;
      if (!json.isList(field.valueAt)) return null;
      for (const at of json.items(field.valueAt)) {
        const read = cluster.safeParse(json.valueAt(at));
        if (!read.success) return null;
        counters.push(countersOf(read.data));
      }
    }
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
  return counters;
}

function countersOf({
  name,
  eds_service_name: service,
  host_statuses: hosts,
}: z.output<typeof cluster>): ClusterCounters {
  const hostNames = new Set(hosts.map(({ hostname }) => hostname));
  // The name of one of several hosts says nothing of the cluster.
  const aliases = [service, ...(hostNames.size === 1 ? hostNames : [])];
  return {
    cluster: name,
    aliases: aliases.filter((alias) => alias !== ''),
    endpoints: endpointsOf(hosts),
  };
}

/** A cluster may have an address several times, as in several localities. */
function endpointsOf(
  hosts: z.output<typeof cluster>['host_statuses'],
): ClusterCounters['endpoints'] {
  const endpoints: ClusterCounters['endpoints'] = new Map();
  for (const { address: at, stats } of hosts) {
    const valueOf = (wanted: string): number =>
      stats.find((stat) => stat.name === wanted)?.value ?? 0;
    const text = addressText(at);
    const { requests, errors } = endpoints.get(text) ?? { requests: 0, errors: 0 };
    endpoints.set(text, {
      requests: requests + valueOf('rq_total'),
      errors: errors + valueOf('rq_error'),
    });
  }
  return endpoints;
}

/** `10.1.2.3:50051`, `[::1]:80`, `unix:/run/app`, `envoy://connect_originate/10.1.2.3:50051`. */
function addressText({
  socket_address: at,
  pipe,
  envoy_internal_address: internal,
}: z.output<typeof address>): string {
  if (at !== undefined) {
    const host = at.address.includes(':') ? `[${at.address}]` : at.address;
    return `${host}:${at.port_value}`;
  }
  if (pipe !== undefined) return `unix:${pipe.path}`;
  return internal === undefined
    ? ''
    : `envoy://${internal.server_listener_name}/${internal.endpoint_id}`;
}
