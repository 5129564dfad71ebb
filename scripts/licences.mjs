// The licences that must go with a bundle of other people's modules.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const PACKAGE_FOLDER = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;
const LICENCE_FILE = /^(licen[cs]e|notice)/i;
const LEADING_COMMENTS = /^(?:\/\/.*\n)+|^\/\*[^]*?\*\//;

/**
 * @param {string} root
 * @param {readonly string[]} modules Paths relative to the root.
 * @returns {string} Each licence once, below the packages it covers.
 * @throws Error when a package states none.
 */
export function licencesOf(root, modules) {
  /** @type {Map<string, Set<string>>} */
  const packagesByText = new Map();
  for (const module of modules) {
    const folder = PACKAGE_FOLDER.exec(module)?.[0];
    if (folder === undefined) continue;
    const name = folder.replace(/^.*node_modules\//, '');
    for (const text of textsOf(root, folder, module)) {
      packagesByText.set(text, (packagesByText.get(text) ?? new Set()).add(name));
    }
  }
  return [...packagesByText]
    .map(([text, names]) => `${[...names].sort().join('\n')}\n\n${text}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

/** The package's licence files; where it has none, what the module says at its top. */
function textsOf(root, folder, module) {
  const files = readdirSync(path.join(root, folder)).filter((name) => LICENCE_FILE.test(name));
  if (files.length > 0) {
    return files.map((name) => readFileSync(path.join(root, folder, name), 'utf8').trim());
  }
  const [header] = LEADING_COMMENTS.exec(readFileSync(path.join(root, module), 'utf8')) ?? [];
  if (!header) throw new Error(`${module} has no licence that could go with it`);
  return [header.trim()];
}
