import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Counted } from '../../src/count/counted.js';
import { runLoad } from '../../src/load/coordinator.js';
import type { LoadOrder } from '../../src/load/load-order.js';
import type { LoadPlan } from '../../src/load/plan.js';
import type { Fault } from '../../src/mesh/fault.js';
import { type Mesh, startMesh } from '../../src/mesh/mesh.js';
import { podNames } from '../../src/mesh/pod-names.js';
import { greeterOrder, unwatched } from './greeter-order.js';

const TIMEOUT = { timeout: 60_000 };
const REQUESTS = 3000;
const REFUSED: Fault = { kind: 'abort', grpcStatus: 12, message: 'no such method' };
const BROKEN: Fault = { kind: 'abort', grpcStatus: 13, message: 'no database' };

/** A load that looks for hope. @param some What is known of the answers; the Greeter's own unless given. */
function hopeful(
  address: string,
  plan: Partial<LoadPlan> = {},
  some: Partial<LoadOrder['calls'][number]['counting']> = {},
): LoadOrder {
  const order = greeterOrder(address, { requests: REQUESTS, stopsWhenHopeless: true, ...plan });
  const calls = order.calls.map((call) => ({
    ...call,
    counting: { ...call.counting, countsKnownAlone: true, ...some },
  }));
  return { ...order, calls };
}

function nameless({ calls }: LoadOrder): Partial<LoadOrder['calls'][number]['counting']> {
  const { answers } = calls[0]!.counting;
  const source = { kind: 'header', name: 'x-nope' } as const;
  return { answers: { ...answers, identity: { source, pattern: null, map: null } } };
}

describe('a load none of whose answers can count', () => {
  let mesh: Mesh;
  before(async () => {
    mesh = await startMesh({
      service: 'greeter',
      versions: ['v1', 'v2'].map((name) => {
        return { name, weight: 1, pods: podNames('greeter', name) };
      }),
      balance: 'per-request',
    });
  });
  after(() => mesh.close());

  async function withFaults(
    faults: Readonly<Record<string, Fault>>,
    use: () => Promise<void>,
  ): Promise<void> {
    for (const [version, fault] of Object.entries(faults)) mesh.setFault(version, fault);
    try {
      await use();
    } finally {
      for (const version of Object.keys(faults)) mesh.setFault(version, null);
    }
  }

  function isStopped({ calls, stopped }: Counted): void {
    const { sent, due, unsent } = calls[0]!;
    assert.deepEqual(stopped, { code: 'hopeless', afterRequests: sent, destination: null });
    assert.ok(sent >= 20 && sent < REQUESTS / 2, String(sent));
    assert.equal(due, REQUESTS);
    assert.deepEqual([...unsent], [['stopped', REQUESTS - sent]]);
  }

  for (const workers of [1, 2]) {
    it(`ends where nobody says who answers, on ${workers} threads`, TIMEOUT, async () => {
      const none = nameless(greeterOrder(mesh.address, {}));
      const plan = { workers, atMostPerSecond: 500 };
      const counted = await runLoad(hopeful(mesh.address, plan, none), unwatched());
      isStopped(counted);
      const { uncountable } = counted.calls[0]!;
      assert.equal(uncountable?.status, 0);
      assert.equal(uncountable.identity, 'field:message', 'where the pod does stand');
      assert.match(uncountable.reply!, /^\{"message":"Hello, Jack! I'm from grpc-helloworld/);
      assert.ok(uncountable.headers.includes('content-type: "application/grpc"'));
      assert.deepEqual(uncountable.trailers, ['grpc-status: "0"']);
    });
  }

  it('ends where every request is refused for good', TIMEOUT, async () => {
    await withFaults({ v1: REFUSED, v2: REFUSED }, async () => {
      const counted = await runLoad(hopeful(mesh.address), unwatched());
      isStopped(counted);
      const { uncountable } = counted.calls[0]!;
      assert.equal(uncountable?.status, 12);
      assert.ok(uncountable.headers.includes('grpc-message: "no such method"'));
      assert.equal(uncountable.reply, null);
    });
  });

  it('counts its warm-up for nothing', TIMEOUT, async () => {
    const warmup = { requests: 100, durationMs: null };
    const none = nameless(greeterOrder(mesh.address, {}));
    const counted = await runLoad(hopeful(mesh.address, { warmup }, none), unwatched());
    assert.equal(counted.excluded, 100);
    isStopped(counted);
  });

  const GOES_ON: [string, Readonly<Record<string, Fault>>][] = [
    ['a version refuses all of its calls', { v2: REFUSED }],
    ['all fail in a way that may pass', { v1: BROKEN, v2: BROKEN }],
    [
      'what refuses is quick, and the rest is slow',
      { v1: { kind: 'delay', delayMs: 100 }, v2: REFUSED },
    ],
  ];
  for (const [what, faults] of GOES_ON) {
    it(`goes on where ${what}`, TIMEOUT, async () => {
      await withFaults(faults, async () => {
        const plan = { requests: 400, concurrency: 32 };
        const counted = await runLoad(hopeful(mesh.address, plan), unwatched());
        assert.equal(counted.stopped, null);
        assert.equal(counted.calls[0]!.sent, 400);
      });
    });
  }

  it('goes on where failures are meant to be, and where nobody asked', TIMEOUT, async () => {
    await withFaults({ v1: REFUSED, v2: REFUSED }, async () => {
      const order = hopeful(mesh.address, { requests: 400 });
      const calls = order.calls.map((call) => ({ ...call, intendedFailure: 'no such method' }));
      const unasked = { ...order, plan: { ...order.plan, stopsWhenHopeless: false } };
      for (const each of [{ ...order, calls }, unasked]) {
        const counted = await runLoad(each, unwatched());
        assert.equal(counted.stopped, null);
        assert.equal(counted.calls[0]!.uncountable, undefined);
      }
    });
  });

  it('goes on where a log will tell who answered', TIMEOUT, async () => {
    const { answers } = greeterOrder(mesh.address, {}).calls[0]!.counting;
    const source = { kind: 'access-log', from: '-' } as const;
    const logged = { answers: { ...answers, identity: { source, pattern: null, map: null } } };
    const counted = await runLoad(hopeful(mesh.address, { requests: 400 }, logged), unwatched());
    assert.equal(counted.stopped, null);
    assert.deepEqual([counted.calls[0]!.sent, counted.calls[0]!.unattributed], [400, 400]);
  });

  it('goes on where only one of its calls is hopeless', TIMEOUT, async () => {
    const order = hopeful(mesh.address, { requests: 400, callParts: [3, 1] });
    const [call] = order.calls;
    const other = { ...call!, request: { ...call!.request, path: '/helloworld.Greeter/Nothing' } };
    const counted = await runLoad({ ...order, calls: [other, call!] }, unwatched());
    assert.equal(counted.stopped, null);
    assert.equal(counted.calls[0]!.uncountable?.status, 12);
    assert.equal(counted.calls[1]!.uncountable, undefined);
  });
});
