import type { UnaryReply } from './application.js';
import { GRPC_STATUS } from './grpc-status.js';
import { type Random, randomDraws } from './random.js';

/** Calls that a pod answers with an error of its own: INTERNAL, or 500. */
export interface PodErrors {
  /** Part of its calls, 0 to 1; which ones is drawn for each by itself. */
  rate: number;
  /** Whether its errors say which pod gave them. */
  isNamed: boolean;
}

/**
 * The header in which a sidecar gives its id, on errors too: type, address, pod and namespace, domain.
 * Source: istio/istio pilot/pkg/model/context.go, ServiceNode.
 */
const PEER = 'x-envoy-peer-metadata-id';

/** What goes wrong in a pod. */
export const ERROR_MESSAGE = 'no connection to the database';

/** Draws whether a call fails. */
export class FailingCalls {
  readonly #errors: PodErrors;
  readonly #random: Random;

  /**
   * @param random Source of the draws; one of its own unless given.
   * @throws RangeError when the rate is no part.
   */
  constructor(errors: PodErrors, random: Random = randomDraws()) {
    if (!(errors.rate >= 0 && errors.rate <= 1)) {
      throw new RangeError(`a part of the calls is between 0 and 1, not ${errors.rate}`);
    }
    this.#errors = errors;
    this.#random = random;
  }

  get areNamed(): boolean {
    return this.#errors.isNamed;
  }

  /** Whether the next call fails. */
  next(): boolean {
    return this.#random() < this.#errors.rate;
  }

  /** How a gRPC call fails: where errors are named, with the header in which a pod's sidecar says who it is. */
  reply(pod: string): UnaryReply {
    return {
      kind: 'error',
      code: GRPC_STATUS.internal,
      message: ERROR_MESSAGE,
      ...(this.areNamed
        ? { headers: { [PEER]: `sidecar~127.0.0.1~${pod}.default~default.svc.cluster.local` } }
        : {}),
    };
  }
}
