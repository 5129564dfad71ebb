/**
 * A line that GitHub's runner takes for a command.
 *
 * @param name `error`, `warning`, `notice`.
 * @param properties Such as `file` and `line`.
 * @param message May have line ends.
 * @see ActionCommand.cs of actions/runner: what is escaped, and how.
 */
export function workflowCommand(
  name: string,
  properties: Readonly<Record<string, string | number>>,
  message: string,
): string {
  const words = Object.entries(properties).map(
    ([property, value]) => `${property}=${escapedProperty(String(value))}`,
  );
  return `::${[name, words.join(',')].filter((part) => part !== '').join(' ')}::${escapedData(message)}`;
}

function escapedData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapedProperty(text: string): string {
  return escapedData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/**
 * Text in which the runner finds no command: it looks for `::` behind the spaces that a line begins with,
 * and for `##[` anywhere. Both are shown by the number of their first character, as what is not seen.
 */
export function withoutCommands(text: string): string {
  return text.replaceAll(/^(\s*):(?=:)/gm, '$1\\u003a').replaceAll('##[', '\\u0023#[');
}
