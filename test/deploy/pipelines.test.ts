import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { parse } from 'yaml';
import { splitproof, ROOT } from '../fixtures/command.js';

const PART = path.join(ROOT, '.parts/check-jsonschema');
const GITLAB = 'deploy/gitlab/splitproof.gitlab-ci.yml';
const JENKINS = 'deploy/jenkins/Jenkinsfile';
const TEKTON = 'deploy/tekton/task.yaml';

const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-pipelines-'));
after(() => {
  rmSync(folder, { recursive: true });
});

/** What check-jsonschema says of a file by the schema of a CI system; empty where nothing is wrong. */
function complaintOf(schema: string, file: string): string {
  const { status, stdout, stderr } = spawnSync(
    'python3',
    ['-m', 'check_jsonschema', '--builtin-schema', `vendor.${schema}`, file],
    { encoding: 'utf8', env: { ...process.env, PYTHONPATH: PART } },
  );
  return status === 0 ? '' : `${stdout}${stderr}`;
}

/** A copy of the file, with a part of it changed. */
function changed(file: string, from: string, to: string): string {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  assert.ok(text.includes(from), from);
  const copy = path.join(folder, path.basename(file));
  // The schema of GitLab lets hidden jobs be anything: this is the job that extends one.
  writeFileSync(copy, text.replace(from, to).replace(/^\.(?=splitproof:)/m, ''));
  return copy;
}

describe('files for CI systems', () => {
  for (const [schema, file, from, to] of [
    ['github-actions', 'action.yml', 'using: composite', 'using: docker'],
    ['github-workflows', 'deploy/github/workflow.yaml', 'runs-on:', 'run-on:'],
    ['github-workflows', '.github/workflows/release.yaml', 'steps:', 'stages:'],
    ['gitlab-ci', GITLAB, 'when: always', 'when: whenever'],
  ] as const) {
    it(`${file} is as the schema of its kind says, which would find a mistake`, () => {
      assert.equal(complaintOf(schema, changed(file, from, from)), '');
      assert.notEqual(complaintOf(schema, changed(file, from, to)), '');
    });
  }
});

/** A shell script's words as splitproof gets them: what stands before it is a function that tells them. */
function wordsOf(script: string, env: Record<string, string>): string[][] {
  const told = 'npx() { printf "%s\\0" "$@" >> words; printf "\\n" >> words; }\n';
  rmSync(path.join(folder, 'words'), { force: true });
  const { status, stderr } = spawnSync('sh', ['-euc', told + script], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', ...env },
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  const lines = readFileSync(path.join(folder, 'words'), 'utf8').split('\0\n').slice(0, -1);
  return lines.map((line) => line.split('\0'));
}

const HOSTILE = '$(touch pwned)`touch pwned`"; touch pwned; \'';

describe('scripts of CI systems', () => {
  const gitlab = parse(readFileSync(path.join(ROOT, GITLAB), 'utf8')) as {
    '.splitproof': { variables: Record<string, string>; script: string[] };
  };
  const jenkins = readFileSync(path.join(ROOT, JENKINS), 'utf8');
  const scripts = {
    [GITLAB]: gitlab['.splitproof'].script.join('\n'),
    [JENKINS]: /'''\n([^]*?)'''/.exec(jenkins)?.[1] ?? '',
  };
  const variables = {
    ...gitlab['.splitproof'].variables,
    SPLITPROOF_TARGET: 'gateway.example.com:443',
    SPLITPROOF_CALL: 'helloworld.Greeter/SayHello',
    SPLITPROOF_MANIFEST: 'manifests',
  };

  for (const [file, script] of Object.entries(scripts)) {
    it(`${file} calls what there is`, async () => {
      const [words = []] = wordsOf(script, variables);
      const at = words.indexOf('verify');
      assert.match(words[at - 1] ?? '', /^splitproof@\d+\.\d+\.\d+$/);
      // Everything is understood up to the manifests, which are not here.
      const { status, stderr } = await splitproof(words.slice(at));
      assert.equal(status, 2);
      assert.match(stderr, /manifests/);
    });

    it(`${file} reads no variable as a command`, () => {
      for (const name of Object.keys(variables)) {
        const [words = []] = wordsOf(script, { ...variables, [name]: HOSTILE });
        const used = script.includes(`$${name}`);
        assert.equal(
          words.some((word) => word.includes(HOSTILE)),
          used,
          name,
        );
        assert.throws(() => readFileSync(path.join(folder, 'pwned')), name);
      }
    });
  }

  it(`${GITLAB} leaves out what is empty, and takes further words one a line`, () => {
    const [words = []] = wordsOf(scripts[GITLAB], {
      ...gitlab['.splitproof'].variables,
      SPLITPROOF_SCENARIO: 'the gate.yaml',
      SPLITPROOF_ARGS: "--threshold=p99 < 1s\n\n-H\nx-who: *'$(id)'\n",
    });
    const more = ['--threshold=p99 < 1s', '-H', "x-who: *'$(id)'"];
    assert.deepEqual(words.slice(2, words.indexOf('-o')), [
      'verify',
      '--scenario=the gate.yaml',
      ...more,
    ]);
  });

  it(`${JENKINS} keeps Groovy from the script, and tells the three answers apart`, () => {
    assert.doesNotMatch(jenkins.replaceAll('exit status ${status}', ''), /\$\{/);
    assert.match(jenkins, /status == 3\) unstable/);
    assert.match(jenkins, /status != 0\) error/);
  });

  it(`${TEKTON} calls what there is, each parameter a word`, async () => {
    const task = parse(readFileSync(path.join(ROOT, TEKTON), 'utf8')) as {
      spec: { steps: { command: string[]; args: string[]; script?: string }[] };
    };
    const [step] = task.spec.steps;
    assert.equal(step?.script, undefined);
    assert.deepEqual(step?.command, ['splitproof']);
    const values: Record<string, string[]> = {
      '$(params.target)': ['gateway.example.com:443'],
      '--call=$(params.call)': ['--call=helloworld.Greeter/SayHello'],
      '$(params.args[*])': ['--manifest=manifests', '--threshold=p99<1s'],
    };
    const words = step.args.flatMap((word) => values[word] ?? [word]);
    assert.ok(!words.some((word) => word.includes('$(')));
    const { status, stderr } = await splitproof(words);
    assert.equal(status, 2);
    assert.match(stderr, /manifests/);
  });
});
