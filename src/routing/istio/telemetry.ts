import { readObject, type ManifestObject } from '../manifest/manifest-object.js';
import type { ManifestNode } from '../manifest/manifest-node.js';

/** An Istio Telemetry: https://istio.io/latest/docs/reference/config/telemetry/ */
export interface Telemetry extends ManifestObject {
  /** Labels of the pods it is for; empty: all of its namespace, or of the mesh. */
  selector: Readonly<Record<string, string>>;
  /** Names of the Gateways of the Gateway API it is for. */
  gateways: readonly string[];
  /** It says something about access logs. */
  logs: boolean;
}

export function readTelemetry(node: ManifestNode): Telemetry {
  const spec = node.field('spec');
  const single = spec.field('targetRef');
  const targets = [...(single.absent ? [] : [single]), ...spec.field('targetRefs').items()];
  return {
    ...readObject(node, 'Telemetry', 'telemetry.istio.io'),
    selector: spec.field('selector').field('matchLabels').customStringMap(),
    gateways: targets
      .filter((target) => target.field('kind').value === 'Gateway')
      .map((target) => target.field('name').string()),
    logs: spec.field('accessLogging').items().length > 0,
  };
}
