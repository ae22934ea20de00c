import { describe, expect, test } from 'vitest'
import { node } from '../../../test/build/node.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { port, service, slice } from '../../../test/build/service.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { subject } from '../../model/subject.ts'
import type { Call, Container, ContainerPort, Pod } from '../../model/pod.ts'
import type { ServicePort } from '../../model/service.ts'
import type { Scope, Sources } from '../../model/sources.ts'
import { announce, type PlannedDirect, planProbe } from './plan.ts'
import { type DirectPlan, directTimes, planDirect } from './plan-direct.ts'
import { probeSpec } from './spec-of.ts'

interface World {
  readonly port?: Partial<ServicePort>
  /** Of the pod behind it: where it listens, and what its container says of that. */
  readonly at?: number
  readonly named?: string | null
  readonly probes?: Partial<Pick<Container, 'readinessProbe' | 'livenessProbe'>>
  /** What another program is told to call. */
  readonly told?: Pick<Call, 'host' | 'port' | 'scheme'>
  readonly more?: Partial<Sources>
  readonly sidecar?: string
}

/** A Service whose port says nothing of itself, and a pod that says as little, but for what a row adds. */
function modelIn(
  { port: about = {}, at = 8080, named = null, probes = {}, told, more = {}, sidecar }: World,
  scope = {},
) {
  const own: ContainerPort = { name: named, port: at, protocol: 'TCP' }
  const calls: readonly Call[] = told === undefined ? [] : [{ by: 'API_URL', ...told }]
  const behind: readonly Container[] = [
    container({ ports: [own], ...probes }),
    ...(sidecar === undefined ? [] : [container({ name: sidecar, ports: [] })]),
  ]
  const pods: readonly Pod[] = [
    pod('api-1', { containers: behind }),
    pod('client-1', { ip: '10.2.1.8', containers: [container(calls.length === 0 ? {} : { calls })] }),
  ]
  const on = port({ name: null, targetPort: at, ...about })
  return modelOf(
    {
      pods,
      services: [service('api', { ports: [on] })],
      endpointSlices: [slice('api', pods.slice(0, 1), { ports: [{ name: on.name, port: at, protocol: 'TCP' }] })],
      namespaces: [],
      ...more,
    },
    {},
    { namespace: 'shop', ...scope },
  )
}

function asked(world: World, scope: Partial<Scope> = {}): readonly string[] {
  const { direct } = planDirect(modelIn(world, scope), [])
  return direct.map((it) => `${it.scheme}://${it.host}${it.path} at ${it.ip}:${it.port} (${it.basis})`)
}

const root = ['http://api.shop/ at 10.2.1.9:8080 (guessed)']
const told = (scheme: 'http' | 'https' | null, number = 80) => ({
  host: 'api',
  port: number,
  ...(scheme === null ? {} : { scheme }),
})

describe('a port is asked over HTTP where something says that it speaks it', () => {
  test.each<[string, World, readonly string[]]>([
    ['its name', { port: { name: 'http-api' } }, root],
    ['appProtocol', { port: { appProtocol: 'http' } }, root],
    ['the name of the container port that it leads to', { named: 'http' }, root],
    ['that name, as it says TLS', { named: 'https' }, ['https://api.shop/ at 10.2.1.9:8080 (guessed)']],
    ['a program that is told to call it by a URL', { told: told('http') }, root],
    ['one that is told to do so with TLS', { told: told('https') }, ['https://api.shop/ at 10.2.1.9:8080 (guessed)']],
    ['such a URL, where the port is named after TCP', { port: { name: 'tcp-api' }, told: told('http') }, root],
    [
      'its readiness probe, and then its root',
      { probes: { readinessProbe: 'http-get :8080/ready' } },
      ['http://api.shop/ready at 10.2.1.9:8080 (declared)', root[0] ?? ''],
    ],
    ['its liveness probe', { probes: { livenessProbe: 'http-get :8080/alive' } }, root],
    ['an Ingress, whoever serves it', { more: { ingresses: [ingressTo('api')] } }, root],
  ])('%s', (_, world, expected) => expect(asked(world)).toEqual(expected))
})

