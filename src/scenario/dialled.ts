import { InputError } from '../input-error.js';
import { formatTarget, parseTarget, type SocketTarget, type Target } from './target.js';

/**
 * Where connections go for a target: elsewhere, where curl's `--resolve` or `--connect-to` says so. What
 * is asked for, and the name that certificates are checked for, stay the target's.
 *
 * @param settings.resolve `HOST:PORT:ADDRESS`; `*` stands for any host.
 * @param settings.connectTo `HOST1:PORT1:HOST2:PORT2`; what is empty stands for any, or for the same.
 * @throws InputError when one is malformed, or is for another target: it would do nothing.
 */
export function dialledTarget(
  target: Target,
  settings: { resolve: string | undefined; connectTo: string | undefined },
): Target {
  const { resolve, connectTo } = settings;
  if (resolve === undefined && connectTo === undefined) return target;
  const path = resolve === undefined ? '--connect-to' : '--resolve';
  if (target.kind === 'unix') {
    throw new InputError('a unix socket is connected to by its path: drop it', { path });
  }
  if (target.kind === 'xds') {
    throw new InputError(
      'the control plane says where the pods of an xds:/// target are: drop it',
      {
        path,
      },
    );
  }
  const resolved = resolve === undefined ? target : resolvedTo(target, resolve);
  return connectTo === undefined ? resolved : connectedTo(resolved, connectTo);
}

type TcpTarget = Extract<SocketTarget, { kind: 'tcp' }>;

const HOST = String.raw`(\[[0-9A-Fa-f:.%]+\]|[^:[\]]*)`;

function resolvedTo(target: TcpTarget, text: string): TcpTarget {
  const flag = '--resolve';
  const parts = new RegExp(String.raw`^\+?${HOST}:(\d+):(.+)$`).exec(text);
  if (parts === null) {
    throw new InputError(`"${text}" is not HOST:PORT:ADDRESS`, { path: flag });
  }
  const [, host = '', port = '', address = ''] = parts;
  requireMatch(target, host === '*' ? '' : host, port, text, flag);
  if (address.includes(',')) {
    throw new InputError('give one address: every replica is loaded where DNS lists them', {
      path: flag,
    });
  }
  const bare = address.replace(/^\[(.*)\]$/, '$1');
  return { ...target, host: hostOf(bare.includes(':') ? `[${bare}]` : bare, target.port, flag) };
}

function connectedTo(target: TcpTarget, text: string): TcpTarget {
  const flag = '--connect-to';
  const parts = new RegExp(String.raw`^${HOST}:(\d*):${HOST}:(\d*)$`).exec(text);
  if (parts === null) {
    throw new InputError(`"${text}" is not HOST1:PORT1:HOST2:PORT2`, { path: flag });
  }
  const [, host = '', port = '', otherHost = '', otherPort = ''] = parts;
  requireMatch(target, host, port, text, flag);
  const newPort = otherPort === '' ? target.port : Number(otherPort);
  const newHost = otherHost === '' ? target.host : hostOf(otherHost, newPort, flag);
  return { ...target, host: newHost, port: newPort };
}

function requireMatch(
  target: TcpTarget,
  host: string,
  port: string,
  text: string,
  flag: string,
): void {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  const isHost = bare === '' || bare === target.host.toLowerCase();
  if (isHost && (port === '' || Number(port) === target.port)) return;
  throw new InputError(`"${text}" is not for ${formatTarget(target)}, so it would do nothing`, {
    path: flag,
  });
}

function hostOf(text: string, port: number, flag: string): string {
  try {
    const parsed = parseTarget(`${text}:${port}`);
    if (parsed.kind === 'tcp') return parsed.host;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
  throw new InputError(`"${text}" is no host that can be connected to`, { path: flag });
}
