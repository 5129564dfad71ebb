import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from '../fixtures/command.js';

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const VERSION = (JSON.parse(read('package.json')) as { version: string }).version;

/** How files name a version of this project: package, image, tag, tarball, variable and label. */
const PIN =
  /\bsplitproof(?:@v?|:v?|-)(\d[\w.-]*?)(?=[\s'"`)]|\.tgz|$)|[?&]ref=v([\w.-]+)|splitproof\/v([^/\s]+)\/|SPLITPROOF_VERSION: '([^']*)'|kubernetes\.io\/version: (\S+?)(?=\s|$)/gm;

function pinsIn(file: string): string[] {
  return [...read(file).matchAll(PIN)].map((found) => found.slice(1).find(Boolean) ?? '');
}

function filesUnder(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.\w+$|file$/.test(file))
    .map((file) => path.join(folder, file));
}

describe('the version', () => {
  it('is that of the lock file', () => {
    const lock = JSON.parse(read('package-lock.json')) as {
      version: string;
      packages: Record<string, { version: string }>;
    };
    assert.deepEqual([lock.version, lock.packages['']?.version], [VERSION, VERSION]);
  });

  it('is the newest heading of the changelog, with a day', () => {
    const [newest] = /^## (?!Unreleased$).*$/m.exec(read('CHANGELOG.md')) ?? [];
    assert.match(newest ?? '', /^## \d+\.\d+\.\d+ - \d{4}-\d{2}-\d{2}$/);
    assert.equal(newest?.split(' ')[1], VERSION);
  });

  it('is what files that are copied, and the pages, pin', () => {
    const files = [...filesUnder('deploy'), ...filesUnder('docs'), 'README.md', 'action.yml'];
    const pinning = files.filter((file) => pinsIn(file).length > 0);
    for (const file of pinning) {
      for (const pin of pinsIn(file)) assert.equal(pin, VERSION, file);
    }
    for (const one of [
      'README.md',
      'deploy/github/workflow.yaml',
      'deploy/gitlab/splitproof.gitlab-ci.yml',
      'deploy/jenkins/Jenkinsfile',
      'deploy/kubernetes/cronjob/cronjob.yaml',
      'deploy/kubernetes/job/job.yaml',
      'deploy/tekton/task.yaml',
      'docs/ci.md',
    ]) {
      assert.ok(pinning.includes(one), one);
    }
  });

  it('is not left to a registry to choose where an image is named', () => {
    for (const file of filesUnder('deploy')) {
      assert.doesNotMatch(read(file), /splitproof\/splitproof(?::latest|["'\s]*$)/m, file);
    }
  });

  it('is that of the samples of reports', () => {
    const { tool } = JSON.parse(read('reports/sample.json')) as { tool: { version: string } };
    assert.equal(tool.version, VERSION);
  });
});
