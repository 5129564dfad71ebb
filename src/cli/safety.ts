import { InputError } from '../input-error.js';
import { readPolicy } from '../inputs/policy-file.js';
import { refuseSharedInput } from '../inputs/standard-input.js';
import type { Policy } from '../scenario/policy-schema.js';
import { NO_LIMITS, type RunLimits, runLimits } from '../scenario/run-limits.js';
import { maskedUrl } from '../secrets.js';
import { all, type Arguments } from './arguments.js';
import { inputsOnCommandLine } from './shared-input.js';

/** Set where a pipeline runs, so that those whose changes run in it cannot leave it out. */
const POLICY_VARIABLE = 'SPLITPROOF_POLICY';

/** What those allow who may be asked for more. */
export interface Safety {
  policies: readonly Policy[];
  limits: RunLimits;
}

const NONE: Safety = { policies: [], limits: NO_LIMITS };

/**
 * The policies of the command line and the environment, all of which hold, and the targets that are allowed.
 * They are the first that may read standard input: whether several would is told before.
 *
 * @param signal Gives up reading when it aborts.
 * @throws InputError when one is wrong.
 */
export async function safetyOf(args: Arguments, signal?: AbortSignal): Promise<Safety> {
  refuseSharedInput(inputsOnCommandLine(args));
  const ofEnvironment = process.env[POLICY_VARIABLE] ?? '';
  const named = [
    ...(ofEnvironment === '' ? [] : [{ file: ofEnvironment, flag: POLICY_VARIABLE }]),
    ...all(args, 'policy').map((file) => ({ file, flag: '--policy' })),
  ];
  const flagged = all(args, 'allow-target');
  if (named.length === 0 && flagged.length === 0) return NONE;
  const policies: Policy[] = [];
  for (const { file, flag } of named) policies.push(await readPolicy(file, flag, signal));
  const limits = runLimits(policies, flagged);
  const { requireTargetPatterns } = await import('../scenario/allowed-targets.js');
  for (const allowed of limits.allowedTargets) requireTargetPatterns(allowed);
  return { policies, limits };
}

/**
 * Refuses servers beside the target that are none of the allowed ones: they are connected to as well. What is
 * resolved is known to nobody here, so a name must be allowed by its name.
 *
 * @param flag What names them.
 * @throws InputError for the first of them.
 */
export async function requireAllowedUrls(
  flag: string,
  urls: readonly string[],
  { allowedTargets }: RunLimits,
): Promise<void> {
  if (allowedTargets.length === 0 || urls.length === 0) return;
  const { isAllowed } = await import('../scenario/allowed-targets.js');
  for (const text of urls) {
    // What is no URL is told when it is to be read.
    if (!URL.canParse(text)) continue;
    const { hostname, port, protocol } = new URL(text);
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    const at = {
      kind: 'tcp' as const,
      host,
      port: Number(port || (protocol === 'https:' ? 443 : 80)),
    };
    const refusing = allowedTargets.find((allowed) => !isAllowed(allowed, at, [at]));
    if (refusing === undefined) continue;
    throw new InputError(
      `${flag} ${maskedUrl(text)} is none of the targets that may be connected to: ${refusing.patterns.join(', ')}`,
      refusing.place,
    );
  }
}
