import { createHash } from 'node:crypto';
import type { ClusterState } from '../record/cluster.js';
import type { RunRecord } from '../record/run-record.js';
import { renderJson } from './json.js';

/** Source: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md */
const STATEMENT = 'https://in-toto.io/Statement/v1';
/** Of this project: what is said of the subjects. docs/attestation.md describes it. */
const PREDICATE = 'https://github.com/splitproof/splitproof/attestation/traffic-split/v1';

interface Subject {
  name: string;
  digest: { sha256: string };
}

/**
 * A run as a statement of in-toto, for others to sign: of the images of the pods that answered, where a cluster
 * says which these are, else of the record.
 *
 * @returns JSON. The record's digest in it is that of the file that the format `json` writes.
 */
export function renderStatement(record: RunRecord): string {
  const ofRecord = {
    sha256: createHash('sha256').update(renderJson(record)).digest('hex'),
  };
  const images = imagesOf(record);
  const { verdict, reasons, tool, runId, command, target, startedAt, calls, cluster } = record;
  return renderJson({
    _type: STATEMENT,
    subject: images.length > 0 ? images : [{ name: 'run.json', digest: ofRecord }],
    predicateType: PREDICATE,
    predicate: {
      verdict,
      reasons: reasons.map(({ code, call }) => ({ code, call })),
      tool,
      runId,
      command,
      target,
      startedAt,
      record: { digest: ofRecord },
      calls: calls.map(({ call, verdict: own, split }) => ({
        call,
        verdict: own,
        destinations: (split?.destinations ?? []).map(({ name, weight, observed, share }) => {
          return { name, weight, observed, share };
        }),
      })),
      cluster:
        cluster === null
          ? null
          : { ...stateOf(cluster), otherStates: cluster.otherStates.map(stateOf) },
    },
  });
}

function stateOf({ digest, objectCount, objects }: ClusterState): object {
  return { digest: { sha256: hexOf(digest) }, objectCount, objects };
}

/** Those that nodes have told the digests of: a tag may be another image tomorrow. */
function imagesOf({ cluster }: RunRecord): Subject[] {
  return (cluster?.images ?? []).flatMap(({ image, digest }) =>
    digest === null ? [] : [{ name: image, digest: { sha256: hexOf(digest) } }],
  );
}

function hexOf(digest: string): string {
  return digest.slice('sha256:'.length);
}
