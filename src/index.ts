/**
 * The library behind the command line: what `splitproof` does, callable.
 *
 * @packageDocumentation
 */
export { InputError, type InputPlace } from './input-error.js';
export type { Progress } from './load/progress.js';
export { FORMATS, type Format, type FormatName } from './report/formats.js';
export { runRecordSchema, type RunRecord } from './record/run-record.js';
export { RUN_SCHEMA } from './record/run-schema.js';
export type { Style } from './report/style.js';
export { verify, type RunResult } from './run/verify.js';
export { bench } from './run/bench.js';
export type { RunHooks } from './run/measure.js';
export { readScenarioFile } from './scenario/scenario-file.js';
export {
  type BenchScenario,
  benchScenarioOf,
  type Scenario,
  scenarioOf,
} from './scenario/scenario.js';
export { settingsSchema, type Settings } from './scenario/schema.js';
