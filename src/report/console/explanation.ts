import type {
  EffectsReport,
  ExplanationReport,
  ExplanationsReport,
  GrpcClientReport,
  HeaderReport,
  RouteExplanation,
  RuleReport,
  WholeExplanation,
} from '../explanation.js';
import { formatShare } from '../numbers.js';
import { plainText } from '../plain-text.js';
import { heading, paint, type Style, wrap } from '../style.js';
import { type Fact, fact } from './fact.js';
import { duration, headerText, percent } from '../sentences/effects-text.js';
import { findingsSection, findingsSummary } from './manifest-findings.js';
import { programmedTable } from './programmed.js';
import { MAX_NAME, shorten } from './shorten.js';
import { sourceText } from '../sentences/source-text.js';
import { table } from './table.js';

/** Renders an explanation for a terminal, or for a pipe when the style has no colour. */
export function renderExplanation(report: ExplanationReport, style: Style): string {
  return joined([
    ...sectionsOf(report, 'splitproof explain', style),
    findingsSection(report.findings, style),
    findingsSummary(report.findings, style),
  ]);
}

/** Renders one explanation after the other, and the findings of all. */
export function renderExplanations({ calls, findings }: ExplanationsReport, style: Style): string {
  return joined([
    heading('splitproof explain', style),
    ...calls.flatMap((call, index) => {
      const title = plainText(`Call ${index + 1} of ${calls.length}: ${call.name}`);
      return sectionsOf(call, title, style);
    }),
    findingsSection(findings, style),
    findingsSummary(findings, style),
  ]);
}

