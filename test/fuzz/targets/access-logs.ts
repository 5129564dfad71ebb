import assert from 'node:assert/strict';
import { OF_OWN_REQUESTS } from '../../../src/log/line-needs.js';
import { lineParser } from '../../../src/log/line-parser.js';
import { refused } from '../refused.js';

/** An access log: its format in the first line (none: the usual ones), then its lines. */
export function fuzz(data: Buffer): void {
  const [format = '', ...lines] = data.toString().split('\n');
  try {
    const read = lineParser(format === '' ? null : format, OF_OWN_REQUESTS);
    for (const text of lines) {
      const line = read(text);
      if (line === null) continue;
      assert.notEqual(line.userAgent, '');
      assert.notEqual(line.upstreamHost, '');
      assert.ok(line.clientPort === null || (line.clientPort > 0 && line.clientPort < 65_536));
      assert.ok(line.startedAtMs === null || line.startedAtMs > 0);
    }
  } catch (error) {
    refused(error);
  }
}
