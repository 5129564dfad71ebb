import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import type { ResourceFault } from '../../../src/mesh/xds/resource-fault.js';
import { XDS_KINDS, type XdsKind } from '../../../src/mesh/xds/resources.js';
import { countAnswers } from '../../fixtures/count-answers.js';
import { assertShare } from '../../fixtures/split-bounds.js';
import { type XdsJsClient, xdsJsClient } from '../../fixtures/xds-js-client.js';
import { ECHO_HOST, startXdsMesh, type XdsMesh } from '../../fixtures/xds-mesh.js';

const TARGET = `${ECHO_HOST}:7070`;
const CALLS = 1000;
/** For a call of a client whose configuration has come as far as it does. */
const HOPELESS_MS = 300;

describe('the control plane, as @grpc/grpc-js-xds takes it', () => {
  let folder: string;
  let mesh: XdsMesh;
  let client: XdsJsClient;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-xds-'));
    mesh = await startXdsMesh({ v1: 20, v2: 80 }, path.join(folder, 'XDS'));
    client = await xdsJsClient(mesh.plane.address, TARGET);
  });
  after(async () => {
    client.close();
    await mesh.close();
    await rm(folder, { recursive: true });
  });

  /** Calls until something has happened: none may fail. */
  async function callsDuring(what: Promise<unknown>): Promise<number> {
    let calls = 0;
    let isOver = false;
    const over = what.finally(() => (isOver = true));
    while (!isOver) {
      await client.echo();
      calls += 1;
    }
    await over;
    return calls;
  }

  const taken = (kind: XdsKind, version: number, from = 0) =>
    mesh.happened((one) => {
      return one.event === 'accepted' && one.kind === kind && one.version === String(version);
    }, from);

  it('splits 20/80, over a Unix socket', async () => {
    const { v1 = 0, v2 = 0 } = await countAnswers(() => client.echo(), CALLS);
    assert.equal(v1 + v2, CALLS);
    assertShare(v1, CALLS, 0.2);
    assert.deepEqual(mesh.pods.served(), { v1, v2 });
    const first = mesh.events.find(({ event }) => event === 'sent');
    assert.deepEqual(first, {
      client: 1,
      node: 'grpc-js',
      event: 'sent',
      kind: 'lds',
      version: '1',
      names: [TARGET],
    });
  });

  it('loses no call while weights and destinations change', async () => {
    for (const weights of [
      { v1: 0, v2: 100 },
      { v1: 100 },
      { v2: 1 },
      { v1: 1, v2: 1 },
      { v2: 100, v1: 0 },
      { v1: 1, v2: 99 },
    ]) {
      const from = mesh.events.length;
      mesh.setWeights(weights);
      assert.ok((await callsDuring(taken('rds', mesh.plane.version, from))) > 0);
      // What follows is by the new weights, in part or alone.
      await countAnswers(() => client.echo(), 64);
    }
    mesh.setWeights({ v1: 80, v2: 20 });
    await taken('rds', mesh.plane.version);
    await countAnswers(() => client.echo(), 64);
    const { v1 = 0 } = await countAnswers(() => client.echo(), CALLS);
    assertShare(v1, CALLS, 0.8);
  });

  it('goes on while the control plane is away, and hears of what has changed then', async () => {
    const from = mesh.events.length;
    await mesh.plane.stop();
    await mesh.happened(({ event }) => event === 'left', from);
    await countAnswers(() => client.echo(), 64);
    mesh.setWeights({ v2: 1 });
    await mesh.plane.start();
    assert.ok((await callsDuring(taken('rds', mesh.plane.version, from))) > 0);
    await countAnswers(() => client.echo(), 64);
    assert.deepEqual(await countAnswers(() => client.echo(), 64), { v2: 64 });
  });

  it('is refused what is invalid, with the reason, and the client keeps what it has', async () => {
    const from = mesh.events.length;
    mesh.plane.setFault('rds', 'invalid');
    const refused = await mesh.happened(({ event }) => event === 'refused', from);
    assert.match(JSON.stringify(refused), /"rds".*"reason":.*no path_specifier set/);
    await countAnswers(() => client.echo(), 64);
    mesh.plane.setFault('rds', null);
    await taken('rds', mesh.plane.version, from);
    assert.deepEqual(await countAnswers(() => client.echo(), 64), { v2: 64 });
  });
});

describe('a control plane with a fault, as @grpc/grpc-js-xds takes it', () => {
  const REASONS: Readonly<Record<XdsKind, RegExp>> = {
    lds: /final filter is .*HTTPFault/,
    rds: /no path_specifier set/,
    cds: /Unsupported type STATIC/,
    eds: /priority/,
  };

  /** What becomes of the first call of a client, and of the kind that is at fault. */
  async function firstCall(kind: XdsKind, fault: ResourceFault) {
    const mesh = await startXdsMesh({ v1: 20, v2: 80 });
    mesh.plane.setFault(kind, fault);
    const client = await xdsJsClient(mesh.plane.address, TARGET);
    try {
      const first = client.echo().catch(() => '');
      const said = await mesh.happened(({ event, ...one }) => {
        const isIt = 'kind' in one && one.kind === kind;
        return isIt && event === (fault === 'missing' ? 'sent' : 'refused');
      });
      const end: unknown = await client.echo(HOPELESS_MS).catch((error: unknown) => error);
      mesh.plane.setFault(kind, null);
      // The library would go on to wait for it.
      let answer = await first;
      while (answer === '') answer = await client.echo().catch(() => '');
      return { code: (end as { code?: number }).code, said };
    } finally {
      client.close();
      await mesh.close();
    }
  }

  it('lets no call through where a kind is missing or invalid, and says which is refused; and then does', async () => {
    const cases = XDS_KINDS.flatMap((kind) =>
      (['missing', 'invalid'] as const).map((fault) => ({ kind, fault })),
    );
    const ends = await Promise.all(cases.map(({ kind, fault }) => firstCall(kind, fault)));
    for (const [index, { kind, fault }] of cases.entries()) {
      const { code, said } = ends[index]!;
      const what = `${kind} ${fault}: ${String(code)}, ${JSON.stringify(said)}`;
      assert.ok(code === status.DEADLINE_EXCEEDED || code === status.UNAVAILABLE, what);
      if (said.event === 'refused') assert.match(said.reason, REASONS[kind], what);
      else assert.ok('names' in said && said.names.length === 0, what);
    }
  });
});
