/** What a proxy says of who gave an answer, in its own words; null for what it does not say. */
export interface ProxyFields {
  /** A text that stands for the destination. */
  label: string | null;
  /** `10.1.2.3:50051` */
  host: string | null;
  /** `outbound|50051|v1|greeter.default.svc.cluster.local` */
  cluster: string | null;
  /** `greeter-v1;default;greeter;v1;Kubernetes`: Istio's label of the endpoint. */
  workload: string | null;
  /** `sidecar~10.1.2.3~greeter-v1-79b5-x7k2p.default~default.svc.cluster.local`: who the pod's sidecar says it is. */
  peer: string | null;
}

export const NO_FIELDS: ProxyFields = {
  label: null,
  host: null,
  cluster: null,
  workload: null,
  peer: null,
};

/** Envoy writes a dash, or nothing, where it has nothing to say. */
export function saidText(text: string): string | null {
  return text === '' || text === '-' ? null : text;
}
