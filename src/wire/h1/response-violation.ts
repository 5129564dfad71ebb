/** A response that is not read on; the connection ends with it. */
export class ResponseViolation extends Error {
  override readonly name = 'ResponseViolation';
  /** `too-large`: what was sent may be right, and is more than we take. */
  readonly kind: 'violation' | 'too-large';

  /** @param rule What is wrong, in words that hold no bytes of the peer. */
  constructor(rule: string, kind: 'violation' | 'too-large' = 'violation') {
    super(rule);
    this.kind = kind;
  }
}
