import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Document, isCollection, isMap, isScalar, isSeq, parse, visit } from 'yaml';
import { instrumentedObject } from '../../../src/routing/instrument/instrument.js';
import { parseManifests } from '../../../src/routing/parse-manifests.js';
import { request } from '../request.js';

const ISTIO =
  'host=%UPSTREAM_HOST% workload=%UPSTREAM_METADATA(istio:workload)% peer=%RESP(x-envoy-peer-metadata-id)%';

type Fields = Record<string, unknown>;

/** Some of these fields, in any order. */
function someOf(fields: Record<string, fc.Arbitrary<unknown>>, least = 0): fc.Arbitrary<Fields> {
  return fc
    .shuffledSubarray(Object.keys(fields), { minLength: least })
    .chain((names) => fc.tuple(...names.map((name) => fields[name]!.map((value) => [name, value]))))
    .map((entries) => Object.fromEntries(entries) as Fields);
}

/** All of these fields and some of the others, in any order. */
function withSome(all: Fields, some: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Fields> {
  return someOf(some).chain((own) => {
    const entries = Object.entries({ ...all, ...own });
    return fc
      .shuffledSubarray(entries, { minLength: entries.length })
      .map((shuffled) => Object.fromEntries(shuffled));
  });
}

const word = fc.constantFrom('a', 'b: c', 'on', '1', "it's", 'x # y', '', 'two words', '%%');
const headerSet = someOf({ 'x-a': word, 'x-b': word, 'x-c': word });

const istioRule = withSome(
  {
    route: [
      { destination: { host: 'a' }, weight: 60 },
      { destination: { host: 'b' }, weight: 40 },
    ],
  },
  {
    name: fc.constant('main'),
    timeout: fc.constant('2s'),
    match: fc.constant([{ uri: { prefix: '/' } }]),
    headers: someOf({
      request: someOf({ set: headerSet, add: headerSet }),
      response: someOf({ set: headerSet, add: headerSet, remove: fc.constant(['x-d']) }),
    }),
  },
);

const headerList = fc
  .subarray(['x-a', 'x-b', 'x-c'])
  .chain((names) => fc.tuple(...names.map((name) => word.map((value) => ({ name, value })))));
const apiRule = withSome(
  {
    backendRefs: [
      { name: 'a', port: 80, weight: 60 },
      { name: 'b', port: 80, weight: 40 },
    ],
  },
  {
    matches: fc.constant([{ method: { service: 'helloworld.Greeter' } }]),
    filters: fc
      .subarray(['RequestHeaderModifier', 'ResponseHeaderModifier'])
      .chain((types) =>
        fc.tuple(
          ...types.map((type) =>
            withSome({ type }, {}).chain((filter) =>
              someOf({ set: headerList, add: headerList, remove: fc.constant(['x-d']) }).map(
                (modifier) => ({ ...filter, [type.replace(/^R/, 'r')]: modifier }),
              ),
            ),
          ),
        ),
      ),
  },
);

const virtualService = fc.tuple(istioRule, fc.boolean()).map(([rule, alone]): Fields => {
  const other = { match: [{ uri: { exact: '/other' } }], route: [{ destination: { host: 'c' } }] };
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'vs', namespace: 'default', annotations: { note: 'one\n\n  two\n' } },
    spec: { hosts: ['*'], gateways: ['gw'], http: alone ? [rule] : [other, rule] },
  };
});
const grpcRoute = fc.tuple(apiRule, fc.boolean()).map(([rule, alone]): Fields => {
  const other = {
    matches: [{ method: { service: 'other' } }],
    backendRefs: [{ name: 'c', port: 80 }],
  };
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GRPCRoute',
    metadata: { name: 'route', namespace: 'default' },
    spec: { parentRefs: [{ name: 'gw' }], rules: alone ? [rule] : [other, rule] },
  };
});

/** How an object is written; `dice` decide at every part. */
const style = fc.record({
  dice: fc.array(fc.nat({ max: 99 }), { minLength: 60, maxLength: 60 }),
  flow: fc.constantFrom(0, 15, 60),
  comments: fc.constantFrom(0, 20),
  indent: fc.constantFrom(1, 2, 3, 4),
  indentSeq: fc.boolean(),
  flowCollectionPadding: fc.boolean(),
  form: fc.constantFrom('yaml', 'yaml', 'yaml', 'crlf', 'json', 'json-line', 'no-end', 'marked'),
});

