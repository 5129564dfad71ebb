import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { RunRecord } from '../../../src/record/run-record.js';
import { reasonsOf, recordOf } from '../../fixtures/command.js';
import { linesOf, type LogFolder, logFolder } from './logs.js';

const GATEWAY = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gw}
spec:
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: dr}
spec:
  host: shop
  subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]
`;
const to = (weights: Record<string, number>): string =>
  Object.entries(weights)
    .map(([subset, weight]) => `{destination: {host: shop, subset: ${subset}}, weight: ${weight}}`)
    .join(', ');

/** Rules: testers by their header, and everybody else by the weights. @param names Of the two. */
const rules = (match: string, names = ['', '']): string => `---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: vs}
spec:
  hosts: ["*"]
  gateways: [gw]
  http:
  - {${names[0] ?? ''} match: [{${match}headers: {x-test: {exact: "1"}}}], route: [${to({ v2: 100 })}]}
  - {${names[1] ?? ''} route: [${to({ v1: 50, v2: 50 })}]}
`;

/** More than a verdict takes. */
const MANY = 3600;

describe('rules that go by a header, which the log does not have', () => {
  let world: LogFolder;
  before(() => {
    world = logFolder();
  });
  after(() => {
    world.close();
  });

  let files = 0;
  async function judged(
    vs: string,
    lines: readonly string[],
    more: readonly string[] = [],
  ): Promise<{ status: number | null; record: RunRecord; passive: object }> {
    files += 1;
    const manifests = path.join(world.folder, `manifests-${files}.yaml`);
    writeFileSync(manifests, GATEWAY + vs);
    const log = `${world.log}.${files}`;
    world.append(lines, log);
    const { status, record } = await recordOf([
      ...['verify', '--passive', '--plaintext', '-f', manifests, '--authority', 'shop'],
      ...['--path', '/cart', '--identity', `access-log:${log}`, ...more],
    ]);
    const { counted, notToldApart } = record.passive!;
    return { status, record, passive: { counted, notToldApart } };
  }
  /** Of a random split, by a generator that is none of the project's. */
  const mixed = (count: number, said: Record<string, unknown> = {}): string[] => {
    let state = 424_242;
    return Array.from({ length: count }, () => {
      state = (state * 48_271) % 2_147_483_647;
      const version = (state / 2_147_483_647) * 2 < 1 ? 'v1' : 'v2';
      const cluster = `outbound|80|${version}|shop.default.svc.cluster.local`;
      return linesOf(1, { upstream_cluster: cluster, ...said }).join('');
    });
  };

  it('leave nothing that could be judged, right or wrong, where all lines may be of either', async () => {
    for (const lines of [mixed(MANY), linesOf(MANY, { upstream_cluster: 'v2' })]) {
      const { status, record, passive } = await judged(rules(''), lines);
      assert.deepEqual([status, record.end], [3, 'complete'], reasonsOf(record));
      assert.deepEqual(passive, { counted: 0, notToldApart: 3449 });
      assert.match(reasonsOf(record), /^rules-not-told-apart: .*3,449 lines/);
      const finding = record.findings.find(({ code }) => code === 'rules-not-told-apart')!;
      assert.equal(finding.severity, 'error');
      assert.match(finding.evidence, /x-test/);
    }
  });

  it('cost the lines alone that may be of either', async () => {
    const lines = [...mixed(20, { path: '/admin/users' }), ...mixed(MANY)];
    const { status, record, passive } = await judged(rules('uri: {prefix: /admin}, '), lines);
    assert.equal(status, 0, reasonsOf(record));
    assert.deepEqual(passive, { counted: 3449, notToldApart: 20 });
    const finding = record.findings.find(({ code }) => code === 'rules-not-told-apart')!;
    assert.equal(finding.severity, 'warning');
  });

  it('are told apart by their names, where the gateway logs them', async () => {
    const named = rules('', ['name: testers,', 'name: everybody,']);
    const lines = [
      ...linesOf(500, { upstream_cluster: 'v2', route_name: 'testers' }),
      ...mixed(MANY, { route_name: 'everybody' }),
    ];
    const { status, record, passive } = await judged(named, lines);
    assert.equal(status, 0, reasonsOf(record));
    assert.deepEqual(passive, { counted: 3449, notToldApart: 0 });
    assert.equal(record.passive!.otherRoutes, 500);
    assert.ok(!record.findings.some(({ code }) => code === 'rules-not-told-apart'));
  });

  it('are told apart where the one that is not judged has a name alone', async () => {
    const lines = [
      ...linesOf(500, { upstream_cluster: 'v2', route_name: 'testers' }),
      ...mixed(MANY, { route_name: null }),
    ];
    const { status, record } = await judged(rules('', ['name: testers,', '']), lines);
    assert.equal(status, 0, reasonsOf(record));
    assert.equal(record.passive!.otherRoutes, 500);
  });

  it('do not matter where weights are given, for whoever knows that nobody sends the header', async () => {
    const log = `${world.log}.weights`;
    world.append(mixed(MANY), log);
    const { status, record } = await recordOf([
      ...['verify', '--passive', '--weights', 'v1=50,v2=50', '--authority', 'shop'],
      ...['--path', '/cart', '--identity', `access-log:${log}`],
    ]);
    assert.equal(status, 0, reasonsOf(record));
  });
});
