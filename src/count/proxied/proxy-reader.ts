import { PEER_METADATA_ID } from '../../call/peer-metadata.js';
import type { RawAnswer } from '../../call/answer.js';
import { type AttributionTable, NOBODY } from '../attribution.js';
import type { PodDirectory } from '../pod-directory.js';
import { headerTemplate, type HeaderTemplate } from './header-template.js';
import type { RouteHeader } from './knowledge.js';
import { type FindProxiedPod, type ProxiedPod, proxiedPodFinder } from './proxied-pod.js';
import { NO_FIELDS } from './proxy-fields.js';
import { readSplitproofHeader, SPLITPROOF_HEADER } from './splitproof-header.js';

/** Reads who gave an answer out of a header's text. */
type ReadHeader = (text: string) => ProxiedPod | null;

/** Longer texts identify nothing: servers choose them. */
const MAX_LENGTH = 1024;
/** Texts that are remembered for each header: a proxy says the same again and again. */
const MAX_REMEMBERED = 4096;

interface HeaderSource {
  name: string;
  read: ReadHeader;
  /** Pods by text, as the directory numbers them. */
  remembered: Map<string, number>;
}

/**
 * Finds out which pod answered by what the proxy says of it in the answer's headers: those that the
 * applied route sets, `x-splitproof`, and the id of the pod's own sidecar, in this order.
 */
export class ProxyReader {
  readonly #sources: readonly HeaderSource[];
  readonly #directory: PodDirectory;

  constructor(table: AttributionTable, directory: PodDirectory) {
    this.#directory = directory;
    const find = proxiedPodFinder(table);
    const readers = new Map<string, ReadHeader>();
    for (const header of table.proxy.headers) {
      const read = routeHeaderReader(header, find);
      if (read !== null) readers.set(header.name, read);
    }
    const own = readers.get(SPLITPROOF_HEADER);
    readers.set(
      SPLITPROOF_HEADER,
      (text) => own?.(text) ?? find(readSplitproofHeader(text), NOBODY),
    );
    readers.set(PEER_METADATA_ID, (text) => find({ ...NO_FIELDS, peer: text }, NOBODY));
    this.#sources = [...readers].map(([name, read]) => ({ name, read, remembered: new Map() }));
  }

  /** Whether it is in a header of this name that the proxy may say who answered. */
  reads(header: string): boolean {
    return this.#sources.some(({ name }) => name === header);
  }

  /** The number of the pod that gave the answer, or NOBODY; one of a known destination where there is any. */
  podOf(answer: RawAnswer): number {
    let best = NOBODY;
    for (const source of this.#sources) {
      const text = answer.header(source.name) ?? answer.trailer(source.name);
      if (text === undefined || text === '') continue;
      const pod = source.remembered.get(text) ?? this.#identify(source, text);
      if (pod === NOBODY) continue;
      if (this.#directory.destinations[pod] !== NOBODY) return pod;
      if (best === NOBODY) best = pod;
    }
    return best;
  }

  #identify({ name, read, remembered }: HeaderSource, text: string): number {
    if (text.length > MAX_LENGTH) return NOBODY;
    const found = read(text);
    const pod = found === null ? NOBODY : this.#directory.numberOfProxied(found, `header ${name}`);
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(text, pod);
    return pod;
  }
}

/**
 * What reads a header that the route sets: by what varies in it, and by which destination's value it is
 * where those differ.
 *
 * @returns null where neither tells anything.
 */
function routeHeaderReader({ values }: RouteHeader, find: FindProxiedPod): ReadHeader | null {
  const distinct = new Set(values);
  const templates = [...distinct].flatMap((value) => {
    const template = value === null ? null : headerTemplate(value);
    if (template === null) return [];
    const first = values.indexOf(value);
    const isOnly = distinct.size > 1 && first === values.lastIndexOf(value);
    return [{ template, destination: isOnly ? first : NOBODY }];
  });
  const tells = templates.some(
    ({ template, destination }) => template.hasFields || destination !== NOBODY,
  );
  if (!tells) return null;
  return (text) => {
    const fitting = templates
      .flatMap(({ template, destination }) => fittingTemplate(template, destination, text))
      .sort((a, b) => b.literalLength - a.literalLength);
    const [best, next] = fitting;
    if (best === undefined) return null;
    // `v1-%UPSTREAM_HOST%` fits what `v1-canary-%UPSTREAM_HOST%` says, too, and less of it is its own.
    const isClear = next === undefined || next.literalLength < best.literalLength;
    return find(best.fields, isClear ? best.destination : NOBODY);
  };
}

function fittingTemplate(template: HeaderTemplate, destination: number, text: string) {
  const fields = template.read(text);
  return fields === null ? [] : [{ fields, destination, literalLength: template.literalLength }];
}
