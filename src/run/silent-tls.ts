import type { Counted, FailureCounts } from '../count/counted.js';
import type { LoadOrder } from '../load/load-order.js';
import type { Admit, OpenTransport, SocketTransportSpec } from '../load/transport/transport.js';

/** What becomes of requests in plaintext where TLS is waited for, and nothing said of what came. */
const CLOSED = /^(?:closed by the peer|socket error ECONNRESET) before it answered$/;
/** In the words that are used where the server answers in TLS. */
const SPOKEN_IN_PLAINTEXT = 'plaintext was spoken to a TLS port: connect with TLS';
/** What may be wrong with TLS that is there, where nobody looks at its certificate. */
const KINDS_OF_TLS: readonly string[] = [
  'client-certificate-wanted',
  'client-certificate-refused',
  'tls-version',
  'tls-cipher',
  'server-name',
];

/**
 * Some servers close connections on which TLS does not begin, without a word. Where that is all that came
 * of a load in plaintext, TLS is tried once, and the failures are called by their cause.
 *
 * @param counted The load.
 * @param order What was loaded, and how.
 * @param signal Gives up trying when it aborts.
 */
export async function withSilentTls(
  counted: Counted,
  order: LoadOrder,
  openTransport: OpenTransport,
  signal: AbortSignal,
): Promise<Counted> {
  const { transport } = order;
  if (transport.kind !== 'sockets' || transport.tls !== null) return counted;
  if (!isClosedOnly(counted) || signal.aborted) return counted;
  if (!(await speaksTls(order, transport, openTransport, signal))) return counted;
  return {
    ...counted,
    calls: counted.calls.map((call) => ({
      ...call,
      failures: call.failures.map((failure): FailureCounts =>
        CLOSED.test(failure.cause) ? { ...failure, cause: SPOKEN_IN_PLAINTEXT } : failure,
      ),
    })),
  };
}

function isClosedOnly({ calls }: Counted): boolean {
  const failures = calls.flatMap((call) => call.failures.filter(({ status }) => status !== null));
  return (
    failures.length > 0 &&
    failures.every(({ cause }) => CLOSED.test(cause)) &&
    calls.every(({ ends }) => ends.ok === 0)
  );
}

/** The address is one that was loaded. */
const ADMITTED: Admit = () => undefined;

async function speaksTls(
  { calls, addresses }: LoadOrder,
  transport: SocketTransportSpec,
  openTransport: OpenTransport,
  signal: AbortSignal,
): Promise<boolean> {
  const [target] = addresses;
  if (target === undefined) return false;
  const { nameInTls } = transport;
  // Whose certificate it is does not matter here.
  const tls = { verify: false, ...(nameInTls !== undefined && { serverName: nameInTls }) };
  const inTls = await openTransport(
    { ...transport, target, tls, httpVersion: 'negotiated' },
    calls.map(({ request }) => request),
    { callsPerConnection: 1 },
    signal,
  );
  const { tls: seen, unreachable } = await inTls.reach(ADMITTED);
  return seen.length > 0 || unreachable.some(({ kind }) => KINDS_OF_TLS.includes(kind));
}
