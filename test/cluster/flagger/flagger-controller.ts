import path from 'node:path';
import { ROOT } from '../../fixtures/command.js';
import { unusedPort } from '../../fixtures/gateway-on-port.js';
import type { ApiServer } from '../fixtures/api-server.js';
import { type Controller, startController } from '../fixtures/controller.js';

const BINARY = path.join(ROOT, '.parts/flagger');

/** The real Flagger, for Istio. @throws Error with its words when it does not become ready. */
export async function startFlagger(server: ApiServer): Promise<Controller> {
  const port = await unusedPort();
  return startController(server, {
    name: 'flagger',
    binary: BINARY,
    args: (kubeconfig) => [
      `-kubeconfig=${kubeconfig}`,
      '-mesh-provider=istio',
      // Nobody listens there: canaries without metrics do without.
      '-metrics-server=http://127.0.0.1:1',
      // How soon it takes up a Canary that is new.
      '-control-loop-interval=1s',
      `-port=${port}`,
    ],
    readyUrl: `http://127.0.0.1:${port}/healthz`,
  });
}
