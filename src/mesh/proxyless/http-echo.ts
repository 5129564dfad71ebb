import type { HttpReply, HttpRequest, HttpService } from '../http-server.js';
import { headerNameInGo } from '../go-text.js';
import type { Pod } from '../application.js';

/**
 * Plain HTTP of Istio's echo application (pkg/test/echo/server/endpoint/http.go).
 *
 * @param port The port that the pod says it serves; known once it listens.
 */
export function httpEcho(pod: Pod, port: () => number): HttpService {
  return (request) => answer(request, pod, port());
}

function answer({ method, path, headers }: HttpRequest, pod: Pod, port: number): HttpReply {
  const { host = '' } = headers;
  const lines = [
    `ServiceVersion=${pod.version}`,
    `ServicePort=${port}`,
    `Host=${[host].flat().join()}`,
    `URL=${path}`,
    `Method=${method}`,
    'Proto=HTTP/1.1',
    'IP=127.0.0.1',
    ...headerLines(headers),
    `Hostname=${pod.name}`,
  ];
  return {
    status: 200,
    headers: { 'content-type': 'application/text' },
    body: `${lines.join('\n')}\n`,
  };
}

function headerLines(headers: HttpRequest['headers']): string[] {
  return Object.entries(headers)
    .filter(([name]) => name !== 'host' && name !== 'connection' && !name.startsWith(':'))
    .flatMap(([name, values]) =>
      [values ?? []].flat().map((value) => `RequestHeader=${headerNameInGo(name)}:${value}`),
    )
    .sort();
}
