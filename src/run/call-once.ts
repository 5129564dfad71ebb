import type { AnswerFields, RawAnswer } from '../call/answer.js';
import type { AnswerContents } from '../call/answer-contents.js';
import {
  type AnswerFormat,
  type AnswerReader,
  answerReader,
  contentsOf,
  loadAnswerReaders,
} from '../call/answer-reader.js';
import { headOf, type CallRequest } from '../call/kinds.js';
import type { GrpcRequest } from '../call/grpc/request.js';
import { openTransport } from '../load/transport/open-transport.js';
import type { OpenTransport } from '../load/transport/transport.js';
import type { RunRecord } from '../record/run-record.js';
import {
  CALL_SCHEMA,
  type CallReport,
  type Fields,
  type ReportedAnswer,
  type ReportedDetail,
} from '../report/call.js';
import type { Scenario } from '../scenario/scenario.js';
import { masked, maskedHeader, maskedUrl, type Secrets } from '../secrets.js';
import type { RunOptions } from './options.js';
import type { RunCall } from './ask.js';
import { recordRun } from './record-run.js';
import { takeSample } from './sample.js';

/** The header or trailer with what a server adds to its status. */
const STATUS_DETAILS = 'grpc-status-details-bin';
/** What is shown of a stream, at most: a peer need not ever stop. */
const MOST_SHOWN = 10_000;
const MOST_SHOWN_BYTES = 4 * 1024 * 1024;

/**
 * Makes one call, and tells everything about its answer.
 *
 * @param scenario Of one request.
 * @throws InputError when the scenario or something it names is wrong; nothing was sent then.
 */
export async function callOnce(scenario: Scenario, options: RunOptions): Promise<CallReport> {
  const { secrets } = scenario;
  let heard: HeardAnswer | null = null;
  let made: RunCall | null = null;
  const watched = watching(options.openTransport ?? openTransport, (raw) => {
    heard?.hear(raw);
  });
  const watchedOptions = { ...options, openTransport: watched };
  const record = await recordRun(scenario, watchedOptions, async (run, target, plan) => {
    const [call] = run.calls;
    if (call !== undefined) {
      made = call;
      const { counting, request } = call.loaded;
      await loadAnswerReaders([counting.answers]);
      const isStream = request.kind === 'grpc' && streamsAnswers(request);
      heard = new HeardAnswer(counting.answers, isStream, secrets);
    }
    return await takeSample(run, target, plan, watchedOptions);
  });
  const told = heard as HeardAnswer | null;
  const answer = told?.answer ?? null;
  const details = (await told?.details(options.signal)) ?? null;
  return {
    ...callReport(record, made, secrets),
    answer: masked(answer === null ? null : { ...answer, details }, secrets),
  };
}

function callReport(
  record: RunRecord,
  made: RunCall | null,
  secrets: Secrets,
): Omit<CallReport, 'answer'> {
  const { calls, target, end, reasons, findings, counted } = record;
  const [call] = calls;
  const [status = null] = Object.keys(call?.status ?? {});
  const observed = counted.calls[0]?.observed ?? [];
  const names = counted.calls[0]?.destinations ?? [];
  const destination = names[observed.findIndex((count) => count > 0)] ?? null;
  return {
    schema: CALL_SCHEMA,
    target,
    call: call?.call ?? '',
    definition: made?.definition ?? null,
    sent: made === null ? [] : sentFields(made.loaded.request, secrets),
    route: call?.route ?? null,
    end,
    isOk: record.load.ok > 0,
    status,
    cause: call?.failures[0]?.cause ?? null,
    durationMs: call?.latencyMs.overall.max ?? call?.latencyMs.failed?.max ?? null,
    destination,
    isRouted: destination === null || made === null ? null : isRouted(destination, made),
    reasons: reasons.map(({ text }) => text),
    findings,
  };
}

/** What of a request goes before its messages. */
function sentFields(request: CallRequest, secrets: Secrets): Fields {
  const { scheme, authority, path, metadata } = request;
  const { method, headers } = headOf(request);
  const pseudo: Fields = [
    [':method', method],
    [':scheme', scheme],
    [':authority', authority],
    [':path', maskedUrl(path)],
  ];
  return [...pseudo, ...headers, ...metadata].map(([name, value]) => [
    name,
    maskedHeader(name, value, secrets),
  ]);
}

