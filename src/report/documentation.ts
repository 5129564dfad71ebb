/** The project's own address. */
export const HOMEPAGE = 'https://github.com/splitproof/splitproof';

/** Where the project's pages are read. */
const PAGES = `${HOMEPAGE}/blob/main/docs`;

/** The page that has every finding by its code. */
export const FINDINGS_PAGE = `${PAGES}/findings.md`;

/** The page about a finding; null for a code that is none, as a record from elsewhere may have. */
export function pageOf(code: string): string | null {
  return /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(code) ? `${FINDINGS_PAGE}#${code}` : null;
}
