import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { verify } from '../../../src/run/verify.js';
import { reasonsOf, recordOf } from '../../fixtures/command.js';
import {
  type Following,
  following,
  linesOf,
  type LogFolder,
  logFolder,
  opened,
  OTHERS,
} from './logs.js';

const SPLIT = { weights: 'v1=50,v2=50', authority: 'shop', http: { path: '/cart' } } as const;
const WORDS = ['--weights', 'v1=50,v2=50', '--authority', 'shop', '--path', '/cart'];

let world: LogFolder;
beforeEach(() => {
  world = logFolder();
});
afterEach(() => {
  world.close();
});

/** Follows the log until there are so many lines. @param most For how long. */
function followed(requests: number, most = '50s'): Promise<Following> {
  return following(world.log, { ...SPLIT, requests, for: most });
}

describe('a log that is followed', () => {
  it('is read on in the file that takes its place, and what is written late into the old one is not lost', async () => {
    const { record } = await followed(100);
    world.append(linesOf(50));
    renameSync(world.log, `${world.log}.1`);
    world.append(linesOf(10), `${world.log}.1`);
    world.append(linesOf(40));
    const { load, end } = await record;
    assert.deepEqual([load.sent, end], [100, 'complete']);
  });

  it('is read on where it is emptied under its writer', async () => {
    const { record, read } = await followed(60);
    world.append(linesOf(50));
    await read();
    truncateSync(world.log, 0);
    world.append(linesOf(10));
    assert.equal((await record).load.sent, 60);
  });

  it('is read on where it was deleted and is written anew', async () => {
    const { record, read } = await followed(60);
    world.append(linesOf(50));
    await read();
    rmSync(world.log);
    world.append(linesOf(10));
    assert.equal((await record).load.sent, 60);
  });

  it('that is deleted is no error: what was read is judged when the time is over', async () => {
    const { record } = await followed(100, '4s');
    world.append(linesOf(50));
    rmSync(world.log);
    const { load, verdict, end } = await record;
    assert.deepEqual([load.sent, verdict, end], [50, 'inconclusive', 'complete']);
  });

  it('has a line when that is written to its end', async () => {
    const [line = ''] = linesOf(1);
    const { record, read } = await followed(100, '4s');
    world.append(linesOf(9));
    writeFileSync(world.log, line.slice(0, 40), { flag: 'a' });
    writeFileSync(world.log, `${line.slice(40)}\n`, { flag: 'a' });
    await read();
    // The time is over before its end is written.
    writeFileSync(world.log, line.slice(0, 40), { flag: 'a' });
    const { passive } = await record;
    assert.deepEqual([passive!.counted, passive!.unreadable], [10, 0]);
  });

  it('has nobody in it who answered, where no line comes in time', async () => {
    const settings = { passive: true, for: '1s', identity: `access-log:${world.log}`, ...SPLIT };
    const { end, reasons } = await verify(settings);
    assert.deepEqual([end, reasons[0]!.code], ['unreachable', 'no-lines-of-the-route']);
  });

  it('has nobody in it who answered, where the lines are of others', async () => {
    const { record } = await followed(100, '3s');
    const { end, passive, findings } = await record;
    assert.equal(end, 'unreachable');
    assert.ok(passive!.otherRoutes > 0);
    const evidence = findings.find(({ code }) => code === 'no-lines-of-the-route')?.evidence;
    assert.match(evidence ?? '', /of other routes: GET shop\/pay \(/);
  });
});

describe('following a log as a command', () => {
  for (const [signal, expected] of [
    ['SIGINT', 130],
    ['SIGHUP', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`ends by ${signal} with all that was read`, async () => {
      const pipe = path.join(world.folder, 'pipe');
      execFileSync('mkfifo', [pipe]);
      const writer = createWriteStream(pipe);
      const { status, record } = await recordOf(
        ['verify', '--passive', ...WORDS, '--identity', `access-log:${pipe}`],
        {
          onStart: (pid) => {
            void (async () => {
              await opened(pid, pipe);
              writer.write(`${linesOf(500).join('\n')}\n`);
              // More than a pipe holds: when it is written, all lines before it have been read.
              const filler = `${linesOf(2000, OTHERS).join('\n')}\n`;
              if (!writer.write(filler)) await once(writer, 'drain');
              process.kill(pid, signal);
            })();
          },
        },
      );
      writer.destroy();
      assert.equal(status, expected, reasonsOf(record));
      assert.deepEqual([record.verdict, record.end], ['inconclusive', 'interrupted']);
      assert.equal(record.load.sent, 500);
      assert.deepEqual(
        record.calls[0]!.split!.destinations.map(({ observed }) => observed),
        [250, 250],
      );
      assert.ok(reasonsOf(record).startsWith('interrupted'), reasonsOf(record));
    });
  }

  it('ends with 4 where standard input is closed at once, and in one that holds nothing', async () => {
    const args = ['verify', '--passive', ...WORDS, '--identity'];
    const closed = await recordOf([...args, 'access-log:-'], { stdin: '' });
    assert.deepEqual([closed.status, closed.record.end], [4, 'unreachable']);
    const empty = await recordOf([...args, `access-log:${world.log}`]);
    assert.deepEqual([empty.status, empty.record.end], [4, 'unreachable']);
  });

  it('judges what came through standard input that is closed early', async () => {
    const args = ['verify', '--passive', '--for', '50s', ...WORDS, '--identity', 'access-log:-'];
    const { status, record } = await recordOf(args, { stdin: `${linesOf(20).join('\n')}\n` });
    assert.deepEqual([status, record.load.sent, record.end], [3, 20, 'complete']);
  });
});
