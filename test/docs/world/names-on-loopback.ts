// Loaded before the command line (`node --import`): the hosts and ports of the pages lead to the servers of the
// test, and nothing leaves this machine. Everything else of a command is as it stands on its page.
import dns from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';
import net, { isIP } from 'node:net';

/** Where pages' names and addresses lead to; in the environment as JSON. */
export interface PageNetwork {
  /** Names → addresses, of RFC 5737: they are not loopback for the command. */
  names: Record<string, string>;
  /** `ADDRESS:PORT`, `localhost:PORT` or the path of a socket → port on loopback. */
  ports: Record<string, number>;
}

const { names, ports } = JSON.parse(process.env.PAGE_NETWORK ?? '') as PageNetwork;
/** Nothing listens there. */
const CLOSED = 1;
const DOCUMENTATION = /^(?:192\.0\.2|198\.51\.100|203\.0\.113)\./;

const { lookup } = dns;
dns.lookup = ((name: string, options: { all?: boolean }) => {
  if (isIP(name) !== 0 || name === 'localhost') return lookup(name, options);
  const address = names[name];
  if (address !== undefined) {
    const found = { address, family: 4 };
    return Promise.resolve(options.all === true ? [found] : found);
  }
  const error = new Error(`getaddrinfo ENOTFOUND ${name}`);
  return Promise.reject(Object.assign(error, { code: 'ENOTFOUND' }));
}) as typeof dns.lookup;
syncBuiltinESMExports();

interface Where {
  host?: string;
  port?: number | string;
  path?: string | undefined;
}

/** @returns Where a connection is made instead. */
function onLoopback(where: Where): Where {
  const { host = 'localhost', port, path } = where;
  const isHere = ['localhost', '127.0.0.1', '::1'].includes(host);
  const own = ports[path ?? `${isHere ? 'localhost' : host}:${port}`];
  if (own === undefined && !DOCUMENTATION.test(host)) return where;
  return { ...where, path: undefined, host: '127.0.0.1', port: own ?? CLOSED };
}

const connect = Reflect.get(net.Socket.prototype, 'connect') as (
  this: net.Socket,
  ...words: unknown[]
) => net.Socket;
net.Socket.prototype.connect = function (this: net.Socket, ...words: unknown[]): net.Socket {
  const [first, ...others] = words;
  // net.connect() hands its arguments on as a list, which it has marked.
  if (Array.isArray(first)) first[0] = onLoopback(first[0] as Where);
  const isWhere = typeof first === 'object' && !Array.isArray(first);
  return connect.call(this, isWhere && first !== null ? onLoopback(first) : first, ...others);
};
