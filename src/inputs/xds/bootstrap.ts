import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { InputError, type InputPlace } from '../../input-error.js';
import type { XdsSettings } from '../../scenario/xds-settings.js';
import type { Endpoint } from '../../wire/socket/endpoint.js';
import { readText } from '../read-text.js';
import { isObject, listIn, objectIn, textIn } from './json-fields.js';

/** How a client finds its control plane, and what it calls itself there. */
export interface XdsBootstrap {
  /** As @grpc/grpc-js-xds takes it. */
  text: string;
  /** As it is written: `127.0.0.1:15010`, `unix:///etc/istio/proxy/XDS`. */
  server: string;
  endpoint: Endpoint;
  /** `node`, protobuf's JSON. */
  node: JsonObject;
  /** What the listener of a service is called: `%s` stands for it. */
  listenerTemplate: string;
}

/** Where a client without a proxy is, for a bootstrap that is made. */
export interface XdsClient {
  namespace: string;
  /** Of its pod; undefined: not known. */
  labels: Readonly<Record<string, string>> | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const FILE = 'GRPC_XDS_BOOTSTRAP';
const TEXT = 'GRPC_XDS_BOOTSTRAP_CONFIG';
const MAX_BYTES = 1024 * 1024;
/** Where Istio's agent serves discovery beside an application. */
const AGENT = 'unix:///etc/istio/proxy/XDS';

/**
 * Finds the bootstrap: made for the server that the settings name, else the file or the text that the environment
 * names, as gRPC's clients do.
 *
 * @param onNote Told when the environment's is left aside.
 * @throws InputError when there is none, or the library could not use it.
 */
export async function readBootstrap(
  settings: XdsSettings,
  client: XdsClient,
  environment: Environment,
  {
    signal,
    onNote,
  }: { signal?: AbortSignal | undefined; onNote?: ((note: string) => void) | undefined },
): Promise<XdsBootstrap> {
  const { [FILE]: file = '', [TEXT]: text = '' } = environment;
  const named = file === '' ? TEXT : FILE;
  const isInEnvironment = file !== '' || text !== '';
  if (settings.server !== null) {
    if (isInEnvironment)
      onNote?.(`note: the bootstrap of --xds-server is taken, and not that of ${named}`);
    return madeFor(settings.server, settings.nodeId, client);
  }
  if (!isInEnvironment) {
    throw new InputError(
      `which control plane says where its pods are? give --xds-server HOST:PORT or unix:PATH (of Istio's agent ${AGENT}), or set ${FILE}`,
      { path: 'TARGET' },
    );
  }
  if (file === '') return await bootstrapIn(text, { path: TEXT });
  const read = await readText({
    from: file,
    flag: FILE,
    what: 'a bootstrap of xDS',
    maxBytes: MAX_BYTES,
    signal,
  });
  return await bootstrapIn(read.text, { file: read.name, path: FILE });
}

function madeFor(server: string, nodeId: string | null, client: XdsClient): XdsBootstrap {
  const { namespace, labels } = client;
  // Istio takes an address, the name of the pod and the domain from it.
  const own = `sidecar~127.0.0.1~splitproof.${namespace}~${namespace}.svc.cluster.local`;
  const node: JsonObject = {
    id: nodeId ?? own,
    locality: {},
    metadata: {
      // Istio tells gRPC's clients from proxies by it.
      GENERATOR: 'grpc',
      NAMESPACE: namespace,
      ...(labels === undefined ? {} : { LABELS: { ...labels } }),
    },
  };
  const servers = [{ server_uri: server, channel_creds: [{ type: 'insecure' }] }];
  return {
    text: JSON.stringify({ xds_servers: servers, node }),
    server,
    endpoint: endpointOf(server, { path: '--xds-server' }),
    node,
    listenerTemplate: '%s',
  };
}

async function bootstrapIn(text: string, place: InputPlace): Promise<XdsBootstrap> {
  const wrong = (where: string, problem: string): InputError =>
    new InputError(`${where === '' ? '' : `${where}: `}${problem}`, place);
  const root = parsed(text, wrong);
  const [first] = listIn(root.xds_servers);
  if (first === undefined) throw wrong('xds_servers', 'it names no control plane');
  const { server_uri: server, channel_creds: credentials } = objectIn(first);
  if (typeof server !== 'string' || server === '') {
    throw wrong('xds_servers[0].server_uri', 'it names no control plane, such as 127.0.0.1:15010');
  }
  const types = listIn(credentials).map((one) => textIn(objectIn(one).type));
  if (!types.includes('insecure')) {
    throw wrong(
      'xds_servers[0].channel_creds',
      types.length === 0
        ? `it is missing: write [{"type": "insecure"}]`
        : `@grpc/grpc-js-xds has no ${types.join(', ')} for a control plane: let it ask a socket beside it in plaintext ("insecure"), as Istio's agent serves at ${AGENT}`,
    );
  }
  if (root.node === undefined)
    throw wrong('node', 'it is missing: write {"id": …, "locality": {}}');
  const node = objectIn(root.node);
  if (typeof node.id !== 'string') throw wrong('node.id', 'it is missing, and has to be a text');
  if (!isObject(node.locality)) {
    throw wrong(
      'node.locality',
      '@grpc/grpc-js-xds does not work without one: write {} or {"zone": …}',
    );
  }
  const providers = root.certificate_providers;
  for (const [name, provider] of Object.entries(objectIn(providers))) {
    const problem = await providerProblem(objectIn(provider));
    if (problem !== null) throw wrong(`certificate_providers.${name}`, problem);
  }
  const { client_default_listener_resource_name_template: template } = root;
  const endpoint = endpointOf(server, { ...place, path: `${place.path ?? ''}: server_uri` });
  // Of several the library may take one that this tool cannot ask.
  const insecure = { ...objectIn(first), channel_creds: [{ type: 'insecure' }] };
  return {
    text: JSON.stringify({ ...root, xds_servers: [insecure] }),
    server,
    endpoint,
    node,
    listenerTemplate: typeof template === 'string' ? template : '%s',
  };
}

function parsed(text: string, wrong: (where: string, problem: string) => InputError): JsonObject {
  let root: JsonValue;
  try {
    root = JSON.parse(text) as JsonValue;
  } catch (error) {
    throw wrong('', `it is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (!isObject(root)) throw wrong('', 'it is not a JSON object with xds_servers and node');
  return root;
}

/** Why certificates could not be had of it; null where they can. */
async function providerProblem(provider: JsonObject): Promise<string | null> {
  if (provider.plugin_name !== 'file_watcher') {
    return `@grpc/grpc-js-xds has no plug-in ${JSON.stringify(provider.plugin_name)}, and file_watcher alone`;
  }
  const config = objectIn(provider.config);
  if (typeof config.refresh_interval !== 'string') {
    return 'config.refresh_interval: it is missing: write a duration, such as "900s"';
  }
  if ((config.certificate_file === undefined) !== (config.private_key_file === undefined)) {
    return 'config: certificate_file and private_key_file go together';
  }
  const files = ['certificate_file', 'private_key_file', 'ca_certificate_file'] as const;
  for (const field of files) {
    const file = config[field];
    if (typeof file !== 'string') continue;
    try {
      await readText({ from: file, what: 'a PEM file', maxBytes: MAX_BYTES });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return `config.${field}: ${error.message}`;
    }
  }
  return null;
}

/** A control plane as gRPC's names have it (grpc/doc/naming.md). */
function endpointOf(server: string, place: InputPlace): Endpoint {
  const [, path] = /^unix:(?:\/\/(?=\/))?(.+)$/.exec(server) ?? [];
  if (path !== undefined) return { kind: 'unix', path };
  const bare = server.replace(/^(?:dns:(?:\/\/[^/]*\/)?|ipv[46]:)/, '');
  const [, v6, name, port = ''] =
    /^(?:\[([0-9A-Fa-f:.]+)\]|([^:/\s[\]]+)):(\d{1,5})$/.exec(bare) ?? [];
  const host = v6 ?? name;
  if (host !== undefined && Number(port) >= 1 && Number(port) <= 65_535) {
    return { kind: 'tcp', host, port: Number(port) };
  }
  throw new InputError(
    `"${server}" is no control plane: write HOST:PORT, or unix:PATH of a socket`,
    place,
  );
}
