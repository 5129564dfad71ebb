import type {
  AttemptCounts,
  CallCounts,
  ConnectionCallCounts,
  ForwardCounts,
  HistogramCounts,
  StreamCounts,
  TimelineCounts,
} from './counted.js';

/** Where the columns of some counts stand in others. By column: its new place, -1 for none. */
export type ColumnPlaces = readonly number[];

/** The names of columns, and how many of them were given in advance. */
type ColumnNames = Pick<CallCounts, 'destinations' | 'named'>;

/** Adds another row of columns to one; what it does not have yet counts as zero. */
export function addColumns(row: number[], other: readonly number[]): void {
  other.forEach((count, column) => {
    row[column] = (row[column] ?? 0) + count;
  });
}

/** Adds up two rows of columns. The shorter one counts as if it went on with zeros. */
export function mergeColumns(a: readonly number[], b: readonly number[]): number[] {
  return Array.from(
    { length: Math.max(a.length, b.length) },
    (_, at) => (a[at] ?? 0) + (b[at] ?? 0),
  );
}

/** The order that destinations have in what is handed on: those given in advance, then by name. */
export function canonicalNames(given: readonly string[], others: Iterable<string>): string[] {
  const known = new Set(given);
  return [...given, ...[...new Set(others)].filter((name) => !known.has(name)).sort()];
}

/** @returns The places of the columns called `names` among those called `order`. */
export function placesIn(order: readonly string[], names: readonly string[]): number[] {
  const places = new Map(order.map((name, place) => [name, place]));
  return names.map((name) => places.get(name) ?? -1);
}

/** A row whose columns stand in other places. */
export function placeColumns(
  row: readonly number[],
  places: ColumnPlaces,
  length: number,
): number[] {
  const placed = new Array<number>(length).fill(0);
  places.forEach((place, column) => {
    if (place >= 0) placed[place] = row[column] ?? 0;
  });
  return placed;
}

/** Counts of a call whose columns stand in other places; the rest is as it was. */
export function placeCall(
  call: CallCounts,
  { destinations, named }: ColumnNames,
  places: ColumnPlaces,
): CallCounts {
  const row = (columns: readonly number[]): number[] =>
    placeColumns(columns, places, destinations.length);
  return {
    ...call,
    destinations,
    named,
    observed: row(call.observed),
    failed: row(call.failed),
    pods: new Map(
      [...call.pods].map(([name, pod]) => [
        name,
        { ...pod, destination: places[pod.destination] ?? -1 },
      ]),
    ),
    latency: placeLatency(call.latency, places, destinations.length),
    windows: { ...call.windows, observed: call.windows.observed.map(row) },
    blocks: { ...call.blocks, observed: call.blocks.observed.map(row) },
    clusters: new Map(
      [...call.clusters].map(([answers, { calls, observed, squares }]) => [
        answers,
        { calls, observed: row(observed), squares: row(squares) },
      ]),
    ),
    ...(call.timedLatency === undefined
      ? {}
      : {
          timedLatency: {
            ...call.timedLatency,
            windows: call.timedLatency.windows.map((window) => ({
              ...window,
              ...(window.observed === undefined ? {} : { observed: row(window.observed) }),
              latency: placeLatency(window.latency, places, destinations.length),
            })),
          },
        }),
    ...(call.timeline === undefined ? {} : { timeline: placeTimeline(call.timeline, places, row) }),
    ...(call.streams === undefined
      ? {}
      : { streams: placeStreams(call.streams, places, destinations.length) }),
    ...(call.attempts === undefined
      ? {}
      : { attempts: placeAttempts(call.attempts, places, destinations.length) }),
    ...(call.forwards === undefined
      ? {}
      : { forwards: placeForwards(call.forwards, places, destinations.length) }),
    spread: {
      ...call.spread,
      observed: row(call.spread.observed),
      squares: row(call.spread.squares),
    },
    probe: call.probe === null ? null : { ...call.probe, observed: row(call.probe.observed) },
  };
}

function placeTimeline(
  { widthMs, bins, failures }: TimelineCounts,
  places: ColumnPlaces,
  row: (columns: readonly number[]) => number[],
): TimelineCounts {
  return {
    widthMs,
    bins: bins.map((bin) => {
      return { ...bin, observed: row(bin.observed), failedOf: row(bin.failedOf) };
    }),
    failures: failures.map((failure) => {
      return { ...failure, destination: places[failure.destination] ?? -1 };
    }),
  };
}

/** Counts of a connection whose columns stand in other places. */
export function placeConnectionCall(
  counts: ConnectionCallCounts,
  places: ColumnPlaces,
  length: number,
): ConnectionCallCounts {
  const row = (columns: readonly number[]): number[] => placeColumns(columns, places, length);
  const { observed, inTime } = counts;
  return {
    ...counts,
    observed: row(observed),
    ...(inTime === undefined ? {} : { inTime: { ...inTime, observed: inTime.observed.map(row) } }),
  };
}

/** The last one, of requests without a known destination, stays the last. */
function placeLatency(
  latency: readonly HistogramCounts[],
  places: ColumnPlaces,
  length: number,
): HistogramCounts[] {
  const placed = placeHistograms(latency, places, length);
  placed.push(latency[places.length] ?? []);
  return placed;
}

/** Attempts whose rows stand in other places; the last one, of requests without a destination, stays the last. */
export function placeAttempts(
  attempts: AttemptCounts,
  places: ColumnPlaces,
  length: number,
): AttemptCounts {
  const { byDestination } = attempts;
  const placed = Array.from({ length }, (): number[] => []);
  places.forEach((place, column) => {
    if (place >= 0) placed[place] = byDestination[column] ?? [];
  });
  placed.push(byDestination[places.length] ?? []);
  return { ...attempts, byDestination: placed };
}

function placeHistograms(
  latency: readonly HistogramCounts[],
  places: ColumnPlaces,
  length: number,
): HistogramCounts[] {
  const placed = Array.from({ length }, (): HistogramCounts => []);
  places.forEach((place, column) => {
    if (place >= 0) placed[place] = latency[column] ?? [];
  });
  return placed;
}

/** Counts of streams whose columns stand in other places. */
export function placeStreams(
  streams: StreamCounts,
  places: ColumnPlaces,
  length: number,
): StreamCounts {
  const { byMessage } = streams;
  if (byMessage === null) return streams;
  const row = (columns: readonly number[]): number[] => placeColumns(columns, places, length);
  const { observed, squares, products } = byMessage;
  return {
    ...streams,
    byMessage: {
      ...byMessage,
      observed: row(observed),
      squares: row(squares),
      products: row(products),
    },
  };
}

/** Counts of calls whose requests an application made, with columns in other places. */
export function placeForwards(
  forwards: ForwardCounts,
  places: ColumnPlaces,
  length: number,
): ForwardCounts {
  return {
    ...forwards,
    rows: forwards.rows.map(({ observed, calls }) => {
      return { observed: placeColumns(observed, places, length), calls };
    }),
  };
}
