import type { FileRegistry } from '@bufbuild/protobuf';
import { type BatchReply, callBatch } from '../../wire/grpc/batch-call.js';
import { GRPC_STATUS_NAMES, GrpcStatus } from '../../wire/grpc/status.js';
import { openSession } from '../../wire/h2/open-session.js';
import type { Session } from '../../wire/h2/session.js';
import type { Endpoint } from '../../wire/socket/endpoint.js';
import type { TlsOptions } from '../../wire/socket/tls-options.js';
import { ReflectedFiles } from './reflected-files.js';
import {
  decodeAnswer,
  encodeQuestion,
  REFLECTION_VERSIONS,
  type ReflectionAnswer,
  reflectionPath,
  type ReflectionQuestion,
  type ReflectionVersion,
} from './reflection-messages.js';

/** Whom reflection asks, and how: as the calls that the contract is for. */
export interface ReflectionPeer {
  endpoint: Endpoint;
  /** null for plaintext. */
  tls: TlsOptions | null;
  authority: string;
  scheme: 'http' | 'https';
  /** By lower-case name; `-bin` values are base64. */
  metadata: readonly (readonly [string, string])[];
  connectTimeoutMs: number;
  /** For each round of questions. */
  timeoutMs: number;
}

/** Of all answers together. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Files that import files that import files: most servers hand out all of them at once. */
const MOST_ROUNDS = 200;
/** Of all rounds together. */
const LIMIT_MS = 60_000;
/** Of its services, where they are a hint. */
const MOST_NAMES = 10;
/** Of a server's words. */
const MOST_CHARACTERS = 200;

/** Statuses that may come of nobody being there. */
const NOBODY_THERE: readonly number[] = [GrpcStatus.UNAVAILABLE, GrpcStatus.DEADLINE_EXCEEDED];

/** A server that has no contract to give. */
export class ReflectionError extends Error {
  override readonly name = 'ReflectionError';
  /**
   * `unreachable`: it cannot be connected to, and the message says so; that of the others goes on after the
   * server's name. `silent`: it may not be there behind what was connected to.
   */
  readonly kind: 'unreachable' | 'silent' | 'refused';

  constructor(message: string, kind: ReflectionError['kind'] = 'refused') {
    super(message);
    this.kind = kind;
  }
}

/** A server that says what it serves, by gRPC server reflection. */
export class Reflection {
  readonly #session: Session;
  readonly #peer: ReflectionPeer;
  readonly #signal: AbortSignal;
  readonly #endMs = performance.now() + LIMIT_MS;
  #leftBytes = MOST_BYTES;
  /** null: not known yet. */
  #version: ReflectionVersion | null = null;

  private constructor(session: Session, peer: ReflectionPeer, signal: AbortSignal) {
    this.#session = session;
    this.#peer = peer;
    this.#signal = signal;
  }

  /**
   * Asks a server, and lets go of it.
   *
   * @param ask What is asked.
   * @param signal Gives up when it aborts.
   * @throws ReflectionError when it cannot be connected to, or has no answer.
   */
  static async of<T>(
    peer: ReflectionPeer,
    signal: AbortSignal,
    ask: (reflection: Reflection) => Promise<T>,
  ): Promise<T> {
    const { endpoint, tls, connectTimeoutMs: timeoutMs } = peer;
    const session = await openSession({ endpoint, tls, timeoutMs, signal }).catch(
      (error: unknown) => {
        const problem = error instanceof Error ? error.message : String(error);
        throw new ReflectionError(problem, 'unreachable');
      },
    );
    try {
      return await ask(new Reflection(session, peer, signal));
    } finally {
      session.destroy();
    }
  }

  /** Full names of its services, in the order of the alphabet. @throws ReflectionError */
  async services(): Promise<string[]> {
    const [answer] = await this.#ask([{ kind: 'services' }]);
    switch (answer?.kind) {
      case 'services':
        return [...new Set(answer.names)].sort();
      case 'error':
        throw new ReflectionError(`does not list its services: ${inWords(answer)}`);
      default:
        throw new ReflectionError('does not list its services when it is asked by reflection');
    }
  }

