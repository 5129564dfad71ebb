import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { prepareGrpcCall } from '../../../src/call/grpc/prepare-call.js';
import { loadContract } from '../../../src/inputs/contract.js';
import type { GrpcCall } from '../../../src/scenario/call.js';

const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-call-'));
after(() => {
  rmSync(folder, { recursive: true });
});

const NOTHING = { protoFiles: [], importPaths: [], protosets: [], reflect: false };
const contract = await loadContract(NOTHING);
const GREETER: GrpcCall = {
  kind: 'grpc',
  method: 'helloworld.Greeter.SayHello',
  data: { name: 'Jo' },
  contract: NOTHING,
  metadata: [['x-user', 'jack']],
  authority: null,
  identity: { source: null, pattern: null, map: null },
};
const SETTING = {
  authority: 'gateway:80',
  scheme: 'http',
  timeoutMs: 5000,
  durationMs: null,
  isIdentityNeeded: true,
  isOwnPodAsked: true,
} as const;

describe('a call made ready', () => {
  it('is the request that is sent, and how its answers are read', async () => {
    const { name, request, answers } = await prepareGrpcCall(GREETER, contract, SETTING);
    assert.equal(name, 'helloworld.Greeter/SayHello');
    assert.deepEqual(request, {
      kind: 'grpc',
      path: '/helloworld.Greeter/SayHello',
      authority: 'gateway:80',
      scheme: 'http',
      metadata: [['x-user', 'jack']],
      message: Uint8Array.of(0x0a, 2, 0x4a, 0x6f),
      timeoutMs: 5000,
    });
    assert.equal(answers.identity.source.kind, 'greeter');
    assert.equal(answers.reply.typeName, 'helloworld.HelloReply');
  });

  it('has the authority and the identity that it is told', async () => {
    const identity = { source: 'header:X-Pod', pattern: null, map: null };
    const told = { ...GREETER, authority: 'shop', identity };
    const { request, answers } = await prepareGrpcCall(told, contract, SETTING);
    assert.equal(request.authority, 'shop');
    assert.deepEqual(answers.identity.source, { kind: 'header', name: 'x-pod' });
  });

  it('asks for no identity where nobody says how answers give it: the proxy may', async () => {
    const check = { ...GREETER, method: 'grpc.health.v1.Health/Check', data: {} };
    const { answers } = await prepareGrpcCall(check, contract, SETTING);
    assert.equal(answers.identity.source.kind, 'none');
  });

  it('streams what its contract says', async () => {
    const file = path.join(folder, 'clock.proto');
    writeFileSync(
      file,
      `syntax = "proto3"; package clock; message Tick {}
       service Clock {
         rpc Watch(Tick) returns (stream Tick);
         rpc Set(stream Tick) returns (Tick);
         rpc Talk(stream Tick) returns (stream Tick);
       }`,
    );
    const streaming = await loadContract({ ...NOTHING, protoFiles: [file] });
    const sideOf = async (method: string) => {
      const call = { ...GREETER, method: `clock.Clock/${method}`, data: {} };
      return (await prepareGrpcCall(call, streaming, SETTING)).request.stream?.side;
    };
    assert.equal(await sideOf('Watch'), 'server');
    assert.equal(await sideOf('Set'), 'client');
    assert.equal(await sideOf('Talk'), 'both');
  });
});
