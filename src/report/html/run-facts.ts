import type { RunRecord } from '../../record/run-record.js';
import { formatCount, formatSeconds } from '../numbers.js';
import { passiveText } from '../sentences/passive.js';
import { name } from './foreign.js';
import { html } from './markup.js';
import { type Fact, factList, labelFacts, type Section } from './section.js';

const ENDS: Readonly<Record<RunRecord['end'], string>> = {
  complete: 'complete',
  interrupted: 'interrupted',
  unreachable: 'the target could not be reached',
};

/** Which run it was, of what, and when. */
export function runSection(record: RunRecord): Section {
  const { target, via, passive, scenario, labels, startedAt, durationSeconds, tool, stopped } =
    record;
  const facts: Fact[] = [
    ['target', name(target)],
    ...(passive === undefined ? [] : [['sent', `nothing; ${passiveText(passive)}`] satisfies Fact]),
    ...(via === null ? [] : [['routes of', name(via)] satisfies Fact]),
    ...(scenario === null ? [] : [['scenario', name(scenario)] satisfies Fact]),
    ...labelFacts(labels),
    [
      'started',
      html`<time datetime="${startedAt}"
        >${startedAt.replace('T', ' ').replace('Z', ' UTC')}</time
      >`,
    ],
    ['took', formatSeconds(durationSeconds)],
    [
      'end',
      passive !== undefined && record.end === 'unreachable'
        ? 'no line of the route was read'
        : ENDS[record.end],
    ],
    ...(stopped === null
      ? []
      : [
          [
            'stopped',
            html`${name(stopped.code)}, after ${formatCount(stopped.afterRequests)}
            requests${stopped.destination === null ? null : html`, for ${name(stopped.destination)}`}`,
          ] satisfies Fact,
        ]),
    ...(record.attempts > 1 ? [['runs joined', formatCount(record.attempts)] satisfies Fact] : []),
    ['run', name(record.runId)],
    ['made by', html`${name(tool.name)} ${name(tool.version)}, record ${record.schema}`],
  ];
  return { id: 'run', title: 'The run', body: factList(facts) };
}
