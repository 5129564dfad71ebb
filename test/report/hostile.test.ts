import assert from 'node:assert/strict';
import { XMLParser } from 'fast-xml-parser';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { readRecord } from '../../src/record/read-record.js';
import type { RunRecord } from '../../src/record/run-record.js';
import { FORMATS, type FormatName } from '../../src/report/formats.js';
import { withoutCommands } from '../../src/report/github/commands.js';
import { plainText } from '../../src/report/plain-text.js';
import { ROOT } from '../fixtures/command.js';
import { HOSTILE_TEXTS, hostileRecord } from './hostile.js';
import { markdownNodes, shownText } from './markdown-nodes.js';
import { runnerCommand } from './runner-commands.js';
import { sarifErrors } from './sarif-schema.js';

const STYLE = { width: 80, colour: false };
const SAMPLE = readRecord(
  readFileSync(path.join(ROOT, 'reports/sample.json'), 'utf8'),
  'sample.json',
).record;

const CONTROL =
  // eslint-disable-next-line no-control-regex -- looking for them is the point
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u202a-\u202e\ud800-\udfff\ufffe\uffff\u{e0041}]/u;

/** What a reader of another make finds in a report, and must find in it as text. */
type Oracle = (report: string, record: RunRecord, text: string) => void | Promise<void>;

/** HTML that the reports have of their own. */
const OWN_HTML =
  /^(?:<\/?(?:code|sub|details)>|<br>|<details>\n<summary>[\w ]+<\/summary>|<pre>\n[^<>]*<\/pre>)$/;

const ORACLES: Partial<Record<FormatName, Oracle>> = {
  json: (report, record) => {
    assert.deepEqual(JSON.parse(report), JSON.parse(JSON.stringify(record)));
  },
  markdown: async (report, _record, text) => {
    assert.ok(report.length <= 65_536, `${report.length} characters`);
    const nodes = await markdownNodes(report);
    for (const { type, value = '', url = '' } of nodes) {
      if (type === 'html') assert.match(value, OWN_HTML);
      assert.ok(!['image', 'inlineCode', 'code', 'delete', 'emphasis'].includes(type), type);
      if (type === 'link') assert.match(url, /^https:\/\/github\.com\/splitproof\/splitproof\//);
    }
    const tables = nodes.filter(({ type }) => type === 'table');
    for (const { children: rows = [] } of tables) {
      const widths = rows.map(({ children = [] }) => children.length);
      assert.equal(new Set(widths).size, 1, JSON.stringify(widths));
    }
    const sentences = nodes.filter(({ type }) => type === 'paragraph' || type === 'heading');
    const said = sentences.map((node) => shownText(node).replaceAll('\u200b', ''));
    const start = plainText(text).trim().slice(0, 100);
    assert.ok(
      said.some((sentence) => sentence.includes(start)),
      said.join('\n'),
    );
    // Whoever looks for somebody or something in what is shown, outside of names.
    const outside = report.replaceAll(/<code>[^<]*<\/code>|<pre>[^<]*<\/pre>/g, '');
    for (const sentence of outside.split('\n')) {
      assert.doesNotMatch(
        sentence.replaceAll(/&#8203;/g, '\u200b').replaceAll(/&#\d+;/g, 'x'),
        /@[\w-]|#\d|\bGH-\d/i,
      );
    }
  },
  github: (report, _record, text) => {
    const commands = report.trimEnd().split('\n').map(runnerCommand);
    for (const command of commands) {
      assert.ok(command !== null && ['error', 'warning', 'notice'].includes(command.name));
      const known = ['file', 'line', 'col', 'title'];
      assert.deepEqual(
        Object.keys(command.properties).filter((key) => !known.includes(key)),
        [],
      );
    }
    const start = plainText(text).slice(0, 200);
    assert.ok(commands.every((command) => command?.data.includes(start) === true));
  },
  junit: (report, _record, text) => {
    const parsed = new XMLParser({
      ignoreAttributes: false,
      processEntities: { enabled: true, maxTotalExpansions: 1e6, maxExpandedLength: 1e7 },
      parseAttributeValue: false,
      trimValues: false,
    }).parse(report) as {
      testsuites: { testsuite: Record<string, string> };
    };
    const { testsuite } = parsed.testsuites;
    assert.equal(testsuite['@_name'], plainText(text));
    assert.deepEqual(
      Object.keys(testsuite).filter((key) => !key.startsWith('@_') && key !== '#text'),
      ['properties', 'testcase', 'system-out', 'system-err'],
    );
  },
  sarif: (report, record, text) => {
    assert.deepEqual(sarifErrors(report), []);
    const { runs } = JSON.parse(report) as {
      runs: { results: { ruleId: string; message: { text: string } }[] }[];
    };
    const { results } = runs[0]!;
    assert.equal(results.length, record.reasons.length + record.findings.length);
    const wellFormed = JSON.parse(JSON.stringify(text)) as string;
    assert.ok(results.every(({ message }) => message.text.includes(wellFormed)));
  },
};

describe('hostile text in reports', () => {
  for (const name of Object.keys(FORMATS) as FormatName[]) {
    for (const [kind, text] of Object.entries(HOSTILE_TEXTS)) {
      it(`is text in ${name}: ${kind}`, async () => {
        for (const command of ['verify', 'bench'] as const) {
          const record = hostileRecord(SAMPLE, command, text);
          const report = await FORMATS[name].render(record, STYLE);
          // Lines of tables end as RFC 4180 has it.
          const lines = name.endsWith('csv') ? report.replaceAll('\r\n', '\n') : report;
          assert.doesNotMatch(lines, CONTROL);
          // What is printed in a job.
          for (const line of name === 'github' ? [] : withoutCommands(report).split('\n')) {
            assert.equal(runnerCommand(line), null, line);
          }
          await ORACLES[name]?.(report, record, text);
        }
      });
    }
  }
});
