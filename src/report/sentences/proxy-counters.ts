import { counted } from '../../number-text.js';
import type { ProxyCountersRecord } from '../../record/run-record.js';
import { formatCount } from '../numbers.js';

/** What the proxies counted themselves, as evidence beside the split. */
export function proxyCounterSentences(counters: ProxyCountersRecord): string[] {
  const { replicas } = counters;
  const proxies = counted(replicas.length, 'proxy', 'proxies');
  return [
    `Envoy's counters: ${countedText(counters)} (${formatCount(counters.sent)} sent, ${proxies})`,
    ...notes(counters),
  ];
}

function countedText({ clusters }: ProxyCountersRecord): string {
  const known = clusters.filter(({ destination }) => destination !== null);
  const shown = known.map(({ destination, requests, errors }) => {
    const failed = errors === 0 ? '' : ` (${formatCount(errors)} failed)`;
    return `${destination ?? ''} ${formatCount(requests)}${failed}`;
  });
  return shown.length === 0 ? 'nothing for any destination' : shown.join(', ');
}

/** So many clusters that are no destination's are named. */
const SHOWN_CLUSTERS = 3;

/** Why there is nothing to compare; none where there is. */
function notes({ comparison, replicas, clusters, requests, sent }: ProxyCountersRecord): string[] {
  switch (comparison) {
    case 'within-sent':
      return [];
    case 'unread':
      return replicas.flatMap(({ url, problem }) =>
        problem === null ? [] : [`no comparison: ${url}: ${problem}`],
      );
    case 'more-than-sent':
      return [
        `no comparison: ${formatCount(requests - sent)} more than this run sent: other traffic went through as well, or the proxies tried again`,
      ];
    case 'fewer-than-answered':
      return [
        'no comparison: fewer than were answered: other replicas carried the rest (give the admin URL of each)',
      ];
    case 'no-destinations': {
      const names = clusters
        .slice(0, SHOWN_CLUSTERS)
        .map((cluster) => `${cluster.cluster} ${formatCount(cluster.requests)}`);
      const grown = names.length === 0 ? 'no counter grew' : `what grew is ${names.join(', ')}`;
      return [`no comparison: no cluster is known to be a destination's; ${grown}`];
    }
  }
}
