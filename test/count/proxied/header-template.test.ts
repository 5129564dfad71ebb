import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { headerTemplate } from '../../../src/count/proxied/header-template.js';
import { NO_FIELDS, type ProxyFields } from '../../../src/count/proxied/proxy-fields.js';

const ALL =
  'host=%UPSTREAM_HOST% workload=%UPSTREAM_METADATA(istio:workload)% peer=%RESP(x-envoy-peer-metadata-id)%';

describe('the value of a header as a route sets it', () => {
  const cases: [template: string, text: string, read: Partial<ProxyFields> | null][] = [
    ['v1', 'v1', {}],
    ['v1', 'v2', null],
    ['v1', 'v1-', null],
    ['v1-%UPSTREAM_HOST%', 'v1-10.0.0.1:80', { host: '10.0.0.1:80' }],
    ['v1-%UPSTREAM_HOST%', 'v1-', {}],
    ['v1-%UPSTREAM_HOST%', 'v2-10.0.0.1:80', null],
    ['%UPSTREAM_HOST%', '10.0.0.1:80', { host: '10.0.0.1:80' }],
    ['%UPSTREAM_HOST%', '-', {}],
    ['%UPSTREAM_REMOTE_ADDRESS%;', '10.0.0.1:80;', { host: '10.0.0.1:80' }],
    ['100%% %UPSTREAM_HOST%', '100% a', { host: 'a' }],
    ['%%%UPSTREAM_HOST%%%', '%a%', { host: 'a' }],
    ['%UPSTREAM_CLUSTER_RAW%', 'outbound|80|v1|a', { cluster: 'outbound|80|v1|a' }],
    ['%UPSTREAM_CLUSTER%', 'outbound|80|v1|a;', { cluster: 'outbound|80|v1|a;' }],
    ['%UPSTREAM_METADATA(["istio", "workload"])%', 'a;b;c;v1;k', { workload: 'a;b;c;v1;k' }],
    ['%UPSTREAM_METADATA(istio:workload):20%', 'a;b;c;v1;k', { workload: 'a;b;c;v1;k' }],
    ['%RESP(X-Envoy-Peer-Metadata-Id)%', 'sidecar~1~a.b~c', { peer: 'sidecar~1~a.b~c' }],
    [
      ALL,
      'host=10.0.0.1:80 workload=a;b;c;v1;k peer=sidecar~1~a.b~c',
      { host: '10.0.0.1:80', workload: 'a;b;c;v1;k', peer: 'sidecar~1~a.b~c' },
    ],
    [ALL, 'host= workload= peer=', {}],
    [ALL, 'host=10.0.0.1:80 workload=- peer=', { host: '10.0.0.1:80' }],
    [ALL, 'host=10.0.0.1:80', null],
    // What varies without telling anything is passed over.
    ['%START_TIME(%Y/%m/%d)% %UPSTREAM_HOST%', '2026/1/1 a', { host: 'a' }],
    ['%REQ(x-id?y:z):9%/%UPSTREAM_HOST%', 'id/a', { host: 'a' }],
    // Where the one ends and the other begins, nobody can say.
    ['a%UPSTREAM_HOST%%UPSTREAM_CLUSTER%', 'ab', {}],
  ];
  for (const [template, text, read] of cases) {
    it(`${template} makes ${text} ${read === null ? 'never' : ''}`, () => {
      const found = headerTemplate(template)!.read(text);
      assert.deepEqual(found, read === null ? null : { ...NO_FIELDS, ...read });
    });
  }

  for (const wrong of ['50%', '%UPSTREAM_HOST', '%upstream_host%', '%UPSTREAM_HOST(%', '% %']) {
    it(`${wrong} is none of Envoy’s`, () => {
      assert.equal(headerTemplate(wrong), null);
    });
  }

  it('an operator alone that tells nothing is no sign', () => {
    assert.equal(headerTemplate('%PROTOCOL%'), null);
    assert.equal(headerTemplate('at %PROTOCOL%')!.hasFields, false);
    assert.equal(headerTemplate(ALL)!.hasFields, true);
  });
});

/** Text of a header, without what would make it ambiguous: the dash and blanks at its ends. */
const literal = fc
  .string({ unit: fc.constantFrom(...'abc=;%'.split('')), minLength: 1, maxLength: 6 })
  .map((text) => `<${text}>`);
const operator = fc.constantFrom(
  ...([
    ['%UPSTREAM_HOST%', 'host'],
    ['%UPSTREAM_CLUSTER_RAW%', 'cluster'],
    ['%UPSTREAM_METADATA(istio:workload)%', 'workload'],
    ['%RESP(x-envoy-peer-metadata-id)%', 'peer'],
    ['%PROTOCOL%', null],
  ] as const),
);
const expansion = fc.string({
  unit: fc.constantFrom(...'xyz0123456789.:;~|'.split('')),
  minLength: 1,
  maxLength: 12,
});

describe('templates in general', () => {
  it('what Envoy puts in is what is read out', () => {
    fc.assert(
      fc.property(
        literal,
        fc.uniqueArray(fc.tuple(operator, expansion, literal), {
          minLength: 1,
          maxLength: 5,
          selector: ([[name]]) => name,
        }),
        (first, parts) => {
          const escaped = (text: string): string => text.replaceAll('%', '%%');
          const template = parts.reduce(
            (text, [[name], , after]) => `${text}${name}${escaped(after)}`,
            escaped(first),
          );
          // Envoy's part, done here: the operators replaced by what they stand for.
          const text = parts.reduce((made, [, value, after]) => `${made}${value}${after}`, first);
          const expected: ProxyFields = { ...NO_FIELDS };
          for (const [[, field], value] of parts) if (field !== null) expected[field] = value;
          assert.deepEqual(headerTemplate(template)!.read(text), expected);
        },
      ),
    );
  });

  it('no text of a server takes long, or throws', () => {
    const template = headerTemplate(
      'a%UPSTREAM_HOST%a%PROTOCOL%a%UPSTREAM_CLUSTER%a%PROTOCOL%a%REQ(x)%ab',
    )!;
    let steps = 0;
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 1024 }), (text) => {
        template.read(text);
        steps += 1;
      }),
    );
    assert.ok(steps > 0);
    assert.equal(template.read('a'.repeat(100_000)), null);
  });

  it('whatever stands in a manifest compiles or does not', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'%AB(:)1 -'.split('')), maxLength: 40 }),
        fc.string(),
        (value, text) => {
          headerTemplate(value)?.read(text);
        },
      ),
    );
  });
});
