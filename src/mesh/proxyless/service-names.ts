/** Where a connection goes. */
export interface Address {
  host: string;
  port: number;
}

/** What the names of services stand for where no proxy is, as DNS and kube-proxy have it. */
export interface ServiceNames {
  /**
   * One of the service's pods, each as likely as the others, for a connection; any other name is an address.
   *
   * @param port Of the service.
   */
  addressOf(host: string, port: number): Address;
}

/** @param services Addresses of their pods, by `host:port`; a host stands for its short forms too. */
export function serviceNames(services: ReadonlyMap<string, readonly Address[]>): ServiceNames {
  return {
    addressOf(host, port) {
      for (const [name, pods] of services) {
        const [full = '', own = ''] = name.split(':');
        if (Number(own) !== port || !(full === host || full.startsWith(`${host}.`))) continue;
        const pod = pods[Math.floor(Math.random() * pods.length)];
        if (pod !== undefined) return pod;
      }
      return { host, port };
    },
  };
}
