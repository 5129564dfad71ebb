import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { IdentitySpec } from '../../src/call/identity.js';
import type { CallCounts } from '../../src/count/counted.js';
import { runLoad } from '../../src/load/coordinator.js';
import type { LoadPlan } from '../../src/load/plan.js';
import {
  HALF_RIGHT_BEHAVIOURS,
  OVERFLOWING_BEHAVIOURS,
  RIGHT_BEHAVIOURS,
  WRONG_BEHAVIOURS,
} from '../fixtures/http1-behaviours.js';
import {
  answerWith,
  chunked,
  type Http1Behaviour,
  type ScriptedHttp1,
  startScriptedHttp1,
} from '../fixtures/scripted-http1.js';
import { unwatched, withTransport } from './greeter-order.js';
import { httpOrder } from './http-order.js';

const REQUESTS = 24;
/** Nothing is to be missed here. */
const UNHURRIED = { timeoutMs: 10_000 };
const TIMEOUT = { timeout: 60_000 };
const IDENTITIES: Record<string, IdentitySpec> = {
  header: { source: { kind: 'header', name: 'x-serial' }, pattern: null, map: null },
  body: {
    source: {
      kind: 'text',
      pattern: { dialect: 'javascript', text: String.raw`answer-\d{6}-[0-9a-f]{12}` },
    },
    pattern: null,
    map: null,
  },
};
/** As long as a cause may be, and a mark that it was cut. */
const MAX_CAUSE_LENGTH = 301;
const MAX_CAUSES = 65;
const BYTES_PER_MIB = 1024 * 1024;
/** More than four answers of the largest size that is kept, and the buffers that they outgrew. */
const MAX_GROWTH_MIB = 160;
/** More than the largest answer in chunks of a byte, and what two systems hold of a connection. */
const MAX_TAKEN_MIB = 40;

interface Loaded {
  server: ScriptedHttp1;
  call: CallCounts;
}

async function load(
  behaviour: Http1Behaviour,
  identity: IdentitySpec = IDENTITIES.header!,
  plan: Partial<LoadPlan> = {},
): Promise<Loaded> {
  const server = await startScriptedHttp1(behaviour);
  try {
    const whole = { requests: REQUESTS, timeoutMs: 300, ...plan };
    const { method = 'GET' } = behaviour;
    const order = httpOrder(server.address, whole, { method, identity });
    const settings = { connectTimeoutMs: 300 };
    const { calls, excluded } = await runLoad(withTransport(order, settings), unwatched());
    assert.equal(excluded, 0);
    return { server, call: calls[0]! };
  } finally {
    await server.close();
  }
}

function checkAccount({ due, sent, unsent, ends, failures }: CallCounts): void {
  const { ok, failed, timedOut, cancelled } = ends;
  const notSent = [...unsent.values()].reduce((sum, count) => sum + count, 0);
  assert.deepEqual([due, cancelled], [REQUESTS, 0]);
  assert.equal(sent + notSent, due);
  assert.equal(ok + failed + timedOut + cancelled, sent);
  for (const cause of unsent.keys())
    assert.ok(['no-connection', 'no-answer'].includes(cause), cause);
  const counted = failures.reduce((sum, { count }) => sum + count, 0);
  assert.equal(counted, due - ok);
  assert.ok(failures.length <= MAX_CAUSES);
  for (const { cause } of failures) {
    assert.notEqual(cause, '');
    assert.ok(cause.length <= MAX_CAUSE_LENGTH, cause);
  }
}

/** @returns How many answers were counted. */
function checkAttribution({ server, call }: Loaded): number {
  for (const [serial, { observed }] of call.pods) {
    assert.ok(server.given.has(serial), `${serial} answers no request`);
    assert.equal(observed, 1, `${serial} was counted ${observed} times`);
  }
  return call.pods.size;
}

describe('HTTP/1.1: what is odd and right is answered', () => {
  for (const [what, behaviour] of Object.entries(RIGHT_BEHAVIOURS)) {
    for (const [where, identity] of Object.entries(IDENTITIES)) {
      it(`${what}, by its ${where}`, TIMEOUT, async () => {
        const loaded = await load(behaviour, identity, UNHURRIED);
        const { call } = loaded;
        checkAccount(call);
        assert.equal(call.ends.ok, REQUESTS, JSON.stringify(call.failures));
        const hasNone = where === 'body' && what.includes('body') && !what.includes('until');
        assert.equal(checkAttribution(loaded), hasNone ? 0 : REQUESTS);
      });
    }
  }
});

