import type { Application } from './application.js';
import { echo } from './echo.js';
import { greeter } from './greeter.js';
import { orderService, userService } from './gateway-services.js';
import { healthCheckOf } from './health.js';

/**
 * The applications the mesh can run: `helloworld.Greeter`, `proto.EchoTestService`, and those that stand behind
 * one gateway by their paths, `mypackage.UserService` and `mypackage.OrderService`.
 */
export type MeshService = 'greeter' | 'echo' | 'user' | 'order';

/** Each application with the health service beside it, as the real ones serve it. */
export const APPLICATIONS: Readonly<Record<MeshService, Application>> = {
  greeter: new Map([...greeter, healthCheckOf(greeter)]),
  echo: new Map([...echo, healthCheckOf(echo)]),
  user: userService,
  order: orderService,
};

/** The port each application says it serves inside the mesh. */
export const SERVICE_PORT: Readonly<Record<MeshService, number>> = {
  greeter: 50051,
  echo: 7070,
  user: 50051,
  order: 50051,
};

/** Their contracts, for reflection, by the names of their files. */
export const PROTO_FILES: Readonly<Record<MeshService, readonly string[]>> = {
  greeter: ['helloworld.proto', 'health.proto'],
  echo: ['echo.proto', 'health.proto'],
  user: ['user.proto', 'health.proto'],
  order: ['order.proto', 'health.proto'],
};
