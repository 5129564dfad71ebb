import type { ForeignFlag } from '../../../src/cli/foreign-flag.js';
import { foreignFlags } from '../../../src/cli/foreign-flags.js';
import { GHZ_FLAGS } from '../../../src/cli/ghz-flags.js';
import { GRPCURL_FLAGS } from '../../../src/cli/grpcurl-flags.js';

/** A page for users of another tool. */
export interface FlagPage {
  /** In the project's folder. */
  file: string;
  introduction: string;
  flags: readonly ForeignFlag[];
}

const ANEW = `Every line is held against the command line by a test (\`test/cli/foreign-flags/\`);
\`node scripts/flag-pages.mjs\` writes the page anew.`;

const TEMPLATES = `## Templates

ghz evaluates \`{{.RequestNumber}}\`, \`{{newUUID}}\` and the like in data and metadata. Here every request of a run is
the same, and a template would arrive as it stands: calls of a method refuse it, on the command line and in a
scenario. \`--literal\` (\`literal: true\` in a scenario, of the run or of one call) sends it as it
stands. Bodies and headers of plain HTTP requests are never looked at: a template may be what is served or stored.
`;

export const PAGES: readonly FlagPage[] = [
  {
    file: 'docs/from-ghz.md',
    introduction: `# From ghz

What becomes of the flags of [ghz](https://ghz.sh), version 0.93.0 and those that came later, up to 0.121.0. Most
command lines work with \`splitproof bench\` in the place of \`ghz\`, and with \`splitproof verify\` once it is known
what the split should be:

\`\`\`sh
ghz            --insecure  --call helloworld.Greeter.SayHello -d '{"name":"Jack"}' -n 2000 -c 50 localhost:8080
splitproof bench --plaintext --call helloworld.Greeter.SayHello -d '{"name":"Jack"}' -n 2000 -c 50 localhost:8080
\`\`\`

A flag is taken with the same meaning, or other words take its place, or it is refused with what to write instead
(exit status 2, nothing is sent). Letters that mean something else to users of curl (\`-b -B -D -e -i -M -O -v -x\`)
are curl's where the target is a URL (\`http://…\`, \`https://…\`).

${ANEW}

${TEMPLATES}`,
    flags: GHZ_FLAGS,
  },
  {
    file: 'docs/from-grpcurl.md',
    introduction: `# From grpcurl

What becomes of the flags of [grpcurl](https://github.com/fullstorydev/grpcurl) 1.9.4. \`splitproof call\`, \`list\` and
\`describe\` take its command lines, with the command first; \`verify\` and \`bench\` make the same call many times:

\`\`\`sh
grpcurl          -plaintext -d '{"name":"Jack"}' localhost:8080 helloworld.Greeter/SayHello
splitproof call  -plaintext -d '{"name":"Jack"}' localhost:8080 helloworld.Greeter/SayHello

grpcurl             -plaintext localhost:8080 describe helloworld.Greeter
splitproof describe -plaintext localhost:8080 helloworld.Greeter
\`\`\`

A flag is taken with the same meaning, with one dash or two, or other words take its place, or it is refused with
what to write instead (exit status 2, nothing is sent).

${ANEW}
`,
    flags: GRPCURL_FLAGS,
  },
];

/** The whole page. */
export function pageText({ introduction, flags }: FlagPage): string {
  const rows = flags.map((flag) => {
    const { names, example } = flag;
    const written = example === null ? '' : ` ${example}`;
    return `| ${names.map((name) => `\`${inCell(name)}\``).join(', ')} | ${inCell(written.trim() === '' ? '' : `\`${written.trim()}\``)} | ${inCell(meaningOf(flag))} |`;
  });
  return `${introduction}\n## Flags\n\n| flag | for example | here |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}

function meaningOf(flag: ForeignFlag): string {
  const { becomes } = flag;
  switch (becomes.kind) {
    case 'same': {
      const name = flag.names.includes(becomes.flag) ? 'the same' : `\`${becomes.flag}\``;
      return withNote(name, becomes.note);
    }
    case 'words': {
      const words = instead(flag);
      const shown = words.length === 0 ? 'left out' : words.map((word) => `\`${word}\``).join(' ');
      return becomes.note?.startsWith('left out') === true
        ? becomes.note
        : withNote(shown, becomes.note);
    }
    case 'nothing':
      return `left out: ${becomes.because}`;
    case 'refused':
      return `refused: ${becomes.because}`;
  }
}

const withNote = (text: string, note: string | undefined): string =>
  note === undefined ? text : `${text}; ${note}`;

/** The line that a flag's example stands in. */
export function lineOf(
  { names, example, within = ['verify'] }: ForeignFlag,
  name = names[0]!,
): string[] {
  return [...within, name, ...(example === null ? [] : [example])];
}

/** The words that stand in the place of a flag's example. */
export function instead(flag: ForeignFlag): string[] {
  const { within = ['verify'] } = flag;
  return foreignFlags(lineOf(flag)).slice(within.length);
}

function inCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
