import { InputError } from '../input-error.js';
import { readText } from '../inputs/read-text.js';
import { refuseSharedInput } from '../inputs/standard-input.js';
import { readScenarioFile } from '../inputs/scenario-file.js';
import { overlaid } from '../scenario/call-list.js';
import { parseJsonTexts } from '../scenario/json-texts.js';
import { type Settings, settingsSchema } from '../scenario/schema.js';
import { oneCallScenario } from '../scenario/one-call.js';
import { type ServerQuestion, serverQuestion } from '../scenario/server-question.js';
import { hasPath } from '../scenario/target.js';
import { type LoadingCommand, type Scenario, scenarioOf } from '../scenario/scenario.js';
import { all, type Arguments, single } from './arguments.js';
import { httpFromFlags, isHttpAsked, MAX_DATA_BYTES, refuseHttpFlags } from './http-flags.js';
import { requireAllowedUrls, type Safety, safetyOf } from './safety.js';
import { REPEATABLE, SETTING_OPTIONS } from './verify-options.js';
import { type Words, wordsOf } from './words.js';

/**
 * Makes a scenario of the command line, laid over the scenario file where one is named.
 *
 * @param signal Gives up reading when it aborts.
 * @throws InputError when a flag or a line of the file is wrong.
 */
export async function scenarioFromArguments(
  args: Arguments,
  command: LoadingCommand,
  signal?: AbortSignal,
): Promise<Scenario> {
  const safety = await safetyOf(args, signal);
  return scenarioOf(await settingsUnder(safety, args, signal), command, safety.limits);
}

/**
 * Makes a scenario of one call of the command line, laid over the scenario file where one is named.
 *
 * @param signal Gives up reading when it aborts.
 * @throws InputError when a flag or a line of the file is wrong.
 */
export async function callScenarioFromArguments(
  args: Arguments,
  signal: AbortSignal,
): Promise<Scenario> {
  const safety = await safetyOf(args, signal);
  return oneCallScenario(await settingsUnder(safety, args, signal), safety.limits);
}

/**
 * Makes a question about what is served of the command line, laid over the scenario file where one is named.
 *
 * @param signal Gives up reading when it aborts.
 * @throws InputError when a flag or a line of the file is wrong.
 */
export async function serverQuestionFromArguments(
  args: Arguments,
  signal: AbortSignal,
): Promise<ServerQuestion> {
  const safety = await safetyOf(args, signal);
  return serverQuestion(await settingsUnder(safety, args, signal), safety.limits);
}

/**
 * The settings of the scenario file, if one is named, with those of the command line laid over them, as
 * policies allow them.
 *
 * @param signal Gives up reading when it aborts.
 * @throws InputError when a flag or a line of the file is wrong, or not allowed.
 */
export async function settingsFromArguments(
  args: Arguments,
  signal?: AbortSignal,
): Promise<Settings> {
  return await settingsUnder(await safetyOf(args, signal), args, signal);
}

async function settingsUnder(
  { policies, limits }: Safety,
  args: Arguments,
  signal: AbortSignal | undefined,
): Promise<Settings> {
  const settings = await settingsOf(args, signal);
  await requireAllowedUrls(settings['envoy-admin'] ?? [], limits);
  if (policies.length === 0) return settings;
  const { underPolicies } = await import('../scenario/under-policy.js');
  return underPolicies(settings, policies);
}

/** What is asked for, whoever allows it. */
async function settingsOf(args: Arguments, signal: AbortSignal | undefined): Promise<Settings> {
  const name = single(args, 'scenario');
  const onCommandLine = [...(name === '-' ? ['--scenario -'] : []), ...dataFromInput(args)];
  refuseSharedInput([...onCommandLine, ...readersOf(args)]);
  if (typeof name !== 'string') return await settingsFromFlags(args, signal);
  const file = await readScenarioFile(name, signal, {
    folders: all(args, 'allow-path'),
    overridden: new Set(Object.keys(args).filter((flag) => args[flag] !== undefined)),
    importFolders: args['import-path'] === undefined ? null : all(args, 'import-path'),
  });
  refuseSharedInput([...onCommandLine, ...readersOf({ ...file, ...args })]);
  return overlaid(file, await settingsFromFlags(args, signal, file));
}

/** Flags that stand for a part of a setting, for one of several, or for one of two. */
const ELSEWHERE = new Set(['call', 'data', 'expect-service']);

/** Settings whose values may be `-`, for standard input. */
const READERS = ['manifest', 'config-dump', 'proto', 'protoset', 'cacert', 'cert', 'key'] as const;

/** Settings that read standard input, as they are written; the calls of a run share their log. */
function readersOf(settings: Readonly<Record<string, unknown>>): string[] {
  const named = READERS.flatMap((name) =>
    [settings[name]].flat().flatMap((value) => (value === '-' ? `--${name} -` : [])),
  );
  const calls = [settings, ...((settings.calls ?? []) as { identity?: unknown }[])];
  const isLogged = calls.some(({ identity }) => identity === 'access-log:-');
  return isLogged ? [...named, '--identity access-log:-'] : named;
}

