import { ConnectionViolation, ErrorCode } from './error-codes.js';
import {
  DEFAULT_MAX_FRAME_BYTES,
  DEFAULT_WINDOW_BYTES,
  FRAME_HEADER_BYTES,
  FrameType,
  MAX_WINDOW_BYTES,
  readUint32,
  writeFrameHeader,
  writeUint32,
} from './frame-types.js';
import { DEFAULT_TABLE_BYTES } from './hpack/decoder.js';

const SettingId = {
  HEADER_TABLE_SIZE: 0x1,
  ENABLE_PUSH: 0x2,
  MAX_CONCURRENT_STREAMS: 0x3,
  INITIAL_WINDOW_SIZE: 0x4,
  MAX_FRAME_SIZE: 0x5,
  MAX_HEADER_LIST_SIZE: 0x6,
} as const;
/** An identifier and its value (RFC 9113, section 6.5.1). */
export const SETTING_BYTES = 6;
const LARGEST_MAX_FRAME_BYTES = 0xff_ffff;

/** What the peer has set, with RFC 9113's initial values (section 6.5.2). */
export class PeerSettings {
  /** The smallest it has set: one SETTINGS frame may lower it and raise it again (RFC 7541, 4.2). */
  leastHeaderTableBytes = DEFAULT_TABLE_BYTES;
  /** `Infinity` unless the peer limits it. */
  maxConcurrentStreams = Infinity;
  initialWindowBytes = DEFAULT_WINDOW_BYTES;

  /**
   * Takes the payload of a SETTINGS frame; unknown settings are ignored.
   * @throws ConnectionViolation on a wrong size or a value out of range.
   */
  apply(bytes: Uint8Array, start: number, end: number): void {
    if ((end - start) % SETTING_BYTES !== 0) {
      throw new ConnectionViolation(ErrorCode.FRAME_SIZE_ERROR, 'SETTINGS of a wrong size');
    }
    for (let at = start; at < end; at += SETTING_BYTES) {
      const id = (bytes[at]! << 8) | bytes[at + 1]!;
      this.set(id, readUint32(bytes, at + 2));
    }
  }

  private set(id: number, value: number): void {
    switch (id) {
      case SettingId.HEADER_TABLE_SIZE:
        this.leastHeaderTableBytes = Math.min(this.leastHeaderTableBytes, value);
        break;
      case SettingId.ENABLE_PUSH:
        // Section 6.5.2: a server never sets it to 1.
        if (value !== 0) throw outOfRange('ENABLE_PUSH', value, ErrorCode.PROTOCOL_ERROR);
        break;
      case SettingId.MAX_CONCURRENT_STREAMS:
        this.maxConcurrentStreams = value;
        break;
      case SettingId.INITIAL_WINDOW_SIZE:
        if (value > MAX_WINDOW_BYTES) {
          throw outOfRange('INITIAL_WINDOW_SIZE', value, ErrorCode.FLOW_CONTROL_ERROR);
        }
        this.initialWindowBytes = value;
        break;
      case SettingId.MAX_FRAME_SIZE:
        if (value < DEFAULT_MAX_FRAME_BYTES || value > LARGEST_MAX_FRAME_BYTES) {
          throw outOfRange('MAX_FRAME_SIZE', value, ErrorCode.PROTOCOL_ERROR);
        }
        // We never send a frame above the initial value, which every setting allows.
        break;
      default:
        break;
    }
  }
}

function outOfRange(name: string, value: number, code: number): ConnectionViolation {
  return new ConnectionViolation(code, `SETTINGS_${name} of ${value}`);
}

/** What we tell the peer. */
export interface OwnSettings {
  /** Receive window of each stream, in bytes. */
  readonly initialWindowBytes: number;
  /** Largest header list we take, as section 6.5.2 counts it. */
  readonly maxHeaderListBytes: number;
}

/**
 * The SETTINGS frame of this client. The header table is switched off, so that every response block
 * is self-contained; push is refused.
 */
export function encodeSettings(settings: OwnSettings): Uint8Array {
  const pairs: [number, number][] = [
    [SettingId.HEADER_TABLE_SIZE, 0],
    [SettingId.ENABLE_PUSH, 0],
    [SettingId.INITIAL_WINDOW_SIZE, settings.initialWindowBytes],
    [SettingId.MAX_HEADER_LIST_SIZE, settings.maxHeaderListBytes],
  ];
  const frame = new Uint8Array(FRAME_HEADER_BYTES + pairs.length * SETTING_BYTES);
  writeFrameHeader(pairs.length * SETTING_BYTES, FrameType.SETTINGS, 0, 0, frame, 0);
  let at = FRAME_HEADER_BYTES;
  for (const [id, value] of pairs) {
    frame[at + 1] = id;
    writeUint32(value, frame, at + 2);
    at += SETTING_BYTES;
  }
  return frame;
}
