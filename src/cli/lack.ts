/**
 * What this process lacks, where an error says that it lacks something: no fault of the tool, and nothing
 * that its input could mend.
 *
 * @returns In words that say what to do; null for any other error.
 */
export function lackOf(error: unknown): string | null {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  switch (code) {
    case 'EMFILE':
      return 'too many open files for this process: allow more, as with ulimit -n 4096';
    case 'ENFILE':
      return 'too many open files on this machine: close some, or allow more (fs.file-max)';
    case 'ENOENT':
      return syscall === 'uv_cwd'
        ? 'the working folder does not exist any more: change into one that does'
        : null;
    default:
      return null;
  }
}
