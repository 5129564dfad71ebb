import type { DescMethod, FileRegistry } from '@bufbuild/protobuf';
import { InputError } from '../../input-error.js';

/**
 * Finds a method of the contract by the name users write: `pkg.Service/Method` or
 * `pkg.Service.Method`.
 *
 * @throws InputError when the contract has no such service or method, with those it has.
 */
export function findMethod(contract: FileRegistry, call: string): DescMethod {
  const { service: serviceName, method: methodName } = splitCall(call);
  const service = contract.getService(serviceName);
  if (service === undefined) {
    throw new InputError(
      `the contract has no service ${serviceName}; it has ${servicesOf(contract).join(', ') || 'none'} (other services: --proto FILE)`,
      { path: '--call' },
    );
  }
  const method = service.methods.find((candidate) => candidate.name === methodName);
  if (method === undefined) {
    const known = service.methods.map((candidate) => candidate.name).join(', ');
    throw new InputError(`${serviceName} has no method ${methodName}; it has ${known}`, {
      path: '--call',
    });
  }
  return method;
}

/** Full names of the services of a contract, in its order. */
export function servicesOf(contract: FileRegistry): string[] {
  return [...contract].flatMap((type) => (type.kind === 'service' ? [type.typeName] : []));
}

/** How much of a call a contract knows: `pkg.Service/Method`, its service alone, or nothing. */
export function knownOf(contract: FileRegistry, call: string): 'method' | 'service' | 'nothing' {
  const { service, method } = splitCall(call);
  const known = contract.getService(service);
  if (known === undefined) return 'nothing';
  return known.methods.some(({ name }) => name === method) ? 'method' : 'service';
}

/** The full name of the service of a call. @throws InputError when it is not the name of a method. */
export function serviceOfName(call: string): string {
  return splitCall(call).service;
}

/** The `:path` of a method: `/pkg.Service/Method`. */
export function pathOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

/**
 * The `:path` of a call by its name alone, whatever its contract.
 *
 * @throws InputError when it is not the name of a method.
 */
export function pathOfName(call: string): string {
  const { service, method } = splitCall(call);
  return `/${service}/${method}`;
}

function splitCall(call: string): { service: string; method: string } {
  const name = call.startsWith('/') ? call.slice(1) : call;
  const cut = name.includes('/') ? name.lastIndexOf('/') : name.lastIndexOf('.');
  if (cut <= 0 || cut === name.length - 1) {
    throw new InputError(
      `"${call}" is not a method: write pkg.Service/Method, e.g. helloworld.Greeter/SayHello`,
      { path: '--call' },
    );
  }
  return { service: name.slice(0, cut), method: name.slice(cut + 1) };
}
