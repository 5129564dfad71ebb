// What the tests drive and is not on this machine, and which tests cannot run for want of it.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { crdsAreThere } from './crds.mjs';
import { missingGoParts } from './go-parts.mjs';
import { inspectPython, missingPythonParts } from './python-parts.mjs';
import { missingSystemPackages, PIP_PACKAGE } from './system-packages.mjs';

/** The parts by name, and the sources of the tests that start each: who imports one of these needs it. */
export const STARTERS = {
  python3: [
    'test/cli/completion.test.ts',
    'test/cli/live-line.test.ts',
    'test/fixtures/http-origins.ts',
    'test/fixtures/python-greeter.ts',
    'test/fixtures/python-reader.ts',
    'test/fixtures/xds-callers.ts',
    'test/fixtures/xds-counting-client.ts',
    'test/deploy/pipelines.test.ts',
    'test/report/junit.test.ts',
  ],
  nginx: ['test/fixtures/nginx.ts', 'test/fixtures/http-gateways.ts'],
  haproxy: ['test/fixtures/haproxy.ts', 'test/fixtures/http-gateways.ts'],
  nghttpx: ['test/fixtures/nghttpx.ts'],
  h2load: ['test/e2e/passive-beside-active.test.ts'],
  curl: ['test/e2e/passive-beside-active.test.ts'],
  chromium: ['test/fixtures/chromium.ts'],
  zsh: ['test/cli/completion.test.ts'],
  fish: ['test/cli/completion.test.ts'],
  tmux: ['test/cli/screen.ts'],
  etcd: ['test/cluster/fixtures/api-server.ts'],
  buildah: ['test/cluster/image/built-image.ts'],
  envoy: ['test/fixtures/envoy.ts'],
  grpcio: [
    'test/fixtures/python-greeter.ts',
    'test/fixtures/xds-callers.ts',
    'test/fixtures/xds-counting-client.ts',
  ],
  'check-jsonschema': ['test/deploy/pipelines.test.ts'],
  xmlschema: ['test/report/junit.test.ts'],
  'in-toto': ['test/fixtures/python-reader.ts'],
  prometheus: ['test/fixtures/python-reader.ts'],
  grpcurl: [
    'test/cli/foreign-flags/foreign-flags.test.ts',
    'test/e2e/grpcurl-differential.test.ts',
    'test/e2e/streams/grpcurl.ts',
  ],
  'streams-peer': ['test/e2e/streams/servers.ts'],
  'kube-apiserver': ['test/cluster/fixtures/api-server.ts'],
  'kube-controller-manager': ['test/cluster/fixtures/kube-controller-manager.ts'],
  'argo-rollouts': ['test/cluster/fixtures/argo-rollouts.ts'],
  flagger: ['test/cluster/flagger/flagger-controller.ts'],
  crds: ['test/cluster/fixtures/cluster.ts'],
  kustomize: ['test/cluster/kustomize/kustomized.ts'],
  istiod: [
    'test/cluster/echo-against-istiod.test.ts',
    'test/cluster/grpc-against-istiod.test.ts',
    'test/cluster/mtls-against-istiod.test.ts',
    'test/cluster/routes-against-istiod.test.ts',
  ],
  'istio-echo': ['test/cluster/fixtures/istio-echo.ts'],
  'connect-peer': ['test/cluster/connect/peer.ts'],
  'go-xds-client': ['test/cluster/xds-go.test.ts', 'test/fixtures/xds-callers.ts'],
};

/**
 * Looks for everything that the tests drive.
 *
 * @param {string} root
 * @param {boolean} forCluster Whether the cluster tests are to run too.
 * @returns {{ name: string, package: string | null }[]} What is missing; Debian's package where one brings it.
 */
function missingParts(root, forCluster) {
  const parts = path.join(root, '.parts');
  const python = inspectPython();
  const ofPython = missingPythonParts(parts, python?.version ?? '');
  const pip = python?.hasPip === true ? null : PIP_PACKAGE;
  const built = missingGoParts(root, parts, forCluster).map(({ name }) => name);
  const downloaded = forCluster && !crdsAreThere(parts) ? ['crds'] : [];
  return [
    ...missingSystemPackages(forCluster).map((entry) => ({
      name: entry.command,
      package: entry.package,
    })),
    ...ofPython.map(({ folder }) => ({ name: folder, package: pip })),
    ...[...built, ...downloaded].map((name) => ({ name, package: null })),
  ];
}

/**
 * Which of the tests cannot run here, and for want of what.
 *
 * @param {string} root
 * @param {readonly string[]} tests Sources relative to the root.
 * @param {boolean} forCluster Whether they are the cluster tests.
 * @returns {Map<string, { name: string, package: string | null }[]>} The missing parts of each that needs some.
 */
export function testsLeftOut(root, tests, forCluster) {
  /** @type {Map<string, string[]>} */
  const imported = new Map();
  const needs = new Map(tests.map((test) => [test, partsOf(reachedFrom(root, test, imported))]));
  // Looking for them starts other programs, which most tests by themselves do without.
  if ([...needs.values()].every((parts) => parts.length === 0)) return new Map();
  const missing = missingParts(root, forCluster);
  const wanting = [...needs].map(([test, parts]) => {
    const lacked = missing.filter(({ name }) => parts.includes(name));
    return /** @type {const} */ ([test, lacked]);
  });
  return new Map(wanting.filter(([, lacked]) => lacked.length > 0));
}

/** @param {Set<string>} sources @returns {string[]} Names of the parts that they start. */
function partsOf(sources) {
  return Object.entries(STARTERS)
    .filter(([, starters]) => starters.some((file) => sources.has(file)))
    .map(([name]) => name);
}

/**
 * @param {string} root
 * @param {string} test
 * @param {Map<string, string[]>} imported What was read before, by file.
 * @returns {Set<string>} The test and all the sources of tests that it imports, through others too.
 */
function reachedFrom(root, test, imported) {
  const reached = new Set([test]);
  for (const file of reached) {
    const targets = imported.get(file) ?? importsOf(root, file);
    imported.set(file, targets);
    for (const target of targets) reached.add(target);
  }
  return reached;
}

/** @param {string} root @param {string} file @returns {string[]} Sources of tests that it imports. */
function importsOf(root, file) {
  if (!existsSync(path.join(root, file))) return [];
  const text = readFileSync(path.join(root, file), 'utf8');
  // Types alone start nothing; modules that are loaded later, or in other threads and processes, do.
  const specifiers = text.matchAll(
    /(?:^import (?!type)[^;]*?from|^export (?!type)[^;]*?from|\bimport\(|new URL\()\s*'(\.{1,2}\/[^']+)\.js'/gm,
  );
  return [...specifiers]
    .map((match) => path.posix.join(path.posix.dirname(file), `${match[1] ?? ''}.ts`))
    .filter((target) => target.startsWith('test/'));
}
