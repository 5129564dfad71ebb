import { InputError, type InputPlace } from '../input-error.js';
import { masked, maskedText, type Secrets } from '../secrets.js';

/**
 * Lets no secret out of something that is run: neither in what it gives, nor in words about what is
 * wrong with the input.
 *
 * @param run Gives plain data.
 * @throws What `run` throws; an InputError with its texts masked.
 */
export async function withoutSecrets<T>(secrets: Secrets, run: () => Promise<T>): Promise<T> {
  try {
    return masked(await run(), secrets);
  } catch (error) {
    throw error instanceof InputError ? maskedError(error, secrets) : error;
  }
}

function maskedError({ problem, place, code }: InputError, secrets: Secrets): InputError {
  const shown: InputPlace = { ...place };
  if (place.file !== undefined) shown.file = maskedText(place.file, secrets);
  if (place.path !== undefined) shown.path = maskedText(place.path, secrets);
  return new InputError(maskedText(problem, secrets), shown, code);
}
