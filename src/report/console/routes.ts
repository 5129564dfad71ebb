import { counted } from '../../number-text.js';
import type { Finding } from '../../finding.js';
import type { EffectsReport } from '../explanation.js';
import { plainText } from '../plain-text.js';
import type {
  ListedRouteReport,
  RoutesReport,
  RouteTableReport,
  UnroutedServiceReport,
} from '../routes.js';
import { heading, paint, type Style, wrap } from '../style.js';
import { displayWidth } from '../text-width.js';
import { duration, headerText, percent } from '../sentences/effects-text.js';
import { fact } from './fact.js';
import { type GridColumn, gridRow } from './grid.js';
import { findingsSection, findingsSummary } from './manifest-findings.js';
import { sourceText } from '../sentences/source-text.js';

/** So many tables are shown, those with findings before others; the JSON has them all. */
const SHOWN_TABLES = 100;
/** Of one table. */
const SHOWN_ROUTES = 40;
const SHOWN_HOSTS = 10;
const SHOWN_SERVICES = 40;

/** Renders a list of routes for a terminal, or for a pipe when the style has no colour. */
export function renderRoutes(report: RoutesReport, style: Style): string {
  const { tables, unrouted, findings } = report;
  const shown = shownTables(tables);
  const sections = [
    `${heading('splitproof explain: every route', style)}\n${facts(report, style)}`,
    ...tablesByPlace(shown).map((group) => placeSection(group, findings, style)),
    shown.length < tables.length ? restText(tables.length - shown.length, style) : '',
    unroutedSection(unrouted, style),
    findingsSection(findings, style),
    findingsSummary(findings, style),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function facts({ tables, unrouted, notes, findings }: RoutesReport, style: Style): string {
  const routes = tables.reduce((sum, table) => sum + table.routes.length, 0);
  const hosts = new Set(tables.flatMap((table) => table.hosts));
  const places = new Set(tables.flatMap(({ via }) => via));
  const found = [
    counted(findings.filter(({ severity }) => severity === 'error').length, 'error'),
    counted(findings.filter(({ severity }) => severity === 'warning').length, 'warning'),
  ];
  const marked = tables.flatMap((table) => table.routes).filter((route) => route.findings.length);
  return [
    ...notes.map((note) => fact(['read', plainText(note)], style)),
    fact(
      ['routes', `${counted(routes, 'route')} of ${counted(hosts.size, 'host')}; first match wins`],
      style,
    ),
    fact(['via', plainText(placesText([...places], unrouted.length))], style),
    fact(
      [
        'found',
        `${found.join(', ')}, at the end${marked.length === 0 ? '' : `; ${counted(marked.length, 'route')} with one ${marked.length === 1 ? 'is' : 'are'} marked !`}`,
      ],
      style,
    ),
  ].join('\n');
}

function placesText(places: readonly string[], unrouted: number): string {
  const named = places.slice(0, SHOWN_HOSTS).join(', ');
  const more = places.length > SHOWN_HOSTS ? ` and ${places.length - SHOWN_HOSTS} more` : '';
  const services =
    unrouted === 0
      ? ''
      : `${places.length === 0 ? '' : '; '}${counted(unrouted, 'service')} without a route`;
  return `${named}${more}${services}`;
}

function shownTables(tables: readonly RouteTableReport[]): readonly RouteTableReport[] {
  if (tables.length <= SHOWN_TABLES) return tables;
  const isMarked = ({ routes }: RouteTableReport): boolean =>
    routes.some(({ findings }) => findings.length > 0);
  const chosen = new Set(
    [...tables.filter(isMarked), ...tables.filter((table) => !isMarked(table))].slice(
      0,
      SHOWN_TABLES,
    ),
  );
  return tables.filter((table) => chosen.has(table));
}

function restText(rest: number, style: Style): string {
  return wrap(
    `and ${counted(rest, 'more table')}: --authority HOST shows those of a host, --virtual-service NS/NAME those of an object, --via those of a gateway, --format json all`,
    style,
  );
}

/** Tables of the same clients at the same entrances, one after the other. */
function tablesByPlace(tables: readonly RouteTableReport[]): RouteTableReport[][] {
  const groups = new Map<string, RouteTableReport[]>();
  for (const table of tables) {
    const key = JSON.stringify([table.via, table.entrances, table.clients]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [table]);
    else group.push(table);
  }
  return [...groups.values()];
}

function placeSection(
  tables: readonly RouteTableReport[],
  findings: readonly Finding[],
  style: Style,
): string {
  const [first] = tables;
  if (first === undefined) return '';
  const columns = columnsFor(style);
  const titles = isNarrow(style) ? [] : gridRow(columns, TITLES, style, 'quiet');
  const errors = new Set(
    findings.filter(({ severity }) => severity === 'error').map(({ code }) => code),
  );
  return [
    heading(plainText(placeText(first)), style),
    ...titles,
    ...tables.flatMap((table) => tableLines(table, columns, errors, style)),
  ].join('\n');
}

/** `gateway:default/gw, http 80 and 8080, https 443`; `mesh, port 9080, clients in prod` */
function placeText({ via, clients, entrances }: RouteTableReport): string {
  const isInMesh = via.includes('mesh');
  const protocols = [...new Set(entrances.map(({ protocol }) => protocol))];
  const ports = protocols.map((protocol) => {
    const own = entrances.filter((entrance) => entrance.protocol === protocol);
    const numbers = own.flatMap(({ port }) => port ?? []);
    const inMesh = ['tls', 'tcp'].includes(protocol) ? `${protocol} port` : 'port';
    const what = isInMesh ? (numbers.length === 0 ? '' : inMesh) : protocol;
    return [what, numbers.join(' and ')].filter((part) => part !== '').join(' ');
  });
  const whose = clients === null ? '' : `clients in ${clients.join(', ')}`;
  return [via.join(', '), ...ports, whose].filter((part) => part !== '').join(', ');
}

const TITLES = ['rule: match', 'to', 'weight', 'timeout', 'tries'];

/** Below this width a row of the table becomes a paragraph. */
function isNarrow({ width }: Style): boolean {
  return width < 60;
}

/** At 80 columns. */
const TO_WIDTH = 25;
const MIN_TO_WIDTH = 15;
const OTHER_WIDTHS = [7, 7, 5];
/** Gaps and margin, and what the columns of numbers take. */
const TAKEN = 10 + OTHER_WIDTHS.reduce((sum, width) => sum + width, 0);

/** What a wider terminal has over goes to the match and to the destination. */
function columnsFor({ width }: Style): GridColumn[] {
  const to = Math.max(MIN_TO_WIDTH, TO_WIDTH + Math.floor((width - 80) / 2));
  return [
    { width: width - TAKEN - to, align: 'left' },
    { width: to, align: 'left' },
    ...OTHER_WIDTHS.map((each): GridColumn => ({ width: each, align: 'right' })),
  ];
}

function tableLines(
  { hosts, routes, notes }: RouteTableReport,
  columns: readonly GridColumn[],
  errors: ReadonlySet<string>,
  style: Style,
): string[] {
  const named = hosts.slice(0, SHOWN_HOSTS).map(shortHost).join(', ');
  const more = hosts.length > SHOWN_HOSTS ? ` and ${hosts.length - SHOWN_HOSTS} more hosts` : '';
  const shown = routes.slice(0, SHOWN_ROUTES);
  let source = '';
  const lines = shown.flatMap((route) => {
    const own = sourceText(route);
    const isNew = own !== source;
    source = own;
    return [
      ...(isNew ? [paint(style, 'quiet', `  ${wrap(plainText(own), style, 4, 2)}`)] : []),
      ...routeLines(route, columns, errors, style),
    ];
  });
  return [
    '',
    paint(style, 'heading', wrap(plainText(`${named}${more}`), style, 2)),
    ...notes.map((note) =>
      paint(style, 'inconclusive', `  ${wrap(plainText(`note: ${note}`), style, 4, 2)}`),
    ),
    ...lines,
    ...(routes.length > shown.length
      ? [`  and ${counted(routes.length - shown.length, 'more route')}`]
      : []),
  ];
}

function routeLines(
  route: ListedRouteReport,
  columns: readonly GridColumn[],
  errors: ReadonlySet<string>,
  style: Style,
): string[] {
  const { rule, match, action, destinations, effects, findings } = route;
  const total = destinations.reduce((sum, { weight }) => sum + weight, 0);
  const [first, ...others] =
    destinations.length === 0
      ? [[plainText(action.description), '-']]
      : destinations.map((each) => [
          destinationText(each, columns[1]?.width ?? 0),
          total === 100 ? String(each.weight) : `${each.weight} of ${total}`,
        ]);
  const also = alsoText(route);
  const under = (text: string): string => `    ${wrap(plainText(text), style, 6, 4)}`;
  // Destinations stand below each other beside the match, so that they are wrapped together.
  const head = `${rule}: ${match}`;
  const cells = [first ?? [], ...others];
  const rows = isNarrow(style)
    ? belowEachOther(head, cells, effects, style)
    : sideBySide(columns, head, cells, effects, style);
  return [
    ...rows,
    ...(also === '' ? [] : [paint(style, 'quiet', under(also))]),
    ...findings.map((code) =>
      paint(style, errors.has(code) ? 'fail' : 'inconclusive', under(`! ${code}`)),
    ),
  ];
}

/** Of a narrow terminal: the match, and below it each destination. */
function belowEachOther(
  match: string,
  destinations: readonly (readonly string[])[],
  effects: EffectsReport,
  style: Style,
): string[] {
  const limits = `timeout ${timeoutText(effects)}, tries ${retriesText(effects)}`;
  const each = destinations.map(([to = '', weight = ''], index) =>
    [
      // What the proxy answers itself goes nowhere.
      ...(weight === '-' ? [to] : [`to ${to.replace('\n', '')}`, `weight ${weight}`]),
      ...(index === 0 ? [limits] : []),
    ].join(', '),
  );
  return [
    `  ${wrap(plainText(match), style, 4, 2)}`,
    ...each.map((text) => `    ${wrap(text, style, 6, 4)}`),
  ];
}

/** The match goes on beside all rows of the destinations. */
function sideBySide(
  [own, ...rest]: readonly GridColumn[],
  match: string,
  destinations: readonly (readonly string[])[],
  effects: EffectsReport,
  style: Style,
): string[] {
  const width = own?.width ?? 0;
  const left = wrap(plainText(match), { ...style, width }, 2).split('\n');
  const right = destinations.flatMap((cells, index) =>
    gridRow(
      rest,
      [...cells, ...(index === 0 ? [timeoutText(effects), retriesText(effects)] : [])],
      style,
    ),
  );
  return Array.from({ length: Math.max(left.length, right.length) }, (_, at) => {
    const head = left[at] ?? '';
    const space = ' '.repeat(Math.max(0, width - displayWidth(head)));
    return `  ${head}${space}${right[at] ?? ''}`.trimEnd();
  });
}

/** On two lines where one has no room: a name is not broken then, as far as that goes. */
function destinationText(
  { host, port, subset }: ListedRouteReport['destinations'][number],
  room: number,
): string {
  const short = plainText(shortHost(host));
  const rest = plainText(
    `${port === null ? '' : `:${port}`}${subset === null ? '' : ` ${subset}`}`,
  );
  const cut = short.lastIndexOf('.');
  const isTooLong = displayWidth(short + rest) > room;
  return isTooLong && cut > 0 ? `${short.slice(0, cut)}\n${short.slice(cut)}${rest}` : short + rest;
}

/** Without the end that all Services of a cluster share; the JSON has the whole name. */
function shortHost(host: string): string {
  return host.replace(/\.svc\.cluster\.local$/, '');
}

function timeoutText({ timeoutMs }: EffectsReport): string {
  return timeoutMs === null ? '-' : timeoutMs === 0 ? 'off' : duration(timeoutMs);
}

/** What a proxy does unasked is not the route's. */
function retriesText({ retries }: EffectsReport): string {
  if (retries === null || retries.byDefault) return '-';
  return retries.attempts === 0 ? 'off' : `+${retries.attempts}`;
}

/** What else a route does, in one line. */
function alsoText({ effects, headers }: ListedRouteReport): string {
  const { abort, delay, failing, mirrors, changes, retries } = effects;
  const own = retries === null || retries.byDefault ? null : retries;
  const each = own?.perTryTimeoutMs ?? null;
  return [
    ...(own === null || own.attempts === 0 || own.retryOn === null
      ? []
      : [
          `retries${each === null ? '' : ` of ${duration(each)} each`} on ${own.retryOn.split(',').join(', ')}`,
        ]),
    ...(abort === null ? [] : [`${percent(abort.share)} are answered with ${abort.description}`]),
    ...(delay === null ? [] : [`${percent(delay.share)} are delayed by ${delay.description}`]),
    ...(failing === null
      ? []
      : [`${percent(failing.share)} fail with ${failing.description}: a backend cannot be used`]),
    ...mirrors.map(({ host, share }) => `${percent(share)} copied to ${host}`),
    ...changes,
    ...headers.map(headerText),
  ].join('; ');
}

function unroutedSection(unrouted: readonly UnroutedServiceReport[], style: Style): string {
  if (unrouted.length === 0) return '';
  const lines = unrouted.slice(0, SHOWN_SERVICES).map(({ host, ports, workloads }) => {
    const who =
      workloads.length === 0
        ? 'no workload that is given'
        : workloads
            .map(({ kind, name, replicas }) => `${kind} ${name} ×${replicas ?? '?'}`)
            .join(', ');
    const where = `${shortHost(host)}${ports.length === 0 ? '' : `:${ports.join(',')}`}`;
    return `  ${wrap(plainText(`${where}  ${who}`), style, 6, 2)}`;
  });
  const rest = unrouted.length - lines.length;
  return [
    heading('In the mesh without a route: pods share the requests, by replicas', style),
    ...lines,
    ...(rest > 0 ? [`  and ${counted(rest, 'more service')}`] : []),
  ].join('\n');
}
