// Parts of the tests that come from Go modules. What is built is kept outside the tree, so that
// every clone on a machine finds it: the first build takes minutes.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { runGo } from './go-toolchain.mjs';

/**
 * `name`: the tests start it as .parts/NAME. `folder`: a Go module of its own. `words`: how Go builds it.
 * `command`: what of the module is built, where it is not the folder's own. `effort`: what the first build on
 * a machine costs. `ofCluster`: whether the cluster tests alone need it.
 *
 * @typedef {{ name: string, folder: string, words: string[], command?: string, effort: string, ofCluster: boolean }} GoPart
 * @type {readonly GoPart[]}
 */
const GO_PARTS = [
  {
    name: 'streams-peer',
    folder: 'test/streams-peer',
    words: ['build', '-ldflags', '-s -w'],
    effort: 'half a minute of CPU',
    ofCluster: false,
  },
  {
    name: 'grpcurl',
    folder: 'test/streams-peer',
    words: ['build', '-ldflags', '-s -w'],
    command: 'github.com/fullstorydev/grpcurl/cmd/grpcurl',
    effort: 'a minute of CPU',
    ofCluster: false,
  },
  {
    name: 'kube-apiserver',
    folder: 'test/cluster/kubernetes',
    // Without the version it calls itself v0.0.0, and clients that ask for one refuse it.
    words: ['build', '-ldflags', '-s -w -X k8s.io/component-base/version.gitVersion=v1.34.0'],
    effort: '8 minutes of CPU',
    ofCluster: true,
  },
  {
    // Makes the pods of Jobs, as a Rollout's step or a pipeline asks for them.
    name: 'kube-controller-manager',
    folder: 'test/cluster/kubernetes',
    words: ['build', '-ldflags', '-s -w -X k8s.io/component-base/version.gitVersion=v1.34.0'],
    command: 'k8s.io/kubernetes/cmd/kube-controller-manager',
    effort: '2 minutes of CPU',
    ofCluster: true,
  },
  {
    name: 'argo-rollouts',
    folder: 'test/cluster/argo-rollouts',
    words: ['build', '-ldflags', '-s -w'],
    command: 'github.com/argoproj/argo-rollouts/cmd/rollouts-controller',
    effort: '3 minutes of CPU',
    ofCluster: true,
  },
  {
    name: 'flagger',
    folder: 'test/cluster/flagger',
    words: ['build', '-ldflags', '-s -w'],
    command: 'github.com/fluxcd/flagger/cmd/flagger',
    effort: '3 minutes of CPU',
    ofCluster: true,
  },
  {
    name: 'istiod',
    folder: 'test/cluster/istiod',
    words: ['build', '-ldflags', '-s -w'],
    effort: '12 minutes of CPU',
    ofCluster: true,
  },
  {
    name: 'istio-echo',
    folder: 'test/cluster/istiod',
    words: ['build', '-ldflags', '-s -w'],
    command: 'istio.io/istio/pkg/test/echo/cmd/server',
    effort: '2 minutes of CPU',
    ofCluster: true,
  },
  {
    name: 'connect-peer',
    folder: 'test/cluster/connect',
    words: ['build', '-ldflags', '-s -w'],
    effort: 'half a minute of CPU',
    ofCluster: true,
  },
  {
    name: 'kustomize',
    folder: 'test/cluster/kustomize',
    words: ['build', '-ldflags', '-s -w'],
    effort: 'half a minute of CPU',
    ofCluster: true,
  },
  {
    name: 'go-xds-client',
    folder: 'test/cluster/go-xds-client',
    words: ['build', '-ldflags', '-s -w'],
    effort: '1 minute of CPU',
    ofCluster: true,
  },
];

/**
 * @param {string} root
 * @param {string} parts Path of the .parts folder.
 * @param {boolean} forCluster Whether the cluster tests are to run too.
 * @returns Those that have no binary for the module as it stands; the others are linked where tests look.
 */
export function missingGoParts(root, parts, forCluster) {
  return GO_PARTS.filter((part) => {
    if (part.ofCluster && !forCluster) return false;
    const binary = binaryOf(root, part);
    if (!existsSync(binary)) return true;
    link(binary, path.join(parts, part.name));
    return false;
  });
}

/**
 * Builds beside the final file and renames, so that an interrupted build is never taken for a complete one.
 *
 * @param {string} go As `findGo` gives it.
 * @param {string} root
 * @param {string} parts
 * @param {GoPart} part
 * @returns {boolean} Whether it succeeded; what Go said is on standard error.
 */
export function buildGoPart(go, root, parts, part) {
  const binary = binaryOf(root, part);
  const incoming = `${binary}.${process.pid}`;
  mkdirSync(path.dirname(binary), { recursive: true });
  const built = runGo(go, [...part.words, '-trimpath', '-o', incoming, part.command ?? '.'], {
    cwd: path.join(root, part.folder),
  });
  if (built === null) {
    rmSync(incoming, { force: true });
    return false;
  }
  renameSync(incoming, binary);
  link(binary, path.join(parts, part.name));
  return true;
}

/** Where builds are kept: $XDG_CACHE_HOME/splitproof, else ~/.cache/splitproof. */
export function cacheFolder() {
  const { XDG_CACHE_HOME } = process.env;
  const base = XDG_CACHE_HOME !== undefined && path.isAbsolute(XDG_CACHE_HOME);
  return path.join(base ? XDG_CACHE_HOME : path.join(homedir(), '.cache'), 'splitproof');
}

/**
 * Named by everything that makes it: the module's files (its versions and their sums are in go.mod and
 * go.sum), how it is built, and for what.
 *
 * @param {string} root
 * @param {GoPart} part
 */
function binaryOf(root, part) {
  const folder = path.join(root, part.folder);
  const hash = createHash('sha256').update(
    JSON.stringify([
      part.words,
      ...(part.command === undefined ? [] : [part.command]),
      process.platform,
      process.arch,
    ]),
  );
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!/(?:\.go|go\.mod|go\.sum)$/.test(file)) continue;
    hash.update(`\n${file}\n`).update(readFileSync(path.join(folder, file)));
  }
  return path.join(cacheFolder(), `${part.name}-${hash.digest('hex').slice(0, 16)}`);
}

/** @param {string} target @param {string} name */
export function link(target, name) {
  const incoming = `${name}.${process.pid}`;
  mkdirSync(path.dirname(name), { recursive: true });
  rmSync(incoming, { force: true });
  symlinkSync(target, incoming);
  renameSync(incoming, name);
}
