import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { after, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { InputError } from '../../src/input-error.js';
import { readBytes, readText, type TextSource } from '../../src/inputs/read-text.js';
import { StandardInput } from '../../src/inputs/standard-input.js';

const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-read-'));
after(() => {
  rmSync(folder, { recursive: true });
});

const source = (from: string, more: Partial<TextSource> = {}): TextSource => ({
  from,
  what: 'a manifest',
  maxBytes: 1000,
  ...more,
});

function fileWith(name: string, text: string | Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

function pipe(name: string): string {
  const file = path.join(folder, name);
  execFileSync('mkfifo', [file]);
  return file;
}

async function refused(attempt: Promise<unknown>, message: RegExp): Promise<void> {
  await assert.rejects(attempt, (error: Error) => {
    assert.ok(error instanceof InputError, String(error));
    assert.match(error.message, message);
    assert.ok(!error.message.includes('\n'));
    return true;
  });
}

describe('files', () => {
  it('are refused in UTF-16, with what to do', async () => {
    const text = 'target: localhost:8080\n';
    const little = Buffer.from(text, 'utf16le');
    const big = Buffer.from(little).swap16();
    const marked = Buffer.from(`\uFEFF${text}`, 'utf16le');
    for (const bytes of [little, big, marked, Buffer.from(marked).swap16()]) {
      await refused(readText(source(fileWith('utf16', bytes))), /UTF-16.*: save it as UTF-8$/);
    }
    // What is one byte alone, or has a NUL further on, is for whoever parses it.
    for (const bytes of ['\0', 'a', 'ab\0']) {
      assert.equal((await readText(source(fileWith('bytes', bytes)))).text, bytes);
    }
  });

  it('are read whole, with their names on', async () => {
    const file = fileWith('a.yaml', 'grün');
    assert.deepEqual(await readText(source(file)), { name: file, text: 'grün' });
    assert.deepEqual(await readText(source(fileWith('empty', ''))), {
      name: path.join(folder, 'empty'),
      text: '',
    });
    const bytes = Uint8Array.from({ length: 200_000 }, (_, at) => at % 251);
    const read = await readBytes(source(fileWith('large', bytes), { maxBytes: 200_000 }));
    assert.deepEqual(new Uint8Array(read), bytes);
  });

  it('lose a byte order mark', async () => {
    const { text } = await readText(source(fileWith('bom.json', '\ufeff{}')));
    assert.equal(text, '{}');
  });

  it('are refused when they are too large', async () => {
    const exact = fileWith('exact', 'x'.repeat(1000));
    assert.equal((await readText(source(exact))).text.length, 1000);
    await refused(
      readText(source(fileWith('more', 'x'.repeat(1001)))),
      /more: it is larger than 1000 bytes, too large for a manifest$/,
    );
    const maxBytes = 2 * 1024 * 1024;
    await refused(readText(source('/dev/zero', { maxBytes })), /^\/dev\/zero: .* than 2 MiB/);
  });

  it('are refused when there are none', async () => {
    await refused(
      readText(source(path.join(folder, 'nope.pem'), { flag: '--cacert' })),
      /nope\.pem: --cacert: no such file/,
    );
    await refused(readText(source(folder)), /: this is a folder: name a manifest in it$/);
    const circle = path.join(folder, 'circle');
    symlinkSync(circle, circle);
    await refused(readText(source(circle)), /circle: it cannot be read: ELOOP/);
  });
});

describe('pipes', () => {
  it('are read to the end that their writer makes, whenever it comes', async () => {
    const file = pipe('slow');
    const reading = readText(source(file));
    await turn();
    const writer = await open(file, 'w');
    for (const part of ['one ', 'two']) {
      await writer.write(part);
      await turn();
    }
    await writer.close();
    assert.equal((await reading).text, 'one two');
  });

  it('that shells make for a command are read', () => {
    const reader = path.resolve(import.meta.dirname, '../../src/inputs/read-text.js');
    const script = `
      const { readText } = await import(${JSON.stringify(reader)});
      for (const from of process.argv.slice(1)) {
        const { text } = await readText({ from, what: 'a manifest', maxBytes: 9 });
        console.log(JSON.stringify(text));
      }`;
    const command = `"$0" --input-type=module -e "$1" <(printf abc) <(true) <(sleep 0.1; printf d)`;
    const printed = execFileSync('bash', ['-c', command, process.execPath, script], {
      encoding: 'utf8',
    });
    assert.deepEqual(printed.trim().split('\n'), ['"abc"', '""', '"d"']);
  });

  it('can be left before a writer comes', async () => {
    const abort = new AbortController();
    const reading = readText(source(pipe('silent'), { signal: abort.signal }));
    await turn();
    abort.abort();
    await refused(reading, /silent: reading it was interrupted$/);
  });

  it('can be left while their writer says nothing', async () => {
    const file = pipe('paused');
    const abort = new AbortController();
    const reading = readText(source(file, { signal: abort.signal }));
    const writer = await open(file, 'w');
    try {
      await writer.write('half');
      abort.abort();
      await refused(reading, /paused: reading it was interrupted$/);
    } finally {
      await writer.close();
    }
  });

  it('are not waited for once it is too late', async () => {
    await refused(
      readText(source(pipe('late'), { signal: AbortSignal.abort() })),
      /late: reading it was interrupted$/,
    );
  });

  it('hold up nothing where they are files: those are read to the end', async () => {
    const file = path.join(folder, 'there.yaml');
    writeFileSync(file, 'a: 1');
    const { text } = await readText(source(file, { signal: AbortSignal.abort() }));
    assert.equal(text, 'a: 1');
  });
});

describe('standard input', () => {
  it('is read once, and says what it was read as', async () => {
    const input = new StandardInput(() => Readable.from([Buffer.from('a: '), Buffer.from('1')]));
    assert.deepEqual(await readText(source('-'), input), { name: 'standard input', text: 'a: 1' });
    await refused(
      readText(source('-', { what: 'the data of the request' }), input),
      /^standard input: it can be read once, and was read as a manifest: put the data of the request into a file$/,
    );
  });

  it('is not opened before it is read', () => {
    new StandardInput(() => assert.fail('opened'));
  });

  it('is bounded', async () => {
    const endless = new StandardInput(() =>
      Readable.from(
        (function* () {
          for (;;) yield Buffer.alloc(100);
        })(),
      ),
    );
    await refused(readText(source('-'), endless), /^standard input: it is larger than 1000 bytes/);
  });

  it('can be left', async () => {
    const abort = new AbortController();
    const stream = new PassThrough();
    const reading = readText(
      source('-', { signal: abort.signal }),
      new StandardInput(() => stream),
    );
    stream.write('half');
    await once(stream, 'readable');
    abort.abort();
    await refused(reading, /^standard input: reading it was interrupted$/);
    assert.ok(stream.destroyed);
  });
});
