import type { AnswerFields, RawAnswer } from '../call/answer.js';
import type { AnswerContents } from '../call/answer-contents.js';
import {
  type AnswerFormat,
  type AnswerReader,
  answerReader,
  contentsOf,
  loadAnswerReaders,
} from '../call/answer-reader.js';
import type { GrpcRequest } from '../call/grpc/request.js';
import { openTransport } from '../load/transport/open-transport.js';
import type { OpenTransport } from '../load/transport/transport.js';
import type { RunRecord } from '../record/run-record.js';
import { CALL_SCHEMA, type CallReport, type ReportedAnswer } from '../report/call.js';
import type { Scenario } from '../scenario/scenario.js';
import { masked, maskedHeader, type Secrets } from '../secrets.js';
import type { RunOptions } from './options.js';
import { recordRun } from './record-run.js';
import { takeSample } from './sample.js';

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
  const watched = watching(options.openTransport ?? openTransport, (raw) => {
    heard?.hear(raw);
  });
  const watchedOptions = { ...options, openTransport: watched };
  const record = await recordRun(scenario, watchedOptions, async (run, target, plan) => {
    const [call] = run.calls;
    if (call !== undefined) {
      const { counting, request } = call.loaded;
      await loadAnswerReaders([counting.answers]);
      const isStream = request.kind === 'grpc' && streamsAnswers(request);
      heard = new HeardAnswer(counting.answers, isStream, secrets);
    }
    return await takeSample(run, target, plan, watchedOptions);
  });
  const { answer = null } = (heard as HeardAnswer | null) ?? {};
  return { ...callReport(record), answer: masked(answer, secrets) };
}

function callReport(record: RunRecord): Omit<CallReport, 'answer'> {
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
    route: call?.route ?? null,
    end,
    isOk: record.load.ok > 0,
    status,
    cause: call?.failures[0]?.cause ?? null,
    durationMs: call?.latencyMs.overall.max ?? call?.latencyMs.failed?.max ?? null,
    destination,
    reasons: reasons.map(({ text }) => text),
    findings,
  };
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

  constructor(format: AnswerFormat, isStream: boolean, secrets: Secrets) {
    this.#contents = contentsOf(format);
    this.#reader = answerReader(format);
    this.#hasEmptyMessages = format.kind === 'grpc';
    this.#isStream = isStream;
    this.#secrets = secrets;
  }

  /** Takes an answer, a message of one, or what stands around its messages. */
  hear(raw: RawAnswer): void {
    const { headers = [], trailers = [] } = raw.fields?.() ?? {};
    const isFirst = this.answer === null;
    const answer = (this.answer ??= {
      headers: this.#shown(headers),
      trailers: [],
      reply: null,
      replyBytes: 0,
      stream: this.#isStream ? { received: 0, receivedBytes: 0, messages: [] } : null,
      identity: null,
    });
    // They come with the last of what comes.
    answer.trailers = this.#shown(trailers);
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
    if (replyBytes === 0 && !this.#hasEmptyMessages) return null;
    return this.#contents.shown(raw) ?? null;
  }

  #shown(fields: AnswerFields['headers']): [string, string][] {
    return fields.map(([name, value]) => [name, maskedHeader(name, value, this.#secrets)]);
  }
}
