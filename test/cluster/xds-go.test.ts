import path from 'node:path';
import { describe, it } from 'node:test';
import { xdsBootstrap } from '../fixtures/xds-bootstrap.js';
import { takesAndFollows } from '../fixtures/xds-counts.js';
import { countingClient } from '../fixtures/xds-counting-client.js';

const CLIENT = path.resolve(import.meta.dirname, '../../../.parts/go-xds-client');

describe('the control plane of the mesh, as grpc-go takes it', () => {
  it('splits 20/80, loses no call of a change, and goes on without it', async () => {
    await takesAndFollows((server, target) =>
      countingClient(CLIENT, [`xds:///${target}`], xdsBootstrap(server, 'go')),
    );
  });
});
