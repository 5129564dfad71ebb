import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  isAllowed,
  type Place,
  requireTargetPatterns,
} from '../../src/scenario/allowed-targets.js';

function tcp(host: string, port = 443): Place {
  return { kind: 'tcp', host, port };
}

describe('patterns of allowed targets', () => {
  const place = { file: 'policy.yaml', line: 3, path: 'allow-target' };
  /** Pattern, what is dialled, its addresses, whether it is allowed. */
  const cases: [string, Place, Place[], boolean][] = [
    ['gateway.example.com', tcp('gateway.example.com'), [tcp('10.0.0.1')], true],
    ['Gateway.Example.com', tcp('GATEWAY.example.com.'), [tcp('10.0.0.1')], true],
    ['gateway.example.com:443', tcp('gateway.example.com'), [tcp('10.0.0.1')], true],
    ['gateway.example.com:80', tcp('gateway.example.com'), [tcp('10.0.0.1')], false],
    ['example.com', tcp('gateway.example.com'), [tcp('10.0.0.1')], false],
    ['*.example.com', tcp('a.b.example.com'), [tcp('10.0.0.1')], true],
    ['*.example.com', tcp('example.com'), [tcp('10.0.0.1')], false],
    ['*.example.com', tcp('.example.com'), [tcp('10.0.0.1')], false],
    ['*.example.com', tcp('badexample.com'), [tcp('10.0.0.1')], false],
    ['*.example.com', tcp('example.com.evil.net'), [tcp('10.0.0.1')], false],
    ['10.0.0.0/8', tcp('gw'), [tcp('10.255.0.1')], true],
    ['10.0.0.0/8', tcp('gw'), [tcp('10.0.0.1'), tcp('11.0.0.1')], false],
    ['10.0.0.0/8', tcp('gw'), [], false],
    ['10.0.0.0/8', tcp('10.evil.net'), [tcp('203.0.113.1')], false],
    ['10.0.0.0/8', tcp('gw'), [tcp('::ffff:10.1.2.3')], true],
    ['10.1.2.3', tcp('10.1.2.3'), [tcp('10.1.2.3')], true],
    ['10.1.2.3:8443', tcp('10.1.2.3'), [tcp('10.1.2.3')], false],
    ['::1', tcp('::1'), [tcp('::1')], true],
    ['[::1]:443', tcp('::1'), [tcp('::1')], true],
    ['[::1]:444', tcp('::1'), [tcp('::1')], false],
    ['fe80::/10', tcp('fe80::1%eth0'), [tcp('fe80::1%eth0')], true],
    ['0.0.0.0/0', tcp('gw'), [tcp('203.0.113.1')], true],
    ['localhost', tcp('localhost'), [tcp('127.0.0.1')], true],
    ['localhost', tcp('127.0.0.1'), [tcp('127.0.0.1')], false],
    ['unix:/run/gw.sock', { kind: 'unix', path: '/run/gw.sock' }, [], true],
    ['unix:/run/gw.sock', { kind: 'unix', path: '/run/other' }, [], false],
    ['gw', { kind: 'unix', path: 'gw' }, [{ kind: 'unix', path: 'gw' }], false],
  ];
  for (const [pattern, dialled, addresses, allowed] of cases) {
    const where = dialled.kind === 'tcp' ? `${dialled.host}:${dialled.port}` : dialled.path;
    it(`${pattern} ${allowed ? 'takes' : 'leaves out'} ${where}, ${JSON.stringify(addresses)}`, () => {
      assert.equal(isAllowed({ patterns: [pattern], place }, dialled, addresses), allowed);
    });
  }

  it('are refused where they are none, with their place', () => {
    for (const text of [
      '',
      'http://gw',
      'a b',
      '10.0.0.0/33',
      '10.0.0',
      '127.1',
      '*',
      'gw:0',
      'gw:70000',
      '*.',
      '*gw',
      '[::1',
      '::1/129',
    ]) {
      assert.throws(
        () => {
          requireTargetPatterns({ patterns: ['ok.example.com', text], place });
        },
        (error: Error) =>
          error.message.startsWith(`policy.yaml:3: allow-target: "${text}" is no target`),
        text,
      );
    }
  });
});
