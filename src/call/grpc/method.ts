import type { DescMessage, DescMethod, FileRegistry } from '@bufbuild/protobuf';
import { InputError } from '../../input-error.js';
import { nearestFirst } from '../nearest-first.js';

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
      `the contract has no service ${serviceName}${meantBy(contract, call) || ';'} it has ${nearestFirst(serviceName, servicesOf(contract))} (other services: --proto FILE)`,
      { path: '--call' },
    );
  }
  const method = service.methods.find((candidate) => candidate.name === methodName);
  if (method === undefined) {
    const known = service.methods.map((candidate) => candidate.name);
    throw new InputError(
      `${serviceName} has no method ${methodName}; it has ${nearestFirst(methodName, known)}`,
      { path: '--call' },
    );
  }
  return method;
}

/**
 * What a call whose service a contract does not have is most likely meant to be: a service without a method, or
 * one without its package, or in another.
 *
 * @returns Words to follow what is wrong: `: did you mean pkg.Service/Method?`; empty where nothing is near.
 */
export function meantBy(contract: FileRegistry, call: string): string {
  const whole = contract.getService(call.replace(/^\//, ''));
  if (whole !== undefined) {
    const [method] = whole.methods;
    return `: ${whole.typeName} is a service, name a method of it${method === undefined ? '' : `, such as ${pathOf(method).slice(1)}`}.`;
  }
  const { service, method } = splitCall(call);
  const [meant] = servicesOf(contract).filter(
    (name) =>
      lastName(name) === lastName(service) &&
      contract.getService(name)?.methods.some((candidate) => candidate.name === method),
  );
  return meant === undefined ? '' : `: did you mean ${meant}/${method}?`;
}

function lastName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
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

/** A method in protobuf's language, without its options: `rpc SayHello ( .pkg.A ) returns ( stream .pkg.B )`. */
export function methodHead({ name, input, output, proto }: DescMethod): string {
  const streamed = (isStream: boolean, { typeName }: DescMessage): string =>
    `( ${isStream ? 'stream ' : ''}.${typeName} )`;
  return `rpc ${name} ${streamed(proto.clientStreaming, input)} returns ${streamed(proto.serverStreaming, output)}`;
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
