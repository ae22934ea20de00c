import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { known, unknown } from '../../model/known.ts'
import { everything, model } from '../../model/build.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import type { Endpoint, EndpointSlice, Service } from '../../model/service.ts'
import type { Scope } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import type { Ingress } from '../../model/ingress.ts'
import { requestsOf } from './announce-http.ts'
import { largeAsks } from './announce-http.ts'
import { announce, planProbe, queriesOf } from './plan.ts'

const run = 'aaaa0000'

function node(name: string, over: Partial<Node> = {}): Node {
  return {
    name,
    labels: {},
    ip: null,
    ready: 'True',
    readyMessage: null,
    unschedulable: false,
    taints: [],
    kernel: '6.1',
    os: 'linux',
    kubelet: 'v1.34',
    cpus: 2,
    ...over,
  }
}
function service(namespace: string, name: string, over: Partial<Service> = {}): Service {
  const ports = [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080, nodePort: null }] as const
  return {
    namespace,
    name,
    type: 'ClusterIP',
    clusterIP: '10.96.0.50',
    selector: {},
    ports,
    externalName: null,
    internalTrafficPolicy: 'Cluster',
    publishNotReadyAddresses: false,
    ...over,
  }
}
function endpoint(ip: string, pod: string, over: Partial<Endpoint> = {}): Endpoint {
  return { ip, ready: true, serving: true, terminating: false, node: null, pod, ...over }
}
function slice(
  namespace: string,
  of: string,
  port: number,
  protocol: 'TCP' | 'UDP',
  endpoints: readonly Endpoint[],
  name = 'http',
): EndpointSlice {
  return { namespace, name: `${of}-x`, service: of, addressType: 'IPv4', ports: [{ name, port, protocol }], endpoints }
}
function dns(replicas: number): ClusterDns {
  const endpoints = Array.from({ length: replicas }, (_, i) => endpoint(`10.244.0.${i + 2}`, `coredns-${i}`))
  return {
    service: service('kube-system', 'kube-dns', { clusterIP: '10.96.0.10' }),
    slices: [
      slice(
        'kube-system',
        'kube-dns',
        5353,
        'UDP',
        [...endpoints, endpoint('10.244.9.9', 'coredns-gone', { ready: false })],
        'dns',
      ),
    ],
    pods: [],
    workload: null,
    corefile: unknown('forbidden', 'get configmaps'),
    domain: 'example.local',
    weaveTc: [],
    nodeCaches: [],
  }
}
function pod(namespace: string, name: string, over: Partial<Pod> = {}): Pod {
  const container = {
    name: 'app',
    image: 'x',
    ports: [],
    args: [],
    cpuLimitMilli: null,
    cpuRequestMilli: null,
    memoryLimitBytes: null,
    readinessProbe: null,
    ready: true,
    restarts: 0,
    waiting: null,
    lastTermination: null,
  }
  return {
    namespace,
    name,
    labels: {},
    node: 'b',
    ip: null,
    phase: 'Running',
    ready: true,
    notReadyReason: null,
    deleting: false,
    hostNetwork: false,
    dnsPolicy: 'ClusterFirst',
    dnsConfig: null,
    owner: { kind: 'ReplicaSet', name: name.replace(/-\w+$/, '') },
    containers: [container],
    ...over,
  }
}
const shop: Scope = { namespace: 'shop', target: { kind: 'everything' }, level: 'probe' }
const nodes = known([
  node('a'),
  node('b'),
  node('c', { ready: 'False', readyMessage: 'kubelet stopped' }),
  node('d', { unschedulable: true }),
  node('e', { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] }),
])
const shopSources = {
  nodes,
  clusterDns: known(dns(2)),
  pods: known([
    pod('shop', 'web-1'),
    pod('shop', 'web-2'),
    pod('shop', 'db-1', { ready: false }),
    pod('kube-system', 'proxy-1'),
  ]),
  services: known([service('shop', 'web'), service('shop', 'empty'), service('shop', 'db', { clusterIP: 'None' })]),
  endpointSlices: known([
    slice('shop', 'web', 8080, 'TCP', [
      endpoint('10.244.1.2', 'web-1'),
      endpoint('10.244.1.3', 'web-2', { ready: false }),
      endpoint('10.244.1.4', 'web-0', { terminating: true }),
    ]),
    slice('shop', 'db', 5432, 'TCP', [endpoint('10.244.1.9', 'db-1')]),
  ]),
}

