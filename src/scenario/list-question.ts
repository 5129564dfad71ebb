import { InputError } from '../input-error.js';
import { type Secrets, secretsOf } from '../secrets.js';
import {
  DEFAULT_NAMESPACE,
  type ExpectationSource,
  expectationSource,
} from './expectation-source.js';
import type { Settings } from './schema.js';

/** Which routes are to be listed. */
export interface ListQuestion {
  manifests: Extract<ExpectationSource, { kind: 'manifests' }>;
  namespace: string;
  /** Only of the tables that its requests are looked up in; null: of all hosts. */
  host: string | null;
  /** What no output may show. */
  secrets: Secrets;
}

/** Whether settings ask for nothing, so that there is only a list to be shown. */
export function asksForNothing(settings: Settings): boolean {
  const { target, call, calls, http, protocol, 'forward-to': url } = settings;
  return [target, call, calls, http, protocol, url].every((each) => each === undefined);
}

/** Settings that say something of one request. */
const OF_A_REQUEST = [
  'plaintext',
  'scheme',
  'header',
  'metadata',
  'data',
  'user',
  'origin',
  'identity',
  'proto',
  'protoset',
  'envoy-admin',
  'config-dump',
] as const satisfies readonly (keyof Settings)[];

/**
 * Completes settings to a question.
 *
 * @throws InputError when there are no manifests, or a setting needs a request.
 */
export function listQuestion(settings: Settings): ListQuestion {
  const source = expectationSource(settings);
  if (source.kind === 'weights') {
    throw new InputError('weights need no explanation: give the manifests with --manifest', {
      path: '--weights',
    });
  }
  const given = OF_A_REQUEST.find((name) => settings[name] !== undefined);
  const name = given ?? (settings.expect?.service === undefined ? null : 'expect-service');
  if (name !== null) {
    throw new InputError(
      'it says something of a request, and none is given, so that all routes would be listed: name a gRPC method or a path, or leave it out',
      { path: `--${name}` },
    );
  }
  return {
    manifests: source,
    namespace: settings.namespace ?? DEFAULT_NAMESPACE,
    host: settings.authority ?? null,
    secrets: secretsOf(settings.mask ?? [], []),
  };
}
