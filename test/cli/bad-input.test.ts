import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { splitproof } from '../fixtures/command.js';

const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-'));
after(() => {
  rmSync(folder, { recursive: true });
});

let files = 0;
function fileWith(text: string, extension = 'yaml'): string {
  const file = path.join(folder, `input-${files++}.${extension}`);
  writeFileSync(file, text);
  return file;
}

function folderWith(contents: Record<string, string>): string {
  const inner = path.join(folder, `folder-${files++}`);
  for (const [name, text] of Object.entries(contents)) {
    mkdirSync(path.dirname(path.join(inner, name)), { recursive: true });
    writeFileSync(path.join(inner, name), text);
  }
  return inner;
}

const GREETER = ['helloworld.Greeter/SayHello', '--plaintext'];
// Nothing listens there: a run that sends anything would end with status 4, not 2.
const TARGET = '127.0.0.1:1';
const WEIGHTS = ['--weights', 'v1=60,v2=40'];

const ROUTE = (weights: readonly (number | string)[], subsets = ['v1', 'v2']): string =>
  `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: vs}
spec:
  hosts: ["*"]
  gateways: [gw]
  http:
  - route:
${weights.map((weight, index) => `    - destination: {host: svc, subset: ${subsets[index] ?? ''}}\n      weight: ${weight}`).join('\n')}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gw}
spec:
  servers:
  - port: {number: 80, name: grpc, protocol: GRPC}
    hosts: ["*"]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: dr}
spec:
  host: svc
  subsets:
  - {name: v1, labels: {version: v1}}
  - {name: v2, labels: {version: v2}}
  - {name: v2-again, labels: {version: v2}}
`;

