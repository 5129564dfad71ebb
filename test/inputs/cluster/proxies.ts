import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A proxy on loopback that leads everywhere to one port, whatever is asked for. */
export interface TestProxy {
  port: number;
  /** What was asked for: `name:port`, or the URL where there was no tunnel. */
  asked: string[];
  /** What was shown as `proxy-authorization`, or as user and password. */
  shown: string[];
  close(): Promise<void>;
}

/** By CONNECT. @param refusal A status; absent: it lets everyone through. */
export async function connectProxy(leadsTo: number, refusal?: number): Promise<TestProxy> {
  const server = createHttpServer();
  const proxy = await listening(server);
  server.on('connect', (request, socket: Socket) => {
    proxy.asked.push(request.url ?? '');
    proxy.shown.push(request.headers['proxy-authorization'] ?? '');
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const onward = connect(leadsTo, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      joined(socket, onward);
    });
  });
  server.on('request', (request, response) => {
    proxy.asked.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  return proxy;
}

/** By RFC 1928 and RFC 1929: names, and user and password where `hasUsers`. */
export async function socksProxy(leadsTo: number, hasUsers = false): Promise<TestProxy> {
  const server = createServer();
  const proxy = await listening(server);
  server.on('connection', (socket) => {
    let step: 'greeting' | 'user' | 'request' = 'greeting';
    let held = Buffer.alloc(0);
    const onData = (chunk: Buffer): void => {
      held = Buffer.concat([held, chunk]);
      if (step === 'greeting' && held.length >= 2 + (held[1] ?? 0)) {
        held = held.subarray(2 + (held[1] ?? 0));
        step = hasUsers ? 'user' : 'request';
        socket.write(Buffer.from([5, hasUsers ? 2 : 0]));
      }
      if (step === 'user' && held.length > 2) {
        const user = held.subarray(2, 2 + (held[1] ?? 0)).toString();
        const rest = held.subarray(2 + user.length);
        const password = rest.subarray(1, 1 + (rest[0] ?? 0)).toString();
        proxy.shown.push(`${user}:${password}`);
        held = rest.subarray(1 + password.length);
        step = 'request';
        socket.write(Buffer.from([1, 0]));
      }
      if (step === 'request' && held.length > 4) {
        // 3: a name, of so many bytes.
        const length = held[4] ?? 0;
        const name =
          held[3] === 3
            ? held.subarray(5, 5 + length).toString()
            : [...held.subarray(4, 8)].join('.');
        const at = held[3] === 3 ? 5 + length : 8;
        proxy.asked.push(`${name}:${held.readUInt16BE(at)}`);
        socket.off('data', onData);
        const onward = connect(leadsTo, '127.0.0.1', () => {
          socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
          joined(socket, onward);
        });
      }
    };
    socket.on('data', onData).on('error', () => undefined);
  });
  return proxy;
}

async function listening(server: Server): Promise<TestProxy> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    asked: [],
    shown: [],
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function joined(one: Socket, other: Socket): void {
  one.on('error', () => other.destroy()).pipe(other);
  other.on('error', () => one.destroy()).pipe(one);
}
