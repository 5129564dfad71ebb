// What Node.js itself takes for requests of HTTP/1.1: each is written, and what comes is read. It looks at
// nothing, has one answer for each read, and counts nothing.
//
// Arguments: host:port, how many requests, on how many connections.
import net from 'node:net';

const [address = '', requests = '0', connections = '1'] = process.argv.slice(2);
const [host, port] = address.split(':') as [string, string];
const request = Buffer.from(`GET / HTTP/1.1\r\nhost: ${address}\r\n\r\n`);
const buffer = Buffer.allocUnsafeSlow(64 * 1024);
const sockets: net.Socket[] = [];
let left = Number(requests);
let inFlight = 0;
let waiting: net.Socket[] = [];

function writeWaiting(): void {
  const writable = waiting;
  waiting = [];
  for (const socket of writable) socket.write(request);
}

function send(socket: net.Socket): void {
  if (left === 0) return;
  left -= 1;
  inFlight += 1;
  if (waiting.length === 0) setImmediate(writeWaiting);
  waiting.push(socket);
}

const startedAtMs = performance.now();
for (let number = 0; number < Number(connections); number++) {
  const callback = (): boolean => {
    inFlight -= 1;
    send(socket);
    if (inFlight === 0) for (const each of sockets) each.destroy();
    return true;
  };
  const socket = net.connect({ host, port: Number(port), onread: { buffer, callback } });
  sockets.push(socket);
  socket.setNoDelay(true);
  socket.on('connect', () => {
    send(socket);
  });
}
process.on('exit', () => {
  const seconds = (performance.now() - startedAtMs) / 1000;
  process.stdout.write(`${Number(requests) / seconds}\n`);
});
