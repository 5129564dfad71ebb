// The CustomResourceDefinitions of the kinds that are read, from the Go modules that publish them.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { cacheFolder, link } from './go-parts.mjs';
import { runGo } from './go-toolchain.mjs';

/** The `sum` is Go's own checksum of the module's files, as `go.sum` has it. */
const CRD_MODULES = [
  {
    module: 'istio.io/api',
    version: 'v1.32.0',
    sum: 'h1:37mJvg9I0biYZAEQF+MATs4FNeCpXEIVO3LFpVb6iNM=',
    place: 'kubernetes/customresourcedefinitions.gen.yaml',
  },
  {
    // The experimental channel: the standard one's kinds and fields, and those still on trial.
    module: 'sigs.k8s.io/gateway-api',
    version: 'v1.6.3',
    sum: 'h1:lKpJa5bGlraC/QeACvCpsHLdmO6y0iKfzVl6gzaFEYc=',
    place: 'config/crd/experimental',
  },
  {
    module: 'github.com/fluxcd/flagger',
    version: 'v1.36.1',
    sum: 'h1:X2PumtNwZz9YSGaOtZLFm2zAKLgHhFkbNv8beg7ifyc=',
    place: 'artifacts/flagger/crd.yaml',
  },
  {
    module: 'github.com/argoproj/argo-rollouts',
    version: 'v1.9.0',
    sum: 'h1:bXgBpwCByXyAUcgBnyP0fxkSW2CEot78InTFjFlag5g=',
    place: 'manifests/crds',
  },
];

/** @param {string} parts Path of the .parts folder, where the tests find them as crds/. */
export function crdsAreThere(parts) {
  const folder = crdFolder();
  if (!existsSync(folder)) return false;
  link(folder, path.join(parts, 'crds'));
  return true;
}

/**
 * Into a folder for each module, beside the final place, so that half of them is never taken for all.
 *
 * @param {string} go As `findGo` gives it.
 * @param {string} parts
 * @returns {string | null} What went wrong; null when all are there.
 */
export function downloadCrds(go, parts) {
  const incoming = `${crdFolder()}.${process.pid}`;
  rmSync(incoming, { recursive: true, force: true });
  mkdirSync(incoming, { recursive: true });
  const complaint = CRD_MODULES.map((module) => download(go, module, incoming)).find(Boolean);
  if (complaint === undefined) renameSync(incoming, crdFolder());
  rmSync(incoming, { recursive: true, force: true });
  if (complaint !== undefined) return complaint;
  link(crdFolder(), path.join(parts, 'crds'));
  return null;
}

/** @param {string} go @param {(typeof CRD_MODULES)[number]} crds @param {string} folder */
function download(go, { module, version, sum, place }, folder) {
  // Outside any module: what this one requires in its turn is of no interest.
  const said = runGo(go, ['mod', 'download', '-json', `${module}@${version}`], { cwd: folder });
  if (said === null) return `Go could not download ${module} ${version}: see what it says above.`;
  const { Dir, Sum } = JSON.parse(said);
  if (Sum !== sum) return `${module} ${version} is not what it was: its checksum is ${Sum}.`;
  const source = path.join(Dir, place);
  const target = path.join(folder, module.replaceAll('/', '_'));
  mkdirSync(target);
  const files = place.endsWith('.yaml')
    ? [source]
    : readdirSync(source).map((name) => path.join(source, name));
  for (const file of files.filter((name) => name.endsWith('.yaml'))) {
    writeFileSync(path.join(target, path.basename(file)), readFileSync(file));
  }
  return null;
}

/** Named by what is in it: clones of other versions have one of their own. */
function crdFolder() {
  const hash = createHash('sha256').update(JSON.stringify(CRD_MODULES)).digest('hex');
  return path.join(cacheFolder(), `crds-${hash.slice(0, 16)}`);
}
