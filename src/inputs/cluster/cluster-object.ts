/** An object as the API server has it. */
export interface ClusterObject {
  apiVersion: string;
  kind: string;
  metadata: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}
