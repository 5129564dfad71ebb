import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readRecord } from '../record/read-record.js';
import type { RunRecord } from '../record/run-record.js';
import { FORMATS, type FormatName } from '../report/formats.js';
import { render } from '../report/render.js';
import { type Answer, answerTo, type Asker, type Known } from './answer.js';
import type { GateDesk } from './desk.js';
import type { GateMetrics } from './metrics.js';
import { CONTROLLER_WAIT_MS, questionOf, RequestError } from './question.js';
import type { VerdictStore } from './verdict-store.js';
import { knownWithin } from './waiting.js';

/** What requests are answered with. */
export interface RouteMeans {
  desk: GateDesk;
  store: VerdictStore;
  metrics: GateMetrics;
  scenarios: ReadonlySet<string>;
  maxWaitMs: number;
}

const TYPES: Partial<Record<FormatName, string>> = {
  json: 'application/json; charset=utf-8',
  html: 'text/html; charset=utf-8',
  junit: 'application/xml; charset=utf-8',
  sarif: 'application/sarif+json; charset=utf-8',
  markdown: 'text/markdown; charset=utf-8',
};
const PLAIN = { inconclusive: 'report', labels: {} } as const;

/** What needs no token: whether it is up, and what it has done. */
export function openRoutes(server: FastifyInstance, { desk, store, metrics }: RouteMeans): void {
  // Balancers ask by HEAD.
  const probed = { exposeHeadRoute: true };
  server.get('/healthz', probed, (_, reply) => reply.type('text/plain').send('ok\n'));
  server.get('/readyz', probed, (_, reply) =>
    desk.isEnding
      ? reply.code(503).type('text/plain').send('ending\n')
      : reply.type('text/plain').send('ok\n'),
  );
  server.get('/metrics', probed, (_, reply) => {
    const gauges = { ...desk.gauges, unsaved: Number(store.isUnsaved) };
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(metrics.text(gauges));
  });
  for (const url of ['/healthz', '/readyz', '/metrics']) refuseOthers(server, url, ['GET', 'HEAD']);
}

/** Questions and their answers. */
export function verdictRoutes(server: FastifyInstance, means: RouteMeans): void {
  const { desk, store } = means;
  server.post<{ Params: { name: string } }>('/v1/runs/:name', (request, reply) =>
    answered(request, reply, means, 'client'),
  );
  server.route<{ Params: { name: string } }>({
    method: ['GET', 'POST'],
    url: '/v1/verdicts/:name',
    handler: (request, reply) => answered(request, reply, means, 'verdicts'),
  });
  refuseOthers(server, '/v1/runs/:name', ['GET', 'POST']);
  refuseOthers(server, '/v1/verdicts/:name', ['GET', 'POST']);
  refuseOthers(server, '/v1/runs/:id/:report', ['GET']);
  server.get<{ Params: { id: string } }>('/v1/runs/:id', async ({ params }, reply) => {
    const asked = await desk.find(params.id);
    if (asked === null) return noRun(reply);
    const { body } = answerTo(asked.key, asked.known, PLAIN, 'verdicts');
    const text = asked.known.kind === 'verdict' ? await store.record(asked.key.id) : null;
    return reply.send({ ...body, record: text === null ? null : recordIn(text) });
  });
  server.get<{ Params: { id: string; report: string } }>(
    '/v1/runs/:id/:report',
    async ({ params: { id, report } }, reply) => {
      const names = Object.keys(FORMATS) as FormatName[];
      const name = names.find((one) => report === `report.${FORMATS[one].extension}`);
      if (name === undefined) return noReport(reply, names);
      const text = await store.record(id);
      if (text === null) return noRun(reply);
      return reply
        .type(TYPES[name] ?? 'text/plain; charset=utf-8')
        .send(await render(recordIn(text), name));
    },
  );
}

/** @throws InputError when its file has come to harm. */
function recordIn(text: string): RunRecord {
  return readRecord(text, 'the record of a verdict').record;
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
type Method = (typeof METHODS)[number];

/** Says which methods there are to who uses another. */
function refuseOthers(server: FastifyInstance, url: string, allowed: readonly Method[]): void {
  server.route({
    method: METHODS.filter((method) => !allowed.includes(method)),
    url,
    handler: (_, reply) =>
      reply
        .code(405)
        .header('allow', allowed.join(', '))
        .send({ error: `ask by ${allowed.join(' or ')}` }),
  });
}

function noRun(reply: FastifyReply): FastifyReply {
  return reply.code(404).send({ error: 'there is no such run' });
}

function noReport(reply: FastifyReply, names: readonly FormatName[]): FastifyReply {
  const reports = [...new Set(names.map((name) => `report.${FORMATS[name].extension}`))];
  return reply
    .code(404)
    .send({ error: `there is no such report: there are ${reports.join(', ')}` });
}

async function answered(
  request: FastifyRequest<{ Params: { name: string } }>,
  reply: FastifyReply,
  { desk, scenarios, maxWaitMs }: RouteMeans,
  asker: Asker,
): Promise<FastifyReply> {
  const cameMs = performance.now();
  const { name } = request.params;
  if (!scenarios.has(name)) {
    return reply.code(404).send({ error: 'there is no scenario of that name' });
  }
  const usualWaitMs = asker === 'verdicts' ? CONTROLLER_WAIT_MS : 0;
  const question = questionOf(askingRequest(request), usualWaitMs, maxWaitMs);
  const asked = await desk.ask(name, question);
  const refresh = async (): Promise<Known> => (await desk.find(asked.key.id))?.known ?? asked.known;
  // Reading what is expected takes its time, and who asks counts from the request on.
  const leftMs = question.waitMs - (performance.now() - cameMs);
  const known = await knownWithin(asked, leftMs, reply.raw, refresh);
  const who = question.isFlagger && asker === 'client' ? 'flagger' : asker;
  return sent(reply, answerTo(asked.key, known, question, who));
}

function askingRequest({ body, query, headers }: FastifyRequest): Parameters<typeof questionOf>[0] {
  if (query !== null && typeof query === 'object') {
    return {
      body: body ?? undefined,
      query: query as Record<string, unknown>,
      prefer: [headers.prefer].flat()[0],
    };
  }
  throw new RequestError('the query cannot be read');
}

function sent(reply: FastifyReply, { status, headers, body }: Answer): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}
