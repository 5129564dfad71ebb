import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../fixtures/command.js';

const FILE = path.join(ROOT, 'test/data/sarif/sarif-2.1.0-rtm.5.json');

/** What keeps a text from being SARIF 2.1.0 by the schema; empty where nothing does. */
export function sarifErrors(text: string): string[] {
  return validate(JSON.parse(text))
    ? []
    : (validate.errors ?? []).map((error) => ajv.errorsText([error]));
}

const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
ajv.addFormat('uri', (uri) => URL.canParse(uri));
ajv.addFormat('uri-reference', (uri) => !/\s/.test(uri) && URL.canParse(uri, 'https://a.example/'));
ajv.addFormat('date-time', (time) => !Number.isNaN(Date.parse(time)));
// It is of the fourth draft, whose names for these two the reader does not take; it uses nothing else of it.
const { $schema, id, ...schema } = JSON.parse(readFileSync(FILE, 'utf8')) as Record<
  string,
  unknown
>;
const validate = ajv.compile({ ...schema, $id: id as string, $comment: $schema as string });