/** Each: what is wrong, the words, and what the one line must say. */
const CASES: [string, string[], RegExp[]][] = [
  [
    'previous weights that are none',
    [TARGET, ...GREETER, ...WEIGHTS, '--previous', 'v1:90'],
    [/--previous/, /NAME=WEIGHT/],
  ],
  [
    'previous weights of a destination that the route does not have',
    [TARGET, ...GREETER, ...WEIGHTS, '--previous', 'v1=90,v3=10'],
    [/--previous/, /"v3"/, /v1, v2/],
  ],
  [
    'no such earlier record',
    [TARGET, ...GREETER, ...WEIGHTS, '--previous', 'nope.json'],
    [/--previous/, /nope\.json/, /no such file/],
  ],
  [
    'an earlier record that is none',
    [TARGET, ...GREETER, ...WEIGHTS, '--previous', fileWith('{"schema": "x"}', 'json')],
    [/\.json/, /splitproof\/run\/v1/],
  ],
  [
    'a tunnel',
    ['-X', 'connect', `http://${TARGET}/`, ...WEIGHTS],
    [/--method: CONNECT opens a tunnel: write a method/],
  ],
  ['a HEAD request with a body', ['-I', '-d', 'a', `http://${TARGET}/`, ...WEIGHTS], [/--head: /]],
  [
    'a path with a fragment',
    [TARGET, '--plaintext', '--path', '/a#b', ...WEIGHTS],
    [/--path: what follows # is not sent/],
  ],
  [
    'weights with colons',
    [TARGET, ...GREETER, '--weights', 'v1:60,v2:40'],
    [/--weights: "v1:60" is not NAME=WEIGHT .+ as in v1=60$/m],
  ],
  [
    'weights with per cent',
    [TARGET, ...GREETER, '--weights', 'v1=60%,v2=40%'],
    [/--weights: "v1=60%" is not NAME=WEIGHT .+ as in v1=60$/m],
  ],
  [
    'a destination with two weights',
    [TARGET, ...GREETER, '--weights', 'v1=60,v1=40'],
    [/--weights: .+ names "v1" twice/],
  ],
  [
    'weights that end in a comma',
    [TARGET, ...GREETER, '--weights', 'v1=60,'],
    [/--weights: a comma with nothing on one side/],
  ],
  [
    'a method that is misspelt',
    [TARGET, 'helloworld.Greeter/SayHelo', '--plaintext', ...WEIGHTS],
    [/--call: helloworld\.Greeter has no method SayHelo; it has SayHello, /],
  ],
  [
    'a service without its package',
    [TARGET, 'Greeter/SayHello', '--plaintext', ...WEIGHTS],
    [/--call: .+ no service Greeter: did you mean helloworld\.Greeter\/SayHello\? Otherwise: /],
  ],
  [
    'a service in place of a method',
    [TARGET, 'helloworld.Greeter', '--plaintext', ...WEIGHTS],
    [
      /helloworld\.Greeter is a service, name a method of it, such as helloworld\.Greeter\/SayHello\./,
    ],
  ],
  [
    'data that are no JSON',
    [TARGET, ...GREETER, ...WEIGHTS, '-d', 'name=jack'],
    [/--data: not JSON: .+ write it as '\{"name": "jack"\}', in single quotes for the shell$/m],
  ],
  [
    'data with an unknown field',
    [TARGET, ...GREETER, ...WEIGHTS, '-d', '{"nam": "jack"}'],
    [/--data: helloworld\.HelloRequest has no field "nam"; .+ are: name$/m],
  ],
  [
    'TLS that ends before the gateway',
    [
      ...['-f', 'scenarios/grpc-gateway/gateway-h2c.yaml', 'https://grpc.example.com'],
      ...['-f', 'scenarios/grpc-gateway/virtual-service-paths-canary.yaml', GREETER[0] ?? ''],
    ],
    [
      /gateway-h2c\.yaml:9: .+ HTTP2 80 .+--plaintext, or say with --scheme http that TLS ends before/,
    ],
  ],
  [
    'plaintext to a gateway of TLS alone',
    [
      ...['-f', 'scenarios/grpc-gateway/gateway.yaml', TARGET, ...GREETER],
      ...['-f', 'scenarios/grpc-gateway/virtual-service-paths-canary.yaml'],
      ...['--authority', 'grpc.example.com'],
    ],
    [/HTTPS 443 .+leave out --plaintext to speak TLS to it/],
  ],
  [
    'a scheme that is none',
    [TARGET, ...GREETER, ...WEIGHTS, '--scheme', 'h2c'],
    [/scheme/, /http/, /https/],
  ],
  [
    'a Helm chart',
    ['-f', folderWith({ 'Chart.yaml': 'name: shop\n' }), TARGET, ...GREETER],
    [/: this is a Helm chart: run helm template, and give what it prints$/m],
  ],
  [
    'a folder of folders',
    ['-f', folderWith({ 'base/vs.yaml': 'kind: A\n' }), TARGET, ...GREETER],
    [/holds no \*\.yaml.+ folders in it are not looked into: name .+\/base$/m],
  ],
  [
    'manifests without a route',
    ['-f', 'scenarios/asm-greeter/gateway.yaml', TARGET, ...GREETER],
    [/hold nothing that routes requests, but Gateway: add the VirtualService/],
  ],
  ['no such manifest', ['-f', 'nope.yaml', TARGET, ...GREETER], [/nope\.yaml/, /no such file/]],
  ['not YAML', ['-f', fileWith('a: [1,\nb: }'), TARGET, ...GREETER], [/\.yaml:\d+/, /YAML/]],
  [
    'a routing kind under a wrong group',
    ['-f', 'scenarios/grpc-gateway/virtual-service-streaming.yaml', TARGET, ...GREETER],
    [/virtual-service-streaming\.yaml:1/, /did you mean networking\.istio\.io\/v1/],
  ],
  [
    'no VirtualService',
    [
      ...['-f', 'scenarios/asm-greeter/app.yaml', '-f', 'scenarios/asm-greeter/gateway.yaml'],
      ...[TARGET, ...GREETER],
    ],
    [/VirtualService/],
  ],
  [
    'two versions of one VirtualService',
    ['-f', 'scenarios/asm-greeter', TARGET, ...GREETER],
    [/virtual-service-60-40\.yaml:1/, /given twice/],
  ],
  [
    'several VirtualServices that could take the request',
    [
      '-f',
      'scenarios/asm-greeter/virtual-service-60-40.yaml',
      '-f',
      fileWith(
        readFileSync('scenarios/asm-greeter/virtual-service-60-40.yaml', 'utf8').replace(
          'grpc-vs',
          'other-vs',
        ),
      ),
      '-f',
      'scenarios/asm-greeter/gateway.yaml',
      TARGET,
      ...GREETER,
    ],
    [/default\/grpc-vs/, /default\/other-vs/, /--virtual-service/],
  ],
  [
    'a negative weight',
    ['-f', fileWith(ROUTE([-1, 101])), TARGET, ...GREETER],
    [/\.yaml:\d+/, /weight/],
  ],
  [
    'weights all zero',
    ['-f', fileWith(ROUTE([0, 0])), TARGET, ...GREETER],
    [/\.yaml:\d+/, /zero|0/],
  ],
  [
    'a weight that is not a number',
    ['-f', fileWith(ROUTE(['sixty', 40])), TARGET, ...GREETER],
    [/\.yaml:\d+/, /weight/],
  ],
  [
    'an unknown subset',
    ['-f', fileWith(ROUTE([60, 40], ['v1', 'v9'])), TARGET, ...GREETER],
    [/v9/, /v1, v2/],
  ],
  [
    'destinations that select the same pods',
    ['-f', fileWith(ROUTE([60, 40], ['v2', 'v2-again'])), TARGET, ...GREETER],
    [/same pods|told apart/],
  ],
  [
    'an unknown method',
    [...WEIGHTS, TARGET, 'helloworld.Greeter/SayHi', '--plaintext'],
    [/no method SayHi/, /SayHello/],
  ],
  [
    'an unknown service',
    [...WEIGHTS, TARGET, 'hello.Greeter/SayHello', '--plaintext'],
    [/no service hello\.Greeter/, /helloworld\.Greeter/],
  ],
  [
    'a field that the message lacks',
    [...WEIGHTS, TARGET, ...GREETER, '-d', '{"nme":"Jack"}'],
    [/nme/, /the fields .* are: name/],
  ],
  [
    'a field of another type',
    [...WEIGHTS, TARGET, ...GREETER, '-d', '{"name":7}'],
    [/helloworld\.HelloRequest\.name/, /string/],
  ],
  ['data that is not JSON', [...WEIGHTS, TARGET, ...GREETER, '-d', '{name'], [/--data/, /JSON/]],
  ['a target without a port', [...WEIGHTS, 'localhost', ...GREETER], [/"localhost"/, /port/]],
  ['a target out of range', [...WEIGHTS, 'localhost:70000', ...GREETER], [/65535/]],
  ['no target', ['--call', 'helloworld.Greeter/SayHello', ...WEIGHTS], [/TARGET/]],
  ['an unknown flag', [...WEIGHTS, TARGET, ...GREETER, '--conections', '5'], [/conections/]],
  ['--insecure', [...WEIGHTS, TARGET, ...GREETER, '--insecure'], [/--plaintext/, /--skip-verify/]],
  ['a switch with a value', [...WEIGHTS, TARGET, ...GREETER, '--plaintext=yes'], [/--plaintext/]],
  [
    'a method before the target',
    [...WEIGHTS, 'helloworld.Greeter/SayHello', TARGET, '--plaintext'],
    [/TARGET/, /looks like METHOD/],
  ],
  ['plaintext to https', [...WEIGHTS, 'https://localhost:1', ...GREETER], [/--plaintext/, /https/]],
  ['a flag without its value', [...WEIGHTS, TARGET, ...GREETER, '-n'], [/-n needs a number/]],
  ['a number that is none', [...WEIGHTS, TARGET, ...GREETER, '-n', 'many'], [/--requests/]],
  ['a duration without unit', [...WEIGHTS, TARGET, ...GREETER, '-z', '10'], [/--duration/, /10s/]],
  ['a deadline of nothing', [...WEIGHTS, TARGET, ...GREETER, '-t', '0s'], [/--timeout/, /above 0/]],
  [
    'a duration that no timer takes',
    [...WEIGHTS, TARGET, ...GREETER, '-z', '600h'],
    [/--duration/, /at most 500h/],
  ],
  [
    'an error rate above everything',
    [...WEIGHTS, TARGET, ...GREETER, '--max-error-rate', '5'],
    [/--max-error-rate/, /0\.05/],
  ],
  [
    'an error rate of a destination that there is not',
    [...WEIGHTS, TARGET, ...GREETER, '--max-error-rate', 'v9=5%'],
    [/--max-error-rate/, /'v9'/, /v1, v2/],
  ],
  [
    'an error rate that nothing excludes',
    [...WEIGHTS, TARGET, ...GREETER, '--error-rate-shown', '0'],
    [/--error-rate-shown/, /2%/],
  ],
  [
    'more connections than there are ports',
    [...WEIGHTS, TARGET, ...GREETER, '--connections', '1e6'],
    [/--connections/, /at most 60000/],
  ],
  [
    'metadata of another form',
    [...WEIGHTS, TARGET, ...GREETER, '-m', '{"a": 1}'],
    [/--metadata/, /x-user/],
  ],
  [
    'an empty authority',
    [...WEIGHTS, TARGET, ...GREETER, '--authority='],
    [/--authority/, /empty/],
  ],
  [
    'a tolerance that is none',
    [...WEIGHTS, TARGET, ...GREETER, '--tolerance', 'some'],
    [/--tolerance/],
  ],
  [
    'a tolerance for an unknown destination',
    [...WEIGHTS, TARGET, ...GREETER, '--tolerance', 'v9=3pp'],
    [/v9/, /v1, v2/],
  ],
  ['no expectation', [TARGET, ...GREETER], [/--manifest/, /v1=60,v2=40/]],
  [
    'two expectations',
    [...WEIGHTS, '-f', 'scenarios/asm-greeter/app.yaml', TARGET, ...GREETER],
    [/--weights/],
  ],
  ['a header without colon', [...WEIGHTS, TARGET, ...GREETER, '-H', 'nonsense'], [/name: value/]],
  [
    'an unknown output format',
    [...WEIGHTS, TARGET, ...GREETER, '-o', path.join(folder, 'report.pdf')],
    [/report\.pdf/, /json/],
  ],
  [
    'an output folder that does not exist',
    [...WEIGHTS, TARGET, ...GREETER, '-o', path.join(folder, 'no/report.json')],
    [/report\.json/, /folder/],
  ],
  [
    'an unknown key in a scenario',
    ['--scenario', fileWith('target: localhost:1\nconection: 5\n')],
    [/\.yaml:2/, /"conection"/],
  ],
  [
    'a wrong value in a scenario',
    ['--scenario', fileWith('target: localhost:1\n\nrequests: some\n')],
    [/\.yaml:3/, /requests/],
  ],
  ['a scenario that does not exist', ['--scenario', 'nope.yaml'], [/nope\.yaml/, /no such file/]],
  ['a scenario that is not a map', ['--scenario', fileWith('- a\n')], [/\.yaml:1/, /map/]],
  [
    'an identity that the reply has no field for',
    [...WEIGHTS, TARGET, ...GREETER, '--identity', 'field:pod.name'],
    [/--identity: helloworld\.HelloReply has no field "pod".+: message$/m],
  ],
  [
    'a selector that is none',
    [...WEIGHTS, TARGET, ...GREETER, '--identity', 'html:p[['],
    [/--identity: "p\[\[" is not a CSS selector/],
  ],
  [
    'a pattern that is none',
    [...WEIGHTS, TARGET, ...GREETER, '--identity-pattern', '('],
    [/--identity-pattern: not a regular expression/],
  ],
  [
    'a map that is none',
    [...WEIGHTS, TARGET, ...GREETER, '--identity-map', 'blue'],
    [/--identity-map: "blue" is not FOUND=NAME/],
  ],
];

describe('bad input', () => {
  for (const [name, words, expected] of CASES) {
    it(`${name}: one clear sentence, and exit status 2`, async () => {
      const { status, stdout, stderr } = await splitproof(['verify', ...words]);
      assert.equal(status, 2, stderr);
      assert.equal(stdout, '');
      const lines = stderr.split('\n').filter((line) => line.startsWith('splitproof: '));
      assert.equal(lines.length, 1, stderr);
      for (const pattern of expected) assert.match(stderr, pattern);
    });
  }

  it('says which commands there are', async () => {
    for (const words of [['verfy'], ['demo', 'nothing-like-it']]) {
      const { status, stderr } = await splitproof(words);
      assert.equal(status, 2);
      assert.match(stderr, /^splitproof: .+\n$/);
    }
    const help = await splitproof(['help']);
    assert.equal(help.status, 0);
    assert.match(help.stdout, /splitproof verify .*Test the observed split/);
    // By itself it is no success, and its output is no report.
    assert.deepEqual(await splitproof([], {}), { status: 2, stdout: '', stderr: help.stdout });
    assert.match((await splitproof(['help', 'plan'])).stdout, /^splitproof plan \[request/);
    assert.match((await splitproof(['-V'])).stdout, /^\d+\.\d+\.\d+\n$/);
  });

  it('does not print what a header holds', async () => {
    const secret = 'Bearer s3cr3t\u0001';
    const { stderr } = await splitproof([
      'verify',
      ...WEIGHTS,
      TARGET,
      ...GREETER,
      '-H',
      `authorization: ${secret}`,
    ]);
    assert.match(stderr, /authorization/);
    assert.ok(!stderr.includes('s3cr3t'));
  });
});
