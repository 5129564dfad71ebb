import { counted } from '../../number-text.js';
import type { CallReport, ReportedAnswer, ReportedDetail, ReportedStream } from '../call.js';
import { formatCount, formatMs } from '../numbers.js';
import { plainText } from '../plain-text.js';
import { heading, paint, type Style, wrap } from '../style.js';
import { type Fact, fact } from './fact.js';
import { findingsSection } from './manifest-findings.js';
import { sourceText } from '../sentences/source-text.js';

/** Renders one call: what was asked, who answered, and all that the answer says. */
export function renderCall(report: CallReport, style: Style): string {
  const {
    target,
    call,
    definition,
    sent,
    route,
    status,
    cause,
    durationMs,
    answer,
    findings,
    isRouted,
  } = report;
  const facts: Fact[] = [
    ['target', plainText(target)],
    ['call', plainText(call)],
  ];
  if (definition !== null) facts.push(['method', plainText(definition)]);
  if (route !== null) {
    facts.push(['route', plainText(`${sourceText(route)}, ${route.rule} (${route.match})`)]);
  }
  if (answer !== null) {
    facts.push(['from', whoText(report, answer)]);
    if (isRouted !== null) facts.push(['routed', routedText(isRouted, style)]);
  }
  if (status !== null) facts.push(['status', statusText(status, cause)]);
  if (durationMs !== null) facts.push(['time', `${formatMs(durationMs)} ms`]);
  const sections = [
    [heading('splitproof call', style), ...facts.map((each) => fact(each, style))].join('\n'),
    ...(sent.length === 0 ? [] : [fields('Request', sent, style)]),
    ...(answer === null
      ? [unanswered(report, style)]
      : [...answerSections(answer, style), findingsSection(findings, style)]),
  ].filter((section) => section !== '');
  return `${sections.join('\n\n')}\n`;
}

/** Who gave the answer, by the name of its destination and its own. */
function whoText({ destination }: CallReport, { identity }: ReportedAnswer): string {
  const who = [...new Set([destination, identity].flatMap((name) => name ?? []))];
  return who.length === 0 ? 'the answer does not say' : plainText(who.join(', '));
}

function routedText(isRouted: boolean, style: Style): string {
  return isRouted
    ? paint(style, 'pass', 'yes, the route sends requests there')
    : paint(style, 'fail', 'no, the route sends no requests there');
}

/** Why there is nothing to be shown. */
function unanswered({ findings, reasons, status }: CallReport, style: Style): string {
  // Of one that was sent the status has said it.
  if (findings.length > 0 || status !== null) return findingsSection(findings, style);
  return reasons.map((text) => wrap(plainText(text), style)).join('\n\n');
}

function statusText(status: string, cause: string | null): string {
  return plainText(cause === null || cause === '' ? status : `${status}: ${cause}`);
}

function answerSections(answer: ReportedAnswer, style: Style) {
  const { headers, trailers, details, stream } = answer;
  return [
    fields('Headers', headers, style),
    stream === null
      ? [heading('Reply', style), ...replyLines(answer)].join('\n')
      : messagesSection(stream, style),
    fields('Trailers', trailers, style),
    ...(details === null ? [] : [detailsSection(details, style)]),
  ];
}

/** What a server adds to the status of a failed call. */
function detailsSection(details: readonly ReportedDetail[], style: Style): string {
  const lines = details.flatMap(({ type, value, bytes }) => [
    value === null
      ? line(`${plainText(type)}, ${counted(bytes, 'byte')} that cannot be read`, style)
      : `  ${plainText(type)}`,
    ...(value === null ? [] : indented(JSON.stringify(value, null, 2), '    ')),
  ]);
  return [heading('Error details', style), ...lines].join('\n');
}

function fields(title: string, some: ReportedAnswer['headers'], style: Style): string {
  const lines = some.map(([name, value]) => `  ${plainText(`${name}: ${value}`)}`);
  return [heading(title, style), ...(lines.length === 0 ? ['  none'] : lines)].join('\n');
}

/** All that came of a stream, or as much as is kept, one message behind the other. */
function messagesSection(stream: ReportedStream, style: Style): string {
  const { received, receivedBytes, messages } = stream;
  const left = received - messages.length;
  const size = received === 0 ? '' : `, ${counted(receivedBytes, 'byte')}`;
  const lines = [
    heading('Messages', style),
    `  ${received === 0 ? 'none' : `${formatCount(received)}${size}`}`,
    ...messages.flatMap(replyLines),
    ...(left === 0
      ? []
      : [
          line(
            `… and ${counted(left, 'more message')} that ${left === 1 ? 'is' : 'are'} not shown`,
            style,
          ),
        ]),
  ];
  return lines.join('\n');
}

/** JSON is set out; what is long stays whole, to be copied. */
function replyLines({
  reply,
  replyBytes: bytes,
}: Pick<ReportedAnswer, 'reply' | 'replyBytes'>): string[] {
  if (reply === null)
    return [bytes === 0 ? '  none' : `  ${counted(bytes, 'byte')} that cannot be read`];
  return indented(setOut(reply), '  ');
}

/** A sentence of the tool's own. */
function line(text: string, style: Style): string {
  return `  ${wrap(text, style, 4, 2)}`;
}

function indented(text: string, indent: string): string[] {
  return text.split('\n').map((line) => `${indent}${plainText(line)}`);
}

function setOut(reply: string): string {
  if (!/^\s*[[{]/.test(reply)) return reply;
  try {
    return JSON.stringify(JSON.parse(reply), null, 2);
  } catch {
    return reply;
  }
}
