import { InputError } from '../input-error.js';
import { readText } from '../inputs/read-text.js';
import { readScenarioFile } from '../inputs/scenario-file.js';
import { overlaid } from '../scenario/call-list.js';
import { type Settings, settingsSchema } from '../scenario/schema.js';
import { type LoadingCommand, type Scenario, scenarioOf } from '../scenario/scenario.js';
import { REPEATABLE, SETTING_OPTIONS } from './verify-options.js';

/** Parsed command line, as yargs gives it. */
export type Arguments = Readonly<Record<string, unknown>>;

/** A request is sent many times over: one as large as this is a mistake. */
const MAX_DATA_BYTES = 64 * 1024 * 1024;

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
  return scenarioOf(await settingsFromArguments(args, signal), command);
}

/**
 * The settings of the scenario file, if one is named, with those of the command line laid over them.
 *
 * @param signal Gives up reading when it aborts.
 * @throws InputError when a flag or a line of the file is wrong.
 */
export async function settingsFromArguments(
  args: Arguments,
  signal?: AbortSignal,
): Promise<Settings> {
  const file = single(args, 'scenario');
  const flags = await settingsFromFlags(args, signal);
  return typeof file === 'string' ? overlaid(await readScenarioFile(file, signal), flags) : flags;
}

/**
 * The settings that stand on the command line.
 *
 * @param signal Gives up reading standard input when it aborts.
 * @throws InputError when one is wrong.
 */
export async function settingsFromFlags(args: Arguments, signal?: AbortSignal): Promise<Settings> {
  const given: Record<string, unknown> = {};
  for (const name of Object.keys(SETTING_OPTIONS)) {
    if (name === 'call') continue;
    const value = REPEATABLE.has(name) ? args[name] : single(args, name);
    if (value !== undefined) given[name] = value;
  }
  if (args.target !== undefined) given.target = args.target;
  Object.assign(given, callsOf(args));
  if (typeof given.data === 'string') given.data = await parseData(given.data, signal);
  if (typeof given.metadata === 'string') given.metadata = parseMetadata(given.metadata);
  if (typeof given.warmup === 'string' && /^\d+$/.test(given.warmup)) {
    given.warmup = Number(given.warmup);
  }
  const checked = settingsSchema.safeParse(given);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const name = String(issue?.path[0] ?? '');
  throw new InputError(issue?.message ?? 'invalid', { path: `--${name}` });
}

/** Every call that is named, as METHOD or as --call; one of them, or a list. */
function callsOf(args: Arguments): Pick<Settings, 'call' | 'calls'> {
  const flags = [args.call ?? []].flat() as string[];
  const method = args.method as string | undefined;
  if (method !== undefined && flags.length > 0 && !flags.includes(method)) {
    throw new InputError('METHOD and --call name different calls: name several with --call', {
      path: '--call',
    });
  }
  const [first, ...others] = new Set(method === undefined ? flags : [method, ...flags]);
  if (first === undefined) return {};
  if (others.length === 0) return { call: first };
  return { calls: [first, ...others].map((call) => ({ call })) };
}

/** The value of a flag. @throws InputError when it is given several times. */
export function single(args: Arguments, name: string): unknown {
  const value = args[name];
  if (!Array.isArray(value)) return value;
  throw new InputError('it is given more than once', { path: `--${name}` });
}

async function parseData(given: string, signal: AbortSignal | undefined): Promise<unknown> {
  const flag = '--data';
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
  return parseJson(text, flag, (reason) => `not JSON: ${reason}`);
}

/** Its texts may be secrets, so that the reason, which quotes them, is left out. */
function parseMetadata(text: string): unknown {
  return parseJson(
    text,
    '--metadata',
    () => 'not JSON: write an object of texts, such as {"x-user": "jack"}',
  );
}

function parseJson(text: string, flag: string, problem: (reason: string) => string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(problem(reason.replaceAll(/\s+/g, ' ')), { path: flag });
  }
}
