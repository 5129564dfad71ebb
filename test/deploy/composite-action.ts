import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

/** A step of a composite action, as far as this project's action has them. */
interface Step {
  id: string;
  shell: 'bash';
  run: string;
  env?: Record<string, string>;
  'working-directory'?: string;
}

/** What an action says of itself. */
export interface Action {
  inputs: Record<string, { description: string; default?: string }>;
  outputs: Record<string, { description: string; value: string }>;
  runs: { using: 'composite'; steps: Step[] };
}

/** What became of an action in a job. */
export interface ActionRun {
  /** Exit status of the step that failed; 0 when none has. */
  status: number;
  /** Everything that the steps printed, as the log of the job has it. */
  log: string;
  /** The action's outputs. */
  outputs: Record<string, string>;
  /** Its steps' outputs, by the steps' ids. */
  steps: Record<string, Record<string, string>>;
  /** Markdown of the steps' summaries. */
  summary: string;
}

export function readAction(folder: string): Action {
  return parse(readFileSync(path.join(folder, 'action.yml'), 'utf8')) as Action;
}

/**
 * Runs a composite action as GitHub's runner does: expressions are put into `env`, `working-directory` and `run`
 * before a shell sees them; each step has files for its outputs and its summary; a step that fails is the last.
 *
 * @param folder The action's.
 * @param given Inputs of the job; the others have their defaults.
 * @param job.workspace Where steps work.
 * @param job.temp A folder of the job's own, for what the runner and the steps leave.
 * @param job.env Variables of the job's own.
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax
 */
export async function runAction(
  folder: string,
  given: Readonly<Record<string, string>>,
  job: { workspace: string; temp: string; env: Readonly<Record<string, string>> },
): Promise<ActionRun> {
  const action = readAction(folder);
  const defaults = Object.entries(action.inputs).map(([name, input]) => [
    name,
    input.default ?? '',
  ]);
  const inputs = { ...(Object.fromEntries(defaults) as Record<string, string>), ...given };
  const run: ActionRun = { status: 0, log: '', outputs: {}, steps: {}, summary: '' };
  const evaluated = (text: string): string => withExpressions(text, inputs, run.steps);
  mkdirSync(job.temp, { recursive: true });
  for (const [index, step] of action.runs.steps.entries()) {
    const at = (name: string): string => path.join(job.temp, `${index}-${name}`);
    for (const file of ['output', 'summary']) writeFileSync(at(file), '');
    writeFileSync(at('step.sh'), evaluated(step.run));
    const env = Object.entries(step.env ?? {}).map(([name, value]) => [name, evaluated(value)]);
    const { status, log } = await bash(at('step.sh'), {
      cwd: path.resolve(job.workspace, evaluated(step['working-directory'] ?? '.')),
      env: {
        ...process.env,
        ...job.env,
        GITHUB_ACTIONS: 'true',
        GITHUB_ACTION_PATH: folder,
        GITHUB_WORKSPACE: job.workspace,
        GITHUB_OUTPUT: at('output'),
        GITHUB_STEP_SUMMARY: at('summary'),
        RUNNER_TEMP: job.temp,
        ...(Object.fromEntries(env) as Record<string, string>),
      },
    });
    run.log += log;
    run.steps[step.id] = outputsIn(readFileSync(at('output'), 'utf8'));
    run.summary += readFileSync(at('summary'), 'utf8');
    run.status = status;
    if (status !== 0) break;
  }
  const outputs = Object.entries(action.outputs).map(([name, { value }]) => [
    name,
    evaluated(value),
  ]);
  run.outputs = Object.fromEntries(outputs) as Record<string, string>;
  return run;
}

/** The expressions that this project's action has; any other is a mistake. */
function withExpressions(
  text: string,
  inputs: Readonly<Record<string, string>>,
  steps: ActionRun['steps'],
): string {
  return text.replaceAll(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => {
    if (expression === 'toJSON(inputs)') return JSON.stringify(inputs, null, 2);
    const [context = '', name = '', , output = ''] = expression.split('.');
    if (context === 'inputs' && inputs[name] !== undefined) return inputs[name];
    if (context === 'steps') return steps[name]?.[output] ?? '';
    throw new Error(`no such expression: ${expression}`);
  });
}

/** Reads what a step gave: `name=value`, or a name, a delimiter, and lines until that. */
function outputsIn(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = text.split('\n');
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    const [, name = '', sign = '', rest = ''] = /^(.*?)(=|<<)(.*)$/.exec(line) ?? [];
    if (sign === '=') outputs[name] = rest;
    else if (sign === '<<') {
      outputs[name] = lines.splice(0, lines.indexOf(rest)).join('\n');
      lines.shift();
    } else if (line !== '') throw new Error(`no output: ${line}`);
  }
  return outputs;
}

function bash(
  script: string,
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<{ status: number; log: string }> {
  return new Promise((resolve, reject) => {
    // As `shell: bash` has it.
    const words = ['--noprofile', '--norc', '-eo', 'pipefail', script];
    const child = spawn('bash', words, { ...options, timeout: 240_000 });
    let log = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (log += text));
    }
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ status: status ?? 1, log });
    });
    child.stdin.end();
  });
}
