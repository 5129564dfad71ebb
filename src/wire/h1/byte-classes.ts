export const HTAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SP = 0x20;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;

/** 1 for the bytes of a token (RFC 9110, section 5.6.2). */
export const IS_TOKEN = classOf((byte) => /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(byte));

/**
 * 1 for the bytes of a field value, a reason phrase and a chunk extension: VCHAR, obs-text, SP and
 * HTAB (RFC 9110, section 5.5). No NUL, CR, LF or other control character is among them.
 */
export const IS_TEXT = classOf((byte) => /[\t\x20-\x7e\x80-\xff]/.test(byte));

/** What a byte is worth as a hexadecimal digit; 16 for those that are none. */
export const HEX_VALUE = Uint8Array.from({ length: 256 }, (_, byte) => {
  const value = parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(value) ? 16 : value;
});

function classOf(isIn: (byte: string) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => Number(isIn(String.fromCharCode(byte))));
}
