import { InputError } from '../input-error.js';
import { refuseSharedInput } from '../inputs/standard-input.js';
import { readScenario } from '../inputs/scenario-file.js';
import { overlaid } from '../scenario/call-list.js';
import { parseLabels } from '../scenario/labels.js';
import { type Settings, settingsSchema } from '../scenario/schema.js';
import { oneCallScenario } from '../scenario/one-call.js';
import { type ServerQuestion, serverQuestion } from '../scenario/server-question.js';
import { hasPath } from '../scenario/target.js';
import { type LoadingCommand, type Scenario, scenarioOf } from '../scenario/scenario.js';
import { all, type Arguments, single } from './arguments.js';
import { atScenario, type LaidSettings } from './at-scenario.js';
import { expandedHeaders } from './expanded-headers.js';
import { httpFromFlags, isHttpAsked, refuseHttpFlags } from './http-flags.js';
import { kubeSetting, refuseContextAsTarget } from './kube-flag.js';
import { parseData, parseMetadata } from './request-texts.js';
import { requireAllowedUrls, type Safety, safetyOf } from './safety.js';
import { inputsOfSettings, inputsOnCommandLine } from './shared-input.js';
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
  return atScenario(await settingsUnder(safety, args, signal), (settings) =>
    scenarioOf(settings, command, safety.limits),
  );
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
  return atScenario(await settingsUnder(safety, args, signal), (settings) =>
    oneCallScenario(settings, safety.limits),
  );
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
  return atScenario(await settingsUnder(safety, args, signal), (settings) =>
    serverQuestion(settings, safety.limits),
  );
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
): Promise<LaidSettings> {
  return await settingsUnder(await safetyOf(args, signal), args, signal);
}

async function settingsUnder(
  { policies, limits }: Safety,
  args: Arguments,
  signal: AbortSignal | undefined,
): Promise<LaidSettings> {
  await refuseContextAsTarget(args, signal);
  const laid = await settingsOf(args, signal);
  const { settings } = laid;
  await requireAllowedUrls('--envoy-admin', settings['envoy-admin'] ?? [], limits);
  await requireAllowedUrls('--push', all(args, 'push'), limits);
  if (policies.length === 0) return laid;
  const { underPolicies } = await import('../scenario/under-policy.js');
  return { ...laid, settings: underPolicies(settings, policies) };
}

/** What is asked for, whoever allows it. */
async function settingsOf(args: Arguments, signal: AbortSignal | undefined): Promise<LaidSettings> {
  const name = single(args, 'scenario');
  if (typeof name !== 'string') {
    const flags = await settingsFromFlags(args, signal);
    return { settings: flags, scenario: null, flags };
  }
  const scenario = await readScenario(name, signal, {
    folders: all(args, 'allow-path'),
    overridden: new Set(Object.keys(args).filter((flag) => args[flag] !== undefined)),
    importFolders: args['import-path'] === undefined ? null : all(args, 'import-path'),
  });
  const file = scenario.settings;
  const ofFile = inputsOfSettings(
    Object.fromEntries(Object.entries(file).filter(([key]) => args[key] === undefined)),
  );
  refuseSharedInput([...inputsOnCommandLine(args), ...ofFile]);
  const flags = await settingsFromFlags(args, signal, file);
  return { settings: overlaid(file, flags), scenario, flags };
}

/** Flags that stand for a part of a setting, for one of several, or for one of two. */
const ELSEWHERE = new Set(['call', 'data', 'expect-service', 'expand-headers', 'label']);

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
  if (typeof given.kube === 'string') given.kube = kubeSetting(given.kube);
  if (given['each-replica'] === '') given['each-replica'] = true;
  if (words.target !== undefined) given.target = words.target;
  const calls = callsOf(args, words);
  Object.assign(given, calls);
  const labels = all(args, 'label');
  if (labels.length > 0) given.labels = parseLabels(labels);
  const service = single(args, 'expect-service');
  if (service !== undefined) given.expect = { service };
  if (asksHttp(args, words, calls, file)) {
    const http = await httpFromFlags(args, signal);
    if (http !== undefined) given.http = http;
  } else {
    const data = single(args, 'data');
    if (typeof data === 'string') given.data = await parseData(data, signal);
  }
  if (typeof given.metadata === 'string') {
    given.metadata = await parseMetadata(given.metadata, signal);
  }
  if (args['expand-headers'] === true) {
    const { headers, masked } = expandedHeaders(args, process.env);
    Object.assign(given, headers);
    const named = args.mask === undefined ? (file.mask ?? []) : all(args, 'mask');
    if (masked.length > 0) given.mask = [...named, ...masked];
  }
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