/** Whether the route sends traffic to what has answered; null where there is no route. */
function isRouted(destination: string, { asked }: RunCall): boolean | null {
  if (asked.route === null || asked.destinations.length === 0) return null;
  return asked.destinations.some(({ name, weight }) => name === destination && weight !== 0);
}

/** Carries calls as another transport does, and shows their answers. */
function watching(open: OpenTransport, onAnswer: (answer: RawAnswer) => void): OpenTransport {
  return async (...args) => {
    const transport = await open(...args);
    return {
      engine: transport.engine,
      reach: (admit) => transport.reach(admit),
      dial: (number, addresses, events) =>
        transport.dial(number, addresses, {
          onAnswer: (slot, answer) => {
            onAnswer(answer);
            events.onAnswer(slot, answer);
          },
          onEnd: (slot, end) => {
            events.onEnd(slot, end);
          },
          onRoom: () => {
            events.onRoom();
          },
        }),
    };
  };
}

function streamsAnswers({ stream }: GrpcRequest): boolean {
  const side = stream?.side;
  return side === 'server' || side === 'both';
}

/** What one call is answered with, while it comes: of a stream as much as is shown. */
class HeardAnswer {
  /** null: nothing has come. */
  answer: ReportedAnswer | null = null;
  readonly #contents: AnswerContents;
  readonly #reader: AnswerReader;
  readonly #isStream: boolean;
  readonly #hasEmptyMessages: boolean;
  readonly #secrets: Secrets;
  readonly #format: AnswerFormat;
  #encodedDetails: string | null = null;

  constructor(format: AnswerFormat, isStream: boolean, secrets: Secrets) {
    this.#contents = contentsOf(format);
    this.#reader = answerReader(format);
    this.#hasEmptyMessages = format.kind === 'grpc';
    this.#isStream = isStream;
    this.#secrets = secrets;
    this.#format = format;
  }

  /** What the server adds to its status, decoded; null where it adds nothing. */
  async details(signal: AbortSignal | undefined): Promise<ReportedDetail[] | null> {
    if (this.#encodedDetails === null || this.#format.kind !== 'grpc') return null;
    const { statusDetails } = await import('../call/grpc/status-details.js');
    const { loadContract } = await import('../inputs/contract.js');
    const known = await loadContract({ protoFiles: [], importPaths: [], protosets: [] }, signal);
    return statusDetails(this.#encodedDetails, known, this.#format.reply);
  }

  /** Takes an answer, a message of one, or what stands around its messages. */
  hear(raw: RawAnswer): void {
    const { headers = [], trailers = [] } = raw.fields?.() ?? {};
    const isFirst = this.answer === null;
    const answer = (this.answer ??= {
      headers: this.#shown(headers),
      trailers: [],
      details: null,
      reply: null,
      replyBytes: 0,
      stream: this.#isStream ? { received: 0, receivedBytes: 0, messages: [] } : null,
      identity: null,
    });
    // They come with the last of what comes.
    answer.trailers = this.#shown(trailers);
    // A failure without an answer has them among its headers.
    const encoded = [...trailers, ...headers].find(([name]) => name === STATUS_DETAILS);
    this.#encodedDetails ??= encoded?.[1] ?? null;
    answer.identity ??= this.#reader.identify(raw)?.pod ?? null;
    if (raw.endsStream === true) return;
    const replyBytes = raw.messageEnd - raw.messageStart;
    const { stream } = answer;
    if (stream !== null) {
      stream.received += 1;
      const isShown =
        stream.messages.length < MOST_SHOWN &&
        stream.receivedBytes + replyBytes <= MOST_SHOWN_BYTES;
      stream.receivedBytes += replyBytes;
      if (isShown) stream.messages.push({ reply: this.#reply(raw, replyBytes), replyBytes });
    }
    if (!isFirst) return;
    answer.reply = stream?.messages[0]?.reply ?? this.#reply(raw, replyBytes);
    answer.replyBytes = replyBytes;
  }

  #reply(raw: RawAnswer, replyBytes: number): string | null {
    // A message may be empty, and a failure has none.
    if (replyBytes === 0 && !(this.#hasEmptyMessages && this.#contents.isSuccess(raw.status))) {
      return null;
    }
    return this.#contents.shown(raw) ?? null;
  }

  #shown(fields: AnswerFields['headers']): [string, string][] {
    return fields.map(([name, value]) => [name, maskedHeader(name, value, this.#secrets)]);
  }
}
