import type { IdentitySource, IdentitySpec } from '../call/identity.js';
import type { AttributionTable } from '../count/attribution.js';
import type { LookedFor } from '../expect/expectation.js';

/** What the answers of a call are searched for, in words. */
export function lookedFor(
  { source, pattern, map }: IdentitySpec,
  { workloads, tokens, destinations }: AttributionTable,
): LookedFor {
  const where = placeText(source);
  const known = [
    ...workloads.map(({ kind, name }) => `${kind}/${name}`),
    ...tokens.map(({ token }) => `pods with '${token}' as a part of their names`),
  ];
  const names = map?.map(([found, name]) => `'${found}' for ${name}`) ?? [];
  return {
    place: pattern === null ? where : `${where}, by the pattern ${pattern.text}`,
    pods: [...(known.length === 0 ? destinations : known), ...names],
  };
}

function placeText(source: IdentitySource): string {
  switch (source.kind) {
    case 'header':
    case 'trailer':
    case 'cookie':
      return `the ${source.kind} ${source.name}`;
    case 'field':
      return `the field ${source.path.join('.')} of the reply`;
    case 'json':
      return `the field ${source.path.join('.')} of JSON in the reply`;
    case 'html': {
      const { selector, attribute } = source.spot;
      return `the element ${selector}${attribute === null ? '' : `, its ${attribute},`} of the page`;
    }
    case 'text':
      return `texts of the reply, by the pattern ${source.pattern.text}`;
    case 'greeter':
      return "texts of the reply, by the Greeter's words (I'm from POD!)";
    case 'echo':
      return 'lines of the reply, as Istio’s echo application prints them (Hostname=POD)';
    case 'bookinfo':
      return "the product page of Istio's Bookinfo (the pod of its reviews)";
    case 'access-log':
      return 'the access log of the gateway';
    case 'none':
      return 'what the proxy adds to the headers alone: how these answers name their pod is not known';
  }
}
