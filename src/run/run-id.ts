/**
 * Makes a name that no other run has: when it was made, and 53 random bits. It guards against joining
 * a run with itself, and is no secret: cryptography would have to be loaded for one.
 */
export function newRunId(): string {
  const random = Math.floor(Math.random() * 2 ** 53);
  return `${Date.now().toString(36)}-${random.toString(36)}`;
}