describe('and is not where nothing does, or something says otherwise', () => {
  test.each<[string, World]>([
    ['nothing', {}],
    ['a container port of another name', { named: 'api' }],
    ['gRPC, though the container port says http', { port: { name: 'grpc' }, named: 'http' }],
    ['gRPC, whose URLs begin with http:// as well', { port: { name: 'otlp-grpc' }, told: told('http') }],
    ["gRPC by the container port's name", { named: 'grpc', told: told('http') }],
    ['OpenTelemetry by its number', { port: { port: 4317 }, at: 4317, told: told('http', 4317) }],
    ['HTTP/2 without TLS', { port: { appProtocol: 'kubernetes.io/h2c' }, named: 'http' }],
    ['a database by its name', { port: { name: 'redis' }, named: 'http' }],
    ['a database by its number', { port: { port: 5432 }, at: 5432, named: 'http' }],
    ['a database behind another number', { at: 6379, named: 'web' }],
    ['a call that is no URL of the web', { told: told(null) }],
    ['a URL of another port', { told: told('http', 8081) }],
    ['a URL of another Service', { told: { host: 'apis', port: 80, scheme: 'http' } }],
    ['a probe of another port', { probes: { readinessProbe: 'http-get :9090/ready' } }],
    ['an Ingress to another Service', { more: { ingresses: [ingressTo('web')] } }],
    ["a mesh's proxy before it", { named: 'http', sidecar: 'istio-proxy' }],
  ])('%s', (_, world) => expect(asked(world)).toEqual([]))
})

describe('a URL that the user names', () => {
  const target = { kind: 'object' as const, object: subject('Service', 'shop', 'api'), url: null }

  test.each<[string, World, string, readonly string[]]>([
    ['as it is written', {}, 'http://api/', ['http://api/ at 10.2.1.9:8080 (url)']],
    [
      'with its path, its query and its longer name',
      { port: { name: 'http' } },
      'http://api.shop.svc/cart/1?a=b',
      ['http://api.shop.svc/cart/1?a=b at 10.2.1.9:8080 (url)'],
    ],
    [
      'with TLS and another port',
      { port: { port: 8443 } },
      'https://api:8443/x',
      ['https://api:8443/x at 10.2.1.9:8080 (url)'],
    ],
    [
      'at whatever port it names',
      { port: { port: 6379 }, at: 6379 },
      'http://api:6379/',
      ['http://api:6379/ at 10.2.1.9:6379 (url)'],
    ],
    ['of a port that the Service does not have', {}, 'http://api:81/', []],
    [
      'in place of what would be asked else',
      { probes: { readinessProbe: 'http-get :8080/ready' } },
      'http://api/pay',
      ['http://api/pay at 10.2.1.9:8080 (url)'],
    ],
  ])('%s', (_, world, serviceUrl, expected) => expect(asked(world, { target, serviceUrl })).toEqual(expected))

  test("is asked of the Service's own address as well, once a node and no other is", () => {
    const at = (scope: Partial<Scope>) => planDirect(modelIn({ named: 'http' }, scope), []).through
    expect(at({ target, serviceUrl: 'http://api/x?y=z' })).toEqual([
      {
        service: { namespace: 'shop', name: 'api', port: 80 },
        pod: null,
        ip: '10.96.44.7',
        port: 80,
        scheme: 'http',
        host: 'api',
        path: '/x?y=z',
        basis: 'url',
      },
    ])
    expect(at({ target })).toEqual([])
  })
})

test('the pods are told so, in the order in which their answers are read, and it is announced', () => {
  const scope = { target: { kind: 'object' as const, object: subject('Service', 'shop', 'api'), url: null } }
  const asking = modelIn({ more: { nodes: [node('worker-1')] } }, { ...scope, serviceUrl: 'http://api/x' })
  const plan = planProbe(asking, { run: 'aaaa0000' })
  expect(plan.nodes).toEqual(['worker-1'])
  expect(probeSpec(plan, 'worker-1').http.map((it) => [it.id, `${it.ip}:${it.port}${it.path}`, it.host])).toEqual([
    [0, '10.2.1.9:8080/x', 'api'],
    [1, '10.96.44.7:80/x', 'api'],
  ])
  expect(announce(plan).join('\n')).toMatch(
    /6 GETs to 1 endpoint, 6 GETs of http:\/\/api\/x to the Service's own address,/,
  )
})

function ingressTo(name: string): Sources['ingresses'][number] {
  return {
    namespace: 'shop',
    name: 'web',
    className: 'none',
    classFrom: 'spec',
    rules: [
      { host: 'a.test', paths: [{ path: '/', pathType: 'Prefix', backend: { service: name, port: 80, path: '' } }] },
    ],
    defaultBackend: null,
    addresses: [],
  }
}

test('few endpoints are asked often, many twice, and all together no more than a browser does', () => {
  const of = (count: number): DirectPlan => ({
    direct: Array.from({ length: count }, (_, at) => ({ ip: `10.2.1.${at}` }) as PlannedDirect),
    through: [],
    unasked: [],
    leftOut: [],
  })
  expect([0, 1, 6, 9, 18, 60].map((it) => directTimes(of(it)))).toEqual([6, 6, 6, 4, 2, 2])
})
