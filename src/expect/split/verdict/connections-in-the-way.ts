import { totalOf } from '../draws/cell.js';
import { connectionsToTell } from '../draws/dependence.js';
import { widestDeviation } from '../draws/deviation.js';
import type { DrawModel } from '../draws/draw-model.js';
import { planRequests } from '../plan/plan-requests.js';
import { type DecisionContext, planInput } from './decision-context.js';
import type { SplitReason } from './reasons.js';

/** Each connection may lean to a side of its own. */
export function leaningConnections({ cells, clusters }: DrawModel): SplitReason {
  const { connections = 0, of = 'connections' } = clusters ?? {};
  return { code: 'leaning-connections', connections, of, widest: widestDeviation(cells) };
}

/** Some of the connections of one destination only may be pinned to it. */
export function partlyPinned({ cells, clusters }: DrawModel): SplitReason {
  const rows = (clusters?.rows ?? []).filter((row) => row.some((count) => count > 0));
  const pure = rows.filter((row) => row.filter((count) => count > 0).length === 1).length;
  const of = clusters?.of ?? 'connections';
  const widest = widestDeviation(cells);
  return { code: 'partly-pinned', pure, connections: rows.length, of, widest };
}

/** Connections are what is drawn, and there are too few of them. */
export function tooFewConnections(context: DecisionContext): SplitReason {
  const { model, rule, dependence } = context;
  const connections = totalOf(model.cells);
  const of = model.units === 'calls' ? 'calls' : 'connections';
  if (dependence?.kind === 'one-destination') {
    const destination = model.cells.find((cell) => cell.observed > 0)?.name ?? '';
    const largest = Math.max(...model.cells.map((cell) => cell.share));
    const needed = connectionsToTell(rule.alpha, largest);
    return { code: 'one-destination', destination, connections, of, connectionsToTell: needed };
  }
  const plan = planRequests(planInput(context));
  const enough = plan.kind === 'planned' ? plan.requests : null;
  return { code: 'pinned-connections', connections, of, connectionsToSettle: enough };
}
