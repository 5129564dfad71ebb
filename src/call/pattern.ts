import type * as Re2 from 're2js';
import { InputError } from '../input-error.js';
import { literalPrefix } from './literal-prefix.js';

/**
 * A regular expression that finds an identity in a text. Plain data.
 *
 * Those of users are RE2's: servers choose the texts, and RE2 takes linear time whatever they choose.
 * Those of this project are JavaScript's, which nothing has to be loaded for, and are written so that
 * they take linear time too.
 */
export interface Pattern {
  dialect: 'javascript' | 're2';
  text: string;
}

/** What a pattern found. */
export interface Found {
  /** The group named `pod`, else the first group, else the whole match. */
  text: string;
  /** The group named `version`; null where there is none, or it took part in nothing. */
  version: string | null;
}

/** Looks for a pattern in a text. @returns null where it does not match. */
export type FindPattern = (text: string) => Found | null;

let engine: typeof Re2.RE2JS | undefined;

/** Loads RE2 where a pattern needs it, which costs more than a short run without it. */
export async function loadPatternEngine(patterns: readonly (Pattern | null)[]): Promise<void> {
  if (!patterns.some((pattern) => pattern?.dialect === 're2')) return;
  engine ??= (await import('re2js')).RE2JS;
}

/**
 * Reads a regular expression of the user.
 *
 * @param flag The option it stands in, for the message.
 * @throws InputError when RE2 does not understand it.
 */
export async function parsePattern(text: string, flag: string): Promise<Pattern> {
  const pattern: Pattern = { dialect: 're2', text };
  await loadPatternEngine([pattern]);
  try {
    findPattern(pattern);
  } catch (error) {
    // RE2 names the pattern with the flag that is set for it.
    const reason = (error as Error).message.replace('`(?m)', '`');
    throw new InputError(
      `not a regular expression in RE2 syntax, which has neither lookarounds nor backreferences: ${reason}`,
      { path: flag },
    );
  }
  return pattern;
}

/**
 * Compiles a pattern. `^` and `$` match at lines.
 *
 * @throws RE2's error when it is wrong; RangeError when {@link loadPatternEngine} was not awaited.
 */
export function findPattern({ dialect, text: pattern }: Pattern): FindPattern {
  if (dialect === 'javascript') {
    const compiled = new RegExp(pattern, 'mu');
    return (text) => {
      const match = compiled.exec(text);
      if (match === null) return null;
      const { pod, version } = match.groups ?? {};
      return { text: pod ?? match[1] ?? match[0], version: version ?? null };
    };
  }
  if (engine === undefined) throw new RangeError('the engine of RE2 patterns was not loaded');
  const compiled = engine.compile(pattern, engine.MULTILINE);
  const { pod: podGroup, version: versionGroup } = compiled.namedGroups();
  const found = podGroup ?? (compiled.groupCount() > 0 ? 1 : 0);
  const prefix = literalPrefix(pattern);
  const match = prefix.length < MIN_PREFIX ? anywhere : afterPrefix(prefix);
  return (text) => {
    const matcher = match(compiled, text);
    if (matcher === null) return null;
    return {
      text: matcher.group(found) ?? matcher.group(0) ?? '',
      version: versionGroup === undefined ? null : (matcher.group(versionGroup) ?? null),
    };
  };
}

/** Finds the first match. @returns null where there is none. */
type Match = (pattern: Re2.RE2JS, text: string) => Re2.Matcher | null;

/** Shorter ones stand everywhere. */
const MIN_PREFIX = 2;
/** After so many places where only the prefix matches: time must stay linear in the text. */
const MAX_TRIES = 8;

const anywhere: Match = (pattern, text) => {
  const matcher = pattern.matcher(text);
  return matcher.find() ? matcher : null;
};

/**
 * The engine takes some ten nanoseconds a character; the prefix of all matches is found at a tenth of
 * that. Nothing in a pattern can look at what comes before its prefix, so that what follows can be
 * matched by itself, and the first place that matches is the engine's, too.
 */
function afterPrefix(prefix: string): Match {
  return (pattern, text) => {
    let at = text.indexOf(prefix);
    for (let tries = 0; at >= 0; tries++) {
      const rest = text.slice(at);
      if (tries === MAX_TRIES) return anywhere(pattern, rest);
      const matcher = pattern.matcher(rest);
      if (matcher.lookingAt()) return matcher;
      at = text.indexOf(prefix, at + 1);
    }
    return null;
  };
}
