import { expect, test } from 'vitest'
import { modelOf } from '../../test/describe-check.ts'
import { known, unknown } from '../model/known.ts'
import type { DnsProbe } from '../model/lookups.ts'
import type { Level, Model, Scope, Sources } from '../model/sources.ts'
import { pod } from '../../test/build/pod.ts'
import { port, service, slice } from '../../test/build/service.ts'
import { contacts, getThrough, repeat, toService } from '../../test/build/contacts.ts'
import { lateError } from '../model/http-error.ts'
import { subject } from '../model/subject.ts'
import { unheard, unmeasured, unseenWhole } from './unmeasured.ts'

function model(level: Level, dnsProbe: Model['sources']['dnsProbe']): Model {
  const one = modelOf({}, { dnsProbe })
  return { ...one, scope: { ...one.scope, level } }
}

function probed(nodes: readonly string[], missing: DnsProbe['missing']): Model['sources']['dnsProbe'] {
  return known({
    from: { namespace: 'default', labels: {} },
    nodes,
    missing,
    series: [],
    queriesSent: 0,
    cap: { queriesPerSecondPerNode: 1, lookupsPerSeries: 1 },
    stopped: null,
  })
}

test.each([
  ['only reading', model('read', unknown('not-asked', 'x')), null],
  ['one node of two to its end', model('probe', probed(['a', 'b'], [{ node: 'a', why: 'cut off' }])), null],
  [
    'no node to its end',
    model(
      'probe',
      probed(
        ['a', 'b'],
        [
          { node: 'a', why: 'cut off' },
          { node: 'b', why: 'cut off' },
          { node: 'c', why: 'cordoned' },
        ],
      ),
    ),
    'cut off',
  ],
  ['no node at all', model('node', probed([], [{ node: 'c', why: 'cordoned' }])), 'no probe pod gave a result'],
  ['no pod may be made', model('probe', unknown('forbidden', 'create pods')), 'create pods'],
  ['no server to ask: DNS107 says so', model('probe', unknown('not-there', 'none')), null],
] as const)('%s', (_name, given, expected) => {
  expect(unmeasured(given)).toBe(expected)
})

const syslog = service('syslog', { ports: [port({ name: 'syslog', port: 514, protocol: 'UDP' })] })
const nothing = unknown('not-there', 'nothing to connect to')
const named = (about: Partial<Model['scope']>, asked: Model['sources']['contacts'], its = syslog): Model =>
  modelOf(
    { services: [its], endpointSlices: [slice('syslog', [pod('syslog-1')])] },
    { contacts: asked },
    { level: 'probe', target: { kind: 'object', object: subject('Service', 'shop', 'syslog'), url: null }, ...about },
  )

test.each([
  ['of UDP alone', named({}, nothing), 'nothing was asked of its port UDP 514'],
  ['others were connected to', named({}, known(contacts([toService('web', 'a', repeat(3, 'open'))]))), /UDP 514/],
  ['one of its ports was', named({}, known(contacts([toService('syslog', 'a', repeat(3, 'open'))]))), null],
  ['only reading', named({ level: 'read' }, nothing), null],
  ['the probe itself was not allowed', named({}, unknown('forbidden', 'create pods')), null],
  ['it has no port', named({}, nothing, { ...syslog, ports: [] }), null],
  ['nobody named it', named({ target: { kind: 'everything' } }, nothing), null],
] as const)('a Service that was named, %s', (_name, given, expected) => {
  if (expected instanceof RegExp) expect(unheard(given)).toMatch(expected)
  else expect(unheard(given)).toBe(expected)
})

test.each([
  [
    'no connection to its data plane',
    [getThrough('/', null, { error: lateError('connection', 3000, 0) })],
    /HTTPRoute/,
  ],
  [
    'one request came through',
    [getThrough('/', null, { error: lateError('connection', 3000, 0) }), getThrough('/', 200)],
    null,
  ],
  ['a 503 is an answer', [getThrough('/', 503)], null],
] as const)('a route, %s', (_name, routed, expected) => {
  const given = modelOf({}, { contacts: known({ ...contacts([]), routed }) }, { level: 'probe' })
  if (expected === null) expect(unheard(given)).toBeNull()
  else expect(unheard(given)).toMatch(expected)
})

const noSlices = unknown('cut-off', 'kubectl get holds no endpointslices')
const askedFor = (kind: string, name: string, about: Partial<Scope> = {}, more: Partial<Sources> = {}) =>
  modelOf(
    {
      services: [service('web'), service('far', { type: 'ExternalName', clusterIP: null })],
      pods: [pod('web-1')],
      ...more,
    },
    { endpointSlices: noSlices, workloads: unknown('cut-off', 'kubectl get holds no deployments') },
    { level: 'read', target: { kind: 'object', object: subject(kind, 'shop', name), url: null }, ...about },
  )

test.each([
  ['a Service', askedFor('Service', 'web'), /EndpointSlices were not seen: kubectl get holds/],
  ['an ExternalName, which has none', askedFor('Service', 'far'), null],
  ['an Ingress', askedFor('Ingress', 'web'), /EndpointSlices/],
  ['a route', askedFor('HTTPRoute', 'web'), /EndpointSlices/],
  ['a pod', askedFor('Pod', 'web-1'), null],
  ['a Deployment without a ready pod', askedFor('Deployment', 'cart'), /workloads were not seen/],
  ['the cluster', askedFor('Service', 'web', { target: { kind: 'everything' } }), null],
  ['a kind of the prototype', askedFor('constructor', 'web'), null],
] as const)('what ties it to its pods was not read: %s', (_name, given, expected) => {
  if (expected === null) expect(unseenWhole(given)).toBeNull()
  else expect(unseenWhole(given)).toMatch(expected)
})