describe('HTTP/1.1: an answer counts for the request that it answers, or for none', () => {
  for (const [what, behaviour] of Object.entries(HALF_RIGHT_BEHAVIOURS)) {
    it(what, TIMEOUT, async () => {
      const loaded = await load(behaviour, IDENTITIES.header, { timeoutMs: 1000 });
      const { ok } = loaded.call.ends;
      checkAccount(loaded.call);
      assert.ok(ok >= 8, JSON.stringify(loaded.call.failures));
      assert.ok(checkAttribution(loaded) >= ok);
    });
  }

  for (const [what, behaviour] of Object.entries(OVERFLOWING_BEHAVIOURS)) {
    it(what, TIMEOUT, async () => {
      const loaded = await load(behaviour, IDENTITIES.header, UNHURRIED);
      checkAccount(loaded.call);
      assert.equal(loaded.call.ends.ok, REQUESTS, JSON.stringify(loaded.call.failures));
      assert.equal(checkAttribution(loaded), REQUESTS);
      assert.equal(loaded.server.mostRequests, 1);
    });
  }

  it('what comes while nothing is asked', TIMEOUT, async () => {
    // A request each 400 ms on a connection: what follows an answer finds it idle.
    const plan = { ...UNHURRIED, requestsPerSecond: 10 };
    const loaded = await load(
      {
        onRequest: (peer) => {
          peer.send(answerWith(peer.serial()));
          setTimeout(() => peer.send(answerWith(peer.uninvitedSerial())), 10);
        },
      },
      IDENTITIES.body,
      plan,
    );
    checkAccount(loaded.call);
    assert.equal(checkAttribution(loaded), REQUESTS);
    // Of the last ones of each connection the load does not wait for what follows.
    assert.ok(loaded.server.uninvited.size >= REQUESTS - 4);
    assert.equal(loaded.server.mostRequests, 1);
  });
});

describe(
  'HTTP/1.1: what is wrong is a failure, and all is accounted for',
  { concurrency: 4 },
  () => {
    for (const [what, behaviour] of Object.entries(WRONG_BEHAVIOURS)) {
      it(what, TIMEOUT, async () => {
        const loaded = await load(behaviour, IDENTITIES.body);
        checkAccount(loaded.call);
        assert.equal(loaded.call.ends.ok, 0);
        // No body of theirs is whole.
        assert.equal(checkAttribution(loaded), 0);
      });
    }

    it('who gave an answer that was cut is known where its head says so', TIMEOUT, async () => {
      const loaded = await load(
        WRONG_BEHAVIOURS['closes in a body']!,
        IDENTITIES.header,
        UNHURRIED,
      );
      checkAccount(loaded.call);
      assert.equal(loaded.call.ends.ok, 0);
      assert.equal(checkAttribution(loaded), REQUESTS);
    });
  },
);

describe('HTTP/1.1: memory is bounded', () => {
  for (const [what, behaviour] of Object.entries(WRONG_BEHAVIOURS)) {
    if (!/without end|no end/.test(what)) continue;
    it(what, TIMEOUT, async () => {
      const before = heldMiB();
      let most = before;
      const watch = setInterval(() => {
        most = Math.max(most, heldMiB());
      }, 5);
      try {
        // Long enough to take more than the bound, if nothing keeps to it.
        const { server } = await load(behaviour, IDENTITIES.body, {
          requests: 12,
          timeoutMs: 1000,
        });
        const takenMiB = server.mostTaken() / BYTES_PER_MIB;
        assert.ok(takenMiB < MAX_TAKEN_MIB, `${takenMiB} MiB were read`);
        assert.ok(most - before < MAX_GROWTH_MIB, `${most - before} MiB were held`);
      } finally {
        clearInterval(watch);
      }
    });
  }
});

function heldMiB(): number {
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / BYTES_PER_MIB;
}

describe('HTTP/1.1: mutated bytes', () => {
  const MUTATION = fc.record({
    kind: fc.constantFrom('set', 'insert', 'delete', 'double', 'cut'),
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    byte: fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('\r\n\0 :;,0159abfx-'))),
    length: fc.integer({ min: 1, max: 12 }),
  });
  const ANSWERS: Record<string, (serial: string) => string> = {
    'content-length': (serial) => answerWith(serial),
    chunks: (serial) =>
      answerWith(serial, {
        headers: ['transfer-encoding: chunked'],
        body: chunked(serial, 'more').replace('0\r\n', '0;last\r\nx-end: yes\r\n'),
      }),
    'until it closes': (serial) => answerWith(serial, { headers: ['connection: close'] }),
    'after an interim one': (serial) =>
      `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${answerWith(serial)}`,
  };

  function mutated(
    answer: string,
    { kind, at, byte, length }: typeof MUTATION extends fc.Arbitrary<infer T> ? T : never,
  ): string {
    const from = Math.floor(at * answer.length);
    const before = answer.slice(0, from);
    const character = String.fromCharCode(byte);
    switch (kind) {
      case 'set':
        return before + character + answer.slice(from + 1);
      case 'insert':
        return before + character.repeat(length) + answer.slice(from);
      case 'delete':
        return before + answer.slice(from + length);
      case 'double':
        return before + answer.slice(from, from + length) + answer.slice(from);
      default:
        return before;
    }
  }

  for (const [what, answer] of Object.entries(ANSWERS)) {
    it(what, { timeout: 240_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(MUTATION, { minLength: 1, maxLength: 3 }), {
            minLength: REQUESTS,
            maxLength: REQUESTS,
          }),
          async (mutations) => {
            const loaded = await load(
              {
                onRequest: (peer) => {
                  const ofThis = mutations[peer.requestsOfAll % mutations.length]!;
                  const right = answer(peer.serial());
                  peer.send(ofThis.reduce(mutated, right));
                  if (what === 'until it closes') peer.finish();
                },
              },
              IDENTITIES.body,
              { timeoutMs: 50 },
            );
            checkAccount(loaded.call);
            for (const [serial, { observed }] of loaded.call.pods) {
              // A damaged serial is nobody's; a right one belongs to one request.
              if (loaded.server.given.has(serial)) assert.equal(observed, 1);
            }
            assert.equal(loaded.server.uninvited.size, 0);
          },
        ),
        { numRuns: 15, seed: 1 },
      );
    });
  }
});
