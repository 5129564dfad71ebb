import { type IncomingMessage, request as httpRequest } from 'node:http';
import type { ForwardEchoRequest } from '../echo-messages.js';
import { bodyLines, type Forwarding } from '../forward-echo.js';
import { durationInGo, headerNameInGo } from '../go-text.js';
import type { ServiceNames } from './service-names.js';

/**
 * Sends a ForwardEcho's requests in plain HTTP/1.1, each on a connection of its own. A status other than 200 is
 * no error.
 *
 * @throws Error in the words of the application for a URL that it cannot send to.
 */
export function forwardHttp(forwarded: ForwardEchoRequest, names: ServiceNames): Forwarding {
  const { url, headers, method, http2 } = forwarded;
  if (http2) throw new Error('http2 is not supported by this echo server');
  const { hostname, port, host, pathname, search } = new URL(url);
  const sentHeaders = Object.fromEntries(headers.map(({ key, value }) => [key, value]));
  const verb = method === '' ? 'GET' : method;
  const open = new Set<{ destroy(): void }>();

  async function entryOf(index: number): Promise<string> {
    const startedMs = performance.now();
    const address = names.addressOf(hostname, port === '' ? 80 : Number(port));
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = httpRequest(
        {
          host: address.host,
          port: address.port,
          path: `${pathname}${search}`,
          method: verb,
          headers: { host, ...sentHeaders },
          agent: false,
        },
        resolve,
      );
      open.add(sent);
      sent.on('close', () => open.delete(sent));
      sent.on('error', (error: NodeJS.ErrnoException) => {
        const what =
          error.code === 'ECONNREFUSED'
            ? `dial tcp ${address.host}:${address.port}: connect: connection refused`
            : error.message;
        const [first = '', ...rest] = verb.toLowerCase();
        reject(new Error(`${first.toUpperCase()}${rest.join('')} "${url}": ${what}`));
      });
      sent.end();
    });
    const latencyMs = performance.now() - startedMs;
    const { localAddress = '' } = response.socket;
    const body = await bodyOf(response);
    return [
      `[${index}] Url=${url}`,
      ...headers.map(({ key, value }) => `[${index}] Header=${key}:${value}`),
      `[${index}] SourceIP=${localAddress}`,
      `[${index}] Latency=${durationInGo(latencyMs)}`,
      `[${index}] ActiveRequests=1`,
      `[${index}] StatusCode=${response.statusCode ?? 0}`,
      ...headerLines(index, response),
      ...bodyLines(index, body),
      '',
    ].join('\n');
  }

  return {
    request: entryOf,
    close() {
      for (const request of open) request.destroy();
    },
  };
}

function headerLines(index: number, { headers }: IncomingMessage): string[] {
  const lines = Object.entries(headers).flatMap(([name, values]) =>
    [values ?? []]
      .flat()
      .map((value) => `[${index}] ResponseHeader=${headerNameInGo(name)}:${value}`),
  );
  return lines.sort();
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