function written(
  object: Fields,
  how: typeof style extends fc.Arbitrary<infer T> ? T : never,
): string {
  const { dice, flow, comments, form, ...layout } = how;
  if (form === 'json') return `${JSON.stringify(object, null, layout.indent)}\n`;
  if (form === 'json-line') return JSON.stringify(object);
  let thrown = 0;
  const isLucky = (percent: number): boolean => dice[thrown++ % dice.length]! < percent;
  const document = new Document(object);
  visit(document, {
    Node(_, node, path) {
      if (isCollection(node)) {
        // The printer breaks the line before an empty collection in block style, which is no YAML.
        node.flow = node.items.length === 0 || (path.length > 1 && isLucky(flow));
      }
      if (
        isScalar(node) &&
        typeof node.value === 'string' &&
        !node.value.includes('\n') &&
        isLucky(30)
      )
        node.type = isLucky(50) ? 'QUOTE_DOUBLE' : 'QUOTE_SINGLE';
      if (isScalar(node) && isLucky(comments)) node.comment = ' why';
      if (isMap(node) || isSeq(node)) {
        for (const item of node.items) {
          const begins = isMap(node) ? (item as { key: unknown }).key : item;
          if (isScalar(begins) && isLucky(comments)) begins.commentBefore = ' about it';
        }
      }
    },
  });
  const text = document.toString({ lineWidth: 0, ...layout });
  switch (form) {
    case 'crlf':
      return text.replaceAll('\n', '\r\n');
    case 'no-end':
      return text.trimEnd();
    case 'marked':
      return `---\n${text}`;
    default:
      return text;
  }
}

const asked = request({ targetPort: 80 });

function changed(text: string, undo: boolean): string {
  return instrumentedObject(parseManifests(text, 'test.yaml'), asked, 'header', undo).text;
}

/** The header put in by plain assignments, where each API has it. */
function withHeader(object: Fields): unknown {
  const copy = structuredClone(object) as {
    spec: { http?: IstioRule[]; rules?: ApiRule[] };
  };
  const rule = copy.spec.http?.at(-1);
  if (rule !== undefined) {
    rule.headers ??= {};
    rule.headers.response ??= {};
    rule.headers.response.set ??= {};
    rule.headers.response.set['x-splitproof'] = ISTIO;
    return copy;
  }
  const own = copy.spec.rules!.at(-1)!;
  own.filters ??= [];
  let filter = own.filters.find(({ type }) => type === 'ResponseHeaderModifier');
  if (filter === undefined) {
    filter = { type: 'ResponseHeaderModifier' };
    own.filters.push(filter);
  }
  filter.responseHeaderModifier ??= {};
  filter.responseHeaderModifier.set ??= [];
  filter.responseHeaderModifier.set.push({ name: 'x-splitproof', value: 'host=%UPSTREAM_HOST%' });
  return copy;
}

interface IstioRule {
  headers?: { response?: { set?: Record<string, string> } };
}
interface ApiRule {
  filters?: {
    type: string;
    responseHeaderModifier?: { set?: { name: string; value: string }[] };
  }[];
}

/** Lists of headers and filters in one order, as theirs means nothing here. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map(ordered).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, part]): [string, unknown] => [name, ordered(part)])
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** How many characters two texts have in common from their beginning. */
function commonStart(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return at;
}

/** The same from their ends. */
function commonEnd(one: string, other: string): number {
  let count = 0;
  while (count < one.length && one.at(-1 - count) === other.at(-1 - count)) count += 1;
  return count;
}

const RUNS = { numRuns: 150 };
const anyRoute = fc.oneof(virtualService, grpcRoute);

describe('the header in an object, however that is written', () => {
  it('is there and nothing else has changed', () => {
    fc.assert(
      fc.property(anyRoute, style, (object, how) => {
        const text = written(object, how);
        assert.deepEqual(parse(text), object);
        assert.deepEqual(
          ordered(parse(changed(text, false))),
          ordered(withHeader(object)),
          changed(text, false),
        );
      }),
      RUNS,
    );
  });

  it('is one insertion, on lines of its own where the rule is in block style', () => {
    fc.assert(
      fc.property(anyRoute, style, (object, how) => {
        const text = written(object, how).replace(/^---\n/, '');
        const after = changed(text, false);
        const kept = commonStart(text, after) + commonEnd(text, after);
        assert.ok(kept >= text.length, `${text}\n${after}`);
        const isBlock = how.flow === 0 && !how.form.startsWith('json');
        if (!isBlock || text.includes('{}') || text.includes('[]')) return;
        const lines = after.split(/\r?\n/);
        const missing = text.split(/\r?\n/).filter((line) => !lines.includes(line));
        assert.deepEqual(missing, [], after);
      }),
      RUNS,
    );
  });

  it('is taken back to the byte', () => {
    fc.assert(
      fc.property(anyRoute, style, (object, how) => {
        const text = written(object, how);
        assert.equal(changed(changed(text, false), true), text.replace(/^---\n/, ''));
      }),
      RUNS,
    );
  });

  it('is put into the one object of a List that has the rule, printed by itself', () => {
    fc.assert(
      fc.property(anyRoute, style, (object, how) => {
        const other = {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'a', namespace: 'default' },
          spec: { ports: [{ port: 80 }] },
        };
        const items = [other, object, { ...other, metadata: { name: 'b' } }];
        const text = written({ apiVersion: 'v1', kind: 'List', items }, how);
        const alone = changed(text, false);
        assert.deepEqual(ordered(parse(alone)), ordered(withHeader(object)), alone);
        assert.deepEqual(parse(changed(alone, true)), object);
      }),
      RUNS,
    );
  });
});
