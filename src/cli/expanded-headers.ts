import { InputError } from '../input-error.js';
import { all, type Arguments } from './arguments.js';

const HEADER_FLAGS = ['header', 'rpc-header', 'reflect-header'] as const;

/** Headers with what the environment holds, and the names of those that no output may show for it. */
export interface ExpandedHeaders {
  headers: Partial<Record<(typeof HEADER_FLAGS)[number], string[]>>;
  /** In lower case. */
  masked: string[];
}

/**
 * Puts variables of the environment where headers of the command line have `${NAME}`, as grpcurl does: what is
 * secret need not stand on a command line. A scenario's headers are left alone: it may come from somebody else.
 *
 * @throws InputError when a variable is not set.
 */
export function expandedHeaders(args: Arguments, environment: NodeJS.ProcessEnv): ExpandedHeaders {
  const headers: ExpandedHeaders['headers'] = {};
  const masked = new Set<string>();
  for (const flag of HEADER_FLAGS) {
    if (args[flag] === undefined) continue;
    headers[flag] = all(args, flag).map((line) =>
      line.replaceAll(/\$\{(\w+)\}/g, (_, variable: string) => {
        const value = environment[variable];
        if (value === undefined) {
          throw new InputError(
            `the environment has no ${variable}: set it, or drop --expand-headers`,
            {
              path: `--${flag}`,
            },
          );
        }
        masked.add((line.split(':')[0] ?? '').trim().toLowerCase());
        return value;
      }),
    );
  }
  return { headers, masked: [...masked].filter((name) => /^[\w.-]+$/.test(name)) };
}
