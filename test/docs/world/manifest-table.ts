import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '../../../src/input-error.js';
import {
  API_VERSIONS,
  OLDER_VERSIONS,
  type ReadKind,
} from '../../../src/routing/manifest/kinds.js';
import { ManifestNode } from '../../../src/routing/manifest/manifest-node.js';
import { parseManifests } from '../../../src/routing/parse-manifests.js';
import { ROOT } from '../../fixtures/command.js';

/** An object of every kind, with every part that may be in it; the shipped manifests have other ways besides. */
const EVERY_KIND = 'test/data/every-kind.yaml';
const SHIPPED = 'scenarios';

/** Fields of every object, which say nothing of a kind. */
const COMMON =
  /^(?:apiVersion|kind|items|metadata(?:$|\.(?:name|namespace|creationTimestamp|managedFields|resourceVersion|uid)))/;

/** What has names that users choose below it: labels, headers, ports. */
const FREE =
  /^(?:labels|sourceLabels|matchLabels|headers|withoutHeaders|queryParams|selector|portLevelMtls)$/;
/** What may stand there with a meaning. */
const NAMED = /^(?:matchLabels|matchExpressions|request|response)$/;

/** A list's item is `[]`: `spec.http[].route[].weight`. */
function pathOf(node: ManifestNode, name: string): string {
  const steps = [...node.path, name];
  const texts = steps.map((step, at) => {
    if (typeof step === 'number') return '[]';
    return FREE.test(String(steps[at - 1])) && !NAMED.test(step) ? '.*' : `.${step}`;
  });
  return texts.join('').replace(/^\./, '');
}

function kindOf(node: ManifestNode): string {
  return (node.source.value as { kind?: string }).kind ?? '';
}

/** Fields that the readers ask for while they read all manifests of the project, by kind. */
function fieldsAsked(): Map<string, Set<string>> {
  const asked = new Map<string, Set<string>>();
  const field = Reflect.get<typeof ManifestNode.prototype, 'field'>(
    ManifestNode.prototype,
    'field',
  );
  ManifestNode.prototype.field = function (this: ManifestNode, name: string) {
    const kind = kindOf(this);
    const fields = asked.get(kind) ?? new Set();
    asked.set(kind, fields.add(pathOf(this, name)));
    return field.call(this, name);
  };
  try {
    const shipped = readdirSync(path.join(ROOT, SHIPPED), { recursive: true, encoding: 'utf8' });
    const files = [EVERY_KIND, ...shipped.map((file) => path.join(SHIPPED, file))];
    for (const file of files.filter((one) => one.endsWith('.yaml'))) {
      try {
        parseManifests(readFileSync(path.join(ROOT, file), 'utf8'), file, { amongOthers: true });
      } catch (error) {
        // One is shipped because it is refused.
        if (!(error instanceof InputError) || file === EVERY_KIND) throw error;
      }
    }
  } finally {
    ManifestNode.prototype.field = field;
  }
  return asked;
}

const code = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ');

/** The fields that lead to no other, the shortest way to write them. */
function leaves(fields: ReadonlySet<string>): string[] {
  const all = [...fields].filter((one) => !COMMON.test(one));
  return all
    .filter(
      (one) => !all.some((other) => other.startsWith(`${one}.`) || other.startsWith(`${one}[]`)),
    )
    .sort();
}

/** What the page has of each kind. */
function manifestTable(): string {
  const asked = fieldsAsked();
  const kinds = Object.keys(API_VERSIONS) as ReadKind[];
  return kinds
    .map((kind) => {
      const versions: readonly string[] = API_VERSIONS[kind];
      const older = Object.keys(OLDER_VERSIONS[kind] ?? {}).filter(
        (one) => !versions.includes(one),
      );
      const gone = older.length === 0 ? '' : `; served no longer: ${code(older)}`;
      const fields = leaves(asked.get(kind) ?? new Set());
      const text = fields.length === 0 ? 'that it is there' : fields.join('\n');
      return `### ${kind}\n\n${code(versions)}${gone}\n\n\`\`\`text\n${text}\n\`\`\`\n`;
    })
    .join('\n');
}

const PAGE = path.join(ROOT, 'docs/manifests.md');
const HEADING = '## Kinds and fields\n\n';

/** The page as it stands, and as it is to be. */
export function manifestPage(): { file: string; committed: string; made: string } {
  const committed = readFileSync(PAGE, 'utf8');
  const [before = ''] = committed.split(HEADING);
  return { file: PAGE, committed, made: `${before}${HEADING}${manifestTable()}` };
}
