import { counted } from '../../number-text.js';
import type { CallReport, ReportedAnswer, ReportedStream } from '../call.js';
import { formatCount, formatMs } from '../numbers.js';
import { plainText } from '../plain-text.js';
import { paint, type Style, wrap } from '../style.js';
import { type Fact, fact } from './fact.js';
import { sourceText } from '../sentences/source-text.js';

/** Renders one call: what was asked, who answered, and all that the answer says. */
export function renderCall(report: CallReport, style: Style): string {
  const { target, call, route, status, cause, durationMs, destination, answer } = report;
  const facts: Fact[] = [
    ['target', plainText(target)],
    ['call', plainText(call)],
  ];
  if (route !== null) {
    facts.push(['route', plainText(`${sourceText(route)}, ${route.rule} (${route.match})`)]);
  }
  if (answer !== null) {
    const who = [...new Set([destination, answer.identity].flatMap((name) => name ?? []))];
    facts.push(['from', who.length === 0 ? 'the answer does not say' : plainText(who.join(', '))]);
  }
  if (status !== null) facts.push(['status', statusText(status, cause)]);
  if (durationMs !== null) facts.push(['time', `${formatMs(durationMs)} ms`]);
  const sections = [
    [paint(style, 'heading', 'splitproof call'), ...facts.map((each) => fact(each, style))].join(
      '\n',
    ),
    ...(answer === null ? [] : answerSections(answer, style)),
    ...(answer === null ? unanswered(report, style) : []),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** Why there is nothing to be shown. */
function unanswered({ findings, reasons }: CallReport, style: Style): string[] {
  const seen = findings.map(({ summary, advice }) => `${summary} ${advice}`);
  return (seen.length === 0 ? reasons : seen).map((text) => wrap(plainText(text), style));
}

function statusText(status: string, cause: string | null): string {
  return plainText(cause === null || cause === '' ? status : `${status}: ${cause}`);
}

function answerSections(answer: ReportedAnswer, style: Style) {
  const { headers, trailers, stream } = answer;
  return [
    fields('Headers', headers, style),
    stream === null
      ? [paint(style, 'heading', 'Reply'), ...replyLines(answer)].join('\n')
      : messagesSection(stream, style),
    fields('Trailers', trailers, style),
  ];
}

function fields(title: string, some: ReportedAnswer['headers'], style: Style): string {
  const lines = some.map(([name, value]) => `  ${plainText(`${name}: ${value}`)}`);
  return [paint(style, 'heading', title), ...(lines.length === 0 ? ['  none'] : lines)].join('\n');
}

/** All that came of a stream, or as much as is kept, one message behind the other. */
function messagesSection(stream: ReportedStream, style: Style): string {
  const { received, receivedBytes, messages } = stream;
  const left = received - messages.length;
  const size = received === 0 ? '' : `, ${counted(receivedBytes, 'byte')}`;
  const lines = [
    paint(style, 'heading', 'Messages'),
    `  ${received === 0 ? 'none' : `${formatCount(received)}${size}`}`,
    ...messages.flatMap(replyLines),
    ...(left === 0
      ? []
      : [`  … and ${counted(left, 'more message')} that ${left === 1 ? 'is' : 'are'} not shown`]),
  ];
  return lines.join('\n');
}

/** JSON is set out; what is long stays whole, to be copied. */
function replyLines({
  reply,
  replyBytes: bytes,
}: Pick<ReportedAnswer, 'reply' | 'replyBytes'>): string[] {
  if (reply === null) return [bytes === 0 ? '  none' : `  ${bytes} bytes that cannot be read`];
  return setOut(reply)
    .split('\n')
    .map((line) => `  ${plainText(line)}`);
}

function setOut(reply: string): string {
  if (!/^\s*[[{]/.test(reply)) return reply;
  try {
    return JSON.stringify(JSON.parse(reply), null, 2);
  } catch {
    return reply;
  }
}
