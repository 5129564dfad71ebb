/** A command as GitHub's runner reads it. */
export interface RunnerCommand {
  name: string;
  properties: Record<string, string>;
  data: string;
}

/** Those of the runner; others are no commands to it. */
const KNOWN = [
  'error',
  'warning',
  'notice',
  'debug',
  'group',
  'endgroup',
  'add-mask',
  'echo',
].concat(['stop-commands', 'set-output', 'save-state', 'set-env', 'add-path', 'add-matcher']);

const unescapedData = (text: string): string =>
  text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');

/** Reads a line by the rules of ActionCommand.cs (actions/runner): both notations; null where it is none. */
export function runnerCommand(line: string): RunnerCommand | null {
  const [, head = '', data = ''] = /^\s*::(.*?)::(.*)$/s.exec(line) ?? [];
  const [name = '', ...words] = head.split(' ');
  if (KNOWN.includes(name)) {
    const pairs = words.join(' ').trim().split(',').filter(Boolean);
    const properties = pairs.map((pair) => {
      const at = pair.indexOf('=');
      const value = pair
        .slice(at + 1)
        .replaceAll('%3A', ':')
        .replaceAll('%2C', ',');
      return [pair.slice(0, at), unescapedData(value)] as const;
    });
    return { name, properties: Object.fromEntries(properties), data: unescapedData(data) };
  }
  const [, older = '', rest = ''] = /##\[([a-z-]+)[^\]]*\](.*)$/s.exec(line) ?? [];
  return KNOWN.includes(older) ? { name: older, properties: {}, data: rest } : null;
}
