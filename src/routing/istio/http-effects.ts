import { placeOf } from '../../finding.js';
import type { InjectedAbort, InjectedFault, RouteEffects } from '../effects.js';
import type { ManifestNode } from '../manifest/manifest-node.js';
import { readDurationMs } from '../manifest/duration.js';
import { CORS_CHANGE } from '../preflight.js';

/** Reads what one entry of `spec.http` does besides routing. */
export function readHttpEffects(node: ManifestNode): RouteEffects {
  const cors = node.field('corsPolicy');
  const policy = cors.absent ? null : placeOf(cors.place());
  return {
    timeoutMs: readDurationMs(node.field('timeout')),
    retries: readRetries(node.field('retries')),
    abort: readAbort(node.field('fault').field('abort')),
    delay: readDelay(node.field('fault').field('delay')),
    failing: null,
    mirrors: readMirrors(node),
    changes: readChanges(node),
    ...(policy === null ? {} : { corsPolicy: policy }),
  };
}

function readRetries(node: ManifestNode): RouteEffects['retries'] {
  if (node.absent) return null;
  return {
    attempts: node.field('attempts').optionalInteger() ?? 0,
    perTryTimeoutMs: readDurationMs(node.field('perTryTimeout')),
    retryOn: node.field('retryOn').optionalString(),
    byDefault: false,
  };
}

/** Without a percentage an abort hits no request, for Envoy's default is 0 of 100. */
function readAbort(node: ManifestNode): InjectedAbort | null {
  if (node.absent) return null;
  const httpStatus = node.field('httpStatus').optionalInteger();
  const grpcStatus = node.field('grpcStatus').optionalString();
  if (httpStatus === null && grpcStatus === null) return null;
  const share = readPercentage(node, []) ?? 0;
  if (share === 0) return null;
  return {
    share,
    description: grpcStatus === null ? `HTTP ${httpStatus ?? ''}` : `gRPC ${grpcStatus}`,
    httpStatus: grpcStatus === null ? httpStatus : null,
  };
}

function readDelay(node: ManifestNode): InjectedFault | null {
  const delayMs = readDurationMs(node.field('fixedDelay'));
  const share = node.absent ? 0 : (readPercentage(node, ['percent']) ?? 0);
  if (delayMs === null || share === 0) return null;
  return { share, description: `${delayMs} ms` };
}

/**
 * `percentage.value` (a double), else the first of the older fields (whole) that is given. Those of the
 * CRD count, of which an abort has none: the API server drops any other.
 * Source: istio/api networking/v1alpha3/virtual_service.proto, HTTPFaultInjection and HTTPRoute.
 */
function readPercentage(
  node: ManifestNode,
  olderFields: readonly string[],
  newer = 'percentage',
): number | null {
  const field = node.field(newer);
  const older = olderFields.map((name) => node.field(name)).find(({ absent }) => !absent);
  const value = field.absent ? older : field.field('value');
  if (value === undefined || value.absent) return field.absent ? null : 0;
  const percent = value.number();
  if (percent < 0 || percent > 100)
    throw value.error(`must be between 0 and 100, and is ${percent}`);
  return percent / 100;
}

/**
 * Names of the older field for a mirror's share: the API server keeps both, and Istio reads both.
 * Source: istio/api kubernetes/customresourcedefinitions.gen.yaml, the VirtualService's http.
 */
const MIRROR_PERCENT = ['mirrorPercent', 'mirror_percent'] as const;

function readMirrors(node: ManifestNode): RouteEffects['mirrors'] {
  const mirrors: RouteEffects['mirrors'] = [];
  const mirror = node.field('mirror');
  if (!mirror.absent) {
    const share = readPercentage(node, MIRROR_PERCENT, 'mirrorPercentage') ?? 1;
    mirrors.push({ host: mirror.field('host').string(), share });
  }
  for (const item of node.field('mirrors').items()) {
    const share = readPercentage(item, []) ?? 1;
    mirrors.push({ host: item.field('destination').field('host').string(), share });
  }
  return mirrors.filter(({ share }) => share > 0);
}

function readChanges(node: ManifestNode): string[] {
  const changes: string[] = [];
  const rewrite = node.field('rewrite');
  const uri = rewrite.field('uri').optionalString();
  const authority = rewrite.field('authority').optionalString();
  if (uri !== null) changes.push(`path rewritten to ${uri}`);
  if (!rewrite.field('uriRegexRewrite').absent)
    changes.push('path rewritten by a regular expression');
  if (authority !== null) changes.push(`authority rewritten to ${authority}`);
  if (!node.field('headers').field('request').absent) changes.push('request headers changed');
  if (!node.field('headers').field('response').absent) changes.push('response headers changed');
  if (!node.field('corsPolicy').absent) changes.push(CORS_CHANGE);
  return changes;
}
