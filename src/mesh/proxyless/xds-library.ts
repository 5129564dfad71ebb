import { InputError } from '../../input-error.js';

type Library = typeof import('@grpc/grpc-js-xds');

/**
 * Loads what clients of xDS are made of: half a second, for those alone who use it.
 *
 * @throws InputError when it is not installed, as it is for nobody who did not ask for it.
 */
export async function xdsLibrary(): Promise<Library> {
  try {
    const library = await import('@grpc/grpc-js-xds');
    library.register();
    return library;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new InputError('clients without a proxy need a package: npm install @grpc/grpc-js-xds');
  }
}
