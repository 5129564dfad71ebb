import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { followedChunks } from '../../src/inputs/followed-chunks.js';
import { StandardInput } from '../../src/inputs/standard-input.js';

describe('a text that is followed', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-follow-'));
  });
  after(() => rm(folder, { recursive: true }));

  function source(from: string, signal: AbortSignal) {
    return { from, what: 'an access log', flag: '--identity', signal };
  }

  /** Takes what comes of a file, to be asked for bit by bit. */
  async function following(file: string) {
    const end = new AbortController();
    const chunks = await followedChunks(source(file, end.signal));
    const iterator = chunks[Symbol.asyncIterator]();
    return {
      next: async () => {
        const { value } = (await iterator.next()) as { value: Uint8Array };
        return Buffer.from(value).toString();
      },
      end: async () => {
        end.abort();
        await iterator.return?.();
      },
    };
  }

  it('begins where it ends now', async () => {
    const file = path.join(folder, 'grows.log');
    await writeFile(file, 'old\n');
    const log = await following(file);
    await appendFile(file, 'one\n');
    assert.equal(await log.next(), 'one\n');
    const waiting = log.next();
    await appendFile(file, 'two\n');
    assert.equal(await waiting, 'two\n');
    await log.end();
  });

  it('begins anew where it is emptied', async () => {
    const file = path.join(folder, 'emptied.log');
    await writeFile(file, 'a long old line\n');
    const log = await following(file);
    await truncate(file);
    await appendFile(file, 'new\n');
    assert.equal(await log.next(), 'new\n');
    await log.end();
  });

  it('goes on with the file that takes its name, after what was left in it', async () => {
    const file = path.join(folder, 'rotated.log');
    await writeFile(file, 'old\n');
    const log = await following(file);
    await appendFile(file, 'last\n');
    assert.equal(await log.next(), 'last\n');
    const waiting = log.next();
    await rename(file, `${file}.1`);
    await appendFile(`${file}.1`, 'late\n');
    assert.equal(await waiting, 'late\n');
    await writeFile(file, 'first\n');
    assert.equal(await log.next(), 'first\n');
    await log.end();
  });

  it('is read to its end where it is a pipe', async () => {
    const pipe = path.join(folder, 'pipe');
    assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
    const { signal } = new AbortController();
    const chunks = await followedChunks(source(pipe, signal));
    const writing = writeFile(pipe, 'through a pipe\n');
    let text = '';
    for await (const chunk of chunks) text += Buffer.from(chunk).toString();
    await writing;
    assert.equal(text, 'through a pipe\n');
  });

  it('lets go of standard input that does not end', async () => {
    const stream = new Readable({ read: () => undefined });
    const end = new AbortController();
    const chunks = await followedChunks(source('-', end.signal), new StandardInput(() => stream));
    stream.push('one\n');
    const seen: string[] = [];
    for await (const chunk of chunks) {
      seen.push(Buffer.from(chunk).toString());
      end.abort();
    }
    assert.deepEqual(seen, ['one\n']);
    assert.equal(stream.destroyed, true);
  });

  it('says what is wrong before anything is sent', async () => {
    const { signal } = new AbortController();
    await assert.rejects(
      followedChunks(source(path.join(folder, 'none.log'), signal)),
      /no such file/,
    );
    await assert.rejects(followedChunks(source(folder, signal)), /this is a folder/);
  });
});
