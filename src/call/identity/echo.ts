import type { Found } from '../pattern.js';

/**
 * Who says they answered in the `Key=value` lines that Istio's echo application prints. Its request
 * headers come first, so the last line of a key is its own. One build misspelt the version's key.
 */
export function findInEcho(text: string): Found | null {
  const version = lastGroup(text, /^(?:\[\d+ body\] )?Servi[cv]eVersion=(.*)$/gm);
  const pod = lastGroup(text, /^(?:\[\d+ body\] )?Hostname=(.*)$/gm);
  const name = pod === '' ? version : pod;
  return name === '' ? null : { text: name, version: version === '' ? null : version };
}

function lastGroup(text: string, pattern: RegExp): string {
  return [...text.matchAll(pattern)].at(-1)?.[1]?.trim() ?? '';
}
