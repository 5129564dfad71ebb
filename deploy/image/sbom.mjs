// Writes the list of what is in the image (CycloneDX), from npm's list of all packages on standard input: those
// that are installed, those that the command line was bundled of, and Node.js itself.
import { readFileSync } from 'node:fs';

const NODE = `pkg:generic/node@${process.versions.node}`;
const RULE = `\n${'-'.repeat(80)}\n\n`;

const sbom = JSON.parse(readFileSync(0, 'utf8'));
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const installed = JSON.parse(readFileSync('node_modules/.package-lock.json', 'utf8')).packages;
// Each licence stands there below the packages that it covers, a name a line.
const bundled = readFileSync('dist/cli/LICENSES.txt', 'utf8')
  .split(RULE)
  .flatMap((part) => part.split('\n\n', 1)[0].split('\n'))
  .map((name) => `node_modules/${name}`);

/** Packages are told apart by name and version, and found by their folders. */
const kept = new Set(
  [...Object.keys(installed), ...bundled].map((folder) => {
    const { name = folder.replace(/^.*node_modules\//, ''), version } = packages[folder];
    return `${name}@${version}`;
  }),
);
sbom.components = sbom.components.filter((component) => kept.has(component['bom-ref']));
sbom.components.push({
  'bom-ref': NODE,
  type: 'platform',
  name: 'node',
  version: process.versions.node,
  purl: NODE,
});
const refs = new Set(sbom.components.map((component) => component['bom-ref']));
refs.add(sbom.metadata.component['bom-ref']);
sbom.dependencies = sbom.dependencies
  .filter(({ ref }) => refs.has(ref))
  .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) }));
process.stdout.write(`${JSON.stringify(sbom, null, 2)}\n`);
