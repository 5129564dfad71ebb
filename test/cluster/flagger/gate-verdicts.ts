import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type StoredVerdict, storedVerdictSchema } from '../../../src/gate/stored-verdict.js';
import type { RunRecord } from '../../../src/record/run-record.js';
import { ask, type GateService } from '../../fixtures/gate-service.js';

/** A verdict that a gate keeps, with the weights that were expected, by destination. */
export interface KeptVerdict extends StoredVerdict {
  weights: Record<string, number | null>;
}

/** @param state The gate's folder of verdicts. @returns In the order of their ends. */
export async function keptVerdicts(state: string): Promise<KeptVerdict[]> {
  const files = (await readdir(state)).filter((file) => /^[0-9a-f]+\.json$/.test(file));
  const verdicts = await Promise.all(files.map((file) => keptVerdict(path.join(state, file))));
  return verdicts.sort((a, b) => (a.endedAt < b.endedAt ? -1 : 1));
}

async function keptVerdict(file: string): Promise<KeptVerdict> {
  const verdict = storedVerdictSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  const text = await readFile(file.replace(/\.json$/, '.record.json'), 'utf8');
  const [call] = (JSON.parse(text) as RunRecord).calls;
  const destinations = call?.split?.destinations ?? [];
  return {
    ...verdict,
    weights: Object.fromEntries(destinations.map(({ name, weight }) => [name, weight])),
  };
}

/** What a gate has done so far. */
export interface GateCounts {
  /** Runs. */
  runs: number;
  /** Answers by their HTTP status. */
  answers: Record<string, number>;
}

export async function gateCounts(gate: GateService): Promise<GateCounts> {
  const { text } = await ask(gate, 'GET', '/metrics');
  const counted = (pattern: RegExp): [string, number][] =>
    [...text.matchAll(pattern)].map(([, label = '', n]) => [label, Number(n)]);
  const runs = counted(/^splitproof_runs_total\{(\S+)\} (\d+)$/gm);
  return {
    runs: runs.reduce((sum, [, n]) => sum + n, 0),
    answers: Object.fromEntries(counted(/^splitproof_answers_total\{status="(\d+)"\} (\d+)$/gm)),
  };
}
