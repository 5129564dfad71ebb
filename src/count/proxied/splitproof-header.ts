import { parseUpstreamHost } from './address-book.js';
import { NO_FIELDS, type ProxyFields, saidText } from './proxy-fields.js';

/** The header that is understood whether or not a manifest says who sets it. */
export const SPLITPROOF_HEADER = 'x-splitproof';

const NAMED = /(?:^|\s)(host|workload|peer|cluster)=(\S*)/g;

/**
 * Reads the value of `x-splitproof`: `host=… workload=… peer=… cluster=…` in any order and selection;
 * or a text that stands for the destination, a dash and the host (`v1-10.1.2.3:50051`), or one of the two.
 */
export function readSplitproofHeader(text: string): ProxyFields {
  const fields = { ...NO_FIELDS };
  let isNamed = false;
  for (const [, name, value = ''] of text.matchAll(NAMED)) {
    fields[name as 'host' | 'workload' | 'peer' | 'cluster'] = saidText(value);
    isNamed = true;
  }
  if (isNamed) return fields;
  const dash = text.lastIndexOf('-');
  const end = text.slice(dash + 1);
  if (end !== '' && parseUpstreamHost(end) === null) return { ...fields, label: text };
  // No host could be connected to where nothing stands behind the dash.
  return { ...fields, label: saidText(text.slice(0, Math.max(0, dash))), host: saidText(end) };
}