function of(target: Scope['target']) {
  return planProbe(model(shopSources, { scope: { ...shop, target } }), { run })
}

describe('the plan', () => {
  it('asks DNS less where the question is about one path, and no server less than a loss needs to be seen', () => {
    const object = subject('Ingress', 'shop', 'web')
    const [whole, path] = [
      of({ kind: 'object', object, url: null }),
      of({ kind: 'object', object, url: 'http://a.test/' }),
    ]
    const pairs = (it: typeof whole): number => it.series.reduce((sum, one) => sum + one.count, 0)
    expect(pairs(path)).toBeLessThan(0.7 * pairs(whole))
    expect(path.series.map((it) => it.server.ip)).toEqual(whole.series.map((it) => it.server.ip))
    for (const its of Map.groupBy(path.series, (it) => it.server.ip).values())
      expect(its.reduce((sum, it) => sum + it.count, 0)).toBeGreaterThanOrEqual(40)
  })

  it('takes nodes that can run a pod, those of the scope first, and says why it leaves others out', () => {
    const plan = planProbe(model(shopSources, { scope: shop }), { run })
    expect(plan.nodes).toEqual(['b', 'a'])
    expect(plan.skipped).toEqual([
      { node: 'c', why: 'not ready: “kubelet stopped”' },
      { node: 'd', why: 'cordoned' },
      { node: 'e', why: 'tainted gpu=yes:NoSchedule' },
    ])
    expect(planProbe(model(shopSources), { run, tolerateAll: true }).nodes).toEqual(['a', 'b', 'd', 'e'])
    expect(planProbe(model(shopSources), { run, nodes: ['a', 'nope'] })).toMatchObject({
      nodes: ['a'],
      skipped: [{ node: 'nope', why: 'there is no such node' }],
    })
  })

  it("asks the Service and each ready replica at its own port, by the cluster's own domain", () => {
    const { series, metrics } = planProbe(model({ nodes, clusterDns: known(dns(2)) }), { run })
    expect(new Set(series.map((it) => `${it.server.role} ${it.server.ip}:${it.port}`))).toEqual(
      new Set(['service 10.96.0.10:53', 'endpoint 10.244.0.2:5353', 'endpoint 10.244.0.3:5353']),
    )
    expect(series.find((it) => it.zone === 'cluster')?.name).toBe('kubernetes.default.svc.example.local.')
    expect(series.every((it) => it.name.endsWith('.'))).toBe(true)
    expect(metrics).toEqual([
      { pod: 'coredns-0', ip: '10.244.0.2', port: 9153 },
      { pod: 'coredns-1', ip: '10.244.0.3', port: 9153 },
    ])
  })

  it('bounds the load however many replicas and nodes there are', () => {
    for (const replicas of [0, 1, 2, 8, 40]) {
      for (const count of [1, 3, 12, 400]) {
        const plan = planProbe(
          model({
            nodes: known(Array.from({ length: count }, (_, i) => node(`n${i}`))),
            clusterDns: known(dns(replicas)),
          }),
          { run },
        )
        expect(plan.nodes.length).toBeLessThanOrEqual(12)
        expect(plan.queriesPerSecondPerNode * plan.nodes.length).toBeLessThanOrEqual(900)
        expect(queriesOf(plan.series)).toBeLessThanOrEqual(1450)
        expect(plan.budgetMs).toBeLessThanOrEqual(30_000)
      }
    }
  })

  it('asks for a bounded number of names: the target first, then those of the Corefile, then each kind in each namespace', () => {
    const many = Array.from({ length: 60 }, (_, i) =>
      service(`ns${i % 5}`, `s${i}`, i % 3 === 0 ? { clusterIP: 'None' } : {}),
    )
    const corefile = known('.:53 {\n hosts {\n 192.0.2.1 s47.ns2.svc.example.local\n }\n}\n')
    const of = (target: Scope['target']) =>
      planProbe(
        model(
          { nodes, services: known(many), clusterDns: known({ ...dns(2), corefile }) },
          { scope: { ...shop, namespace: null, target } },
        ),
        { run },
      ).names
    const all = of({ kind: 'everything' })
    const services = all?.spec.names.filter((it) => it.reason.kind === 'service') ?? []
    expect(services.length).toBe(12)
    expect(all?.notAsked).toBe(48)
    expect(services[0]?.name).toBe('s47.ns2.svc.example.local.')
    expect(new Set(services.map((it) => it.name.split('.')[1])).size).toBe(5)
    const one = of({ kind: 'object', object: subject('Service', 'ns1', 's31'), url: null })
    expect(one?.spec.names[0]?.name).toBe('s31.ns1.svc.example.local.')
    expect(one?.spec.names.filter((it) => it.reason.kind === 'way').map((it) => it.name)).toEqual([
      's31.ns1.ns1.svc.example.local.',
      's31.ns1.svc.ns1.svc.example.local.',
    ])
  })

  it('fits ten seconds on three nodes', () => {
    const plan = planProbe(model({ nodes: known([node('a'), node('b'), node('c')]), clusterDns: known(dns(2)) }), {
      run,
    })
    expect(queriesOf(plan.series) / plan.queriesPerSecondPerNode).toBeLessThan(7)
  })

  it('connects to Services with endpoints, and to each of those that is not going away', () => {
    const { connects } = planProbe(model(shopSources, { scope: shop }), { run })
    expect(connects.map((it) => `${it.service.name} ${it.via.kind} ${it.ip}:${it.port}`)).toEqual([
      'web service 10.96.0.50:80',
      'web endpoint 10.244.1.2:8080',
      'web endpoint 10.244.1.3:8080',
      'db endpoint 10.244.1.9:5432',
    ])
  })

  it('bounds the connects, and says so', () => {
    const many = Array.from({ length: 60 }, (_, i) => service('shop', `s${i}`))
    const slices = many.map((it) =>
      slice(
        'shop',
        it.name,
        8080,
        'TCP',
        Array.from({ length: 20 }, (_, i) => endpoint(`10.244.2.${i}`, `p-${i}`)),
      ),
    )
    const plan = planProbe(
      model({ ...shopSources, services: known(many), endpointSlices: known(slices) }, { scope: shop }),
      { run },
    )
    expect(plan.connects.length).toBe(400)
    expect(plan.leftOut).toEqual([
      'connects to the first 50 of 60 Services only',
      'connects to the first 400 of 550 addresses only',
      'asks some endpoints only of 60 Service ports: 10 of each, 60 in all',
    ])
  })

  it('connects to every endpoint where there are few Services', () => {
    const endpoints = Array.from({ length: 70 }, (_, i) => endpoint(`10.244.2.${i}`, `p-${i}`))
    const plan = planProbe(
      model(
        {
          ...shopSources,
          services: known([service('shop', 's')]),
          endpointSlices: known([slice('shop', 's', 8080, 'TCP', endpoints)]),
        },
        { scope: shop },
      ),
      { run },
    )
    expect(plan.connects.filter((it) => it.via.kind === 'endpoint').length).toBe(70)
  })

  it("tries a Service's own address until each endpoint must have been met, within a bound of all", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 80 }), fc.boolean(), (n, size, sticky) => {
        const about = sticky ? ({ sessionAffinity: 'ClientIP' } as const) : {}
        const services = Array.from({ length: n }, (_, i) => service('shop', `s${i}`, about))
        const endpoints = Array.from({ length: size }, (_, i) => endpoint(`10.244.2.${i}`, `p-${i}`))
        const slices = services.map((it) => slice('shop', it.name, 8080, 'TCP', endpoints))
        const { connects, connectTries } = planProbe(
          model({ ...shopSources, services: known(services), endpointSlices: known(slices) }, { scope: shop }),
          { run },
        )
        const own = connects.filter((it) => it.via.kind === 'service').map((it) => it.times ?? connectTries)
        expect(connects.every((it) => it.via.kind === 'service' || it.times === undefined)).toBe(true)
        expect(Math.max(...own)).toBeLessThanOrEqual(40)
        expect(own.reduce((sum, it) => sum + it, 0)).toBeLessThanOrEqual(Math.max(200, connectTries * own.length))
        for (const tries of own) {
          expect(tries).toBeGreaterThanOrEqual(connectTries)
          // Five Services at most get as many as they need, or the most that any gets.
          if (n <= 5 && !sticky) expect(tries === 40 || (1 - 1 / size) ** tries <= 0.01).toBe(true)
        }
      }),
    )
  })

  it('connects to NodePorts of a few nodes, and with Local of those that serve', () => {
    const nodePort = { name: 'http', port: 80, protocol: 'TCP', targetPort: 8080, nodePort: 30080 } as const
    const placed = slice('shop', 'web', 8080, 'TCP', [endpoint('10.244.1.2', 'web-1', { node: 'b' })])
    const nodePortsOf = (about: Partial<Service>) =>
      planProbe(
        model(
          {
            nodes: known([node('a', { ip: '192.0.2.1' }), node('b', { ip: '192.0.2.2' }), node('c', { ip: null })]),
            services: known([service('shop', 'web', { type: 'NodePort', ports: [nodePort], ...about })]),
            endpointSlices: known([placed]),
          },
          { scope: shop },
        ),
        { run },
      ).nodePorts
    expect(nodePortsOf({}).map((it) => `${it.at.node} ${it.at.ip}:${it.port}`)).toEqual([
      'a 192.0.2.1:30080',
      'b 192.0.2.2:30080',
    ])
    expect(nodePortsOf({ externalTrafficPolicy: 'Local' }).map((it) => it.at.node)).toEqual(['b'])
  })

  it('keeps to the target', () => {
    expect(of({ kind: 'dns' }).connects).toEqual([])
    expect(
      new Set(
        of({ kind: 'object', object: subject('Service', 'shop', 'db'), url: null }).connects.map(
          (it) => it.service.name,
        ),
      ),
    ).toEqual(new Set(['db']))
    expect(
      of({ kind: 'object', object: subject('Pod', 'shop', 'db-1'), url: null }).inside.map((it) => it.pod),
    ).toEqual(['db-1'])
    expect(
      new Set(
        of({ kind: 'object', object: subject('Deployment', 'shop', 'web'), url: null }).connects.map(
          (it) => it.service.name,
        ),
      ),
    ).toEqual(new Set(['web']))
  })

  it('looks out of one ready pod per workload, and not of kube-system', () => {
    expect(planProbe(model(shopSources), { run }).inside.map((it) => it.pod)).toEqual(['web-1'])
  })

  it('looks out of none where a flag says so, and tells that', () => {
    const plan = planProbe(model(shopSources), { run, exec: false })
    expect(plan).toMatchObject({ inside: [], crossings: [], exec: 'left-out' })
    expect(announce(plan)).toContain('runs nothing in containers that are there (--no-exec)')
  })

  it('asks an Ingress host of a controller that serves its class', () => {
    const backend = { service: 'web', port: 80, path: '' }
    const ingress = (host: string | null, path: string, className: string | null) => ({
      namespace: 'shop',
      name: `to-${className}`,
      className,
      classFrom: 'spec' as const,
      rules: [{ host, paths: [{ path, pathType: 'Prefix', backend }] }],
      defaultBackend: null,
      addresses: [],
    })
    const { http } = planProbe(
      model({
        ...shopSources,
        ingresses: known([
          {
            ...ingress('a.test', '/api(/|$)(.*)', 'nginx'),
            nginx: { rewrite: '/$2', regex: true, canary: false, protocol: null },
          },
          ingress('*.b.test', '/', null),
          ingress('c.test', '/', 'other'),
        ]),
        ingressClasses: known([
          { name: 'nginx', controller: 'k8s.io/ingress-nginx', isDefault: true },
          { name: 'other', controller: 'example.com/other', isDefault: false },
        ]),
        ingressControllers: known([
          {
            namespace: 'ingress-nginx',
            pod: 'nginx-0',
            ip: '10.244.3.3',
            ready: true,
            controller: 'k8s.io/ingress-nginx',
            classNames: [],
          },
        ]),
      }),
      { run },
    )
    expect(http.map((it) => [it.host, it.path, it.via.ip])).toEqual([
      ['a.test', '/api', '10.244.3.3'],
      ['hopscope.b.test', '/', '10.244.3.3'],
    ])
  })

  describe('URLs', () => {
    const backend = (name: string) => ({ service: name, port: 80, path: '' })
    const rule = (host: string, paths: readonly string[], to = 'web') => ({
      host,
      paths: paths.map((path) => ({ path, pathType: 'Prefix', backend: backend(to) })),
    })
    const ingress = (name: string, rules: Ingress['rules'], about: Partial<Ingress> = {}): Ingress => ({
      namespace: 'shop',
      name,
      className: 'nginx',
      classFrom: 'spec',
      rules,
      defaultBackend: null,
      addresses: [],
      ...about,
    })
    const replica = (name: string, ip: string) => ({
      namespace: 'ingress-nginx',
      pod: name,
      ip,
      ready: true,
      controller: 'k8s.io/ingress-nginx',
      classNames: ['nginx'],
    })
    const planOf = (
      ingresses: readonly Ingress[],
      about: { readonly url?: string; readonly replicas?: number } = {},
    ) => {
      const ingressControllers = known(
        Array.from({ length: about.replicas ?? 1 }, (_, i) => replica(`nginx-${i}`, `10.244.3.${i}`)),
      )
      const target: Scope['target'] =
        about.url === undefined
          ? { kind: 'everything' }
          : { kind: 'object', object: subject('Ingress', 'shop', 'web'), url: about.url }
      const threeNodes = known([node('a'), node('b'), node('c')])
      return planProbe(
        model(
          { ...shopSources, nodes: threeNodes, ingresses: known(ingresses), ingressControllers },
          { scope: { ...shop, target } },
        ),
        { run },
      )
    }
    const urls = (plan: ReturnType<typeof planOf>) =>
      plan.http.map((it) => `${it.scheme}://${it.host}${it.path} :${it.via.port}`)

    it('asks exactly the one that the user asked about', () => {
      const web = ingress('web', [rule('a.test', ['/'])])
      expect(
        urls(
          planOf([web, ingress('other', [rule('b.test', ['/'])])], { url: 'https://a.test:30443/checkout/pay?step=2' }),
        ),
      ).toEqual(['https://a.test:30443/checkout/pay?step=2 :443'])
      expect(urls(planOf([web], { url: 'http://a.test/' }))).toEqual(['http://a.test/ :80'])
      // Credentials are nobody's business, and no part of a path.
      const plan = planOf([web], { url: 'http://ann:hunter2@a.test/x' })
      expect(urls(plan)).toEqual(['http://a.test/x :80'])
      expect(JSON.stringify(plan)).not.toMatch(/ann|hunter2/)
    })

    it('asks every declared path else, over TLS where spec.tls has the host, and the default backend', () => {
      const web = ingress('web', [rule('a.test', ['/', '/api']), rule('b.test', ['/'])], {
        tls: [{ hosts: ['*.test'], secret: null }],
        defaultBackend: backend('web'),
      })
      expect(urls(planOf([web]))).toEqual([
        'https://a.test/ :443',
        'https://a.test/api :443',
        'https://b.test/ :443',
        'http://10.244.3.0/ :80',
      ])
    })

    it('asks ten times or more whatever the number of replicas, and bounds it all, and says so', () => {
      for (const replicas of [1, 2, 3, 7]) {
        const { http, contactNodes } = planOf([ingress('web', [rule('a.test', ['/'])])], { replicas })
        expect(http.reduce((sum, it) => sum + it.times, 0) * contactNodes.length).toBeGreaterThanOrEqual(10)
      }
      const many = [
        ingress('web', [
          rule(
            'a.test',
            Array.from({ length: 100 }, (_, i) => `/${i}`),
          ),
        ]),
        ingress('late', [rule('b.test', ['/'])]),
      ]
      const plan = planOf(many, { replicas: 9 })
      expect(requestsOf(plan) / 30).toBeLessThan(12)
      expect(plan.http.some((it) => it.host === 'b.test')).toBe(true)
      expect(plan.leftOut).toContain('asks the first 30 of 101 URLs of Ingresses only')
    })

    it.each([
      ['/cron/run-billing', false],
      ['/users/delete', false],
      ['/logout', false],
      ['/cache_flush.php', false],
      ['/admin/purge', false],
      ['/cart', true],
      ['/v1/health', true],
      ['/running-shoes', true],
      ['/deleted-scenes', true],
      ['/reports/cronicle', true],
    ])('%s: is asked without being named: %s', (path, isAsked) => {
      const sources = {
        ...shopSources,
        ingresses: known([ingress('web', [rule('a.test', [path])])]),
        ingressControllers: known([replica('nginx-0', '10.244.3.1')]),
      }
      const { http, leftOut } = planProbe(model(sources, { scope: shop }), { run })
      expect(http.map((it) => it.path)).toEqual(isAsked ? [path] : [])
      expect(leftOut.some((it) => it.includes(`hopscope diagnose http://a.test${path}`))).toBe(!isAsked)
    })

    it('a path that a shell would read as more is one word of the command', () => {
      const sources = {
        ...shopSources,
        ingresses: known([ingress('web', [rule('a.test', ["/run;touch${IFS}x'"])])]),
        ingressControllers: known([replica('nginx-0', '10.244.3.1')]),
      }
      const { leftOut } = planProbe(model(sources, { scope: shop }), { run })
      expect(leftOut.join('\n')).toMatch(/diagnose 'http:/)
    })

    describe('behind an Ingress that asks who comes', () => {
      const planned = (annotated: readonly string[], others: readonly Ingress[] = []) => {
        const sources = {
          ...shopSources,
          services: known([service('shop', 'web')]),
          endpointSlices: known([slice('shop', 'web', 8080, 'TCP', [endpoint('10.244.1.2', 'web-1')])]),
          ingresses: known([ingress('web', [rule('a.test', ['/billing'])], { annotated }), ...others]),
          ingressControllers: known([replica('nginx-0', '10.244.3.1')]),
        }
        return planProbe(model(sources, { scope: shop }), { run })
      }

      it.each([
        'nginx.ingress.kubernetes.io/auth-type',
        'nginx.ingress.kubernetes.io/auth-url',
        'nginx.ingress.kubernetes.io/auth-tls-secret',
        'nginx.ingress.kubernetes.io/whitelist-source-range',
        'nginx.org/basic-auth-secret',
        'nginx.com/jwt-key',
        'nginx.org/policies',
      ])('the pods are not asked past it: %s', (annotation) => {
        const { http, direct, unasked } = planned([annotation])
        expect(http.map((it) => it.path)).toEqual(['/billing'])
        expect(direct).toEqual([])
        expect(unasked).toMatchObject([{ why: 'guarded' }])
      })

      it('what another Ingress shows to everybody is asked of the pods as well', () => {
        const { direct } = planned(
          ['nginx.ingress.kubernetes.io/auth-type'],
          [ingress('open', [rule('b.test', ['/shop'])])],
        )
        expect(direct.map((it) => `${it.host}${it.path}`)).toEqual(['b.test/shop'])
      })

      it('an annotation that lets everybody in changes nothing', () => {
        expect(planned(['nginx.ingress.kubernetes.io/proxy-body-size']).direct).toHaveLength(1)
      })
    })

    it('asks one URL once from each node where an Ingress has a limit of requests, and nothing larger', () => {
      const annotated = ['nginx.ingress.kubernetes.io/limit-rps']
      const sources = {
        ...shopSources,
        ingresses: known([ingress('web', [rule('a.test', ['/', '/login'])], { annotated })]),
        ingressControllers: known([replica('nginx-0', '10.244.3.1')]),
      }
      const plan = planProbe(model(sources, { scope: shop }), { run })
      expect(plan.http.map((it) => [it.path, it.times])).toEqual([['/', 1]])
      expect(announce(plan).join('\n')).toMatch(/asks one URL once from each node of shop\/web/)
      expect(largeAsks({ direct: [], http: plan.http })).toEqual([])
    })

    it('leaves out requests and logs where a flag says so, and what was not asked is told', () => {
      const sources = {
        ...shopSources,
        services: known([service('shop', 'web')]),
        endpointSlices: known([slice('shop', 'web', 8080, 'TCP', [endpoint('10.244.1.2', 'web-1')])]),
        ingresses: known([ingress('web', [rule('a.test', ['/'])])]),
        ingressControllers: known([replica('nginx-0', '10.244.3.1')]),
      }
      const whole = model(sources, { scope: shop })
      const plan = planProbe(whole, { run, http: false, logs: false })
      expect(planProbe(whole, { run }).http).not.toEqual([])
      expect(plan).toMatchObject({ http: [], strangers: [], direct: [], through: [], unasked: [{ why: 'flag' }] })
      const told = announce(plan).join('\n')
      expect(told).toMatch(/^sends no HTTP request .*--no-http\)\nreads no log \(--no-logs\)$/m)
      expect(told).not.toMatch(/HTTP requests\/s|reads the (?:last five minutes|end) of the log/)
    })

    it('asks no gRPC backend: a GET tells nothing of it', () => {
      const ports = [{ name: 'grpc', port: 80, protocol: 'TCP', targetPort: 8080, nodePort: null }] as const
      const sources = {
        ...shopSources,
        services: known([service('shop', 'web', { ports })]),
        endpointSlices: known([slice('shop', 'web', 8080, 'TCP', [endpoint('10.244.1.2', 'web-1')], 'grpc')]),
        ingresses: known([ingress('web', [rule('a.test', ['/'])])]),
        ingressControllers: known([replica('nginx-0', '10.244.3.1')]),
      }
      expect(planProbe(model(sources, { scope: shop }), { run })).toMatchObject({
        http: [],
        direct: [],
        unasked: [{ why: 'not-http' }],
      })
    })
  })

  it('says what it cannot do without the right to read', () => {
    const plan = planProbe(
      model({ clusterDns: unknown('forbidden', 'list services in namespace kube-system') }, { scope: everything }),
      { run, nodes: ['a'] },
    )
    expect(plan).toMatchObject({ nodes: ['a'], series: [], dnsNote: 'list services in namespace kube-system' })
    expect(announce(plan)).toContain('asks no DNS server: list services in namespace kube-system')
  })
})

