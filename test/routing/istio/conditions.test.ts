import { runCases, type Case } from '../case-table.js';
import { gateway, http, to, virtualService, type KubernetesObject } from '../objects.js';
import { headers } from '../request.js';

const DOCS = 'https://istio.io/latest/docs/reference/config/networking';
const VS = `${DOCS}/virtual-service/`;
const MATCH = `${VS}#HTTPMatchRequest`;
const CODE = 'istio/istio pilot/pkg/networking/core';
const ENVOY =
  'https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto';
const GATEWAY = gateway([http(80)]);

/** The rule under test before one that takes the rest, both at a gateway. */
function orRest(match: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return [GATEWAY, virtualService([to('hit', match), to('rest')])];
}

const CONDITIONS: readonly Case[] = [
  {
    rule: 'method',
    source: MATCH,
    objects: orRest([{ method: { exact: 'GET' } }]),
    request: { method: 'GET' },
    takes: 'hit',
  },
  {
    rule: 'method: another',
    source: MATCH,
    objects: orRest([{ method: { exact: 'GET' } }]),
    takes: 'rest',
  },
  { rule: 'scheme', source: MATCH, objects: orRest([{ scheme: { exact: 'http' } }]), takes: 'hit' },
  {
    rule: 'authority, with its port',
    source: MATCH,
    objects: orRest([{ authority: { exact: 'a.com:80' } }]),
    request: { authority: 'a.com:80' },
    takes: 'hit',
  },
  {
    rule: 'authority prefix',
    source: MATCH,
    objects: orRest([{ authority: { prefix: 'a.' } }]),
    request: { authority: 'a.com' },
    takes: 'hit',
  },
  {
    rule: 'header exact',
    source: MATCH,
    objects: orRest([{ headers: { 'x-user': { exact: 'jack' } } }]),
    request: { headers: headers({ 'x-user': 'jack' }) },
    takes: 'hit',
  },
  {
    rule: 'header names fold case',
    source: MATCH,
    objects: orRest([{ headers: { 'X-User': { exact: 'jack' } } }]),
    request: { headers: headers({ 'x-user': 'jack' }) },
    takes: 'hit',
  },
  {
    rule: 'header values do not',
    source: MATCH,
    objects: orRest([{ headers: { 'x-user': { exact: 'Jack' } } }]),
    request: { headers: headers({ 'x-user': 'jack' }) },
    takes: 'rest',
  },
  {
    rule: 'header prefix',
    source: MATCH,
    objects: orRest([{ headers: { 'content-type': { prefix: 'application/grpc' } } }]),
    takes: 'hit',
  },
  {
    rule: 'header regex takes the whole value',
    source: MATCH,
    objects: orRest([{ headers: { 'x-user': { regex: 'ja' } } }]),
    request: { headers: headers({ 'x-user': 'jack' }) },
    takes: 'rest',
  },
  {
    rule: 'header {} asks for presence',
    source: MATCH,
    objects: orRest([{ headers: { 'x-user': {} } }]),
    request: { headers: headers({ 'x-user': 'any' }) },
    takes: 'hit',
  },
  {
    rule: 'header {}: not there',
    source: MATCH,
    objects: orRest([{ headers: { 'x-user': {} } }]),
    takes: 'rest',
  },
  {
    rule: 'header regex * asks for presence',
    source: `${CODE}/route/route.go canBeConvertedToPresentMatch`,
    objects: orRest([{ headers: { 'x-user': { regex: '*' } } }]),
    request: { headers: headers({ 'x-user': 'any' }) },
    takes: 'hit',
  },
  {
    rule: 'a missing header never matches a value',
    source: `${ENVOY}#config-route-v3-headermatcher`,
    objects: orRest([{ headers: { 'x-user': { regex: '.*' } } }]),
    takes: 'rest',
  },
  {
    rule: 'withoutHeaders: the value is excluded',
    source: MATCH,
    objects: orRest([{ withoutHeaders: { 'x-user': { exact: 'jack' } } }]),
    request: { headers: headers({ 'x-user': 'jack' }) },
    takes: 'rest',
  },
  {
    rule: 'withoutHeaders: another value',
    source: MATCH,
    objects: orRest([{ withoutHeaders: { 'x-user': { exact: 'jack' } } }]),
    request: { headers: headers({ 'x-user': 'jill' }) },
    takes: 'hit',
  },
  {
    rule: 'withoutHeaders: missing',
    source: `${CODE}/route/route.go TranslateRouteMatch`,
    objects: orRest([{ withoutHeaders: { 'x-user': { exact: 'jack' } } }]),
    takes: 'hit',
  },
  {
    rule: 'withoutHeaders: missing counts as empty',
    source: `${CODE}/route/route.go TranslateRouteMatch (treat_missing_header_as_empty)`,
    objects: orRest([{ withoutHeaders: { 'x-user': { regex: '.*' } } }]),
    takes: 'rest',
  },
  {
    rule: 'withoutHeaders {}: not there',
    source: MATCH,
    objects: orRest([{ withoutHeaders: { 'x-user': {} } }]),
    takes: 'hit',
  },
  {
    rule: 'withoutHeaders {}: there',
    source: MATCH,
    objects: orRest([{ withoutHeaders: { 'x-user': {} } }]),
    request: { headers: headers({ 'x-user': 'a' }) },
    takes: 'rest',
  },
  {
    rule: 'queryParams exact',
    source: MATCH,
    objects: orRest([{ queryParams: { v: { exact: '2' } } }]),
    request: { path: '/a?u=1&v=2' },
    takes: 'hit',
  },
  {
    rule: 'queryParams exact: missing',
    source: MATCH,
    objects: orRest([{ queryParams: { v: { exact: '2' } } }]),
    request: { path: '/a' },
    takes: 'rest',
  },
  {
    rule: 'queryParams regex',
    source: MATCH,
    objects: orRest([{ queryParams: { v: { regex: '\\d+' } } }]),
    request: { path: '/a?v=22' },
    takes: 'hit',
  },
  {
    rule: 'port is the gateway server’s',
    source: MATCH,
    objects: orRest([{ port: 80 }]),
    takes: 'hit',
  },
  { rule: 'port: another', source: MATCH, objects: orRest([{ port: 8080 }]), takes: 'rest' },
  {
    rule: 'gateways in a match',
    source: MATCH,
    objects: orRest([{ gateways: ['gw'] }]),
    takes: 'hit',
  },
  {
    rule: 'gateways in a match: with namespace',
    source: MATCH,
    objects: orRest([{ gateways: ['default/gw'] }]),
    takes: 'hit',
  },
  {
    rule: 'gateways in a match: mesh',
    source: MATCH,
    objects: orRest([{ gateways: ['mesh'] }]),
    takes: 'rest',
  },
  {
    rule: 'sourceLabels never fit a gateway without them',
    source: MATCH,
    objects: orRest([{ sourceLabels: { app: 'a' } }]),
    takes: 'rest',
  },
  {
    rule: 'sourceLabels do not count where gateways are named',
    source: `${CODE}/route/route.go sourceMatchHTTP`,
    objects: orRest([{ gateways: ['gw'], sourceLabels: { app: 'a' } }]),
    takes: 'hit',
  },
  {
    rule: 'a JWT claim cannot be told',
    source: MATCH,
    objects: orRest([{ headers: { '@request.auth.claims.sub': { exact: 'a' } } }]),
    takes: 'rest',
  },
  {
    rule: 'conditions of one entry are AND',
    source: MATCH,
    objects: orRest([{ uri: { prefix: '/a' }, method: { exact: 'GET' } }]),
    request: { path: '/a' },
    takes: 'rest',
  },
  {
    rule: 'entries are OR',
    source: MATCH,
    objects: orRest([{ uri: { prefix: '/b' } }, { uri: { prefix: '/a' } }]),
    request: { path: '/a' },
    takes: 'hit',
  },
  {
    rule: 'several headers are AND',
    source: MATCH,
    objects: orRest([{ headers: { a: { exact: '1' }, b: { exact: '2' } } }]),
    request: { headers: headers({ a: '1' }) },
    takes: 'rest',
  },
];

runCases('Istio: conditions', CONDITIONS);
