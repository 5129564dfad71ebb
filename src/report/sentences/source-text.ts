import { formatPlace } from '../../input-error.js';

/** An object and its place: `VirtualService default/grpc-vs (virtual-service.yaml:1)`. */
export function sourceText({
  source,
  file,
  line,
}: {
  source: string;
  file: string | null;
  line: number | null;
}): string {
  if (file === null) return source;
  return `${source} (${formatPlace({ file, ...(line === null ? {} : { line }) })})`;
}
