import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import fastify from 'fastify';
import type { Known } from '../../src/gate/answer.js';
import { type RouteMeans, verdictRoutes } from '../../src/gate/routes.js';

const READING_MS = 200;
const KEY = { id: 'ab', scenario: 'checkout', revision: 'one', step: '1' };
const NEVER = new Promise<Known>(() => undefined);
const SOON = pause(2 * READING_MS, { kind: 'unjudged', exitCode: 4, problem: 'gone' } as const);

describe('an answer that waits', () => {
  /** @returns The status, and whether the time ran out while the run was waited for. */
  async function answered(
    wait: string,
    result: Promise<Known>,
  ): Promise<[status: number, hasWaited: boolean]> {
    let hasWaited = false;
    const known: Known = { kind: 'unfinished', state: 'queued' };
    const desk = {
      ask: () => pause(READING_MS, { key: KEY, known, result }),
      find: () => {
        hasWaited = true;
        return Promise.resolve(null);
      },
    };
    const server = fastify({ exposeHeadRoutes: false });
    const means = { desk, scenarios: new Set(['checkout']), maxWaitMs: 60_000 };
    verdictRoutes(server, means as unknown as RouteMeans);
    const url = `/v1/runs/checkout?wait=${wait}`;
    const { statusCode } = await server.inject({ method: 'POST', url, payload: { revision: 'x' } });
    await server.close();
    return [statusCode, hasWaited];
  }

  it('waits from the request on, and not from when what is expected has been read', async () => {
    assert.deepEqual(await answered('50ms', NEVER), [202, false]);
    assert.deepEqual(await answered('50s', SOON), [424, false]);
  });
});
