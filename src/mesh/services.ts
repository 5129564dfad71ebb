import type { Application } from './application.js';
import { echo } from './echo.js';
import { greeter } from './greeter.js';
import { healthCheckOf } from './health.js';

/** The applications the mesh can run: `helloworld.Greeter` or `proto.EchoTestService`. */
export type MeshService = 'greeter' | 'echo';

/** Each application with the health service beside it, as the real ones serve it. */
export const APPLICATIONS: Readonly<Record<MeshService, Application>> = {
  greeter: new Map([...greeter, healthCheckOf(greeter)]),
  echo: new Map([...echo, healthCheckOf(echo)]),
};

/** The port each application says it serves inside the mesh. */
export const SERVICE_PORT: Readonly<Record<MeshService, number>> = { greeter: 50051, echo: 7070 };

/** Their contracts, for reflection: files in the `proto` folder. */
export const PROTO_FILES: Readonly<Record<MeshService, readonly string[]>> = {
  greeter: ['helloworld.proto', 'health.proto'],
  echo: ['echo.proto', 'health.proto'],
};
