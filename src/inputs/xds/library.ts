import { createRequire } from 'node:module';
import { InputError } from '../../input-error.js';

/** What calls are made with that a control plane configures. It is installed by those who need it. */
export const XDS_LIBRARY = '@grpc/grpc-js-xds';

/** Says that a resource cannot be used, in the library's own words; null where it can. */
export type ResourceCheck = (typeUrl: string, bytes: Uint8Array) => string | null;

const { resolve } = createRequire(import.meta.url);

/**
 * Makes sure that the library is installed.
 *
 * @param isThere Whether a module can be found.
 * @throws InputError when it is not.
 */
export function requireXdsLibrary(isThere: (name: string) => boolean = isInstalled): void {
  if (isThere(XDS_LIBRARY)) return;
  throw new InputError(
    `calls of xds:/// targets are made by a package that is not installed: npm install ${XDS_LIBRARY}`,
    { path: 'TARGET' },
  );
}

function isInstalled(name: string): boolean {
  try {
    resolve(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * What the library looks at before it takes a resource. It has no other way to tell why it refuses one than to
 * the control plane, so its own modules are asked, by their paths.
 *
 * @param bootstrap JSON of the bootstrap.
 * @throws Error in the library's words when it cannot use the bootstrap.
 */
export async function libraryCheck(bootstrap: string): Promise<ResourceCheck> {
  const [{ register }, { validateBootstrapConfig }, lds, rds, cds, eds] = await Promise.all([
    import('@grpc/grpc-js-xds'),
    import('@grpc/grpc-js-xds/build/src/xds-bootstrap.js'),
    import('@grpc/grpc-js-xds/build/src/xds-resource-type/listener-resource-type.js'),
    import('@grpc/grpc-js-xds/build/src/xds-resource-type/route-config-resource-type.js'),
    import('@grpc/grpc-js-xds/build/src/xds-resource-type/cluster-resource-type.js'),
    import('@grpc/grpc-js-xds/build/src/xds-resource-type/endpoint-resource-type.js'),
  ]);
  // Its filters and balancers are known from then on.
  register();
  const known = validateBootstrapConfig(JSON.parse(bootstrap));
  const types = [
    lds.ListenerResourceType.get(),
    rds.RouteConfigurationResourceType.get(),
    cds.ClusterResourceType.get(),
    eds.EndpointResourceType.get(),
  ];
  const [server] = known.xdsServers;
  return (typeUrl, bytes) => {
    const type = types.find((one) => typeUrl.endsWith(`/${one.getTypeUrl()}`));
    if (type === undefined || server === undefined) return null;
    try {
      const context = { server, bootstrap: known };
      const resource = { type_url: typeUrl, value: Buffer.from(bytes) };
      return type.decode(context, resource).error ?? null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
}
