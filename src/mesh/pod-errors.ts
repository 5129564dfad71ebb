import type { UnaryReply } from './application.js';
import { GRPC_STATUS } from './grpc-status.js';
import { type Random, randomDraws } from './random.js';

/** With what a pod answers a call that fails: a status of gRPC, or of HTTP alone, as a server that knows no gRPC. */
export type FailureStatus = { kind: 'grpc'; code: number } | { kind: 'http'; status: number };

/** Calls that a pod answers with an error of its own, before anything else of an answer. */
export interface PodErrors {
  /** Part of its calls, 0 to 1; which ones is drawn for each by itself. */
  rate: number;
  /** Whether its errors say which pod gave them. */
  isNamed: boolean;
  /** INTERNAL unless told. Bookinfo's pods answer with 500, whatever is told. */
  status?: FailureStatus;
  /** Makes which calls fail the same each time; by the mesh's own draws unless told. */
  seed?: number;
}

const INTERNAL: FailureStatus = { kind: 'grpc', code: GRPC_STATUS.internal };

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
   * @param random Source of the draws, where the errors have no seed; one of its own unless given.
   * @throws RangeError when the rate is no part.
   */
  constructor(errors: PodErrors, random: Random = randomDraws()) {
    if (!(errors.rate >= 0 && errors.rate <= 1)) {
      throw new RangeError(`a part of the calls is between 0 and 1, not ${errors.rate}`);
    }
    this.#errors = errors;
    this.#random = errors.seed === undefined ? random : randomDraws(errors.seed);
  }

  get areNamed(): boolean {
    return this.#errors.isNamed;
  }

  /** Whether the next call fails. */
  next(): boolean {
    return this.#random() < this.#errors.rate;
  }

  /** How a call fails: where errors are named, with the header in which a pod's sidecar says who it is. */
  reply(pod: string): UnaryReply {
    const status = this.#errors.status ?? INTERNAL;
    return {
      ...(status.kind === 'grpc'
        ? { kind: 'error', code: status.code }
        : { kind: 'http-error', status: status.status }),
      message: ERROR_MESSAGE,
      ...(this.areNamed
        ? { headers: { [PEER]: `sidecar~127.0.0.1~${pod}.default~default.svc.cluster.local` } }
        : {}),
    };
  }
}
