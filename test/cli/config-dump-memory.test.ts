import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { splitproof, type CommandResult } from '../fixtures/command.js';
import { writeConfigDump } from '../fixtures/config-dump.js';

const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-dump-'));
after(() => {
  rmSync(folder, { recursive: true });
});

const KIB = 1024;

/** Explains a split beside a proxy's configuration. @returns The most memory that it took, in bytes, too. */
async function explained(dump: string): Promise<CommandResult & { peakBytes: number }> {
  const peak = path.join(folder, 'peak');
  const code = `
    import { writeFileSync } from 'node:fs';
    process.on('exit', () => {
      writeFileSync(${JSON.stringify(peak)}, String(process.resourceUsage().maxRSS));
    });`;
  const result = await splitproof(
    [
      ...['verify', '127.0.0.1:1', 'helloworld.Greeter/SayHello', '--plaintext'],
      ...['--weights', 'v1=60,v2=40', '--authority', 'greeter.example.com'],
      ...['--gateway-port', '8080', '--config-dump', dump, '--format', 'json'],
    ],
    { env: { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(code)}"` } },
  );
  return { ...result, peakBytes: Number(readFileSync(peak, 'utf8')) * KIB };
}

describe('a configuration dump of a large mesh', () => {
  const small = path.join(folder, 'small.json');
  const large = path.join(folder, 'large.json');
  writeConfigDump(small, 100_000);
  writeConfigDump(large, 40_000_000);

  it('takes at most six times its size', async () => {
    const base = await explained(small);
    const most = await explained(large);
    const { size } = statSync(large);
    const times = (most.peakBytes - base.peakBytes) / size;
    assert.ok(size > 40_000_000 && times < 6, `${times.toFixed(1)} times ${size} bytes`);
    for (const { stdout, stderr } of [base, most]) {
      assert.match(stdout, /"programmed": \{/, stderr);
      assert.match(stdout, /"table": "http\.8080"/);
      assert.match(stdout, /"difference": null/);
    }
  });

  it('that is cut off says where, and takes no more', async () => {
    truncateSync(large, 30_000_000);
    const { status, stderr, peakBytes } = await explained(large);
    assert.match(stderr, /large\.json:\d+: not JSON: it ends too early, as if it were cut off\n$/);
    assert.equal(status, 2);
    assert.ok(peakBytes < 6 * 30_000_000 + 100_000_000, String(peakBytes));
  });
});
