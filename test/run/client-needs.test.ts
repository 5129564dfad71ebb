import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ClientLimits } from '../../src/inputs/client-limits.js';
import { InputError } from '../../src/input-error.js';
import {
  type ClientNeeds,
  clientNeeds,
  requireOwnMeans,
  requireRoom,
} from '../../src/run/client-needs.js';
import { scenarioOf } from '../../src/scenario/scenario.js';
import type { Settings } from '../../src/scenario/schema.js';

const NEEDS: ClientNeeds = {
  connections: 32,
  setting: '--connections',
  sockets: 1,
  addresses: 1,
  inFlight: 64,
  workers: 1,
};
const LIMITS: ClientLimits = {
  descriptors: { most: 1024, open: 20 },
  ports: 28_232,
  processors: 4,
};

function needsOf(settings: Settings, requests: number | null = null): ClientNeeds {
  const scenario = scenarioOf(
    { target: 'http://:8080', weights: 'v1=60,v2=40', ...settings },
    'bench',
  );
  return clientNeeds(scenario, scenario.load.httpVersion, requests, 1);
}

function refusal(needs: Partial<ClientNeeds>, limits: Partial<ClientLimits> = {}): string | null {
  try {
    requireRoom({ ...NEEDS, ...needs }, { ...LIMITS, ...limits });
    return null;
  } catch (error) {
    assert.ok(error instanceof InputError);
    return error.message;
  }
}

describe('what a load takes of this machine', () => {
  const call = 'helloworld.Greeter/SayHello';

  it('are as many connections as are asked for, and no more than requests', () => {
    assert.equal(needsOf({ call, connections: 200 }).connections, 200);
    assert.equal(needsOf({ call, connections: 200 }, 50).connections, 50);
    assert.deepEqual([needsOf({ call, concurrency: 9000 }, 50).inFlight], [50]);
  });

  it('is a connection for each request in flight in HTTP/1.1', () => {
    const { connections, setting } = needsOf({ http: { path: '/' }, concurrency: 300 });
    assert.deepEqual([connections, setting], [300, '--concurrency']);
    assert.equal(
      needsOf({ http: { path: '/' }, 'http-version': '2', concurrency: 300 }).connections,
      32,
    );
    assert.equal(needsOf({ http: { path: '/' }, connections: 10 }).setting, '--connections');
  });

  it('is two sockets where gRPC is called beside it', () => {
    const calls = [{ call }, { http: { path: '/' } }];
    assert.equal(needsOf({ calls, 'http-version': '1.1' }).sockets, 2);
    assert.equal(needsOf({ calls }).sockets, 1);
  });
});

describe('room for a load', () => {
  it('is there for the usual one, and where the system does not say', () => {
    assert.equal(refusal({}), null);
    assert.equal(refusal({ connections: 60_000 }, { descriptors: null, ports: null }), null);
  });

  it('takes file descriptors: the number wanted and the command are said', () => {
    assert.equal(
      refusal({ connections: 200 }, { descriptors: { most: 100, open: 22 } }),
      '--connections: 200 connections need 246 file descriptors, and this process may have 100: raise that with "ulimit -n 246" (without the right to, "sudo prlimit --pid $$ --nofile=246"), or use fewer connections',
    );
    assert.equal(refusal({ connections: 200 }, { descriptors: { most: 246, open: 22 } }), null);
    assert.equal(refusal({ connections: 980 }), null);
    assert.match(refusal({ connections: 981 })!, /need 1,025 file/);
    assert.equal(refusal({ connections: 490, sockets: 2 }), null);
    assert.match(refusal({ connections: 491, sockets: 2 })!, /491 connections need 1,026 file/);
    assert.match(refusal({ connections: 960, workers: 8 })!, /need 1,052 file descriptors/);
  });

  it('takes local ports, for each address of the target', () => {
    const limits = { descriptors: { most: 1_000_000, open: 20 } };
    assert.match(
      refusal({ connections: 28_233 }, limits)!,
      /^--connections: 28,233 connections to one address need as many local ports, and this machine has 28,232: .*sysctl -w net\.ipv4\.ip_local_port_range=/,
    );
    assert.equal(refusal({ connections: 28_233, addresses: 2 }, limits), null);
    assert.equal(refusal({ connections: 40_000, addresses: 0 }, limits), null, 'a Unix socket');
  });

  it('takes processors for what is in flight', () => {
    assert.equal(refusal({ inFlight: 50_000 }), null);
    assert.equal(
      refusal({ inFlight: 1_000_000 }),
      '--concurrency: 1,000,000 requests in flight take 20 threads on processors of their own (--workers 20), and this is 1 thread on 4 processors: write at most 50000',
    );
    assert.equal(refusal({ inFlight: 200_000, workers: 4 }), null);
    assert.match(refusal({ inFlight: 200_001, workers: 64 })!, /write at most 200000$/);
  });
});

describe('a target that could not be reached for want of something here', () => {
  const own = { kind: 'no-descriptors', message: '127.0.0.1:1: no descriptor' };
  const theirs = { kind: 'refused', message: '[::1]:1: refused' };

  it('is not called unreachable', () => {
    assert.throws(() => {
      requireOwnMeans([own]);
    }, /^InputError: TARGET: 127\.0\.0\.1:1: no descriptor; nothing was sent$/);
  });

  it('is, where anything else was the cause as well', () => {
    requireOwnMeans([own, theirs]);
    requireOwnMeans([]);
  });
});
