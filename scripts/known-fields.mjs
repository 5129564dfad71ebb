// Writes the fields that Istio's kinds have, reduced from its CRDs, to src/routing/manifest/known-fields/:
//   node scripts/known-fields.mjs customresourcedefinitions.gen.yaml VERSION
// The file stands in the folder kubernetes/ of the Go module istio.io/api of that version.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';

const ROOT = path.resolve(import.meta.dirname, '..');
const KINDS = {
  VirtualService: 'VIRTUAL_SERVICE_SPEC',
  DestinationRule: 'DESTINATION_RULE_SPEC',
  Gateway: 'GATEWAY_SPEC',
};

const [file, version] = process.argv.slice(2);
if (file === undefined || version === undefined)
  throw new Error('usage: node scripts/known-fields.mjs CRDS.yaml VERSION');

/** Lists are as their items; what takes any field, or holds none, is null. */
function reduce(schema) {
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return null;
  if (schema.type === 'array') return reduce(schema.items ?? {});
  if (schema.properties !== undefined)
    return Object.fromEntries(
      Object.entries(schema.properties).map(([name, part]) => [name, reduce(part)]),
    );
  const any = schema.additionalProperties;
  const part = typeof any === 'object' ? reduce(any) : null;
  return part === null ? null : { '*': part };
}

/** Parts that stand in several places become constants, named after the first of them. */
const constants = new Map();
const counts = new Map();

function count(part) {
  if (part === null) return;
  const text = JSON.stringify(part);
  const seen = counts.get(text) ?? 0;
  counts.set(text, seen + 1);
  if (seen === 0) Object.values(part).forEach(count);
}

function written(part, name) {
  if (part === null) return 'null';
  const fields = Object.entries(part).map(
    ([field, inner]) => `${JSON.stringify(field)}: ${written(inner, field === '*' ? name : field)}`,
  );
  const text = JSON.stringify(part);
  if (counts.get(text) === 1) return `{ ${fields.join(', ')} }`;
  const known = constants.get(text);
  if (known !== undefined) return known.name;
  const upper = name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
  const taken = [...constants.values()].filter((one) => one.base === upper).length;
  const constant = taken === 0 ? upper : `${upper}_${taken + 1}`;
  constants.set(text, { name: constant, base: upper, value: `{ ${fields.join(', ')} }` });
  return constant;
}

const crds = parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS());
const specs = Object.entries(KINDS).map(([kind, name]) => {
  const { spec } = crds.find((crd) => crd?.spec.names.kind === kind);
  const shapes = spec.versions.map((each) => reduce(each.schema.openAPIV3Schema.properties.spec));
  if (shapes.some((shape) => JSON.stringify(shape) !== JSON.stringify(shapes[0])))
    throw new Error(`the versions of ${kind} differ in their fields`);
  return { name, shape: shapes[0] };
});
specs.forEach(({ shape }) => count(shape));
const bodies = specs.map(({ name, shape }) => {
  return `export const ${name} = ${written(shape, name)} as const satisfies KnownFields;`;
});
const shared = [...constants.values()].map(({ name, value }) => `const ${name} = ${value};`);
const target = path.join(ROOT, 'src/routing/manifest/known-fields/istio.ts');
writeFileSync(
  target,
  [
    `// Written by scripts/known-fields.mjs from kubernetes/customresourcedefinitions.gen.yaml of istio.io/api ${version}.`,
    "import type { KnownFields } from './known-fields.js';\n",
    ...shared,
    '',
    ...bodies,
    '',
  ].join('\n'),
);
execFileSync(path.join(ROOT, 'node_modules/.bin/prettier'), ['--write', target]);
