import {
  fieldsOf,
  isGiven,
  itemsOf,
  listOf,
  numberOf,
  type Fields,
  type Path,
  refusal,
  type Refusals,
  textOf,
  textsOf,
} from './fields.js';
import { badNamespacedHost } from './namespaced-host.js';
import { isAddress, isLabel } from './names.js';

/**
 * Why Istio's webhook refuses a Gateway; what it warns of is not.
 * Source: istio/istio pkg/config/validation/validation.go, ValidateGateway.
 * @param name The object's.
 */
export function* refusedGateway(spec: Fields, name: string): Refusals {
  if (!isLabel(name))
    yield refusal(
      ['metadata', 'name'],
      `${JSON.stringify(name)} is no name of a Gateway: use letters, digits and -, and no dots`,
    );
  const names = new Set<string>();
  for (const [server, path] of itemsOf(spec.servers, ['spec', 'servers'])) {
    yield* refusedServer(server, path);
    const portName = textOf(fieldsOf(server.port).name);
    if (names.has(portName))
      yield refusal(
        [...path, 'port', 'name'],
        `another server's port has the name ${portName}, too`,
      );
    names.add(portName);
  }
}

function* refusedServer(server: Fields, path: Path): Refusals {
  for (const [host, at] of textsOf(server.hosts, [...path, 'hosts']))
    yield* badNamespacedHost(host, at, 'Gateway');
  const port = fieldsOf(server.port);
  if (textOf(port.name) === '') yield refusal([...path, 'port'], 'the port has no name');
  if (numberOf(port.targetPort) > 0)
    yield refusal([...path, 'port', 'targetPort'], 'it has no effect in Gateways: leave it out');
  const bind = textOf(server.bind);
  if (bind.startsWith('unix://')) {
    if (numberOf(port.number) !== 0)
      yield refusal([...path, 'bind'], 'a server at a socket of Unix has the port 0');
  } else if (bind !== '' && !isAddress(bind))
    yield refusal([...path, 'bind'], `${JSON.stringify(bind)} is no address`);
  yield* refusedTls(server, textOf(port.protocol).toLowerCase(), path);
}

const HTTP = ['http', 'http2', 'http_proxy', 'grpc', 'grpc-web'];

function* refusedTls(server: Fields, protocol: string, path: Path): Refusals {
  const isTls = protocol === 'https' || protocol === 'tls';
  if (!isGiven(server.tls)) {
    if (isTls) yield refusal(path, `a server of ${protocol.toUpperCase()} must have tls`);
    return;
  }
  const tls = fieldsOf(server.tls);
  const at = [...path, 'tls'];
  const mode = textOf(tls.mode) === '' ? 'PASSTHROUGH' : textOf(tls.mode);
  const hasOwn = (fields: readonly string[]): boolean => fields.some((field) => isSet(tls[field]));
  if (!isTls) {
    const redirectsOnly =
      HTTP.includes(protocol) &&
      mode.endsWith('PASSTHROUGH') &&
      !hasOwn(['caCertificates', 'privateKey', 'serverCertificate']);
    if (!redirectsOnly)
      yield refusal(
        at,
        `a server of ${protocol.toUpperCase()} has no settings of TLS, but for httpsRedirect`,
      );
  }
  if (mode === 'ISTIO_MUTUAL') {
    if (
      hasOwn([
        'serverCertificate',
        'privateKey',
        'caCertificates',
        'tlsCertificates',
        'credentialName',
        'credentialNames',
      ])
    )
      yield refusal(at, 'ISTIO_MUTUAL has its certificates of Istio: leave others out');
    return;
  }
  yield* refusedCertificates(tls, mode, at);
}

function isSet(value: unknown): boolean {
  return textOf(value) !== '' || listOf(value).length > 0;
}

function* refusedCertificates(tls: Fields, mode: string, path: Path): Refusals {
  const sources = [
    isSet(tls.serverCertificate) && isSet(tls.privateKey),
    ...['credentialName', 'credentialNames', 'tlsCertificates'].map((field) => isSet(tls[field])),
  ].filter(Boolean);
  if (sources.length > 1)
    yield refusal(
      path,
      'its certificate is told in several ways: keep one of credentialName, credentialNames, tlsCertificates, and serverCertificate with privateKey',
    );
  if (!['SIMPLE', 'MUTUAL', 'OPTIONAL_MUTUAL'].includes(mode)) return;
  if (isSet(tls.credentialName) || isSet(tls.credentialNames)) return;
  if (mode !== 'SIMPLE' && !isSet(tls.caCertificates))
    yield refusal(path, `${mode} needs credentialName, or caCertificates for the clients`);
  const own: readonly (readonly [Fields, Path])[] = [[tls, path]];
  const listed = itemsOf(tls.tlsCertificates, [...path, 'tlsCertificates']);
  for (const [certificate, at] of listed.length > 0 ? listed : own)
    if (!isSet(certificate.serverCertificate) || !isSet(certificate.privateKey))
      yield refusal(
        at,
        `${mode} needs a certificate: credentialName, or serverCertificate with privateKey`,
      );
}
