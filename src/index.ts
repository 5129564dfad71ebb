/**
 * The library behind the command line: what `splitproof` does, callable.
 *
 * @packageDocumentation
 */
export type { Finding, Place, Severity, Subject } from './finding.js';
export { InputError, type InputErrorCode, type InputPlace } from './input-error.js';
export { readScenarioFile, type ScenarioReach } from './inputs/scenario-file.js';
export type {
  DestinationProgress,
  DiallingProgress,
  SampleProgress,
  WarmUpProgress,
} from './load/progress.js';
export { readRecord, type SavedRun } from './record/read-record.js';
export { runRecordSchema, type RunRecord } from './record/run-record.js';
export { RUN_SCHEMA } from './record/run-schema.js';
export type * from './report/explanation.js';
export { FORMATS, type Format, type FormatName } from './report/formats.js';
export type * from './report/plan.js';
export { render } from './report/render.js';
export type * from './report/routes.js';
export type { Style } from './report/style.js';
export { assertSplit, type AssertOptions, SplitAssertionError } from './run/assert-split.js';
export { bench } from './run/bench.js';
export { explain } from './run/explain.js';
export { listRoutes } from './run/list-routes.js';
export { merge } from './run/merge.js';
export type { RunOptions } from './run/options.js';
export type {
  LogProgress,
  ProbeProgress,
  Progress,
  RolloutProgress,
  SamplingProgress,
} from './run/progress.js';
export { plan } from './run/plan.js';
export { verify } from './run/verify.js';
export { listQuestion, type ListQuestion } from './scenario/list-question.js';
export { type PlanAsides, planQuestion, type PlanQuestion } from './scenario/plan-question.js';
export { routeQuestion, type RouteQuestion } from './scenario/route-question.js';
export { type LoadingCommand, type Scenario, scenarioOf } from './scenario/scenario.js';
export { settingsSchema, type Settings, type SettingsInput } from './scenario/schema.js';
export type { GivenWeights } from './scenario/weights.js';
