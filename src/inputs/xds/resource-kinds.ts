/** What a control plane tells, in the order in which one leads to the next. */
export const XDS_KINDS = ['lds', 'rds', 'cds', 'eds'] as const;

export type XdsKind = (typeof XDS_KINDS)[number];

/** A kind of resource by its names. */
interface KindNames {
  typeUrl: string;
  /** What it tells, in words. */
  what: string;
}

const TYPE_PREFIX = 'type.googleapis.com/envoy.config';

/** Source: https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol */
export const KIND_NAMES: Readonly<Record<XdsKind, KindNames>> = {
  lds: { typeUrl: `${TYPE_PREFIX}.listener.v3.Listener`, what: 'listener' },
  rds: { typeUrl: `${TYPE_PREFIX}.route.v3.RouteConfiguration`, what: 'route configuration' },
  cds: { typeUrl: `${TYPE_PREFIX}.cluster.v3.Cluster`, what: 'cluster' },
  eds: {
    typeUrl: `${TYPE_PREFIX}.endpoint.v3.ClusterLoadAssignment`,
    what: 'endpoints of the cluster',
  },
};

/** @returns null for a type that is none of them. */
export function kindOfType(typeUrl: string): XdsKind | null {
  return XDS_KINDS.find((kind) => KIND_NAMES[kind].typeUrl === typeUrl) ?? null;
}

/** `route configuration (RDS) "outbound|7070||echo"` */
export function describeResource(kind: XdsKind, name: string): string {
  return `${KIND_NAMES[kind].what} (${kind.toUpperCase()}) ${JSON.stringify(name)}`;
}
