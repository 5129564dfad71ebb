import type { HttpService } from '../http-server.js';

/** One running pod of an HTTP service. */
export interface HttpPod {
  name: string;
  /** Requests it was given so far. */
  served: number;
  service: HttpService;
}

/** A pod that counts what it is given. */
export function httpPod(name: string, service: HttpService): HttpPod {
  const pod: HttpPod = {
    name,
    served: 0,
    service: (request) => {
      pod.served += 1;
      return service(request);
    },
  };
  return pod;
}
