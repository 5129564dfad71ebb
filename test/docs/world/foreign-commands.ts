// What pages call besides splitproof: looked at, and answered as the reader's cluster would.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { gatewayLog } from './gateway-log.js';

const [name = '', ...words] = process.argv.slice(2);

/** The flags of kubectl that pages use, as `kubectl COMMAND --help` of 1.34 has them. */
const KUBECTL: Readonly<Record<string, readonly string[]>> = {
  get: ['-n', '-A', '-o', '-l'],
  apply: ['-f', '-n'],
  delete: ['-f', '-n'],
  logs: ['-f', '-n', '-l', '--tail', '--max-log-requests', '--since'],
  'port-forward': ['-n'],
};

/** Kinds by the words that kubectl takes for them. */
const KINDS: Readonly<Record<string, string>> = {
  gateways: 'Gateway',
  virtualservices: 'VirtualService',
  destinationrules: 'DestinationRule',
  peerauthentications: 'PeerAuthentication',
  services: 'Service',
  deployments: 'Deployment',
  pods: 'Pod',
  endpointslices: 'EndpointSlice',
};

interface KubernetesObject {
  apiVersion: string;
  kind: string;
}

/** What stands in text as a YAML stream. @throws Error where it is none of Kubernetes objects. */
function objectsIn(text: string): KubernetesObject[] {
  const objects = parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
  for (const { apiVersion, kind } of objects) {
    if (typeof apiVersion !== 'string' || typeof kind !== 'string') throw new Error('no object');
  }
  return objects;
}

function kubectl(): string {
  const [command = '', ...rest] = words;
  const known = KUBECTL[command];
  if (known === undefined) throw new Error(`kubectl has no such command here: ${command}`);
  for (const word of rest.filter((one) => one.startsWith('-') && one !== '-')) {
    if (!known.includes(word.split('=')[0] ?? '')) throw new Error(`${command} has no ${word}`);
  }
  if (command === 'get') {
    const kinds = (rest[0] ?? '').split(',').map((word) => {
      const kind = KINDS[word.split('.')[0] ?? ''];
      if (kind === undefined) throw new Error(`there is no kind ${word} here`);
      return kind;
    });
    const items = ['app', 'gateway', 'destination-rule', 'virtual-service-60-40']
      .flatMap((file) => objectsIn(readFileSync(path.join('manifests', `${file}.yaml`), 'utf8')))
      .filter(({ kind }) => kinds.includes(kind));
    return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  }
  if (command === 'apply' || command === 'delete') {
    const objects = objectsIn(readFileSync(0, 'utf8'));
    return objects.map(({ kind }) => `${kind} ${command}`).join('\n');
  }
  if (command === 'logs' && rest.includes('istio=ingressgateway')) {
    const path = '/helloworld.Greeter/SayHello';
    return gatewayLog({ method: 'POST', path, authority: 'localhost:8080' });
  }
  return '';
}

/** Scripts of the project, and what is asked of registries: nothing is installed here. */
function npm(): string {
  const [command = '', script = ''] = words;
  if (command === 'run') {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    if (!Object.hasOwn(scripts, script)) throw new Error(`there is no script ${script}`);
  } else if (!['install', 'pack', 'test', 'link'].includes(command)) {
    throw new Error(`npm ${command} is not looked at here`);
  }
  return '';
}

try {
  process.stdout.write(name === 'kubectl' ? kubectl() : npm());
} catch (error) {
  process.stderr.write(`${name} ${words.join(' ')}: ${(error as Error).message}\n`);
  process.exitCode = 127;
}
