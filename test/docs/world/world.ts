import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { startDemoMesh, type DemoMeshOptions } from '../../../src/cli/demo-mesh.js';
import { certificateAuthority } from '../../../src/mesh/certificates.js';
import { ROOT, type CommandResult } from '../../fixtures/command.js';
import { askedRun, countedShard, recordOfRun } from '../../record/shards.js';
import type { PageNetwork } from './names-on-loopback.js';
import { gatewayLog } from './gateway-log.js';

/** The servers that pages speak of, and the folder that their readers are in. */
export interface World {
  /** Runs a shell's script in a folder of its own. */
  shell(script: string): Promise<CommandResult>;
  close(): Promise<void>;
}

/**
 * What names of pages lead to:
 *
 * - `gateway.example.com` and `localhost`: the Greeter split 60/40, port 8080;
 * - `canary.example.com`: the same, but split 75/25;
 * - `grpc.example.com`: users, orders and their health by path, port 80; grpc-service with TLS, port 443;
 * - `web.example.com`: the same gateway, where the Greeter is split 60/40 for pages, with TLS, port 443;
 * - `shop.example.com`: Bookinfo, reviews split 10/40/50;
 * - `localhost:17171`: the echo application, whose pods are told by xDS, and its control plane;
 * - `localhost:15000`: what a gateway's Envoy says that it is programmed with.
 */
const NAMES = {
  'gateway.example.com': '203.0.113.10',
  'canary.example.com': '203.0.113.11',
  'grpc.example.com': '203.0.113.12',
  'shop.example.com': '203.0.113.13',
  'web.example.com': '203.0.113.14',
} as const;

/** Longer than the scenarios ask a certificate to last: a month. */
const CERTIFICATE_MS = 30 * 24 * 60 * 60 * 1000;
/** A hung command is a failure, not a hung suite. */
const TIMEOUT_MS = 180_000;
const HERE = import.meta.dirname;
const ADMIN_DUMP = 'test/data/istio-ingressgateway-config-dump-60-40.json';

function versions(...weights: readonly number[]): DemoMeshOptions['weights'] {
  return weights.map((weight, index) => ({ name: `v${index + 1}`, weight }));
}

/** Starts all of them, in this process; each command has a process of its own. */
export async function startWorld(): Promise<World> {
  const at = { port: null, isPinned: false, fault: null, tell: () => undefined };
  const authority = await certificateAuthority();
  const tls = await authority.issue({
    hosts: ['grpc.example.com'],
    validFrom: new Date(Date.now() - CERTIFICATE_MS),
    validUntil: new Date(Date.now() + CERTIFICATE_MS),
  });
  const [right, wrong, paths, service, web, shop, proxyless, admin] = await Promise.all([
    startDemoMesh('greeter', { ...at, weights: versions(60, 40) }),
    startDemoMesh('greeter', { ...at, weights: versions(75, 25) }),
    startDemoMesh('grpc-gateway', { ...at, weights: versions(60, 40) }),
    startDemoMesh('greeter', {
      ...at,
      weights: [{ name: 'grpc-service', weight: 100 }],
      deployment: (version) => version,
      tls,
    }),
    startDemoMesh('greeter', {
      ...at,
      weights: versions(60, 40),
      deployment: (version) => `grpc-service-${version}`,
      tls,
    }),
    startDemoMesh('bookinfo', { ...at, weights: versions(10, 40, 50) }),
    startDemoMesh('proxyless', { ...at, weights: versions(20, 80) }),
    startAdmin(),
  ]);
  const portOf = ({ address }: { address: string }): number => Number(address.split(':').at(-1));
  const network: PageNetwork = {
    names: NAMES,
    ports: {
      'localhost:8080': portOf(right),
      [`${NAMES['gateway.example.com']}:8080`]: portOf(right),
      [`${NAMES['canary.example.com']}:8080`]: portOf(wrong),
      [`${NAMES['grpc.example.com']}:80`]: portOf(paths),
      [`${NAMES['grpc.example.com']}:443`]: portOf(service),
      [`${NAMES['web.example.com']}:443`]: portOf(web),
      [`${NAMES['shop.example.com']}:80`]: portOf(shop),
      'localhost:17171': portOf(proxyless),
      'localhost:15000': portOf(admin),
      '/etc/istio/proxy/XDS': portOf(proxyless.controlPlane!),
    },
  };
  const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-pages-'));
  const home = path.join(folder, 'reader');
  await makeHome(home, authority.cert);
  const bin = path.join(folder, 'bin');
  makeCommands(bin);
  let shells = 0;
  return {
    shell: (script) => {
      shells += 1;
      const cwd = path.join(folder, `shell-${shells}`);
      cpSync(home, cwd, { recursive: true });
      return run(script, cwd, {
        PATH: bin,
        HOME: cwd,
        PAGE_NETWORK: JSON.stringify(network),
        NO_COLOR: '1',
      });
    },
    close: async () => {
      rmSync(folder, { recursive: true });
      const all = [right, wrong, paths, service, web, shop, proxyless, admin];
      await Promise.all(all.map((one) => one.close()));
    },
  };
}

