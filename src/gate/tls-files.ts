import { InputError } from '../input-error.js';
import { readBytes } from '../inputs/read-text.js';
import { checkedPem, type PemFile, type PemFiles, type ServerTls } from './tls-pem.js';

/** Where the certificates of a service are. */
export interface TlsPaths {
  cert: string;
  key: string;
  'client-ca'?: string | undefined;
}

/** Told of what became of the files. */
export interface TlsWatcher {
  onChange: (tls: ServerTls) => void;
  /** They are wrong now; those before are kept. */
  onProblem: (problem: string) => void;
}

const MAX_BYTES = 1024 * 1024;
/** How often the files are looked at. */
const LOOK_MS = 2000;

/**
 * Certificates in files that others renew. Their contents are compared, and not their times: a mounted Secret is
 * renewed by a link to another folder, whose files may have any.
 */
export class TlsFiles {
  readonly #paths: TlsPaths;
  #served: PemFiles;
  #problem: string | null = null;
  /** At the start. */
  readonly tls: ServerTls;

  private constructor(paths: TlsPaths, first: PemFiles) {
    this.#paths = paths;
    this.#served = first;
    this.tls = checkedPem(first);
  }

  /** @throws InputError when one cannot be read or served. */
  static async open(paths: TlsPaths): Promise<TlsFiles> {
    return new TlsFiles(paths, await read(paths));
  }

  /** Looks at the files from now on. @returns Ends it. */
  watch(watcher: TlsWatcher): () => void {
    let isEnded = false;
    let timer: NodeJS.Timeout | undefined;
    const next = (): void => {
      timer = setTimeout(() => {
        void this.#look(watcher).finally(() => {
          if (!isEnded) next();
        });
      }, LOOK_MS).unref();
    };
    next();
    return () => {
      isEnded = true;
      clearTimeout(timer);
    };
  }

  async #look({ onChange, onProblem }: TlsWatcher): Promise<void> {
    try {
      const now = await read(this.#paths);
      if (isSame(now, this.#served)) {
        this.#problem = null;
        return;
      }
      const tls = checkedPem(now);
      this.#served = now;
      this.#problem = null;
      onChange(tls);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      // Once for each, however long it lasts.
      if (error.message !== this.#problem) onProblem(error.message);
      this.#problem = error.message;
    }
  }
}

async function read({ cert, key, 'client-ca': authority }: TlsPaths): Promise<PemFiles> {
  const pem = async (file: string, what: string): Promise<PemFile> => ({
    file,
    bytes: await readBytes({ from: file, what, maxBytes: MAX_BYTES }),
  });
  return {
    cert: await pem(cert, 'a certificate'),
    key: await pem(key, 'a key'),
    clientAuthority: authority === undefined ? null : await pem(authority, 'a certificate'),
  };
}

function isSame(a: PemFiles, b: PemFiles): boolean {
  const bytesOf = ({ cert, key, clientAuthority }: PemFiles): Buffer[] =>
    [cert, key, clientAuthority ?? { bytes: Buffer.alloc(0) }].map(({ bytes }) => bytes);
  const others = bytesOf(b);
  return bytesOf(a).every((bytes, index) => others[index]?.equals(bytes) === true);
}