/** Data of the request that stand on standard input. */
function dataFromInput(args: Arguments): string[] {
  return ['data', 'data-binary'].flatMap((name) =>
    all(args, name).flatMap((value) =>
      value === '@' || value === '@-' ? `--${name} ${value}` : [],
    ),
  );
}

/**
 * The settings that stand on the command line.
 *
 * @param signal Gives up reading standard input when it aborts.
 * @param file What they are laid over: data are read as what is called takes them.
 * @throws InputError when one is wrong.
 */
export async function settingsFromFlags(
  args: Arguments,
  signal?: AbortSignal,
  file: Settings = {},
): Promise<Settings> {
  const words = wordsOf((args.request ?? []) as string[]);
  const given: Record<string, unknown> = {};
  for (const name of Object.keys(SETTING_OPTIONS)) {
    if (ELSEWHERE.has(name)) continue;
    const value = REPEATABLE.has(name) ? args[name] : single(args, name);
    if (value !== undefined) given[name] = value;
  }
  if (words.target !== undefined) given.target = words.target;
  const calls = callsOf(args, words);
  Object.assign(given, calls);
  const service = single(args, 'expect-service');
  if (service !== undefined) given.expect = { service };
  if (asksHttp(args, words, calls, file)) {
    const http = await httpFromFlags(args, signal);
    if (http !== undefined) given.http = http;
  } else {
    const data = single(args, 'data');
    if (typeof data === 'string') given.data = await parseData(data, signal);
  }
  if (typeof given.metadata === 'string') given.metadata = parseMetadata(given.metadata);
  if (typeof given.warmup === 'string' && /^\d+$/.test(given.warmup)) {
    given.warmup = Number(given.warmup);
  }
  if (typeof given.pace === 'string' && /^[\d.]+$/.test(given.pace))
    given.pace = Number(given.pace);
  const checked = settingsSchema.safeParse(given);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const [name = '', part] = issue?.path ?? [];
  // The parts of an HTTP request are flags of their own.
  throw new InputError(issue?.message ?? 'invalid', {
    path: `--${String(name === 'http' ? (part ?? 'path') : name)}`,
  });
}

/** Whether what is asked for is plain HTTP: by the command line, or by the file where that says nothing. */
function asksHttp(
  args: Arguments,
  words: Words,
  { call, calls }: Pick<Settings, 'call' | 'calls'>,
  file: Settings,
): boolean {
  if (call !== undefined || calls !== undefined) {
    refuseHttpFlags(args);
    return false;
  }
  const target = words.target ?? file.target ?? '';
  const isUrlWithPath = hasPath(target) && file.call === undefined;
  const isInFile = file.http !== undefined || file.calls?.some(({ http }) => http) === true;
  return isHttpAsked(args) || isUrlWithPath || isInFile;
}

/** Every call that is named, as METHOD or as --call; one of them, or a list. */
function callsOf(args: Arguments, { call: word }: Words): Pick<Settings, 'call' | 'calls'> {
  const flags = all(args, 'call');
  if (word !== undefined && flags.length > 0 && !flags.includes(word)) {
    throw new InputError('METHOD and --call name different calls: name several with --call', {
      path: '--call',
    });
  }
  const [first, ...others] = new Set(word === undefined ? flags : [word, ...flags]);
  if (first === undefined) return {};
  if (others.length === 0) return { call: first };
  return { calls: [first, ...others].map((call) => ({ call })) };
}

const DATA_EXAMPLE = `write it as '{"name": "jack"}', in single quotes for the shell`;

async function parseData(given: string, signal: AbortSignal | undefined): Promise<unknown> {
  const flag = '--data';
  if (/^@./.test(given)) {
    throw new InputError('a file of JSON comes on standard input: write -d @ < FILE', {
      path: flag,
    });
  }
  const { text } =
    given === '@'
      ? await readText({
          from: '-',
          what: 'the data of the request',
          flag,
          maxBytes: MAX_DATA_BYTES,
          signal,
        })
      : { text: given };
  if (given === '@' && text.trim() === '') {
    throw new InputError('standard input is empty: give the request as JSON, {} for an empty one', {
      path: flag,
    });
  }
  return parseJson(text, flag, (reason) => `not JSON: ${reason}; ${DATA_EXAMPLE}`, parseJsonTexts);
}

/** Its texts may be secrets, so that the reason, which quotes them, is left out. */
function parseMetadata(text: string): unknown {
  return parseJson(
    text,
    '--metadata',
    () => 'not JSON: write an object of texts, such as {"x-user": "jack"}',
  );
}

function parseJson(
  text: string,
  flag: string,
  problem: (reason: string) => string,
  parse: (text: string) => unknown = JSON.parse,
): unknown {
  try {
    return parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(problem(reason.replaceAll(/\s+/g, ' ')), { path: flag });
  }
}
