import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError, type RunRecord, scenarioOf, type Settings, verify } from '../../src/index.js';
import { admissionTo } from '../../src/run/admission.js';
import type { RunLimits } from '../../src/scenario/run-limits.js';
import { NO_LIMITS } from '../../src/scenario/run-limits.js';
import { scriptedTransport } from '../fixtures/scripted-transport.js';

/** Addresses for documentation (RFC 5737, RFC 3849): nothing here connects to anything. */
const AWAY = { kind: 'tcp', host: '192.0.2.1', port: 8080 } as const;
const ALSO_AWAY = { kind: 'tcp', host: '2001:db8::1', port: 8080 } as const;
const HERE = { kind: 'tcp', host: '127.0.0.1', port: 8080 } as const;
const SOCKET = { kind: 'unix', path: '/run/gateway.sock' } as const;

const SETTINGS: Settings = {
  target: 'gateway.example.com:8080',
  plaintext: true,
  call: 'helloworld.Greeter/SayHello',
  weights: 'v1=60,v2=40',
};

function refusal(
  settings: Settings,
  addresses: Parameters<ReturnType<typeof admissionTo>>[0] = [AWAY],
  limits: RunLimits = NO_LIMITS,
  requests: number | null = 3000,
): string | null {
  const scenario = scenarioOf({ ...SETTINGS, ...settings }, 'verify', limits);
  try {
    admissionTo(scenario, requests)(addresses);
    return null;
  } catch (error) {
    assert.ok(error instanceof InputError);
    return error.message;
  }
}

describe('a heavy load away from loopback', () => {
  it('asks for agreement, and names what is heavy and where it goes', () => {
    assert.equal(
      refusal({ rps: 5001 }),
      '--rps: 5,001 requests per second (more than 5,000) to a target that is not on loopback (gateway.example.com:8080 (192.0.2.1)) might harm others: agree with --yes, or "yes: true" in the scenario, or ask for less',
    );
    for (const [settings, flag] of [
      [{ pace: 'max' }, /^--pace: as many requests per second as are answered/],
      [{ pace: 5001 }, /^--pace: 5,001 requests per second/],
      [{ over: '500ms' }, /^--over: 6,000 requests per second/],
      [{ connections: 1001 }, /^--connections: 1,001 connections \(more than 1,000\)/],
      [
        { call: undefined, http: { path: '/' }, concurrency: 1001 },
        /^--concurrency: 1,001 connections/,
      ],
    ] as [Settings, RegExp][]) {
      assert.match(refusal(settings) ?? '', flag);
    }
  });

  it('is one where any address is away', () => {
    assert.notEqual(refusal({ pace: 'max' }, [HERE, ALSO_AWAY]), null);
  });

  it('is none up to the limits, on this machine, or where it is agreed to', () => {
    for (const settings of [
      {},
      { rps: 5000 },
      { pace: 5000 },
      { over: '600ms' },
      { connections: 1000 },
      { concurrency: 5000 },
      { pace: 'max', yes: true },
      { rps: 100_000, connections: 20_000, yes: true },
    ] as Settings[]) {
      assert.equal(refusal(settings), null, JSON.stringify(settings));
    }
    for (const address of [HERE, SOCKET]) assert.equal(refusal({ pace: 'max' }, [address]), null);
    assert.equal(refusal({ connections: 2000 }, [AWAY], NO_LIMITS, 900), null, '900 requests');
  });
});

describe('targets that are allowed', () => {
  const only = (...patterns: string[]): RunLimits => ({
    ...NO_LIMITS,
    allowedTargets: [{ patterns, place: { path: '--allow-target' } }],
  });

  it('are the only ones, by name or by every address', () => {
    assert.equal(refusal({}, [AWAY], only('*.example.com')), null);
    assert.equal(refusal({}, [AWAY], only('192.0.2.0/24')), null);
    assert.equal(refusal({}, [AWAY, ALSO_AWAY], only('192.0.2.0/24', '2001:db8::/32')), null);
    assert.equal(
      refusal({}, [AWAY, ALSO_AWAY], only('192.0.2.0/24')),
      '--allow-target: the target gateway.example.com:8080 (192.0.2.1, 2001:db8::1) is none of those that may be loaded: 192.0.2.0/24',
    );
  });

  it('are those that are connected to, and not those that are named', () => {
    const elsewhere = { 'connect-to': '::evil.example.net:' };
    assert.match(
      refusal(elsewhere, [AWAY], only('*.example.com')) ?? '',
      /evil\.example\.net:8080/,
    );
    assert.equal(refusal(elsewhere, [AWAY], only('evil.example.net')), null);
  });

  it('of several lists must be in each', () => {
    const both = { ...only('*.example.com') };
    both.allowedTargets = [...both.allowedTargets, ...only('10.0.0.0/8').allowedTargets];
    assert.notEqual(refusal({}, [AWAY], both), null);
    assert.equal(refusal({}, [{ ...AWAY, host: '10.1.2.3' }], both), null);
  });

  it('bind loopback, too', () => {
    assert.notEqual(refusal({ target: ':8080' }, [HERE], only('10.0.0.0/8')), null);
  });
});

describe('a run that is not admitted', () => {
  it('opens no connection, and ends as bad input', async () => {
    const dialled: number[] = [];
    const open = scriptedTransport({ peers: [{ pod: 'x', weight: 1 }] });
    const run = (settings: Settings): Promise<RunRecord> =>
      verify(scenarioOf({ ...SETTINGS, ...settings }, 'verify'), {
        openTransport: async (...how) => {
          const transport = await open(...how);
          return {
            ...transport,
            dial: (...to) => {
              dialled.push(to[0]);
              return transport.dial(...to);
            },
          };
        },
      });
    await assert.rejects(run({ target: '192.0.2.1:8080', pace: 'max' }), InputError);
    assert.deepEqual(dialled, []);
    const { load } = await run({ target: '192.0.2.1:8080', pace: 'max', yes: true, requests: 64 });
    assert.equal(load.sent, 64);
    assert.equal(dialled.length, 32);
  });
});
