import type { Finding } from '../finding.js';
import { manifestFinding } from './manifest-finding.js';
import { ManifestNode } from './manifest/manifest-node.js';
import { nearestName } from '../nearest-name.js';
import { brokenRule, wrongType } from './manifest/schema/broken-rule.js';
import { shapeOf, shapeOfKind, type ShapeReference } from './manifest/schema/shape.js';
import type { PathStep } from './manifest/source-document.js';
import type { Refusal } from './refusal.js';

/** What an API server has to say of an object. */
interface Checked {
  /** Fields that it drops, and those that only servers with experimental CRDs keep. */
  findings: Finding[];
  refusals: Refusal[];
}

/**
 * Holds an object against what API servers know of its kind, at any depth. Fields that there are not are
 * dropped when it is applied, so that a misspelt `weight` would count as none.
 * Source: the CRDs and Kubernetes' own types that the generated table names.
 */
export function checkObject(node: ManifestNode, apiVersion: string, kind: string): Checked {
  const shape = shapeOfKind(apiVersion, kind);
  const check = new Check(node);
  if (shape !== null) check.look(node.value, shape);
  return check;
}

/** One walk through an object. */
class Check implements Checked {
  readonly findings: Finding[] = [];
  readonly refusals: Refusal[] = [];
  readonly #root: ManifestNode;
  readonly #path: PathStep[] = [];

  constructor(root: ManifestNode) {
    this.#root = root;
  }

  look(value: unknown, reference: ShapeReference): void {
    // Kubernetes treats `null` as if the field were not there.
    if (value === null || value === undefined || reference === 'any') return;
    const shape = shapeOf(reference);
    const problem = wrongType(value, shape);
    if (problem !== null) {
      this.#refuse(problem);
      return;
    }
    if (Array.isArray(value)) {
      if (shape.items !== undefined)
        for (const [index, item] of value.entries()) this.#lookBelow(index, item, shape.items);
    } else if (typeof value === 'object') this.#lookAtFields(value, reference);
    const broken = brokenRule(value, reference);
    if (broken !== null) this.#refuse(broken);
  }

  #lookAtFields(value: object, reference: ShapeReference): void {
    const { properties, any, experimental } = shapeOf(reference);
    if (properties === undefined && any === undefined) return;
    for (const [name, part] of Object.entries(value)) {
      const below =
        properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : any;
      if (below === undefined)
        this.findings.push(this.#unknownField(name, Object.keys(properties ?? {})));
      else {
        if (experimental?.includes(name) === true)
          this.findings.push(this.#experimentalField(name));
        this.#lookBelow(name, part, below);
      }
    }
  }

  #lookBelow(step: PathStep, value: unknown, reference: ShapeReference): void {
    this.#path.push(step);
    this.look(value, reference);
    this.#path.pop();
  }

  #refuse(rule: string): void {
    this.refusals.push({ path: [...this.#path], by: 'the API server', rule });
  }

  #unknownField(name: string, known: readonly string[]): Finding {
    const meant = nearestName(name, known);
    return manifestFinding({
      code: 'unknown-field',
      summary: `the API has no field ${name} here and drops it when the object is applied${meant === null ? '' : `: did you mean ${meant}?`}`,
      place: this.#field(name).place(),
    });
  }

  #experimentalField(name: string): Finding {
    return manifestFinding({
      code: 'experimental-field',
      severity: 'info',
      summary: `the field ${name} is of the experimental channel of the Gateway API: a server with the standard CRDs drops it`,
      place: this.#field(name).place(),
    });
  }

  #field(name: string): ManifestNode {
    return this.#root.at([...this.#path, name]);
  }
}
