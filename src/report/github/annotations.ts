import type { Severity } from '../../finding.js';
import { aboutCall } from '../../record/call-labels.js';
import type { RunRecord } from '../../record/run-record.js';
import { atMost } from '../at-most.js';
import type { Explained } from '../explained.js';
import { fileOf, isAddress } from '../file-name.js';
import { type Notice, noticesOf, noticesOfRun } from '../notices.js';
import { placeText } from '../sentences/place.js';
import { plainText } from '../plain-text.js';
import type { Style } from '../style.js';
import { workflowCommand } from './commands.js';

const COMMANDS: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'notice',
};

/** GitHub shows so many of a kind for each step of a job. */
const SHOWN_OF_A_KIND = 10;
const TITLE_LENGTH = 255;
const MESSAGE_LENGTH = 4000;

/** Renders what stands out of a run as annotations of GitHub: what decides first, then errors. */
export function renderAnnotations(record: RunRecord, style: Style): string {
  const [first] = record.reasons;
  const passed =
    record.verdict === 'pass'
      ? [workflowCommand('notice', { title: 'splitproof: pass' }, messageText(first?.text ?? ''))]
      : [];
  return lines([...passed, ...annotations(noticesOfRun(record), style)]);
}

/** Renders what is wrong with manifests as annotations of GitHub. */
export function renderAnnotationsOfExplained(report: Explained, style: Style): string {
  return lines(annotations(noticesOf(report.findings), style));
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('');
}

function annotations(notices: readonly Notice[], style: Style): string[] {
  return Object.entries(COMMANDS).flatMap(([severity, command]) => {
    const all = notices.filter((notice) => notice.severity === severity);
    const shown = all.length <= SHOWN_OF_A_KIND ? all : all.slice(0, SHOWN_OF_A_KIND - 1);
    const left = all.length - shown.length;
    return [
      ...shown.map((notice) => annotation(command, notice, style)),
      ...(left === 0
        ? []
        : [
            workflowCommand(
              command,
              { title: 'splitproof: more' },
              `${left} more stand in the other reports: GitHub shows ${SHOWN_OF_A_KIND} of a step.`,
            ),
          ]),
    ];
  });
}

function annotation(command: string, notice: Notice, style: Style): string {
  const { title: name, call, summary, evidence, advice, place, page } = notice;
  const file = fileOf(place, style);
  const { line = null, column = null } = place ?? {};
  const text = [aboutCall(call, summary), evidence, advice, file === null ? placeText(place) : ''];
  const where =
    file === null || isAddress(file)
      ? {}
      : {
          file: plainText(file),
          ...(line === null ? {} : { line }),
          ...(column === null ? {} : { col: column }),
        };
  const title = atMost(`splitproof: ${plainText(name)}`, TITLE_LENGTH);
  const message = text.map(messageText).filter((part) => part !== '');
  return workflowCommand(
    command,
    { ...where, title },
    [...message, ...(page === null ? [] : [page])].join('\n'),
  );
}

function messageText(text: string): string {
  return atMost(plainText(text), MESSAGE_LENGTH);
}
