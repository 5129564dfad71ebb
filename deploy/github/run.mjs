// The second step of action.yml: inputs become words of the command line, one each. No shell reads them.
import { appendFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** Inputs that may be given several times: one a line. */
const LISTS = ['manifest', 'header', 'max-error-rate', 'threshold', 'output', 'label'];
/** Inputs that are there or not. */
const SWITCHES = ['plaintext'];
/** What is more than the flag of its name. */
const OTHERS = ['command', 'target', 'args', 'record', 'version', 'working-directory'];

const { INPUTS = '{}', MAIN = '', GITHUB_OUTPUT = '' } = process.env;
const inputs = JSON.parse(INPUTS);

if (!['verify', 'bench'].includes(inputs.command)) refuse('command: use verify or bench');
if (inputs.target.startsWith('-')) refuse('target: HOST:PORT or a URL, not a flag');
for (const name of SWITCHES) {
  if (!['', 'true', 'false'].includes(inputs[name])) refuse(`${name}: write true or false`);
}

process.argv = [
  process.execPath,
  MAIN,
  inputs.command,
  ...(inputs.target === '' ? [] : [inputs.target]),
  ...Object.entries(inputs).flatMap(([name, value]) => flagsOf(name, value)),
  ...linesOf(inputs.args),
  `--output=json:${inputs.record}`,
  '--github',
];
// Where nothing was sent, nothing else says how it ended.
process.once('exit', (status) => {
  appendFileSync(GITHUB_OUTPUT, `exit-code=${status}\n`);
});
await import(pathToFileURL(MAIN).href);

/** @param {string} name @param {string} value @returns {string[]} */
function flagsOf(name, value) {
  if (OTHERS.includes(name) || value === '') return [];
  if (SWITCHES.includes(name)) return [`--${name}=${value}`];
  return (LISTS.includes(name) ? linesOf(value) : [value]).map((one) => `--${name}=${one}`);
}

/** @param {string} text @returns {string[]} Its lines that have something, without blanks around them. */
function linesOf(text) {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** @param {string} reason @returns {never} */
function refuse(reason) {
  process.stdout.write(`::error title=splitproof::${reason}\n`);
  appendFileSync(GITHUB_OUTPUT, 'exit-code=2\n');
  process.exit(2);
}
