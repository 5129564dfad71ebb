/** Where a redirect leads; `null` for what it leaves as it is. */
export interface RedirectTarget {
  scheme: string | null;
  authority: string | null;
  /** `listener`: that at which the request arrives. */
  port: number | 'listener' | null;
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
  const shownPort = port === null || port === 'listener' ? '' : `:${port}`;
  const where = `${authority ?? ''}${shownPort}${path ?? ''}`;
  const target =
    where === ''
      ? `the same address${scheme === null ? '' : ` over ${scheme}`}`
      : `${scheme === null ? '' : `${scheme}://`}${where}`;
  const ofListener = port === 'listener' ? " at the listener's port" : '';
  return `${target}${ofListener} (${status})`;
}
