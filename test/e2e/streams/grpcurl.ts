import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { ROOT } from '../../fixtures/command.js';
import { chunkOf, MAX_MESSAGE_BYTES } from './chunk.js';
import { type SeenStream, shownFields } from './clients.js';

const GRPCURL = path.join(ROOT, '.parts/grpcurl');
/** What it adds to a status for its exit status. */
const EXIT_BASE = 64;
const CONTENTS = 'Response contents:\n';

/** The file of the contract, and the folder that it stands in. */
export const CONTRACT = {
  folder: path.join(ROOT, 'test/e2e/streams'),
  file: 'streams.proto',
} as const;

/** Makes a call by grpcurl with messages of so many bytes, and reads what it prints. */
export async function callByGrpcurl(
  port: number,
  id: string,
  does: string,
  [count, bytes]: readonly [count: number, bytes: number],
): Promise<SeenStream> {
  const message = JSON.stringify({ payload: Buffer.alloc(bytes, 'c').toString('base64') });
  const child = spawn(GRPCURL, [
    ...['-plaintext', '-v', '-max-msg-sz', String(MAX_MESSAGE_BYTES), '-d', '@'],
    ...['-import-path', CONTRACT.folder, '-proto', CONTRACT.file],
    ...['-H', `id: ${id}`, '-H', `do: ${does}`, `127.0.0.1:${port}`, 'test.Streams/Both'],
  ]);
  // It may be over before it has read all.
  child.stdin.on('error', () => undefined);
  child.stdin.end(message.repeat(count));
  const exited = new Promise<number>((resolve) => {
    child.on('close', (code) => {
      resolve(code ?? -1);
    });
  });
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    exited,
  ]);
  const details = /^ {2}Message: ([^]*)$/m.exec(stderr)?.[1] ?? '';
  const trailersAt = stdout.lastIndexOf('Response trailers received:\n');
  const headersAt = stdout.indexOf('Response headers received:\n');
  return {
    status: code === 0 ? 0 : code - EXIT_BASE,
    details: details.trimEnd(),
    ...messagesIn(stdout.slice(0, trailersAt)),
    headers: headersAt < 0 ? {} : fieldsIn(stdout.slice(headersAt)),
    trailers: fieldsIn(stdout.slice(trailersAt)),
  };
}

function messagesIn(output: string): Pick<SeenStream, 'messages' | 'bytes' | 'digest'> {
  const hash = createHash('sha256');
  let [messages, bytes] = [0, 0];
  for (const part of output.split(CONTENTS).slice(1)) {
    const { payload = '' } = JSON.parse(part) as { payload?: string };
    const message = chunkOf(Buffer.from(payload, 'base64'));
    messages += 1;
    bytes += message.length;
    hash.update(`${message.length}:`).update(message);
  }
  return { messages, bytes, digest: hash.digest('hex') };
}

/** The fields behind a heading, up to the next empty line. */
function fieldsIn(output: string): Record<string, string> {
  const lines = (output.split('\n\n', 1)[0] ?? '').split('\n').slice(1);
  return shownFields(
    lines.flatMap((line) => {
      const at = line.indexOf(': ');
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 2)] as [string, string]];
    }),
  );
}
