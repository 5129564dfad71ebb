import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eachReplicaFlag, kubeFlag } from '../../src/cli/kube-flag.js';

describe('--kube and the word behind it', () => {
  for (const [line, read] of [
    ['verify --kube gateway.example.com:443 a.B/C', 'verify --kube= gateway.example.com:443 a.B/C'],
    ['verify --kube a.B/C', 'verify --kube= a.B/C'],
    ['verify --kube -N shop :80', 'verify --kube= -N shop :80'],
    ['verify :80 a.B/C --kube', 'verify :80 a.B/C --kube='],
    ['verify --kube prod :80', 'verify --kube prod :80'],
    ['verify --kube=prod :80', 'verify --kube=prod :80'],
    ['verify -- --kube :80', 'verify -- --kube :80'],
  ] as const) {
    it(line, () => {
      assert.deepEqual(kubeFlag(line.split(' ')), read.split(' '));
    });
  }
});

describe('--each-replica and the word behind it', () => {
  const lines = [
    ['verify --each-replica edge/gw:1 a.B/C', 'verify --each-replica= edge/gw:1 a.B/C'],
    ['verify --each-replica=edge/gw :80 a.B/C', 'verify --each-replica=edge/gw :80 a.B/C'],
    ['verify :80 -- --each-replica', 'verify :80 -- --each-replica'],
  ];
  for (const [line = '', read = ''] of lines) {
    it(line, () => {
      assert.deepEqual(eachReplicaFlag(line.split(' ')), read.split(' '));
    });
  }
});
