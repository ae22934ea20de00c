import { expect, test } from 'vitest'
import { container, pod } from '../../../test/build/pod.ts'
import { port, service, slice } from '../../../test/build/service.ts'
import { traced } from '../../../test/build/trace.ts'
import { everything, model } from '../../model/build.ts'
import { known } from '../../model/known.ts'
import { addressesOf, farNameOf, isPastTcp, namespacesOf, type TraceEnds, traceEnds } from './trace-ends.ts'

const shown = (ends: TraceEnds | null): readonly string[] =>
  ends === null ? ['no trace'] : addressesOf(ends).map((it) => `${it.to.kind} ${it.host}:${it.port}`)

const client = pod('client-1', { ip: '10.2.9.1' })
const backends = Array.from({ length: 8 }, (_, at) => pod(`web-${at}`, { ip: `10.2.1.${at}` }))
const web = service('web', { clusterIP: '10.96.44.7' })
const ask = { from: { namespace: 'shop', pod: 'client-1' }, host: null, port: null }
const to = (end: TraceEnds['to'], asked: number | null = null): TraceEnds => ({
  ask: { ...ask, port: asked },
  from: client,
  to: end,
})

test('the slices are those of the Service, of that name and namespace', () => {
  const slices = [
    slice('web', backends.slice(0, 1)),
    slice('web', backends.slice(1, 2), { namespace: 'other' }),
    slice('cart', backends.slice(2, 3)),
    slice('web', backends.slice(3, 4), { addressType: 'FQDN' }),
  ]
  const given = { ...traced.sources, services: [service('web', { namespace: 'other' }), service('cart'), web] }
  const ends = traceEnds(
    model(
      { pods: known(given.pods), services: known(given.services), endpointSlices: known(slices) },
      { scope: { ...everything, ...traced.scope } },
    ),
  )
  expect(shown(ends)).toEqual(['service 10.96.44.7:80', 'endpoint 10.2.1.0:8080'])
  expect(ends?.from?.name).toBe('client-1')
})

test.each<[string, TraceEnds, readonly string[]]>([
  ['nothing', to({ kind: 'absent' }), []],
  ['a host', to({ kind: 'host', host: 'db.example' }, 5432), ['host db.example:5432']],
  ['a host without a port', to({ kind: 'host', host: 'db.example' }), []],
  ['a pod', to({ kind: 'pod', pod: client }), ['endpoint 10.2.9.1:8080']],
  ['a pod at a port', to({ kind: 'pod', pod: client }, 9), ['endpoint 10.2.9.1:9']],
  ['a pod without an address', to({ kind: 'pod', pod: { ...client, ip: null } }, 9), []],
  [
    'three of the ports that a pod declares',
    to({
      kind: 'pod',
      pod: pod('a', {
        ip: '10.2.9.1',
        containers: [
          container({ ports: [1, 2, 1, 3, 4].map((it) => ({ name: null, port: it, protocol: 'TCP' as const })) }),
        ],
      }),
    }),
    ['endpoint 10.2.9.1:1', 'endpoint 10.2.9.1:2', 'endpoint 10.2.9.1:3'],
  ],
  [
    'six endpoints of a Service',
    to({ kind: 'service', service: web, slices: [slice('web', backends)] }),
    ['service 10.96.44.7:80', ...[0, 1, 2, 3, 4, 5].map((it) => `endpoint 10.2.1.${it}:8080`)],
  ],
  [
    'a headless Service',
    to({ kind: 'service', service: { ...web, clusterIP: 'None' }, slices: [slice('web', backends.slice(0, 1))] }),
    ['endpoint 10.2.1.0:8080'],
  ],
  [
    'three ports of a Service, of TCP',
    to({
      kind: 'service',
      service: {
        ...web,
        ports: [1, 2, 3, 4].map((it) => port({ name: `p${it}`, port: it, protocol: it === 1 ? 'UDP' : 'TCP' })),
      },
      slices: [],
    }),
    ['service 10.96.44.7:2', 'service 10.96.44.7:3', 'service 10.96.44.7:4'],
  ],
  ['a port of it', to({ kind: 'service', service: web, slices: [] }, 80), ['service 10.96.44.7:80']],
  ['a port that it has not', to({ kind: 'service', service: web, slices: [] }, 81), []],
])('on the way to %s', (_what, ends, addresses) => expect(shown(ends)).toEqual(addresses))

const of = (protocol: 'TCP' | 'UDP', at: number) => port({ name: `${protocol}${at}`, port: at, protocol })
test.each<[string, readonly ReturnType<typeof port>[], number | null, boolean]>([
  ['TCP', [of('TCP', 1)], null, false],
  ['UDP', [of('UDP', 1)], null, true],
  ['both', [of('TCP', 1), of('UDP', 1)], null, false],
  ['both at a port', [of('TCP', 1), of('UDP', 1)], 1, false],
  ['UDP at the port, TCP at another', [of('UDP', 1), of('TCP', 2)], 1, true],
  ['TCP at the port, UDP at another', [of('UDP', 1), of('TCP', 2)], 2, false],
  ['none at the port', [of('UDP', 1)], 2, false],
])('nothing can be sent where the ports are of another protocol: %s', (_what, ports, asked, is) =>
  expect(isPastTcp(to({ kind: 'service', service: { ...web, ports }, slices: [] }, asked))).toBe(is),
)
test('of a host nobody knows that', () => expect(isPastTcp(to({ kind: 'host', host: 'x' }, 53))).toBe(false))

const far = pod('web-1', { namespace: 'far' })
test.each<[TraceEnds, string, readonly string[]]>([
  [
    to({ kind: 'service', service: { ...web, namespace: 'far' }, slices: [] }, 8080),
    'service far/web:8080',
    ['shop', 'far'],
  ],
  [to({ kind: 'service', service: web, slices: [] }), 'service shop/web', ['shop', 'shop']],
  [to({ kind: 'pod', pod: far }, 1), 'pod far/web-1:1', ['shop', 'far']],
  [to({ kind: 'host', host: 'db.example' }, 5432), 'db.example:5432', ['shop']],
  [to({ kind: 'absent' }), 'what is not there', ['shop']],
])('its far end, %#', (ends, name, namespaces) => {
  expect(farNameOf(ends)).toBe(name)
  expect(namespacesOf(ends)).toEqual(namespaces)
})
