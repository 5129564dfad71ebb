import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { splitproof } from '../fixtures/command.js';

const CALL = ['verify', '127.0.0.1:1', 'helloworld.Greeter/SayHello', '--plaintext'];
const WEIGHTS = ['--weights', 'v1=1,v2=1'];

describe('what a run is called, and where its log comes from', () => {
  const wrong: [what: string, args: string[], problem: RegExp][] = [
    [
      'a run id with spaces',
      [...WEIGHTS, '--run-id', 'a b'],
      /--run-id: write at most 128 letters/,
    ],
    [
      'a run id that joins two',
      [...WEIGHTS, '--run-id', 'a+b'],
      /--run-id: write at most 128 letters/,
    ],
    ['a user agent with quotes', [...WEIGHTS, '--user-agent', 'a"b'], /--user-agent: write words/],
    [
      'a user agent of the user’s own',
      [...WEIGHTS, '-H', 'User-Agent: me'],
      /add to it with --user-agent/,
    ],
    ['no log', [...WEIGHTS, '--identity', 'access-log:'], /--identity: say which log/],
    [
      'a log that is not there',
      [...WEIGHTS, '--identity', 'access-log:/none/x.log'],
      /no such file/,
    ],
    [
      'a format without a log',
      [...WEIGHTS, '--access-log-format', '$upstream_addr'],
      /that no call goes by/,
    ],
    [
      'a format that says too little',
      [...WEIGHTS, '--identity', 'access-log:/dev/null', '--access-log-format', '$upstream_addr'],
      /--access-log-format: lines of this run are known by their user agent/,
    ],
    [
      'a warm-up that grpc-js could not tell apart',
      [...WEIGHTS, '--identity', 'access-log:/dev/null', '--engine', 'grpc-js', '--warmup', '5'],
      /--engine: grpc-js has one user agent/,
    ],
    [
      'standard input twice: manifests and the log',
      ['-f', '-', '--identity', 'access-log:-'],
      /standard input: --manifest - and --identity access-log:- both read it/,
    ],
    [
      'standard input twice: the data and the log',
      [...WEIGHTS, '-d', '@', '--identity', 'access-log:-'],
      /standard input: --data @ and --identity access-log:- both read it/,
    ],
    [
      'standard input twice: the scenario and manifests',
      ['--scenario', '-', '-f', '-'],
      /standard input: --scenario - and --manifest - both read it/,
    ],
  ];
  for (const [what, args, problem] of wrong) {
    it(`refuses ${what}`, async () => {
      const { status, stderr } = await splitproof([...CALL, ...args]);
      assert.equal(status, 2, stderr);
      assert.match(stderr, problem);
    });
  }
});
