import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a resource has, or how its list is answered: a status, or pages after one another. */
type Content =
  { kind: 'pages'; pages: object[][] } | { kind: 'status'; status: number; message: string };

/** An API server of a few resources, for what a real one does seldom: pages that are gone, odd answers. */
export interface FakeApi {
  url: string;
  /** Paths that were asked for, without their queries. */
  asked: string[];
  /** What is answered to whoever asks for a path; by the path without its query. */
  contents: Map<string, Content>;
  /** Answers of their own, by the path without its query; `*` for all others. They come before everything else. */
  scripts: Map<string, (response: ServerResponse, request: IncomingMessage) => void>;
  /** The token that is good. */
  token: string;
  /** Answers with 410 to the next this many requests for later pages. */
  goneTimes: number;
  close(): Promise<void>;
}

/** Resources by API version: kind, its name in paths, whether it stands in namespaces. */
const RESOURCES: Readonly<Record<string, [kind: string, name: string, namespaced: boolean][]>> = {
  '/api/v1': [
    ['Namespace', 'namespaces', false],
    ['Service', 'services', true],
    ['Pod', 'pods', true],
    ['Secret', 'secrets', true],
    ['Pod', 'pods/log', true],
  ],
  '/apis/apps/v1': [['Deployment', 'deployments', true]],
  '/apis/discovery.k8s.io/v1': [['EndpointSlice', 'endpointslices', true]],
  '/apis/networking.istio.io/v1': [
    ['VirtualService', 'virtualservices', true],
    ['Gateway', 'gateways', true],
  ],
  '/apis/networking.istio.io/v1beta1': [
    ['VirtualService', 'virtualservices', true],
    ['DestinationRule', 'destinationrules', true],
  ],
};

export async function startFakeApi(): Promise<FakeApi> {
  const asked: string[] = [];
  const contents = new Map<string, Content>();
  const api: FakeApi = {
    url: '',
    asked,
    contents,
    scripts: new Map(),
    token: 'good',
    goneTimes: 0,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  const server = createServer((request, response) => {
    answer(api, request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  api.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return api;
}

function answer(api: FakeApi, request: IncomingMessage, response: ServerResponse): void {
  const { url = '', headers } = request;
  const { pathname, searchParams } = new URL(url, 'http://server');
  api.asked.push(pathname);
  const say = (status: number, body: object): void => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  const script = api.scripts.get(pathname) ?? api.scripts.get('*');
  if (script !== undefined) {
    script(response, request);
    return;
  }
  if (headers.authorization !== `Bearer ${api.token}`) {
    say(401, { kind: 'Status', message: 'Unauthorized' });
    return;
  }
  const resources = RESOURCES[pathname];
  if (resources !== undefined) {
    say(200, {
      resources: resources.map(([kind, name, namespaced]) => ({ kind, name, namespaced })),
    });
    return;
  }
  const content = api.contents.get(pathname);
  if (content?.kind === 'status') {
    say(content.status, { kind: 'Status', message: content.message });
    return;
  }
  if (content === undefined) {
    const isList = pathname.split('/').at(-2) !== 'namespaces' || pathname.startsWith('/apis');
    say(isList ? 200 : 404, isList ? { items: [], metadata: {} } : { kind: 'Status' });
    return;
  }
  const page = Number(searchParams.get('continue') ?? '0');
  if (page > 0 && api.goneTimes > 0) {
    api.goneTimes -= 1;
    say(410, { kind: 'Status', message: 'The provided continue parameter is too old' });
    return;
  }
  const next = page + 1 < content.pages.length ? { continue: String(page + 1) } : {};
  say(200, { items: content.pages[page], metadata: next });
}
