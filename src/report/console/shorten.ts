/** Names of destinations are cut at this, so that their tables stay within 80 columns. */
export const MAX_NAME = 14;

/** Cuts a name in the middle: its ends tell most. */
export function shorten(name: string, room: number): string {
  if (name.length <= room) return name;
  const head = Math.ceil((room - 1) / 2);
  return `${name.slice(0, head)}…${name.slice(name.length - (room - 1 - head))}`;
}