it('announces an image as it was named', () => {
  const image = `registry.example.com/node@sha256:${'ab'.repeat(32)}`
  const plan = planProbe(model(shopSources, { scope: shop }), { run, image })
  expect(announce(plan)[0]).toContain(`, image ${image}; removed`)
})

it('announces where, how much, and how long', () => {
  expect(announce(planProbe(model(shopSources, { scope: shop }), { run, conntrack: 'host-network-pod' }))).toEqual([
    'creates 4 pods in namespace shop on b, a, image docker.io/library/node:24-slim; removed at the end',
    'asks DNS at most 150 queries/s per node, 1024 per node in all, starting none after 11 s; slows down and stops when answers get worse',
    'among them are 28 lookups per node of names that do not exist, below hopscope-aaaa0000.example.com.: these go on to where CoreDNS forwards to',
    'asks 3 DNS servers for the names of 3 Services and for SRV records of 1 port from two nodes, and for example.com with each suffix of the search list from all: at most 38 queries more per node, of the same rate; what is not answered is asked once more',
    'fetches the metrics page of 2 DNS servers from each node, twice at most',
    "opens a TCP connection to the API server from each node, by its Service's address, once, twice more where that " +
      'fails or is hung up on at once, and sends nothing',
    expect.stringMatching(/^starts the pod on b first, 6 s before the others at most; .* until removed$/),
    "opens TCP connections to 4 addresses from b, a, at most 5 times each (a Service's own up to 7 times, to meet each of its endpoints), twice more where the other side hangs up at once, and sends nothing",
    'sends at most 30 HTTP requests/s from each of b, a: 12 GETs to 2 endpoints, one more to each of 2 ports, where it answers, padded by a header to fill a packet (4000 bytes at most), and a small one where that is silent; follows redirects to the same host, three at most; asks over TLS who does not understand plain HTTP; leaves alone what is silent, slow, or answers 429',
    'runs a short script in 1 application container: reads resolv.conf, hosts, nsswitch.conf, routes, the state of TCP sockets, which ports are open and how many files, looks up at most 4 names, asks each nameserver once, and makes one connection',
    'reads the last five minutes of the log of 2 containers of 2 pods, at most 500 lines each, and keeps of it who is called in vain, and how often',
    'reads conntrack counters on each node: half of the pods are hostNetwork pods without privileges',
    expect.stringMatching(/^reads there routes.* answers those of this run on a port of its own/),
    'leaves out c: not ready: “kubelet stopped”',
    'leaves out d: cordoned',
    'leaves out e: tainted gpu=yes:NoSchedule',
    'takes 16 s when all is well, 31 s when DNS or a web server is silent, at most two minutes; each pod ends itself after that, and when this command is gone where it may exec in them',
  ])
})
