import { readFileSync } from 'node:fs';
import { InputError } from '../input-error.js';
import { overlaid } from '../scenario/call-list.js';
import { type Settings, settingsSchema } from '../scenario/schema.js';
import {
  type BenchScenario,
  benchScenarioOf,
  type Scenario,
  scenarioOf,
} from '../scenario/scenario.js';
import { REPEATABLE, SETTING_OPTIONS } from './verify-options.js';

/** Parsed command line, as yargs gives it. */
export type Arguments = Readonly<Record<string, unknown>>;

/**
 * Makes a scenario of the command line, laid over the scenario file where one is named.
 *
 * @throws InputError when a flag or a line of the file is wrong.
 */
export async function scenarioFromArguments(args: Arguments): Promise<Scenario> {
  return scenarioOf(await allSettings(args));
}

/** Makes a load test of the command line, as {@link scenarioFromArguments} does a verification. */
export async function benchScenarioFromArguments(args: Arguments): Promise<BenchScenario> {
  return benchScenarioOf(await allSettings(args));
}

async function allSettings(args: Arguments): Promise<Settings> {
  const file = single(args, 'scenario');
  const flags = settingsFromFlags(args);
  if (typeof file !== 'string') return flags;
  // YAML is loaded only where there is some.
  const { readScenarioFile } = await import('../scenario/scenario-file.js');
  return overlaid(readScenarioFile(file), flags);
}

/** The settings that stand on the command line. @throws InputError when one is wrong. */
export function settingsFromFlags(args: Arguments): Settings {
  const given: Record<string, unknown> = {};
  for (const name of Object.keys(SETTING_OPTIONS)) {
    if (name === 'call') continue;
    const value = REPEATABLE.has(name) ? args[name] : single(args, name);
    if (value !== undefined) given[name] = value;
  }
  if (args.target !== undefined) given.target = args.target;
  Object.assign(given, callsOf(args));
  if (typeof given.data === 'string') given.data = parseData(given.data);
  if (typeof given.metadata === 'string') given.metadata = parseJson(given.metadata, '--metadata');
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

function parseData(text: string): unknown {
  return parseJson(text === '@' ? readFileSync(process.stdin.fd, 'utf8') : text, '--data');
}

function parseJson(text: string, flag: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new InputError(`not JSON: ${error instanceof Error ? error.message : String(error)}`, {
      path: flag,
    });
  }
}
