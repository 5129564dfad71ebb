import type { RawAnswer } from '../call/answer.js';
import {
  type AnswerFormat,
  answerReader,
  contentsOf,
  loadAnswerReaders,
} from '../call/answer-reader.js';
import { openTransport } from '../load/transport/open-transport.js';
import type { OpenTransport } from '../load/transport/transport.js';
import type { RunRecord } from '../record/run-record.js';
import { CALL_SCHEMA, type CallReport, type ReportedAnswer } from '../report/call.js';
import type { Scenario } from '../scenario/scenario.js';
import { masked, maskedHeader, type Secrets } from '../secrets.js';
import type { RunOptions } from './options.js';
import { recordRun } from './record-run.js';
import { takeSample } from './sample.js';

/**
 * Makes one call, and tells everything about its answer.
 *
 * @param scenario Of one request.
 * @throws InputError when the scenario or something it names is wrong; nothing was sent then.
 */
export async function callOnce(scenario: Scenario, options: RunOptions): Promise<CallReport> {
  const { secrets } = scenario;
  let format: AnswerFormat | null = null;
  let answer: ReportedAnswer | null = null;
  const watched = watching(options.openTransport ?? openTransport, (raw) => {
    if (format !== null) answer ??= reported(raw, format, secrets);
  });
  const watchedOptions = { ...options, openTransport: watched };
  const record = await recordRun(scenario, watchedOptions, async (run, target, plan) => {
    format = run.calls[0]?.loaded.counting.answers ?? null;
    if (format !== null) await loadAnswerReaders([format]);
    return await takeSample(run, target, plan, watchedOptions);
  });
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

function reported(raw: RawAnswer, format: AnswerFormat, secrets: Secrets): ReportedAnswer {
  const { headers = [], trailers = [] } = raw.fields?.() ?? {};
  const shown = (fields: typeof headers): [string, string][] =>
    fields.map(([name, value]) => [name, maskedHeader(name, value, secrets)]);
  const replyBytes = raw.messageEnd - raw.messageStart;
  const reply =
    replyBytes > 0 || format.kind === 'grpc' ? contentsOf(format).shown(raw) : undefined;
  return {
    headers: shown(headers),
    trailers: shown(trailers),
    reply: reply ?? null,
    replyBytes,
    identity: answerReader(format).identify(raw)?.pod ?? null,
  };
}