async function startAdmin(): Promise<{ address: string; close: () => Promise<void> }> {
  const dump = readFileSync(path.join(ROOT, ADMIN_DUMP));
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(request.url === '/config_dump' ? dump : '{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
}

/** The folder that readers are in: manifests that were applied, scenarios, contracts, records. */
async function makeHome(home: string, authority: string): Promise<void> {
  mkdirSync(path.join(home, 'manifests'), { recursive: true });
  for (const file of ['app', 'gateway', 'destination-rule', 'virtual-service-60-40']) {
    const name = `${file}.yaml`;
    const from = path.join(ROOT, 'scenarios/asm-greeter', name);
    copyFileSync(from, path.join(home, 'manifests', name));
  }
  cpSync(path.join(ROOT, 'scenarios'), path.join(home, 'scenarios'), { recursive: true });
  copyFileSync(path.join(ROOT, 'package.json'), path.join(home, 'package.json'));
  copyFileSync(path.join(ROOT, 'proto/helloworld.proto'), path.join(home, 'greeter.proto'));
  copyFileSync(path.join(ROOT, 'reports/sample.json'), path.join(home, 'run.json'));
  copyFileSync(path.join(ROOT, ADMIN_DUMP), path.join(home, 'config-dump.json'));
  writeFileSync(path.join(home, 'ca.crt'), authority);
  writeFileSync(
    path.join(home, 'gateway.log'),
    gatewayLog({ method: 'GET', path: '/productpage', authority: 'shop.example.com' }),
  );
  writeFileSync(
    path.join(home, 'policy.yaml'),
    'allow-target: ["*.example.com", localhost]\nrps: 1000\n',
  );
  for (const name of ['one', 'two']) {
    const record = await recordOfRun(askedRun(name), countedShard({ v1: 1870, v2: 1219 }));
    writeFileSync(path.join(home, `${name}.json`), JSON.stringify(record));
  }
}

/** Commands that pages may call; any other is not found. */
function makeCommands(bin: string): void {
  mkdirSync(bin, { recursive: true });
  const node = process.execPath;
  const hook = pathToFileURL(path.join(HERE, 'names-on-loopback.js')).href;
  const scripts: Record<string, string> = {
    splitproof: `exec '${node}' --import '${hook}' '${path.join(ROOT, 'dist/cli/main.js')}' "$@"`,
    npx: `[ "$1" = splitproof ] || exit 127; shift; exec splitproof "$@"`,
    npm: [
      `if [ "$1 $2" = "run demo" ]; then shift 2; [ "$1" = -- ] && shift; exec splitproof demo "$@"; fi`,
      `exec '${node}' '${path.join(HERE, 'foreign-commands.js')}' npm "$@"`,
    ].join('\n'),
    kubectl: `exec '${node}' '${path.join(HERE, 'foreign-commands.js')}' kubectl "$@"`,
    // Stand beside this tool's words for the same; pages of theirs are held by tests of their own.
    ghz: 'exit 0',
    grpcurl: 'exit 0',
    // A clone is this folder.
    git: `[ "$1" = clone ] || exit 127; ln -s . splitproof`,
    // Nothing is compiled here; what is named has to be there.
    node: `[ -e "${ROOT}/$1" ] || exit 127`,
  };
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  for (const tool of ['cat', 'ln', 'sleep', 'grep', 'mkdir']) {
    const found = ['/bin', '/usr/bin'].map((folder) => path.join(folder, tool));
    symlinkSync(
      found.find((file) => isThere(file))!,
      path.join(bin, tool),
    );
  }
}

function isThere(file: string): boolean {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}

function run(script: string, cwd: string, env: NodeJS.ProcessEnv): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', script], { cwd, env, timeout: TIMEOUT_MS });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ status, stdout, stderr });
    });
    child.stdin.end();
  });
}
