import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { certificateAuthority } from '../../src/mesh/certificates.js';
import { nameLeadsTo } from '../fixtures/changing-name.js';
import { type FaultyLink, startFaultyLink } from '../fixtures/faulty-link.js';
import { startTlsFront } from '../fixtures/tls-front.js';
import type { ServerCounts, Stage, Version, World } from './fault.js';

/** Servers that a test has scripted, in plaintext. */
export interface Scripted {
  /** `host:port` */
  address: string;
  version: Version;
  /** Words that name a target, `host:port`, and the call. */
  wordsFor(target: string, isTls: boolean): string[];
  counts(): ServerCounts;
  close(): unknown;
}

/** What is done to a link once enough was answered. */
export type Inflict = (link: FaultyLink) => Promise<void> | void;

/** Scripted servers alone: they make the fault. */
export function scriptedStage(servers: Scripted): Stage {
  return {
    worlds: [worldOf(servers, servers.wordsFor(servers.address, false))],
    close: async () => {
      await servers.close();
    },
  };
}

function worldOf(servers: Scripted, target: readonly string[]): World {
  return {
    target,
    answered: () => servers.counts().answered,
    counts: () => Promise.resolve(servers.counts()),
  };
}

/** The same with a link before them, to which something is done. */
export async function linkedStage(servers: Scripted, inflict: Inflict): Promise<Stage> {
  const link = await startFaultyLink(servers.address);
  return {
    worlds: [worldOf(servers, servers.wordsFor(link.address, false))],
    inflict: async () => {
      await inflict(link);
    },
    close: async () => {
      link.close();
      await servers.close();
    },
  };
}

/**
 * The same with TLS: connections are reset, and from then on there is a certificate of another authority
 * than the command was given.
 */
export async function certificateStage(servers: Scripted): Promise<Stage> {
  const folder = await mkdtemp(path.join(tmpdir(), 'splitproof-faults-'));
  const file = path.join(folder, 'ca.pem');
  const known = await certificateAuthority();
  await writeFile(file, known.cert);
  const alpn = servers.version === 'HTTP/2' ? 'h2' : 'http/1.1';
  const [first, second] = await Promise.all(
    [known, await certificateAuthority('another')].map(async (authority) => {
      const certificate = await authority.issue({ hosts: ['127.0.0.1'] });
      return await startTlsFront(certificate, alpn, servers.address);
    }),
  );
  const link = await startFaultyLink(first!.address);
  return {
    worlds: [worldOf(servers, [...servers.wordsFor(link.address, true), '--cacert', file])],
    inflict: () => {
      link.leadTo(second!.address);
      return Promise.resolve();
    },
    close: async () => {
      for (const part of [link, first!, second!]) part.close();
      await servers.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** The same at a name, which gets another address when the first one is gone. */
export async function changingNameStage(servers: Scripted): Promise<Stage> {
  const link = await startFaultyLink(servers.address);
  const later = await startFaultyLink(servers.address, { host: '127.0.0.2', port: link.port });
  const host = `gateway-${link.port}.test`;
  nameLeadsTo(host, '127.0.0.1');
  return {
    worlds: [worldOf(servers, servers.wordsFor(`${host}:${link.port}`, false))],
    inflict: () => {
      nameLeadsTo(host, '127.0.0.2');
      link.refuse();
      return Promise.resolve();
    },
    close: async () => {
      link.close();
      later.close();
      await servers.close();
    },
  };
}