function joined(sections: readonly string[]): string {
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function sectionsOf(report: WholeExplanation, title: string, style: Style): string[] {
  const { behind, programmed } = report;
  return [
    `${heading(title, style)}\n${facts(report, style)}`,
    ...routeSections(report, style),
    ...(behind === null
      ? []
      : [
          [
            heading('The service behind it', style),
            fact(['service', plainText(behind.service)], style),
            facts(behind, style),
          ].join('\n'),
          ...routeSections(behind, style),
        ]),
    programmed === null ? '' : programmedTable(programmed, null, style),
  ];
}

function routeSections(route: RouteExplanation, style: Style): string[] {
  return [
    expected(route, style),
    effects(route, style),
    clients(route, style),
    rules(route.rules, style),
  ];
}

function facts(
  { request, via, gatewayPort, splits, route, action, notes }: RouteExplanation,
  style: Style,
): string {
  const { method, path, scheme, authority, serverName, headers, namespace } = request;
  const others = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const port = gatewayPort === null ? '' : `, gateway port ${gatewayPort}`;
  const name = serverName === null ? 'without a server name' : `server name ${serverName}`;
  const known: Fact[] = [
    ['request', plainText(`${method} ${path}`)],
    ['', plainText(`${scheme}, authority ${authority}, namespace ${namespace}`)],
    ...(splits === 'connections' ? [['', plainText(`its connection: ${name}`)] as const] : []),
    ...others.map((text): Fact => ['', plainText(text)]),
    ['via', plainText(`${via ?? 'not known'}${port}`)],
    [
      'route',
      plainText(route === null ? 'none' : `${sourceText(route)}, ${route.rule} (${route.match})`),
    ],
    // That a route forwards is what everyone expects of it.
    ...(action === null || action.kind === 'forward'
      ? []
      : [['action', plainText(action.description)] as const]),
    ...notes.map((note): Fact => ['note', plainText(note)]),
  ];
  return known.map((each) => fact(each, style)).join('\n');
}

function expected({ destinations, route, splits }: RouteExplanation, style: Style): string {
  if (destinations.length === 0) return '';
  const longest = Math.max(...destinations.map(({ name }) => plainText(name).length));
  const nameRoom = Math.min(Math.max(longest, MAX_NAME), Math.floor(style.width / 2) - MAX_NAME);
  const withReplicas = destinations.some(({ replicas }) => replicas !== null);
  const others = withReplicas ? OTHER_COLUMNS : OTHER_COLUMNS - REPLICAS_COLUMN;
  const hostRoom = style.width - others - nameRoom;
  const rows = destinations.map((destination) => [
    shorten(plainText(destination.name), nameRoom),
    String(destination.weight),
    formatShare(destination.share),
    ...(withReplicas ? [destination.replicas === null ? '-' : String(destination.replicas)] : []),
    shorten(plainText(hostOf(destination)), hostRoom),
  ]);
  const columns = [
    { title: 'destination', align: 'left' as const },
    { title: 'weight', align: 'right' as const },
    { title: 'share', align: 'right' as const },
    ...(withReplicas ? [{ title: 'replicas', align: 'right' as const }] : []),
    { title: 'host', align: 'left' as const },
  ];
  const ofWhat = splits === 'connections' ? ' of connections' : '';
  const title = `What to expect${ofWhat}${route === null ? ', by replicas' : ''}`;
  const drawn = 'a destination is drawn once for each connection, and all on it go there';
  return [
    heading(title, style),
    table(columns, rows, style),
    ...(splits === 'connections' ? [`  ${wrap(drawn, style, 4, 2)}`] : []),
  ].join('\n');
}

/** What the columns between name and host take, gaps and margin included. */
const OTHER_COLUMNS = 34;
const REPLICAS_COLUMN = 10;

/** Without the end that all Services of a cluster share; the JSON has the whole name. */
function hostOf({ host, port }: ExplanationReport['destinations'][number]): string {
  const short = host.replace(/\.svc\.cluster\.local$/, '');
  return port === null ? short : `${short}:${port}`;
}

function effects(
  { effects: report, headers }: { effects: EffectsReport | null; headers: readonly HeaderReport[] },
  style: Style,
): string {
  if (report === null) return '';
  const { timeoutMs, retries, abort, delay, failing, mirrors, changes } = report;
  const facts: Fact[] = [];
  if (timeoutMs !== null) facts.push(['timeout', timeoutMs === 0 ? 'off' : duration(timeoutMs)]);
  if (retries !== null) {
    const { attempts, perTryTimeoutMs, retryOn, byDefault } = retries;
    const each = perTryTimeoutMs === null ? '' : `, ${duration(perTryTimeoutMs)} each`;
    const on = retryOn === null ? '' : `, on ${retryOn.split(',').join(', ')}`;
    const whose = byDefault ? " (Istio's default: the route says nothing)" : '';
    facts.push(['retries', plainText(attempts === 0 ? 'off' : `${attempts}${each}${on}${whose}`)]);
  }
  for (const fault of [abort, delay]) {
    if (fault === null) continue;
    const does = fault === abort ? 'are answered with' : 'are delayed by';
    facts.push(['fault', plainText(`${percent(fault.share)} ${does} ${fault.description}`)]);
  }
  if (failing !== null) {
    const fails = `${percent(failing.share)} fail with ${failing.description}: a backend cannot be used`;
    facts.push(['fault', plainText(fails)]);
  }
  for (const { host, share } of mirrors) {
    facts.push(['mirror', plainText(`${percent(share)} copied to ${host}; never observed`)]);
  }
  facts.push(
    ...changes.map((change): Fact => ['change', plainText(change)]),
    ...headers.map((header): Fact => ['header', plainText(headerText(header))]),
  );
  if (facts.length === 0) return '';
  const lines = facts.map((each) => fact(each, style));
  return `${heading('What else the route does', style)}\n${lines.join('\n')}`;
}

/** What the libraries do; why is among the findings. */
function clients({ grpcClients }: RouteExplanation, style: Style): string {
  if (grpcClients === null) return '';
  const lines = grpcClients.map(({ client, outcome, rule, differences }) => {
    const left = differences.filter(({ effect }) => effect === 'leaves-out').length;
    const without = left === 0 ? '' : `, without ${left} of its settings`;
    return fact(
      [client, plainText(`${OUTCOME_TEXTS[outcome](rule ?? 'no rule')}${without}`)],
      style,
    );
  });
  return `${heading('gRPC clients without a proxy', style)}\n${lines.join('\n')}`;
}

const OUTCOME_TEXTS = {
  follows: () => 'follows the route',
  'another-rule': (rule) => `takes another rule, ${rule}`,
  fails: () => 'fails',
  waits: () => 'waits to its deadline',
  refuses: () => 'refuses all routes of the host',
} as const satisfies Record<GrpcClientReport['outcome'], (rule: string) => string>;

/** So many rules are shown; the JSON has them all. */
const SHOWN_RULES = 40;

const OUTCOMES: Record<RuleReport['outcome'], string> = {
  taken: 'taken',
  'not-matched': 'no match',
  'not-reached': 'not reached',
};

function rules(all: readonly RuleReport[], style: Style): string {
  if (all.length === 0) return '';
  const taken = all.findIndex(({ outcome }) => outcome === 'taken');
  // The rule that is taken is shown whatever comes before it.
  const shown = all.filter((_, index) => index < SHOWN_RULES || index === taken);
  const lines = shown.flatMap((rule, index) => [
    // Rules of one object mostly stand together: it is named once.
    ...(sourceText(rule) === previousSource(shown, index) ? [] : [sourceLine(rule, style)]),
    ...ruleLines(rule, style),
  ]);
  const rest = all.length - shown.length;
  if (rest > 0) lines.push(`  and ${rest} more`);
  return `${heading('Rules, in the order they are tried', style)}\n${lines.join('\n')}`;
}

const OUTCOME_WIDTH = 14;

function previousSource(all: readonly RuleReport[], index: number): string | null {
  const before = all[index - 1];
  return before === undefined ? null : sourceText(before);
}

function sourceLine(rule: RuleReport, style: Style): string {
  return `  ${wrap(plainText(sourceText(rule)), style, 4, 2)}`;
}

function ruleLines({ rule, match, outcome, reasons }: RuleReport, style: Style): string[] {
  const head = `  ${OUTCOMES[outcome].padEnd(OUTCOME_WIDTH - 2)}`;
  const meaning = outcome === 'taken' ? 'pass' : 'quiet';
  const under = (text: string): string =>
    wrap(plainText(text), style, OUTCOME_WIDTH, OUTCOME_WIDTH);
  const indent = ' '.repeat(OUTCOME_WIDTH);
  return [
    paint(style, meaning, head) + under(`${rule}: ${match}`),
    ...reasons.map((reason) => indent + under(`because ${reason}`)),
  ];
}
