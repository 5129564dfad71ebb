import { createHash } from 'node:crypto';
import { sep } from 'node:path';
import type { Place, Severity } from '../finding.js';
import { aboutCall } from '../record/call-labels.js';
import type { RunRecord } from '../record/run-record.js';
import { HOMEPAGE } from './documentation.js';
import type { Explained } from './explained.js';
import { fileOf, isAddress } from './file-name.js';
import { renderJson } from './json.js';
import { type Notice, noticesOf, noticesOfRun } from './notices.js';
import type { Style } from './style.js';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

const LEVELS: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
};

/** Renders findings of a run, and why its verdict is no pass, as SARIF 2.1.0. */
export function renderSarif(record: RunRecord, style: Style): string {
  const { tool, command, startedAt, durationSeconds, end, runId, target, verdict } = record;
  const endedAt = new Date(Date.parse(startedAt) + durationSeconds * 1000).toISOString();
  return sarifOf(tool, `${tool.name}/${command}/`, noticesOfRun(record), style, {
    invocations: [
      { executionSuccessful: end === 'complete', startTimeUtc: startedAt, endTimeUtc: endedAt },
    ],
    properties: { verdict, target, runId },
  });
}

/** Renders what is wrong with manifests as SARIF 2.1.0. */
export function renderSarifOfExplained(report: Explained, style: Style): string {
  const { tool, findings } = report;
  return sarifOf(tool, `${tool.name}/explain/`, noticesOf(findings), style, {});
}

function sarifOf(
  tool: RunRecord['tool'],
  category: string,
  notices: readonly Notice[],
  style: Style,
  more: object,
): string {
  const codes = [...new Set(notices.map(({ code }) => code))];
  const fingerprints = fingerprintsOf(notices, style);
  const log = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: tool.name,
            version: tool.version,
            informationUri: HOMEPAGE,
            rules: codes.map((code) => rule(code, notices)),
          },
        },
        // Results of other commands stay when these are uploaded.
        automationDetails: { id: category },
        ...more,
        columnKind: 'utf16CodeUnits',
        results: notices.map((notice, index) => ({
          ruleId: notice.code,
          ruleIndex: codes.indexOf(notice.code),
          level: LEVELS[notice.severity],
          message: { text: messageOf(notice) },
          locations: locationsOf(notice.place, style),
          partialFingerprints: { 'splitproofNotice/v1': fingerprints[index] },
        })),
      },
    ],
  };
  return renderJson(log);
}

/** What a code stands for, as far as what was found says. */
function rule(code: string, notices: readonly Notice[]): object {
  const words = code.replaceAll('-', ' ');
  const title = `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
  const own = notices.find((notice) => notice.code === code);
  const page = own?.page ?? null;
  const help = [own?.advice ?? '', page ?? ''].filter((part) => part !== '').join('\n');
  return {
    id: code,
    shortDescription: { text: `${title}.` },
    help: { text: help === '' ? `${title}.` : help },
    ...(page === null ? {} : { helpUri: page }),
    defaultConfiguration: { level: LEVELS[own?.severity ?? 'warning'] },
  };
}

function messageOf({ call, summary, evidence, advice }: Notice): string {
  return [aboutCall(call, summary), evidence, advice].filter((part) => part !== '').join('\n');
}

function locationsOf(place: Place | null, style: Style): object[] {
  if (place === null) return [];
  const { line, column, path } = place;
  const file = fileOf(place, style);
  const physical =
    file === null
      ? {}
      : {
          physicalLocation: {
            artifactLocation: artifactOf(file),
            ...(line === null
              ? {}
              : {
                  region: { startLine: line, ...(column === null ? {} : { startColumn: column }) },
                }),
          },
        };
  const logical = path === null ? {} : { logicalLocations: [{ fullyQualifiedName: path }] };
  const location = { ...physical, ...logical };
  return Object.keys(location).length === 0 ? [] : [location];
}

/** Relative to where the sources are, unless it lies elsewhere. */
function artifactOf(file: string): object {
  if (isAddress(file) && URL.canParse(file)) return { uri: new URL(file).href };
  const slashed = sep === '\\' ? file.replaceAll(sep, '/') : file;
  // Halves of characters become what stands for them in UTF-8.
  const wellFormed = Buffer.from(slashed).toString();
  const uri = wellFormed.split('/').map(encodeURIComponent).join('/');
  if (uri.startsWith('/')) return { uri: `file://${uri}` };
  return { uri: uri.replace(/^(?:\.\/)+/, ''), uriBaseId: '%SRCROOT%' };
}

/** What stays the same when lines move: of several alike each has its number. */
function fingerprintsOf(notices: readonly Notice[], style: Style): string[] {
  const seen = new Map<string, number>();
  return notices.map(({ code, call, place }) => {
    const parts = [code, call, fileOf(place, style), place?.path ?? null];
    const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
    const number = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, number);
    return `${hash}:${number}`;
  });
}
