import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readBootstrap } from '../../../src/inputs/xds/bootstrap.js';
import { libraryCheck, requireXdsLibrary } from '../../../src/inputs/xds/library.js';

const FROM_ENVIRONMENT = { server: null, nodeId: null, retries: false };
const CLIENT = { namespace: 'shop', labels: { app: 'cart' } };
const SERVERS = [{ server_uri: '127.0.0.1:15010', channel_creds: [{ type: 'insecure' }] }];
const NODE = { id: 'me', locality: { zone: 'a' }, metadata: { GENERATOR: 'grpc' } };
const GOOD = { xds_servers: SERVERS, node: NODE };

function given(text: string): Promise<unknown> {
  return readBootstrap(FROM_ENVIRONMENT, CLIENT, { GRPC_XDS_BOOTSTRAP_CONFIG: text }, {});
}

describe('a bootstrap of xDS', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-bootstrap-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('is made for a server, with all that Istio and the library ask for', async () => {
    const settings = { server: 'unix:///etc/istio/proxy/XDS', nodeId: null, retries: false };
    const made = await readBootstrap(settings, CLIENT, {}, {});
    assert.deepEqual(made.endpoint, { kind: 'unix', path: '/etc/istio/proxy/XDS' });
    assert.deepEqual(made.node, {
      id: 'sidecar~127.0.0.1~splitproof.shop~shop.svc.cluster.local',
      locality: {},
      metadata: { GENERATOR: 'grpc', NAMESPACE: 'shop', LABELS: { app: 'cart' } },
    });
    // The library's own check takes it.
    await libraryCheck(made.text);
    const named = await readBootstrap({ ...settings, nodeId: 'x' }, CLIENT, {}, {});
    assert.equal(named.node.id, 'x');
  });

  it('is taken from the file first, then from the text, and from a flag before both', async () => {
    const file = path.join(folder, 'bootstrap.json');
    const other = [{ ...SERVERS[0], server_uri: 'dns:///istiod:15010' }];
    await writeFile(file, JSON.stringify({ ...GOOD, xds_servers: other }));
    const environment = {
      GRPC_XDS_BOOTSTRAP: file,
      GRPC_XDS_BOOTSTRAP_CONFIG: JSON.stringify(GOOD),
    };
    const read = await readBootstrap(FROM_ENVIRONMENT, CLIENT, environment, {});
    assert.deepEqual(read.endpoint, { kind: 'tcp', host: 'istiod', port: 15010 });
    const notes: string[] = [];
    const flag = { server: '[::1]:15010', nodeId: null, retries: false };
    const made = await readBootstrap(flag, CLIENT, environment, {
      onNote: (note) => notes.push(note),
    });
    assert.deepEqual(made.endpoint, { kind: 'tcp', host: '::1', port: 15010 });
    assert.match(notes.join(), /--xds-server is taken, and not that of GRPC_XDS_BOOTSTRAP$/);
  });

  for (const [problem, text] of [
    [/^GRPC_XDS_BOOTSTRAP_CONFIG: it is not JSON \(/, '{"xds_servers": ['],
    [/it is not a JSON object/, '[]'],
    [/xds_servers: it names no control plane/, JSON.stringify({ node: NODE })],
    [/xds_servers: it names no/, JSON.stringify({ ...GOOD, xds_servers: [] })],
    [/server_uri: it names no/, JSON.stringify({ ...GOOD, xds_servers: [{}] })],
    [
      /channel_creds: @grpc\/grpc-js-xds has no tls .*unix:\/\/\/etc\/istio\/proxy\/XDS/,
      JSON.stringify({
        ...GOOD,
        xds_servers: [{ server_uri: 'istiod:15012', channel_creds: [{ type: 'tls' }] }],
      }),
    ],
    [
      /channel_creds: it is missing: write \[\{"type": "insecure"\}\]/,
      JSON.stringify({ ...GOOD, xds_servers: [{ server_uri: 'a:1' }] }),
    ],
    [
      /server_uri: "istiod" is no control plane: write HOST:PORT/,
      JSON.stringify({ ...GOOD, xds_servers: [{ ...SERVERS[0], server_uri: 'istiod' }] }),
    ],
    [/node: it is missing/, JSON.stringify({ xds_servers: SERVERS })],
    [/node.id: it is missing/, JSON.stringify({ ...GOOD, node: { locality: {} } })],
    [
      /node.locality: @grpc\/grpc-js-xds does not work/,
      JSON.stringify({ ...GOOD, node: { id: 'a' } }),
    ],
    [
      /certificate_providers.default: .*has no plug-in "vault", and file_watcher alone/,
      JSON.stringify({ ...GOOD, certificate_providers: { default: { plugin_name: 'vault' } } }),
    ],
    [
      /certificate_providers.default: config.ca_certificate_file: .*no-such-file/,
      JSON.stringify({
        ...GOOD,
        certificate_providers: {
          default: {
            plugin_name: 'file_watcher',
            config: { ca_certificate_file: '/no-such-file', refresh_interval: '900s' },
          },
        },
      }),
    ],
    [
      /refresh_interval: it is missing/,
      JSON.stringify({
        ...GOOD,
        certificate_providers: { default: { plugin_name: 'file_watcher', config: {} } },
      }),
    ],
  ] as const) {
    it(`is refused: ${String(problem)}`, async () => {
      await assert.rejects(given(text), (error: Error) => {
        assert.equal(error.name, 'InputError');
        assert.match(error.message, problem);
        assert.ok(!error.message.includes('\n'), error.message);
        return true;
      });
    });
  }

  it('has to be there, and to be readable', async () => {
    await assert.rejects(
      readBootstrap(FROM_ENVIRONMENT, CLIENT, {}, {}),
      /^InputError: TARGET: .*--xds-server HOST:PORT or unix:PATH .*GRPC_XDS_BOOTSTRAP/,
    );
    await assert.rejects(
      readBootstrap(FROM_ENVIRONMENT, CLIENT, { GRPC_XDS_BOOTSTRAP: '/no-such-file' }, {}),
      /^InputError: \/no-such-file: GRPC_XDS_BOOTSTRAP: /,
    );
    const flag = { server: 'istiod', nodeId: null, retries: false };
    await assert.rejects(
      readBootstrap(flag, CLIENT, {}, {}),
      /^InputError: --xds-server: "istiod"/,
    );
  });

  it('is of no use without the library, which is named', () => {
    assert.throws(() => {
      requireXdsLibrary(() => false);
    }, /^InputError: TARGET: .*npm install @grpc\/grpc-js-xds$/);
    requireXdsLibrary();
  });
});
