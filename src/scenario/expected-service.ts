import { InputError } from '../input-error.js';
import { parseHeaders } from './headers.js';
import type { Settings } from './schema.js';

/**
 * A service behind the one that is called: the split that is expected is that of its own route for
 * those who call it.
 */
export interface ExpectedService {
  /** As its callers may name it: `reviews`, `reviews.default`, `reviews.default.svc.cluster.local`. */
  host: string;
  /** null: its only one. */
  port: number | null;
  /** What its callers ask for; null: not known. */
  path: string | null;
  /** Headers its callers send, by lower-case name. */
  headers: [string, string][];
}

const FORM =
  /^(?<host>[a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::(?<port>\d{1,5}))?(?<path>\/[\x21-\x7e]*)?$/i;

/**
 * The service that settings expect a split of.
 *
 * @returns null where it is the one that is called.
 * @throws InputError when it cannot be the name of one.
 */
export function expectedService({ expect }: Pick<Settings, 'expect'>): ExpectedService | null {
  if (expect === undefined) return null;
  const { host, port, path } = FORM.exec(expect.service)?.groups ?? {};
  if (host === undefined || Number(port ?? 1) < 1 || Number(port ?? 1) > 65_535) {
    throw new InputError(
      `"${expect.service}" is not NAME[.NAMESPACE][:PORT][/PATH], such as reviews.default:9080`,
      { path: '--expect-service' },
    );
  }
  return {
    host: host.toLowerCase(),
    port: port === undefined ? null : Number(port),
    path: path ?? null,
    headers: parseHeaders(expect.headers ?? {}, [], 'http', 'expect.headers'),
  };
}
