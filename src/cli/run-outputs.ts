import type { RunRecord } from '../record/run-record.js';
import type { StepOutputs } from './github.js';
import type { OutputSettings } from './outputs.js';

/**
 * What a run gives to later steps of a job of GitHub Actions.
 *
 * @param files Where its reports were written.
 */
export function runOutputs(record: RunRecord, { files }: OutputSettings): StepOutputs {
  const saved = files.find(({ format }) => format === 'json')?.file;
  const [first] = record.reasons;
  return {
    verdict: record.verdict,
    reason: first?.text ?? '',
    requests: record.load.sent,
    findings: record.findings.length,
    ...(saved === undefined ? {} : { record: saved }),
  };
}
