import type { UnaryReply } from './application.js';
import { type DeadEnd, deadEndReply } from './fault.js';
import { GRPC_STATUS } from './grpc-status.js';
import type { Random } from './random.js';

/** How often and how long a gateway's route tries a call. It is told, and reads no manifest. */
export interface GatewayLimits {
  /** After which the whole call has failed, in ms; null: never. */
  timeoutMs: number | null;
  /** null: a call is tried once. */
  retries: RetryPolicy | null;
  /** Whether responses say how often the call was tried, as with Envoy's `include_attempt_count_in_response`. */
  countsAttempts: boolean;
}

interface RetryPolicy {
  /** How often a call is tried again, at most. */
  attempts: number;
  /** After which an attempt has failed, in ms; null: never. */
  perTryTimeoutMs: number | null;
  /** Envoy's conditions, `unavailable` or `5xx`, and numbers of HTTP statuses. */
  retryOn: readonly string[];
}

/** The header in which Envoy says how often it tried. */
export const ATTEMPT_COUNT = 'x-envoy-attempt-count';

/** Does something after so many ms. @returns What calls it off. */
export type Later = (delayMs: number, action: () => void) => () => void;

/** What came of one attempt. */
export type AttemptEnd =
  | { kind: 'reply'; reply: UnaryReply }
  | { kind: 'dead-end'; fault: Exclude<DeadEnd, { kind: 'hang' }> }
  | { kind: 'late' };

/** Waits for no longer than this before it tries again, in ms: Envoy's first step of 25 ms, with its jitter. */
const BACK_OFF_MS = 25;

const TIMED_OUT: UnaryReply = {
  kind: 'error',
  code: GRPC_STATUS.unavailable,
  message: 'upstream request timeout',
};

/**
 * Tries a call until an attempt needs no other, or the limits forbid one.
 *
 * @param attempt Makes one attempt, the first of which is number 1; it may never end.
 * @param later Does something after so many ms, unless it is called off or the gateway is closed before.
 * @returns The reply to the client, and how many attempts were made.
 */
export function attempted(
  { timeoutMs, retries }: GatewayLimits,
  attempt: (number: number) => Promise<AttemptEnd>,
  random: Random,
  later: Later,
): Promise<{ reply: UnaryReply; attempts: number }> {
  return new Promise((resolve) => {
    let attempts = 0;
    let isOver = false;
    const finish = (reply: UnaryReply): void => {
      if (isOver) return;
      isOver = true;
      callOff();
      resolve({ reply, attempts });
    };
    const callOff =
      timeoutMs === null
        ? () => undefined
        : later(timeoutMs, () => {
            finish(TIMED_OUT);
          });
    const go = (): void => {
      if (isOver) return;
      attempts += 1;
      const own = attempts;
      let isEnded = false;
      const onEnd = (end: AttemptEnd): void => {
        // One that was given up may end later.
        if (isOver || isEnded) return;
        isEnded = true;
        callOffLate();
        if (retries === null || own > retries.attempts || !isRetried(end, retries.retryOn)) {
          finish(replyOf(end));
        } else later(random() * BACK_OFF_MS, go);
      };
      const perTryMs = retries?.perTryTimeoutMs ?? null;
      const callOffLate =
        perTryMs === null
          ? () => undefined
          : later(perTryMs, () => {
              onEnd({ kind: 'late' });
            });
      void attempt(own).then(onEnd);
    };
    go();
  });
}

function replyOf(end: AttemptEnd): UnaryReply {
  switch (end.kind) {
    case 'reply':
      return end.reply;
    case 'late':
      return TIMED_OUT;
    case 'dead-end':
      return deadEndReply(end.fault);
  }
}

function isRetried(end: AttemptEnd, retryOn: readonly string[]): boolean {
  return conditionsOf(end).some((condition) => retryOn.includes(condition));
}

/** Statuses of gRPC by the conditions that Envoy knows them by. */
const GRPC_CONDITIONS: Readonly<Record<number, string>> = {
  [GRPC_STATUS.cancelled]: 'cancelled',
  [GRPC_STATUS.deadlineExceeded]: 'deadline-exceeded',
  [GRPC_STATUS.resourceExhausted]: 'resource-exhausted',
  [GRPC_STATUS.internal]: 'internal',
  [GRPC_STATUS.unavailable]: 'unavailable',
};

const RESET = ['reset', '5xx', 'gateway-error'];

/**
 * The conditions on which an attempt is followed by another.
 * Source: envoyproxy/envoy source/common/router/retry_state_impl.cc, wouldRetryFromHeaders and wouldRetryFromReset.
 */
function conditionsOf(end: AttemptEnd): readonly string[] {
  if (end.kind === 'late') return RESET;
  if (end.kind === 'dead-end') {
    if (end.fault.kind === 'refused') return ['connect-failure', ...RESET];
    return end.fault.kind === 'reset' ? RESET : [];
  }
  const { reply } = end;
  if (reply.kind === 'message') return [];
  if (reply.kind === 'error') {
    const condition = GRPC_CONDITIONS[reply.code];
    return condition === undefined ? [] : [condition];
  }
  const { status } = reply;
  return [
    String(status),
    ...(status >= 500 ? ['5xx'] : []),
    ...(status >= 502 && status <= 504 ? ['gateway-error'] : []),
    ...(status === 409 ? ['retriable-4xx'] : []),
  ];
}
