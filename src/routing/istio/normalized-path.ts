/**
 * A request's path as Istio's proxies see it before they choose a route: `.` and `..`, percent-encoded
 * dots included, are resolved, and backslashes are slashes. The query string stays.
 * Source: istio/istio pilot/pkg/networking/core/listener_builder.go, normalize_path unless
 * meshConfig.pathNormalization says NONE;
 * https://istio.io/latest/docs/ops/best-practices/security/#customize-your-system-on-path-normalization (BASE).
 */
export function normalizedPath(path: string): string {
  const end = path.search(/[?#]/);
  const [own, rest] = end === -1 ? [path, ''] : [path.slice(0, end), path.slice(end)];
  if (!own.startsWith('/') || !/[\\]|[/\\](?:\.|%2e)/i.test(own)) return path;
  const segments = own.slice(1).split(/[/\\]/);
  const kept: string[] = [];
  for (const [index, segment] of segments.entries()) {
    const dots = segment.replace(/%2e/gi, '.');
    const isLast = index === segments.length - 1;
    if (dots === '..') kept.pop();
    if (dots !== '.' && dots !== '..') kept.push(segment);
    else if (isLast) kept.push('');
  }
  return `/${kept.join('/')}${rest}`;
}

/** Says of a path that is not what the proxy sees. */
export function normalizedPathNotes(asked: { path: string }, seen: { path: string }): string[] {
  return asked.path === seen.path
    ? []
    : [`the proxy takes the path ${asked.path} for ${seen.path}`];
}