  /**
   * The files that define some names, with all that they import.
   *
   * @param symbols Full names of services or types.
   * @throws ReflectionError when it does not know one, or its files are no contract.
   */
  async filesOf(symbols: readonly string[]): Promise<FileRegistry> {
    const files = new ReflectedFiles();
    const answers = await this.#ask(symbols.map((name) => ({ kind: 'symbol', name })));
    for (const [index, symbol] of symbols.entries()) {
      const answer = answers[index] ?? { kind: 'nothing' };
      const found = answer.kind === 'files' ? answer : await this.#fileOfParent(symbol);
      if (found?.kind !== 'files') {
        const reason = answer.kind === 'error' ? `: ${inWords(answer)}` : '';
        throw new ReflectionError(`has no ${symbol}${reason}${await this.#served()}`);
      }
      takeAll(files, found.files);
    }
    for (let wanted = files.wanted(), round = 0; wanted.length > 0; wanted = files.wanted()) {
      if (round++ === MOST_ROUNDS) throw unfit(`gives imports more than ${MOST_ROUNDS} deep`);
      const more = await this.#ask(wanted.map((name) => ({ kind: 'file', name })));
      for (const [index, name] of wanted.entries()) {
        const answer = more[index] ?? { kind: 'nothing' };
        if (answer.kind === 'files') takeAll(files, answer.files);
        // One that came by another name is not asked for again.
        if (!files.has(name)) files.addAbsent(name);
      }
    }
    return fitting(() => files.registry());
  }

  /** Some servers know services and types by name, and no methods and fields of theirs. */
  async #fileOfParent(symbol: string): Promise<ReflectionAnswer | undefined> {
    const parent = symbol.slice(0, Math.max(0, symbol.lastIndexOf('.')));
    if (parent === '') return undefined;
    const [answer] = await this.#ask([{ kind: 'symbol', name: parent }]);
    return answer;
  }

  /** What it serves instead, in words; nothing where it does not say. */
  async #served(): Promise<string> {
    const names = await this.services().catch(() => []);
    const shown = names.slice(0, MOST_NAMES).join(', ');
    return shown === '' ? '' : `; it serves ${shown}${names.length > MOST_NAMES ? ', …' : ''}`;
  }

  async #ask(questions: readonly ReflectionQuestion[]): Promise<ReflectionAnswer[]> {
    const { version, reply } = await this.#firstOf(
      this.#version === null ? REFLECTION_VERSIONS : [this.#version],
      questions,
    );
    const { status, detail, messages } = reply;
    for (const message of messages) this.#leftBytes -= message.length;
    if (status === GrpcStatus.UNIMPLEMENTED) {
      throw new ReflectionError('has no server reflection');
    }
    this.#version = version;
    if (status !== GrpcStatus.OK) {
      const words = inWords({ code: status, message: detail });
      throw new ReflectionError(
        `does not answer by reflection: ${words}`,
        NOBODY_THERE.includes(status) ? 'silent' : 'refused',
      );
    }
    return messages.map((message) => fitting(() => decodeAnswer(message)));
  }

  /** Asks by the first version that the server has; by the last where it has none. */
  async #firstOf(
    [version, ...older]: readonly [ReflectionVersion, ...ReflectionVersion[]],
    questions: readonly ReflectionQuestion[],
  ): Promise<{ version: ReflectionVersion; reply: BatchReply }> {
    const reply = await this.#call(version, questions);
    const [next, ...others] = older;
    return reply.status === GrpcStatus.UNIMPLEMENTED && next !== undefined
      ? await this.#firstOf([next, ...others], questions)
      : { version, reply };
  }

  #call(version: ReflectionVersion, questions: readonly ReflectionQuestion[]): Promise<BatchReply> {
    const { authority, scheme, metadata, timeoutMs } = this.#peer;
    const leftMs = this.#endMs - performance.now();
    return callBatch(
      this.#session,
      {
        path: reflectionPath(version),
        authority,
        scheme,
        metadata: metadata.map(([name, value]) => [
          name,
          name.endsWith('-bin') ? Buffer.from(value, 'base64') : value,
        ]),
        messages: questions.map(encodeQuestion),
        timeoutMs: Math.max(1, Math.min(timeoutMs, Math.ceil(leftMs))),
      },
      { bytes: this.#leftBytes, messages: questions.length },
      this.#signal,
    );
  }
}

function takeAll(files: ReflectedFiles, some: readonly Uint8Array[]): void {
  fitting(() => {
    for (const bytes of some) files.add(bytes);
  });
}

/** @throws ReflectionError in the words of what `read` throws. */
function fitting<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw unfit(error instanceof Error ? error.message : String(error));
  }
}

function unfit(problem: string): ReflectionError {
  return new ReflectionError(`has no contract that can be used, its reflection ${problem}`);
}

function inWords({ code, message }: { code: number; message: string }): string {
  const name = GRPC_STATUS_NAMES[code] ?? `status ${code}`;
  const said = message.replaceAll(/\s+/g, ' ').trim().slice(0, MOST_CHARACTERS);
  return said === '' ? name : `${name} (${said})`;
}
