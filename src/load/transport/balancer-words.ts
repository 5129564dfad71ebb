/** Balancers of grpc-js, each of which says that all below it have failed. */
const BALANCER =
  /^(?:weighted_target|xds_cluster_manager|priority|ring_hash|round_robin|pick_first)\b.*?Last error: /s;
const LAST = 'Last error: ';

/**
 * Why no pod could be called, of what the balancers of grpc-js say: the error of the last connection, without what
 * each of them says around it, and without the time and the thread, by which no two would
 * be the same.
 *
 * @returns The same for any other text.
 */
export function withoutBalancers(details: string): string {
  if (!BALANCER.test(details)) return details;
  const last = details.slice(details.lastIndexOf(LAST) + LAST.length);
  const own = last
    .replace(/\.? ?Resolution note: .*$/s, '')
    .replaceAll(/ ?\(\d{4}-\d\d-\d\dT[\d:.]+Z\)/g, '')
    // OpenSSL's number of the thread.
    .replaceAll(/\b[0-9A-F]{16}:(?=error:[0-9A-F]{8}:)/g, '')
    .trim();
  return `no pod could be connected to: ${own}`;
}
