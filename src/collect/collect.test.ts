import { describe, expect, test } from 'vitest'
import { known, mapKnown, unknown } from '../model/known.ts'
import type { Scope } from '../model/sources.ts'
import { corefileObject } from '../relations/dns/corefile-text.ts'
import { clusterOf } from './cluster-of.ts'
import { collect } from './collect.ts'

const everywhere: Scope = { namespace: null, target: { kind: 'everything' }, level: 'read' }
const inShop: Scope = { ...everywhere, namespace: 'shop' }
const named = (namespace: string | null, name: string, rest: object = {}, labels: object = {}): object => ({
  metadata: { ...(namespace === null ? {} : { namespace }), name, labels },
  ...rest,
})

const dnsLabels = { 'k8s-app': 'kube-dns' }
const nginxLabels = { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' }
const objects = {
  nodes: [named(null, 'b'), named(null, 'a')],
  namespaces: [named(null, 'shop'), named(null, 'kube-system')],
  pods: [
    named('shop', 'cart-2', {}, { app: 'cart' }),
    named('shop', 'cart-1', {}, { app: 'cart' }),
    named(
      'kube-system',
      'coredns-1',
      { spec: { containers: [{ name: 'coredns', args: ['-conf', '/etc/coredns/Corefile'] }] } },
      dnsLabels,
    ),
    named(
      'ingress-nginx',
      'controller-1',
      { spec: { containers: [{ name: 'c', args: ['--ingress-class=outer', '--watch-ingress-without-class=true'] }] } },
      nginxLabels,
    ),
    named('ingress-nginx', 'admission-1', {}, { ...nginxLabels, 'app.kubernetes.io/component': 'admission-webhook' }),
    named('istio', 'gateway-1', {}, { app: 'istio-ingressgateway' }),
  ],
  services: [
    named('shop', 'cart', { spec: { selector: { app: 'cart' } } }),
    named('kube-system', 'kube-dns', { spec: { clusterIP: '10.96.0.10', selector: dnsLabels } }, dnsLabels),
  ],
  endpointslices: [
    named('kube-system', 'kube-dns-x', {}, { 'kubernetes.io/service-name': 'kube-dns' }),
    named('kube-system', 'other-x', {}, { 'kubernetes.io/service-name': 'other' }),
  ],
  deployments: [
    named('shop', 'cart'),
    named('kube-system', 'coredns', { spec: { template: { metadata: { labels: dnsLabels } } } }),
  ],
  replicasets: [named('shop', 'cart-5f')],
  configmaps: [
    named('kube-system', 'coredns', { data: { Corefile: '.:53 {\n kubernetes k8s.example\n}', other: 'hunter2' } }),
    named('kube-system', 'coredns-custom', {
      data: { 'corp.server': 'corp.example { file db.corp }', 'db.corp': 'hunter2', 'log.conf': 'log' },
    }),
  ],
}

describe('collect', () => {
  test('a whole cluster, in order', async () => {
    const { sources, cluster } = await collect(clusterOf(objects), { scope: everywhere, tool: '1.0.0' })
    expect(cluster).toEqual({ context: 'test', version: 'v1.33.1', tool: '1.0.0' })
    expect(sources.nodes.known && sources.nodes.value.map((it) => it.name)).toEqual(['a', 'b'])
    expect(sources.pods.known && sources.pods.value.map((it) => `${it.namespace}/${it.name}`)).toEqual([
      'ingress-nginx/admission-1',
      'ingress-nginx/controller-1',
      'istio/gateway-1',
      'kube-system/coredns-1',
      'shop/cart-1',
      'shop/cart-2',
    ])
    expect(sources.workloads.known && sources.workloads.value.map((it) => `${it.kind} ${it.name}`)).toEqual([
      'Deployment coredns',
      'Deployment cart',
      'ReplicaSet cart-5f',
    ])
    expect(sources.dnsProbe).toMatchObject({ known: false, why: { reason: 'not-asked' } })
    expect(sources.conntrack).toMatchObject({ known: false, why: { reason: 'not-asked' } })
  })

  test('every namespace at once asks for nothing twice', async () => {
    const cluster = clusterOf(objects)
    const whole = await collect(cluster, { scope: everywhere })
    expect(cluster.asked.filter((it) => / in /.test(it)).toSorted()).toEqual([
      'configmaps in ingress-nginx tcp-services',
      'configmaps in ingress-nginx udp-services',
      'configmaps in kube-system coredns',
      'configmaps in kube-system coredns-custom',
      'configmaps in kube-system kubelet-config',
    ])
    expect(new Set(cluster.asked).size).toBe(cluster.asked.length)
    const { sources } = await collect(clusterOf(objects), { scope: inShop })
    // Of one namespace, who takes addresses elsewhere stands apart.
    const elsewhere = known({ services: [], claiming: [], slices: [] })
    expect(mapKnown(whole.sources.clusterDns, (it) => ({ ...it, elsewhere }))).toEqual(sources.clusterDns)
    expect(whole.sources.ingressControllers).toEqual(sources.ingressControllers)
  })

  test("the cluster's DNS", async () => {
    const { sources } = await collect(clusterOf(objects), { scope: inShop })
    expect(sources.clusterDns).toMatchObject({
      known: true,
      value: {
        service: { name: 'kube-dns' },
        slices: [{ name: 'kube-dns-x' }],
        pods: [{ name: 'coredns-1' }],
        workload: { name: 'coredns' },
        corefile: { known: true },
        domain: 'k8s.example',
        custom: known({
          configMap: 'coredns-custom',
          keys: [
            { name: 'corp.server', mentioned: false },
            { name: 'db.corp', mentioned: true },
            { name: 'log.conf', mentioned: false },
          ],
        }),
      },
    })
    expect(JSON.stringify(sources)).not.toContain('hunter2')
  })

  test('ingress controllers, and no other pod of their charts', async () => {
    const { sources } = await collect(clusterOf(objects), { scope: inShop })
    expect(sources.ingressControllers).toMatchObject({
      value: [
        { pod: 'controller-1', controller: 'k8s.io/ingress-nginx', classNames: ['outer', ''] },
        { pod: 'gateway-1', controller: 'istio.io/ingress-controller', classNames: ['istio'] },
      ],
    })
  })

  test('in a namespace, what is of a namespace is read there only', async () => {
    const cluster = clusterOf(objects)
    const { sources } = await collect(cluster, { scope: inShop })
    expect(sources.pods.known && sources.pods.value.map((it) => it.name)).toEqual(['cart-1', 'cart-2'])
    const kinds = [
      'pods',
      'services',
      'endpointslices',
      'ingresses',
      'networkpolicies',
      'deployments',
      'replicasets',
      'statefulsets',
      'daemonsets',
      'jobs',
      'cronjobs',
    ]
    expect(cluster.asked).toEqual(expect.arrayContaining(kinds.map((it) => `${it} in shop`)))
    // Lists over all namespaces are those of labelled ingress controllers and network agents, of DaemonSets where
    // kube-proxy has no pod by its usual label, and of Services, which may take the address of a DNS server.
    const everywhere = cluster.asked.filter((it) => kinds.includes(it)).toSorted()
    expect(everywhere).toEqual(['daemonsets', ...Array.from({ length: 5 }, () => 'pods'), 'services'])
  })

  test('who asks about the DNS is told of Services elsewhere, with the slices of headless ones and of those that claim an address', async () => {
    const cluster = clusterOf({
      ...objects,
      services: [
        ...objects.services,
        named('pay', 'db', { spec: { clusterIP: 'None' } }),
        named('pay', 'api', { spec: { clusterIP: '10.96.0.77' } }),
        named('pay', 'edge', { spec: { externalIPs: ['198.18.0.53'], ports: [{ port: 53, protocol: 'UDP' }] } }),
        named('pay', 'web', { spec: { externalIPs: ['198.18.0.80'], ports: [{ port: 80 }] } }),
      ],
      endpointslices: [
        ...objects.endpointslices,
        named('pay', 'db-x', {}, { 'kubernetes.io/service-name': 'db' }),
        named('pay', 'api-x', {}, { 'kubernetes.io/service-name': 'api' }),
        named('pay', 'edge-x', {}, { 'kubernetes.io/service-name': 'edge' }),
      ],
    })
    const of = async (target: Scope['target']) => {
      const { sources } = await collect(cluster, { scope: { ...inShop, target } })
      return sources.clusterDns.known ? sources.clusterDns.value.elsewhere : null
    }
    expect(await of({ kind: 'everything' })).toMatchObject({
      value: { services: [], claiming: [{ name: 'edge' }], slices: [{ name: 'edge-x' }] },
    })
    const elsewhere = await of({ kind: 'dns' })
    if (elsewhere?.known !== true) throw new Error('not read')
    expect(elsewhere.value.services.map((it) => `${it.namespace}/${it.name}`)).toEqual([
      'pay/db',
      'kube-system/kube-dns',
      'pay/api',
    ])
    expect(elsewhere.value.claiming?.map((it) => it.name)).toEqual(['edge'])
    expect(elsewhere.value.slices.map((it) => it.name)).toEqual(['db-x', 'edge-x'])
  })

  test('Ingresses of other namespaces are read where they share a host', async () => {
    const rule = (host: string): object => ({ spec: { rules: [{ host }] } })
    const ingresses = [
      named('shop', 'web', rule('web.example.com')),
      named('legacy', 'cms', rule('Web.example.com')),
      named('legacy', 'other', rule('other.example.com')),
    ]
    const all = await collect(clusterOf({ ...objects, ingresses }), { scope: inShop })
    expect(all.sources.ingresses).toMatchObject({ value: [{ name: 'web' }] })
    expect(all.sources.ingressesBeside).toMatchObject({ value: [{ namespace: 'legacy', name: 'cms' }] })
    const forbidden = unknown('forbidden', 'list ingresses')
    const some = await collect(
      clusterOf({ ...objects, ingresses }, (plural, namespace) =>
        plural === 'ingresses' && namespace !== 'shop' ? forbidden : null,
      ),
      { scope: inShop },
    )
    expect(some.sources.ingresses).toMatchObject({ value: [{ name: 'web' }] })
    expect(some.sources.ingressesBeside).toEqual(forbidden)
  })

  test('what is forbidden is unknown, and the rest is there', async () => {
    const forbidden = unknown('forbidden', 'list nodes')
    const { sources } = await collect(
      clusterOf(objects, (plural, namespace) =>
        namespace === 'shop' ? null : { ...forbidden, why: { reason: 'forbidden', detail: `list ${plural}` } },
      ),
      { scope: inShop },
    )
    expect(sources.nodes).toEqual(forbidden)
    expect(sources.clusterDns).toMatchObject({ known: false, why: { reason: 'forbidden' } })
    expect(sources.ingressControllers).toMatchObject({ known: false, why: { reason: 'forbidden' } })
    expect(sources.pods).toMatchObject({ known: true })
  })

  test('one forbidden kind of workload makes workloads unknown', async () => {
    const { sources } = await collect(
      clusterOf(objects, (plural) => (plural === 'jobs' ? unknown('forbidden', 'list jobs') : null)),
      { scope: inShop },
    )
    expect(sources.workloads).toEqual(unknown('forbidden', 'list jobs'))
  })

  test('a Corefile that may not be read costs nothing else', async () => {
    const { sources } = await collect(
      clusterOf(objects, (plural) => (plural === 'configmaps' ? unknown('forbidden', 'get configmaps') : null)),
      { scope: inShop },
    )
    expect(sources.clusterDns).toMatchObject({
      known: true,
      value: { corefile: unknown('forbidden', 'get configmaps'), domain: 'cluster.local' },
    })
  })

  test('a DNS Service that is gone is known to be, with the pods that ought to be behind it', async () => {
    const { sources } = await collect(clusterOf({ ...objects, services: [] }), { scope: inShop })
    expect(sources.clusterDns).toMatchObject({
      known: true,
      value: { service: null, slices: [], pods: [{ name: 'coredns-1' }], workload: { name: 'coredns' } },
    })
  })

  test('a DNS Service whose selector is wrong still has its pods', async () => {
    const services = [named('kube-system', 'kube-dns', { spec: { selector: { 'k8s-app': 'kubedns' } } })]
    const { sources } = await collect(clusterOf({ ...objects, services }), { scope: inShop })
    expect(sources.clusterDns).toMatchObject({
      value: { service: { selector: { 'k8s-app': 'kubedns' } }, pods: [{ name: 'coredns-1' }] },
    })
  })

  test("OpenShift's", async () => {
    const { sources } = await collect(
      clusterOf({
        services: [named('openshift-dns', 'dns-default')],
        configmaps: [named('openshift-dns', 'dns-default', { data: { Corefile: '.:5353 {\n}' } })],
      }),
      { scope: inShop },
    )
    expect(sources.clusterDns).toMatchObject({
      value: { service: { namespace: 'openshift-dns' }, corefile: { value: '.:5353 {\n}' } },
    })
  })

  test('a DNS Service by another name is known by what it selects', async () => {
    const spec = { clusterIP: '10.96.0.10', selector: dnsLabels, ports: [{ port: 53, protocol: 'UDP' }] }
    const services = [
      named('kube-system', 'a-metrics', { spec: { ...spec, clusterIP: 'None' } }),
      named('kube-system', 'kube-dns-upstream', { spec }),
      named('kube-system', 'our-dns', { spec }),
    ]
    const { sources } = await collect(clusterOf({ ...objects, services }), { scope: inShop })
    expect(sources.clusterDns).toMatchObject({ value: { service: { name: 'our-dns' } } })
  })

  test('nothing here and no right to look there is not "no DNS"', async () => {
    const { sources } = await collect(
      clusterOf({}, (_, namespace) => (namespace === 'openshift-dns' ? unknown('forbidden', 'list services') : null)),
      { scope: inShop },
    )
    expect(sources.clusterDns).toEqual(unknown('forbidden', 'list services'))
  })

  test('progress tells counts and refusals', async () => {
    const lines: string[] = []
    await collect(
      clusterOf(objects, (plural) => (plural === 'nodes' ? unknown('forbidden', 'list nodes') : null)),
      { scope: inShop, progress: (line) => lines.push(line) },
    )
    expect(lines).toContain('read 2 pods')
    expect(lines).toContain('nodes unknown (forbidden: list nodes)')
  })
})

describe("the cluster's DNS by relation", () => {
  const dnsPorts = [
    { name: 'udp-53', port: 53, protocol: 'UDP' },
    { name: 'tcp-53', port: 53, protocol: 'TCP' },
  ]
  const own = { 'k8s-app': 'dns', 'app.kubernetes.io/instance': 'dns' }
  const running = (name: string, labels: object, rest: object): object =>
    named('kube-system', name, { spec: { containers: [{ name: 'c', ...rest }] }, status: { phase: 'Running' } }, labels)
  const helm = {
    services: [
      named('kube-system', 'a-web', { spec: { clusterIP: '10.96.0.9', selector: { app: 'web' }, ports: dnsPorts } }),
      named('kube-system', 'dns-coredns', { spec: { clusterIP: '10.96.0.10', selector: own, ports: dnsPorts } }),
    ],
    pods: [running('dns-coredns-1', own, { image: 'example.org/mirror/coredns:1.12.0' })],
    configmaps: [named('kube-system', 'dns-coredns', { data: { Corefile: '.:53 {\n kubernetes k8s.example\n}' } })],
  }

  test.each([everywhere, inShop])("under a Helm release's own name, by what runs behind it", async (scope) => {
    const { sources } = await collect(clusterOf(helm), { scope })
    expect(sources.clusterDns).toMatchObject({
      known: true,
      value: { service: { name: 'dns-coredns' }, domain: 'k8s.example' },
    })
  })

  test.each([
    ['answers for Services', 'kubernetes k8s.example', 'dns/resolver'],
    ["is some team's own", 'file /zones/db.corp', null],
  ])('in a namespace of its own, a DNS server that %s', async (_, line, expected) => {
    const inDns = (name: string, rest: object, labels: object = {}): object => named('dns', name, rest, labels)
    const { sources } = await collect(
      clusterOf({
        services: [inDns('resolver', { spec: { clusterIP: '10.96.0.10', selector: own, ports: dnsPorts } })],
        pods: [
          inDns(
            'resolver-1',
            { spec: { containers: [{ name: 'c', image: 'coredns/coredns:1.12.0' }] }, status: { phase: 'Running' } },
            own,
          ),
        ],
        configmaps: [inDns('resolver', { data: { Corefile: `.:53 {\n ${line}\n}` } })],
      }),
      { scope: everywhere },
    )
    const service = sources.clusterDns.known ? sources.clusterDns.value.service : null
    expect(service === null ? null : `${service.namespace}/${service.name}`).toBe(expected)
  })

  test.each([
    [7, 'dns'],
    [8, 'unknown'],
  ])('behind %d namespaces with a Service that looks like it: %s', async (decoys, expected) => {
    const inDns = (name: string, rest: object, labels: object = {}): object => named('zz', name, rest, labels)
    const { sources } = await collect(
      clusterOf({
        services: [
          ...Array.from({ length: decoys }, (_, n) =>
            named(`a${n}`, 'resolver', { spec: { clusterIP: `10.96.1.${n}`, selector: own, ports: dnsPorts } }),
          ),
          inDns('resolver', { spec: { clusterIP: '10.96.0.10', selector: own, ports: dnsPorts } }),
        ],
        pods: [
          inDns(
            'resolver-1',
            { spec: { containers: [{ name: 'c', image: 'coredns/coredns:1.12.0' }] }, status: { phase: 'Running' } },
            own,
          ),
        ],
        configmaps: [inDns('resolver', { data: { Corefile: '.:53 {\n kubernetes k8s.example\n}' } })],
      }),
      { scope: everywhere },
    )
    const dns = sources.clusterDns
    if (expected === 'dns') expect(dns).toMatchObject({ known: true, value: { service: { namespace: 'zz' } } })
    else
      expect(dns).toMatchObject({
        known: false,
        why: { reason: 'cut-off', detail: expect.stringMatching(/^9 namespaces/) },
      })
  })

  test('the Corefile is what the DNS servers mount, whatever its name is', async () => {
    const volumes = [
      { name: 'v', configMap: { name: 'cluster-dns-7', items: [{ key: 'Corefile', path: 'Corefile' }] } },
    ]
    const spec = { containers: [{ name: 'coredns', image: 'coredns/coredns:1.12.0' }], volumes }
    const corefile = (domain: string): object => ({ data: { Corefile: `.:53 {\n kubernetes ${domain}\n}` } })
    const { sources } = await collect(
      clusterOf({
        services: objects.services,
        pods: [named('kube-system', 'coredns-1', { spec, status: { phase: 'Running' } }, dnsLabels)],
        configmaps: [
          named('kube-system', 'coredns', corefile('left.over')),
          named('kube-system', 'cluster-dns-7', corefile('k8s.example')),
        ],
      }),
      { scope: everywhere },
    )
    const dns = sources.clusterDns
    expect(dns).toMatchObject({ known: true, value: { domain: 'k8s.example' } })
    expect(dns.known && corefileObject(dns.value).name).toBe('cluster-dns-7')
  })

  test.each([
    ['the key that the servers mount is read, and none beside it', ['main', 'Corefile'], 'k8s.main'],
    ['where it is missing, the names of the others are told', ['Corefile'], null],
  ])('%s', async (_, keys, domain) => {
    const volumes = [{ name: 'v', configMap: { name: 'coredns', items: [{ key: 'main', path: 'Corefile' }] } }]
    const spec = { containers: [{ name: 'coredns', image: 'coredns/coredns:1.12.0' }], volumes }
    const data = Object.fromEntries(keys.map((it) => [it, `.:53 {\n kubernetes k8s.${it}\n}`]))
    const { sources } = await collect(
      clusterOf({
        services: objects.services,
        pods: [named('kube-system', 'coredns-1', { spec, status: { phase: 'Running' } }, dnsLabels)],
        configmaps: [named('kube-system', 'coredns', { data })],
      }),
      { scope: everywhere },
    )
    expect(sources.clusterDns).toMatchObject({
      known: true,
      value: {
        corefile: { known: domain !== null },
        corefileKeys: { configMap: 'coredns', wanted: 'main', keys: keys.toSorted() },
        domain: domain ?? 'cluster.local',
      },
    })
  })

  const template = (labels: object, rest: object): object => ({ template: { metadata: { labels }, spec: rest } })
  const gke = {
    services: [
      named('kube-system', 'kube-dns', { spec: { clusterIP: '10.8.0.10', selector: dnsLabels, ports: dnsPorts } }),
    ],
    deployments: [
      named('kube-system', 'kube-dns', { spec: { replicas: 0, ...template(dnsLabels, {}) } }),
      named('kube-system', 'my-kube-dns', { spec: { replicas: 2, ...template(dnsLabels, {}) } }),
    ],
    replicasets: [named('kube-system', 'my-kube-dns-abc')].map((it) => ({
      ...it,
      metadata: {
        namespace: 'kube-system',
        name: 'my-kube-dns-abc',
        ownerReferences: [{ kind: 'Deployment', name: 'my-kube-dns', controller: true }],
      },
    })),
  }
  const owned = {
    metadata: {
      namespace: 'kube-system',
      name: 'my-kube-dns-abc-1',
      labels: dnsLabels,
      ownerReferences: [{ kind: 'ReplicaSet', name: 'my-kube-dns-abc', controller: true }],
    },
  }

  test('whose pods they are says the chain of owners, and no name', async () => {
    const called = (name: string, set: string, hash: string): object => ({
      metadata: {
        namespace: 'kube-system',
        name,
        labels: { ...dnsLabels, 'pod-template-hash': hash },
        ownerReferences: [{ kind: 'ReplicaSet', name: set, controller: true }],
      },
    })
    const forged = called('a-1', 'my-kube-dns-evil', 'evil')
    const own = ['b-1', 'b-2'].map((it) => called(it, 'my-kube-dns-abc', 'abc'))
    const sets = [...gke.replicasets, named('kube-system', 'my-kube-dns-evil')]
    const { sources } = await collect(clusterOf({ ...gke, replicasets: sets, pods: [forged, ...own] }), {
      scope: everywhere,
    })
    expect(sources.clusterDns).toMatchObject({
      known: true,
      value: { workload: { name: 'my-kube-dns' }, workloadPods: ['b-1', 'b-2'] },
    })
  })

  test.each([
    ['who owns the pods behind the Service', [owned]],
    ['who owns most of them: labels are copied', [owned, running('debug', dnsLabels, {})]],
    ['who wants pods, where there are none', []],
  ])('the DNS workload is %s', async (_, pods) => {
    for (const scope of [everywhere, inShop]) {
      const { sources } = await collect(clusterOf({ ...gke, pods }), { scope })
      expect(sources.clusterDns).toMatchObject({ known: true, value: { workload: { name: 'my-kube-dns' } } })
    }
  })

  test.each([
    ['its image', { image: 'registry.k8s.io/dns/k8s-dns-node-cache:1.23.1', args: [] }],
    ['-localip in its arguments', { image: 'x', args: ['-localip', '10.1.0.10'] }],
    ['-localip in its command', { image: 'x', command: ['/cache', '-localip=10.1.0.10'] }],
  ])('a cache on each node is known by %s', async (_, container) => {
    const labels = { app: 'anything' }
    const caches = {
      daemonsets: [
        named('kube-system', 'anything', { spec: template(labels, { containers: [{ name: 'c', ...container }] }) }),
      ],
      pods: [running('anything-1', labels, container)],
    }
    for (const scope of [everywhere, inShop]) {
      const { sources } = await collect(clusterOf({ ...gke, ...caches }), { scope })
      expect(sources.clusterDns).toMatchObject({ known: true, value: { nodeCaches: [{ name: 'anything-1' }] } })
    }
  })
})

describe('policies before the DNS servers', () => {
  const policies = {
    ...objects,
    networkpolicies: [named('kube-system', 'dns-in'), named('shop', 'own'), named('other', 'theirs')],
  }
  const names = (of: Awaited<ReturnType<typeof collect>>): unknown =>
    of.sources.networkPolicies.known && of.sources.networkPolicies.value.map((it) => it.name)

  test('are read whatever the scope', async () => {
    expect(names(await collect(clusterOf(policies), { scope: inShop }))).toEqual(['dns-in', 'own'])
    expect(names(await collect(clusterOf(policies), { scope: everywhere }))).toEqual(['dns-in', 'theirs', 'own'])
  })
})

test('a CronJob is a workload: its Service is no orphan between two runs', async () => {
  const spec = { jobTemplate: { spec: { template: { metadata: { labels: { app: 'report' } } } } } }
  const { sources } = await collect(clusterOf({ cronjobs: [named('shop', 'report', { spec })] }), { scope: inShop })
  expect(sources.workloads).toMatchObject({
    known: true,
    value: [{ kind: 'CronJob', templateLabels: { app: 'report' }, desired: 0 }],
  })
})
