import { describe, it } from 'node:test';
import { takesAndFollows } from '../../fixtures/xds-counts.js';
import { xdsPythonClient } from '../../fixtures/xds-counting-client.js';

describe('the control plane, as grpcio takes it', () => {
  it('splits 20/80, loses no call of a change, and goes on without it', async () => {
    await takesAndFollows(xdsPythonClient);
  });
});
