/**
 * Commands of pages that are not run: why, and the test that runs their like. Their words have to be a command
 * line that is understood.
 */
export const UNRUN: readonly { text: RegExp; why: string; test: string }[] = [
  {
    // What others send stands in a log that is there.
    text: /^(?![^]*--passive)[^]*access-log:/,
    why: 'it takes a gateway that writes a log of these requests',
    test: 'test/e2e/access-log.test.ts',
  },
  {
    text: /--across-change/,
    why: 'somebody has to change the weights meanwhile',
    test: 'test/e2e/across-change.test.ts',
  },
  {
    text: /--kube/,
    why: 'it takes the API server of a cluster',
    test: 'test/cluster/kube.test.ts',
  },
  {
    text: /--push /,
    why: 'it takes a Pushgateway',
    test: 'test/cli/pushgateway.test.ts',
  },
  {
    text: /demo .*--serve/,
    why: 'it stays until it is interrupted',
    test: 'test/cli/demo.test.ts',
  },
  {
    text: /splitproof gate /,
    why: 'it stays until it is interrupted',
    test: 'test/e2e/gate.test.ts',
  },
  {
    text: /curl .*\/v1\/runs\//,
    why: 'it asks a service that stays',
    test: 'test/e2e/gate.test.ts',
  },
];
