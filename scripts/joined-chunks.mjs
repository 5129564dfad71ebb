// Joins the pieces of a bundle that are always loaded together. esbuild makes a piece of every set of
// modules that some imports need and others do not, also imports that are seldom made: a load of HTTP took 75
// files, and finding, linking and setting up so many took a fifth of its start.
import path from 'node:path';

/** What one piece takes from another, as esbuild writes it without blanks. */
const IMPORT = /import\{([^}]*)\}from"\.\/([^"]+)"/g;

/**
 * Writes a bundle with fewer files.
 *
 * @param {import('esbuild').BuildOptions} options What it was built with, without blanks.
 * @param {import('esbuild').BuildResult<{ metafile: true, write: false }>} bundled In memory, with source
 *   maps inside.
 * @param {object} joins Entries by their names without what esbuild appends to them.
 * @param {string} joins.always What this one always loads is joined,
 * @param {readonly (readonly string[])[]} joins.apart but apart by which sets of others load it, too.
 */
export async function writeJoined(options, { metafile, outputFiles }, { always, apart }) {
  const { build } = await import('esbuild');
  const pieces = new Map(
    Object.entries(metafile.outputs).map(([file, output]) => [path.basename(file), output]),
  );
  const texts = new Map(outputFiles.map((file) => [path.basename(file.path), file.text]));
  const fileOf = joinedFiles(pieces, always, apart);
  const files = new Set(fileOf.values());
  await build({
    ...options,
    entryPoints: [...[...pieces.keys()].filter((piece) => !fileOf.has(piece)), ...files],
    // The pieces have it.
    banner: {},
    splitting: false,
    plugins: [{ name: 'joined-chunks', setup }],
  });

  function setup(build) {
    build.onResolve({ filter: /.*/ }, ({ kind, path: name, importer, pluginData }) => {
      if (kind === 'entry-point') return { path: name, namespace: 'piece' };
      const piece = path.basename(name);
      const file = fileOf.get(piece);
      // What stands for a piece elsewhere names the file that the piece is in.
      if (pluginData?.isElsewhere === true || file === undefined)
        return { path: name, external: true };
      if (importer === file || fileOf.get(importer) === file)
        return { path: piece, namespace: 'piece' };
      return {
        path: `${importer}:${piece}`,
        namespace: 'elsewhere',
        pluginData: { importer, piece },
      };
    });
    build.onLoad({ filter: /.*/, namespace: 'piece' }, ({ path: name }) => ({
      contents: texts.get(name) ?? joinedText(name),
    }));
    build.onLoad(
      { filter: /.*/, namespace: 'elsewhere' },
      ({ pluginData: { importer, piece } }) => {
        const names = namesTaken(texts.get(importer), piece);
        return { contents: elsewhere(piece, names), pluginData: { isElsewhere: true } };
      },
    );
  }

  /** All pieces of a file, with the names that others take from them: two pieces may use the same. */
  function joinedText(file) {
    const own = [...fileOf.keys()].filter((piece) => fileOf.get(piece) === file);
    const others = [...texts.keys()].filter((piece) => fileOf.get(piece) !== file);
    return own
      .map((piece) => {
        const taken = new Set(others.flatMap((other) => namesTaken(texts.get(other), piece)));
        const names = [...taken].map((name) => `${name} as ${nameIn(piece, name)}`);
        return `import './${piece}'; export { ${names.join(', ')} } from './${piece}';`;
      })
      .join('\n');
  }

  function elsewhere(piece, names) {
    const taken = names.map((name) => `${nameIn(piece, name)} as ${name}`);
    return `import './${fileOf.get(piece)}'; export { ${taken.join(', ')} } from './${fileOf.get(piece)}';`;
  }
}

/** @returns {Map<string, string>} By piece that is joined with others: the file that they are joined in. */
function joinedFiles(pieces, always, apart) {
  const others = apart.map((entries) => entries.map((entry) => loadedBy(pieces, entry)));
  const files = new Map();
  for (const piece of loadedBy(pieces, always)) {
    // What is loaded by its name has to keep its exports.
    if (pieces.get(piece).entryPoint !== undefined) continue;
    const users = apart.filter((_, index) => others[index].some((loaded) => loaded.has(piece)));
    files.set(piece, `${['joined', always, ...users.map(([first]) => first)].join('-')}.js`);
  }
  return files;
}

/** @returns {Set<string>} All pieces that are loaded whenever an entry is. */
function loadedBy(pieces, entry) {
  const named = (piece) => piece.replace(/(-[A-Z0-9]{8})?\.js$/, '') === entry;
  const loaded = new Set([...pieces.keys()].filter(named));
  if (loaded.size !== 1) throw new Error(`the bundle has ${loaded.size} entries named ${entry}`);
  for (const piece of loaded) {
    for (const { path: name, kind, external } of pieces.get(piece).imports) {
      if (kind === 'import-statement' && external !== true) loaded.add(path.basename(name));
    }
  }
  return loaded;
}

/** @returns {string[]} The names that a piece takes from another, as that one exports them. */
function namesTaken(text, from) {
  return [...text.matchAll(IMPORT)]
    .filter(([, , piece]) => piece === from)
    .flatMap(([, names]) => names.split(',').map((name) => name.split(' as ')[0]));
}

/** The name that a joined file has for one of a piece. */
function nameIn(piece, name) {
  return `${name}_of_${piece.replaceAll(/\W/g, '_')}`;
}
