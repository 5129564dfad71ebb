import { isIP } from 'node:net';
import { InputError, type InputPlace } from '../input-error.js';

/** Where a service listens. */
export interface ListenAddress {
  host: string;
  /** 0: any free one. */
  port: number;
}

/**
 * Reads `HOST:PORT`, `[::1]:PORT` or `:PORT` (of loopback).
 *
 * @throws InputError when it is none of them.
 */
export function parseListenAddress(text: string, place: InputPlace): ListenAddress {
  const [, bracketed, plain = '', digits = ''] =
    /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? (plain === '' ? '127.0.0.1' : plain);
  const port = Number(digits);
  if (digits !== '' && port <= 65_535 && (bracketed === undefined || isIP(bracketed) === 6)) {
    return { host, port };
  }
  throw new InputError(
    `"${text}" is no address to listen on: HOST:PORT, such as 127.0.0.1:8711`,
    place,
  );
}

/** Whether only this machine can connect to it. */
export function isLoopback({ host }: ListenAddress): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
