/**
 * Whether a page shows what a command writes: the same words in the same order, but for numbers, the width of
 * columns and where lines break. `…` on a line of its own stands for what the page leaves out.
 *
 * @param shown As it stands on the page.
 * @param output What was written, standard output first.
 */
export function shownIn(shown: string, output: string): boolean {
  const written = wordsOf(output);
  let at = 0;
  return shown.split(/^…\n/m).every((piece) => {
    const words = wordsOf(piece);
    const found = written.indexOf(words, at);
    if (found >= 0) at = found + words.length;
    return found >= 0;
  });
}

/** Words with a blank between them, numbers as `#`. */
function wordsOf(text: string): string {
  return (
    text
      // A p-value of nothing to speak of is written as a bound.
      .replace(/p [<=] [\de.-]+/g, 'p #')
      .replace(/\d[\d.,]*/g, '#')
      .replace(/[\s│]+/g, ' ')
      .trim()
  );
}
