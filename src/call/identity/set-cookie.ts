/**
 * The value of a cookie that an answer sets (RFC 6265, section 5.2); where it sets it several times,
 * the last, as clients keep it.
 *
 * @param fields Values of `set-cookie`, one a line.
 * @returns Empty where it does not set it.
 */
export function setCookieValue(fields: string, name: string): string {
  let value = '';
  for (const field of fields.split('\n')) {
    const [pair = ''] = field.split(';', 1);
    const cut = pair.indexOf('=');
    if (cut < 0 || pair.slice(0, cut).trim() !== name) continue;
    value = pair.slice(cut + 1).trim();
  }
  return value.length > 1 && value.startsWith('"') && value.endsWith('"')
    ? value.slice(1, -1)
    : value;
}
