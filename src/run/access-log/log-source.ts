import { InputError } from '../../input-error.js';
import type { Scenario } from '../../scenario/scenario.js';
import type { PreparedRun } from '../ask.js';
import type { LogSource } from './log-reader.js';

/**
 * Where the access log of a run is.
 *
 * @returns null where no call goes by one.
 * @throws InputError when calls go by different logs, or what carries them cannot tell them apart.
 */
export function logSourceOf(
  { accessLogFormat: format, load }: Scenario,
  { asked, calls }: PreparedRun,
): LogSource | null {
  const sources = calls.flatMap(({ loaded }) => {
    const { source, pattern, map } = loaded.counting.answers.identity;
    if (source.kind !== 'access-log') return [];
    if (pattern !== null || map !== null) {
      throw new InputError(
        'an access log names clusters and hosts, which the route knows: leave out --identity-pattern and --identity-map',
        { path: '--identity' },
      );
    }
    return [source.from];
  });
  const [from, ...others] = new Set(sources);
  if (from === undefined) {
    if (format === null) return null;
    throw new InputError('it is the format of a log that no call goes by: see --identity', {
      path: '--access-log-format',
    });
  }
  if (others.length > 0) {
    throw new InputError(
      `calls of one run go by one access log, and not by ${from} and ${others[0] ?? ''}: write all gateways' lines into one`,
      { path: '--identity' },
    );
  }
  if (load.engine === 'grpc-js' && (calls.length > 1 || load.warmup !== null)) {
    throw new InputError(
      'grpc-js has one user agent for all that it sends, so that an access log cannot tell several calls, or a warm-up, apart: leave out --engine',
      { path: '--engine' },
    );
  }
  return { from, format, runId: asked.runId };
}
