/** Where a redirect leads; `null` for what it leaves as it is. */
export interface RedirectTarget {
  scheme: string | null;
  authority: string | null;
  port: number | null;
  path: string | null;
  status: number;
}

/** `https://example.com/new (308)`, `the same address over https (301)`. */
export function describeRedirect({
  scheme,
  authority,
  port,
  path,
  status,
}: RedirectTarget): string {
  const where = `${authority ?? ''}${port === null ? '' : `:${port}`}${path ?? ''}`;
  const target =
    where === ''
      ? `the same address${scheme === null ? '' : ` over ${scheme}`}`
      : `${scheme === null ? '' : `${scheme}://`}${where}`;
  return `${target} (${status})`;
}
