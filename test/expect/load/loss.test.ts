import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConnectionCounts, Counted } from '../../../src/count/counted.js';
import { lossFindings } from '../../../src/expect/load/loss.js';
import { countedShard, START_MS } from '../../record/shards.js';

const SPAN = { startMs: START_MS, endMs: START_MS + 10_000, sendingMs: 10_000 };
const REFUSED = 'connection refused';

/** A run over two addresses, two connections each. @param lost Addresses that went away. */
function counted(lost: readonly string[], some: Partial<Counted> = {}): Counted {
  const whole = countedShard({ v1: 1800, v2: 1200, failed: 100 });
  const connections = ['10.0.0.1:80', '10.0.0.2:80'].flatMap((remote) =>
    [0, 1].map((): ConnectionCounts => {
      const { number, byCall } = whole.connections[0]!;
      return lost.includes(remote)
        ? {
            ...{ number, byCall, remote, errors: 45 },
            lost: { lastAnswerMs: START_MS + 4000, trouble: `${remote}: ${REFUSED}` },
          }
        : { number, byCall, remote, errors: 5 };
    }),
  );
  return { ...whole, connections, ...some };
}

describe('what went away', () => {
  it('is nothing where connections can be used, whatever fails', () => {
    assert.deepEqual(lossFindings(counted([]), SPAN), []);
  });

  it('is an address, with its share of the errors', () => {
    const [finding, ...others] = lossFindings(counted(['10.0.0.2:80']), SPAN);
    assert.deepEqual(others, []);
    assert.deepEqual([finding!.code, finding!.severity], ['address-unreachable', 'warning']);
    assert.match(finding!.summary, /^1 of 2 addresses .* 10\.0\.0\.2:80 4 s into the sample\.$/);
    assert.match(
      finding!.evidence,
      /connection refused; its 2 connections had 90 of the 100 errors \(90 %\)/,
    );
  });

  it('is an address that was never there, beside the others', () => {
    const unreachable = [{ address: '10.0.0.3:80', kind: 'refused', message: REFUSED }];
    const [finding, ...others] = lossFindings(counted([], { unreachable }), SPAN);
    assert.deepEqual(others, []);
    assert.deepEqual([finding!.code, finding!.severity], ['address-unreachable', 'warning']);
    assert.match(finding!.summary, /^1 of 3 addresses .* 10\.0\.0\.3:80\.$/);
    assert.match(finding!.evidence, /none of the 100 errors/);
  });

  it('is a pod that a control plane names, whose calls the client sends elsewhere or fails', () => {
    const unreachable = [{ address: '10.0.0.3:80', kind: 'refused', message: REFUSED }];
    const { connections, ...others } = counted([], { unreachable });
    const remote = 'xds:///echo:7070';
    const client = connections.map((one) => ({ ...one, remote }));
    const [finding] = lossFindings({ ...others, connections: client }, SPAN);
    assert.equal(finding!.code, 'address-unreachable');
    assert.match(finding!.summary, /^A pod that the control plane names .*: 10\.0\.0\.3:80\.$/);
    assert.doesNotMatch(finding!.evidence, /none of/);
  });

  it('is the gateway, where all addresses are gone', () => {
    const [finding, ...others] = lossFindings(counted(['10.0.0.1:80', '10.0.0.2:80']), SPAN);
    assert.deepEqual(others, []);
    assert.deepEqual([finding!.code, finding!.severity], ['gateway-lost', 'error']);
    assert.match(finding!.summary, /went away 4 s into the sample, and did not come back/);
  });

  it('is the gateway, where it holds connections and says nothing', () => {
    const stopped = { code: 'silent', afterRequests: 3100, destination: null };
    const silences = [{ startMs: START_MS + 5000, lengthMs: 2500 }];
    const [finding] = lossFindings(counted([], { stopped, silences }), SPAN);
    assert.equal(finding?.code, 'gateway-lost');
    assert.match(finding.summary, /fell silent 5 s into the sample/);
    // Also where the silence was too short to be told by itself.
    const [short] = lossFindings(counted([], { stopped }), SPAN);
    assert.match(short!.summary, /^The gateway fell silent: /);
  });

  it('is a gateway that came back, where all connections had to be opened anew', () => {
    const silences = [{ startMs: START_MS + 5000, lengthMs: 1500 }];
    const { transport } = counted([]);
    const back = { silences, transport: { ...transport, reconnects: 4 } };
    const [finding] = lossFindings(counted([], back), SPAN);
    assert.deepEqual([finding?.code, finding?.severity], ['gateway-lost', 'warning']);
    assert.match(finding!.summary, /5 s into the sample for 1\.5 s, and came back/);
    assert.deepEqual(lossFindings(counted([], { silences }), SPAN), []);
    // Also where all was sent again.
    const { ends, ...call } = counted([]).calls[0]!;
    const calls = [{ ...call, ends: { ...ends, failed: 0 } }];
    assert.equal(lossFindings(counted([], { ...back, calls }), SPAN)[0]?.code, 'gateway-lost');
  });
});
