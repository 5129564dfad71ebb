import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { fileChunks } from '../../src/inputs/file-chunks.js';
import { splitproof } from '../fixtures/command.js';

const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-chunks-'));
after(() => {
  rmSync(folder, { recursive: true });
});

function pipe(name: string): string {
  const file = path.join(folder, name);
  execFileSync('mkfifo', [file]);
  return file;
}

async function drained(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of chunks) assert.ok(chunk.byteLength > 0);
}

describe('what is read as it comes', () => {
  it('is given up when nobody comes to write it', async () => {
    const patience = { openMs: 20, silenceMs: 60_000 };
    await assert.rejects(
      drained(fileChunks(pipe('lonely'), undefined, patience)),
      /^Error: it is a pipe, and nobody opened it for writing within \d+ s$/,
    );
  });

  it('is given up when its writer says nothing', async () => {
    const file = pipe('silent');
    const reading = drained(fileChunks(file, undefined, { openMs: 60_000, silenceMs: 20 }));
    const writer = await open(file, 'w');
    try {
      await assert.rejects(reading, /^Error: its writer has said nothing for \d+ s$/);
    } finally {
      await writer.close();
    }
  });

  it('ends with the signal where it would never end', async () => {
    const abort = new AbortController();
    let bytes = 0;
    const reading = (async () => {
      for await (const chunk of fileChunks('/dev/zero', abort.signal, null)) {
        bytes += chunk.byteLength;
        if (bytes > 1_000_000) abort.abort();
      }
    })();
    await assert.rejects(reading, { name: 'AbortError' });
  });
});

describe('memory', () => {
  it('that a text does not fit into is said to be too small', async () => {
    const { status, stderr } = await splitproof(['report', '/dev/zero'], {
      env: { NODE_OPTIONS: '--max-old-space-size=64' },
    });
    assert.match(
      stderr,
      /^splitproof: \/dev\/zero: it is larger than \d+ MiB, all that this process has memory for/,
    );
    assert.equal(status, 2);
  });
});
