import { InputError } from '../input-error.js';
import type { Settings } from './schema.js';

/** What Go's text/template takes for an action; ghz evaluates such in data and metadata. */
const TEMPLATE = /\{\{.*?\}\}/s;
const MOST_SHOWN = 40;

/** The first template in a text as it is shown; null where it has none. */
export function templateIn(text: string): string | null {
  const [found = null] = TEMPLATE.exec(text) ?? [];
  return found === null || found.length <= MOST_SHOWN ? found : `${found.slice(0, MOST_SHOWN)}…`;
}

/** What is wrong with a template, and what to do about it. */
export function templateProblem(template: string): string {
  return `${template} is a template, and none is evaluated: write a value, or add --literal (literal: true in a file) to send it as it stands`;
}

type Literal = Pick<
  Settings,
  'data' | 'metadata' | 'header' | 'rpc-header' | 'reflect-header' | 'literal'
>;

/**
 * Refuses templates in what a call of a method sends: they would arrive as they stand, and the call may
 * succeed all the same. Plain HTTP is not looked at: its bodies may be templates by themselves.
 *
 * @throws InputError with the setting's name; values of headers are not repeated but for the template.
 */
export function refuseTemplates(settings: Literal): void {
  if (settings.literal === true) return;
  for (const name of ['data', 'metadata', 'header', 'rpc-header', 'reflect-header'] as const) {
    const [template] = templatesIn(settings[name]);
    if (template === undefined) continue;
    throw new InputError(templateProblem(template), { path: `--${name}` });
  }
}

/** Templates in all texts and names of something that JSON can hold. */
function* templatesIn(value: unknown): Generator<string> {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const one = left.pop();
    if (typeof one === 'string') {
      const template = templateIn(one);
      if (template !== null) yield template;
    } else if (typeof one === 'object' && one !== null) {
      for (const entry of Object.entries(one).reverse()) left.push(entry[1], entry[0]);
    }
  }
}
