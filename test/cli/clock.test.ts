import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Mesh } from '../../src/mesh/mesh.js';
import { startGreeterMesh } from '../fixtures/greeter-mesh.js';
import { recordOf, ROOT } from '../fixtures/command.js';

/** Loaded before the command: each look at the clock of the day finds it an hour off, one way or the other. */
const SHAKEN = `
  const real = Date.now;
  let looks = 0;
  Date.now = () => real() + (looks++ % 2 === 0 ? -3_600_000 : 3_600_000);`;

/** The day and the time of a run, what a library asks for as a date, and whether a certificate is valid. */
const TELLS_THE_DAY = [
  'cli/demo-mesh.ts',
  'gate/desk.ts',
  'gate/judge.ts',
  'gate/log.ts',
  'gate/state-lease.ts',
  'gate/verdict-store.ts',
  'inputs/cluster/credentials.ts',
  'load/transport/grpc-js-connection.ts',
  'run/ask.ts',
  'run/passive/read-log.ts',
  'run/run-id.ts',
  'wire/tls/diagnose-tls.ts',
  'wire/tls/tls-session.ts',
];

describe('a clock that is set during a run', () => {
  let mesh: Mesh;
  before(async () => {
    mesh = await startGreeterMesh();
  });
  after(() => mesh.close());

  for (const [loop, flags] of [
    ['closed', []],
    ['open', ['-r', '1000']],
    ['two threads of a', ['--workers', '2']],
  ] as const) {
    it(`changes nothing that is measured: ${loop} loop`, async () => {
      const { record, stderr } = await recordOf(
        [
          ...['verify', mesh.address, 'helloworld.Greeter/SayHello', '--plaintext'],
          ...['--weights', 'v1=60,v2=40', '-n', '500', ...flags],
        ],
        { env: { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(SHAKEN)}"` } },
      );
      assert.equal(record.load.ok, 500, stderr);
      assert.ok(record.durationSeconds < 600, String(record.durationSeconds));
      const { max } = record.calls[0]!.latencyMs.overall;
      assert.ok(max! > 0 && max! < 600_000, String(max));
    });
  }

  it('is looked at for the day alone', () => {
    const src = path.join(ROOT, 'src');
    const looking = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.startsWith('mesh'))
      .filter((file) => /Date\.now|new Date\(\)/.test(readFileSync(path.join(src, file), 'utf8')));
    assert.deepEqual(looking.sort(), TELLS_THE_DAY);
  });
});
