import { podNames } from '../src/mesh/pod-names.js';
import { encodeTextMessage } from '../src/mesh/text-message.js';
import { WEB_TYPES, webBody, type WebForm } from './web-body.js';

/** The kinds of answers that clients are measured with. */
export type Http1AnswerKind =
  'content-length' | 'chunked' | 'HTML, 2 KB' | 'HTML, 50 KB' | 'no header recurs' | WebForm;

const PODS = { v1: 'reviews-v1-545db77b95-2ps7q', v2: 'reviews-v2-7bf8c9648f-nk2zt' } as const;
/** What the canned server puts a number in place of that does not recur. */
const NUMBER = '#'.repeat(16);
const PARAGRAPH =
  '      <p>An extremely entertaining play by Shakespeare. The slapstick humour.</p>\n';
const KIB = 1024;

/** A whole answer of one version, byte by byte as it goes out. */
export function http1Answer(kind: Http1AnswerKind, version: 'v1' | 'v2'): Buffer {
  const pod = PODS[version];
  const json = JSON.stringify({ id: '0', podname: pod, clustername: 'null' });
  switch (kind) {
    case 'content-length':
      return whole('application/json', [], json);
    case 'no header recurs':
      return whole('application/json', [`x-request-id: ${NUMBER}`], json);
    case 'chunked': {
      const chunk = `${json.length.toString(16)}\r\n${json}\r\n0\r\n\r\n`;
      return withHead('application/json', ['transfer-encoding: chunked'], chunk);
    }
    case 'grpc-web':
    case 'grpc-web-text': {
      const message = encodeTextMessage(
        `Hello, Jack! I'm from ${podNames('greeter', version)[0]!}!`,
      );
      return whole(WEB_TYPES[kind], [], webBody(Buffer.from(message), kind).toString('latin1'));
    }
    case 'HTML, 2 KB':
      return whole('text/html; charset=utf-8', [], page(pod, 2 * KIB));
    case 'HTML, 50 KB':
      return whole('text/html; charset=utf-8', [], page(pod, 50 * KIB));
  }
}

function whole(type: string, headers: readonly string[], body: string): Buffer {
  return withHead(type, [...headers, `content-length: ${body.length}`], body);
}

function withHead(type: string, headers: readonly string[], body: string): Buffer {
  const lines = [
    'HTTP/1.1 200 OK',
    `content-type: ${type}`,
    'date: Sat, 06 Jun 2026 06:06:06 GMT',
    'server: canned',
    ...headers,
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1');
}

/** A page that names the pod in its middle. */
function page(pod: string, bytes: number): string {
  const start = '<!doctype html>\n<html>\n  <body>\n';
  const end = '  </body>\n</html>\n';
  const name = `      <p>Reviews served by:</p>\n      <u>${pod}</u>\n`;
  const count = Math.floor((bytes - start.length - end.length - name.length) / PARAGRAPH.length);
  const before = Math.floor(count / 2);
  return `${start}${PARAGRAPH.repeat(before)}${name}${PARAGRAPH.repeat(count - before)}${end}`;
}
