import { CLUSTER_DOMAIN } from '../host.js';

/**
 * Whether a gRPC client without a proxy finds a service by a name. It asks for listeners by name, and only
 * services have them: by their full names, and in the client's own namespace by shorter ones.
 * Source: istio/istio pilot/pkg/networking/grpcgen/lds.go, buildOutboundListeners and tryFindFQDN.
 * @param host As the target has it.
 * @param service Its full name.
 * @param namespace The client's.
 */
export function isGrpcName(host: string, service: string, namespace: string): boolean {
  const own = `${namespace}.${CLUSTER_DOMAIN}`;
  return (
    host === service ||
    (!host.includes('.') && `${host}.${own}` === service) ||
    [`.${namespace}`, `.${namespace}.svc`].some(
      (end) => host.endsWith(end) && `${host.slice(0, -end.length)}.${own}` === service,
    )
  );
}

/** Why it is not found, and what to do. */
export function noGrpcName(host: string, service: string): string {
  return `gRPC clients without a proxy find ${service} by its full name alone, not as ${host}: name it in full`;
}
