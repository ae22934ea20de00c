import { describe, expect, test } from 'vitest'
import { probe } from '../../test/build/lookups.ts'
import { node } from '../../test/build/node.ts'
import { known, unknown } from '../model/known.ts'
import { subject } from '../model/subject.ts'
import { parseCorefile } from '../wire/corefile.ts'
import { at, type Manifest, text } from '../manifest/object.ts'
import { nodeLocalDns } from './node-local-dns.ts'
import { asked, changesOf, found, object, plainCorefile, propose, whyNot } from '../../test/build/remedies.ts'

const finding = found('DNS101', subject('Node', null, 'worker-1'))
const ask = asked(finding)
const ports = [
  { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
  { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
  { name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153 },
]
const kubeDns = object('Service', 'kube-system', 'kube-dns', {
  spec: { clusterIP: '10.96.0.10', selector: { 'k8s-app': 'kube-dns' }, ports },
})
const kubeProxy = (mode: string): Manifest =>
  object('ConfigMap', 'kube-system', 'kube-proxy', {
    data: { 'config.conf': `kind: KubeProxyConfiguration\nmode: ${mode}\n` },
  })
const home = object('Namespace', null, 'kube-system')
const usual = (mode = '""'): readonly Manifest[] => [
  kubeDns,
  kubeProxy(mode),
  home,
  object('DaemonSet', 'kube-system', 'kube-proxy', {
    spec: { template: { spec: { hostNetwork: true, containers: [{ name: 'kube-proxy' }] } } },
  }),
]

function parts(result: ReturnType<typeof propose>): { readonly corefile: string; readonly localip: string } {
  const [, , config, , cache] = changesOf(result)
  const args = at(cache?.verb === 'create' ? cache.after : {}, 'spec', 'template', 'spec', 'containers', 0, 'args')
  return {
    corefile: text(at(config?.verb === 'create' ? config.after : {}, 'data', 'Corefile')) ?? '',
    localip: text(at(args, 1)) ?? '',
  }
}

describe('node-local-dns', () => {
  test("iptables mode: holds the Service's address too, and finds CoreDNS by its own Service", () => {
    const result = propose(nodeLocalDns, ask, usual())
    expect(changesOf(result).map((it) => `${it.verb} ${it.object.kind} ${it.object.name}`)).toEqual([
      'create ServiceAccount node-local-dns',
      'create Service kube-dns-upstream',
      'create ConfigMap node-local-dns',
      'create Service node-local-dns',
      'create DaemonSet node-local-dns',
    ])
    const { corefile, localip } = parts(result)
    expect(localip).toBe('169.254.20.10,10.96.0.10')
    expect(corefile.match(/bind .*/g)).toEqual(Array.from({ length: 4 }, () => 'bind 169.254.20.10 10.96.0.10'))
    expect(corefile.match(/forward .*/g)).toEqual([
      'forward . __PILLAR__CLUSTER__DNS__ {',
      'forward . __PILLAR__CLUSTER__DNS__ {',
      'forward . __PILLAR__CLUSTER__DNS__ {',
      'forward . __PILLAR__UPSTREAM__SERVERS__',
    ])
    expect(parseCorefile(corefile)).toMatchObject({
      problems: [],
      servers: [
        { keys: ['cluster.local:53'] },
        { keys: ['in-addr.arpa:53'] },
        { keys: ['ip6.arpa:53'] },
        { keys: ['.:53'] },
      ],
    })
  })

  test("IPVS mode: the local address alone, without a comma, and CoreDNS by its Service's address", () => {
    const result = propose(nodeLocalDns, ask, usual('ipvs'))
    const { corefile, localip } = parts(result)
    expect(localip).toBe('169.254.20.10')
    expect(corefile).not.toContain('bind 169.254.20.10 10')
    expect(corefile).toContain('forward . 10.96.0.10 {')
    expect(result).toMatchObject({
      undoFirst: expect.stringContaining('clusterDNS of each kubelet back to 10.96.0.10'),
      effect: expect.stringContaining('clusterDNS'),
      notes: expect.arrayContaining([expect.stringContaining('kubelet')]),
    })
  })

  test('nftables mode says that it is not verified', () => {
    expect(propose(nodeLocalDns, ask, usual('nftables'))).toMatchObject({
      kind: 'proposal',
      risk: { level: 'high', why: expect.stringContaining('Not verified') },
    })
  })

  test("domain, selector and ports are the cluster's own", () => {
    const service = object('Service', 'kube-system', 'kube-dns', {
      spec: {
        selector: { app: 'my-dns' },
        ports: [
          { name: 'u', port: 53, protocol: 'UDP', targetPort: 5353 },
          { name: 't', port: 53, protocol: 'TCP', targetPort: 5353 },
        ],
      },
    })
    const result = propose(nodeLocalDns, asked(finding, { dns: { domain: 'corp.local' } }), [
      service,
      ...usual().slice(1),
    ])
    expect(parts(result).corefile).toContain('corp.local:53 {')
    expect(changesOf(result)[1]).toMatchObject({
      after: {
        spec: {
          selector: { app: 'my-dns' },
          ports: [
            { targetPort: 5353, protocol: 'UDP' },
            { targetPort: 5353, protocol: 'TCP' },
          ],
        },
      },
    })
  })

  test('a Corefile with names of its own keeps them: every name is asked of CoreDNS', () => {
    const corefile = known(`${plainCorefile}corp.example:53 {\n  forward . 10.0.0.53\n}\n`)
    const result = propose(nodeLocalDns, asked(finding, { dns: { corefile } }), usual())
    expect(parts(result).corefile).not.toContain('UPSTREAM')
  })

  test("an image of one's own", () => {
    expect(
      JSON.stringify(changesOf(propose(nodeLocalDns, asked(finding, { image: 'registry.corp/cache:1' }), usual()))[4]),
    ).toContain('"image":"registry.corp/cache:1"')
  })

  const daemonSet = (name: string, spec: Manifest): Manifest =>
    object('DaemonSet', 'kube-system', name, { spec: { template: { spec } } })
  const denyAll = object('NetworkPolicy', 'shop', 'deny', { spec: { podSelector: {}, policyTypes: ['Egress'] } })
  const dnsByPods = object('NetworkPolicy', 'shop', 'dns', {
    spec: {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [
        {
          to: [{ podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }],
          ports: [
            { protocol: 'UDP', port: 53 },
            { protocol: 'TCP', port: 53 },
          ],
        },
      ],
    },
  })
  const dnsByAddress = object('NetworkPolicy', 'shop', 'dns', {
    spec: {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [
        {
          to: [{ ipBlock: { cidr: '169.254.20.10/32' } }, { ipBlock: { cidr: '10.96.0.0/16' } }],
          ports: [
            { protocol: 'UDP', port: 53 },
            { protocol: 'TCP', port: 53 },
          ],
        },
      ],
    },
  })

  const atCoreDns = (from: readonly Manifest[] | null): Manifest =>
    object('NetworkPolicy', 'kube-system', 'dns-in', {
      spec: {
        podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
        policyTypes: ['Ingress'],
        ingress: [
          {
            ...(from === null ? {} : { from }),
            ports: [
              { protocol: 'UDP', port: 53 },
              { protocol: 'TCP', port: 53 },
            ],
          },
        ],
      },
    })

  test.each<[string, readonly Manifest[], string]>([
    [
      'no ConfigMap of kube-proxy',
      usual().filter((it) => it !== usual()[1] && text(at(it, 'metadata', 'name')) !== 'kube-proxy'),
      'not known',
    ],
    ['a mode that is none', usual('turbo'), 'mode "turbo"'],
    [
      'a cache that is there',
      [...usual(), daemonSet('nodelocaldns', {})],
      'already: DaemonSet kube-system/nodelocaldns',
    ],
    [
      'a cache under another name',
      [...usual(), daemonSet('cache', { containers: [{ name: 'c', args: ['-localip', '169.254.25.10'] }] })],
      'already: DaemonSet kube-system/cache',
    ],
    ['Cilium', [...usual(), daemonSet('cilium', {})], 'Cilium'],
    [
      'a port of the nodes that is taken',
      [
        ...usual(),
        daemonSet('proxy', { hostNetwork: true, containers: [{ name: 'c', ports: [{ containerPort: 8080 }] }] }),
      ],
      'port 8080',
    ],
    [
      'a name that is taken',
      [...usual(), object('ConfigMap', 'kube-system', 'node-local-dns')],
      'ConfigMap kube-system/node-local-dns already',
    ],
    [
      'Pod Security',
      [
        ...usual().filter((it) => it['kind'] !== 'Namespace'),
        object('Namespace', null, 'kube-system', {}, { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } }),
      ],
      'baseline',
    ],
    [
      'the address of a Service',
      [
        ...usual(),
        object('Service', 'shop', 'odd', { spec: { clusterIP: '10.1.1.1', externalIPs: ['169.254.20.10'] } }),
      ],
      'that of Service shop/odd',
    ],
    [
      "a policy that lets DNS out by the pods' labels",
      [...usual(), dnsByPods],
      'NetworkPolicy would keep pods from the cache: shop/dns',
    ],
    [
      'a port that a Deployment took',
      [
        ...usual(),
        object('Deployment', 'web', 'ingress', {
          spec: {
            template: { spec: { hostNetwork: true, containers: [{ name: 'c', ports: [{ containerPort: 9253 }] }] } },
          },
        }),
      ],
      'port 9253 of the nodes is taken by Deployment web/ingress',
    ],
    [
      'CoreDNS behind a policy that knows pods only',
      [...usual(), atCoreDns([{ namespaceSelector: {} }])],
      'NetworkPolicy kube-system/dns-in guards CoreDNS',
    ],
    [
      'kube-proxy in a mode of its own by flag',
      [
        ...usual().slice(0, 3),
        object('DaemonSet', 'kube-system', 'kube-proxy', {
          spec: {
            template: { spec: { containers: [{ name: 'c', command: ['kube-proxy', '--proxy-mode=kernelspace'] }] } },
          },
        }),
      ],
      'mode kernelspace',
    ],
    [
      'DNS without TCP',
      [
        object('Service', 'kube-system', 'kube-dns', { spec: { selector: { a: 'b' }, ports: ports.slice(0, 1) } }),
        ...usual().slice(1),
      ],
      'TCP 53',
    ],
    [
      'a Service without a selector',
      [object('Service', 'kube-system', 'kube-dns', { spec: { ports } }), ...usual().slice(1)],
      'no selector',
    ],
  ])('not offered with %s', (_name, cluster, why) => expect(whyNot(propose(nodeLocalDns, ask, cluster))).toContain(why))

  test('offered where CoreDNS lets the nodes in, or anybody', () => {
    expect(
      whyNot(propose(nodeLocalDns, ask, [...usual(), atCoreDns([{ ipBlock: { cidr: '192.168.0.0/16' } }])])),
    ).toBeNull()
    expect(whyNot(propose(nodeLocalDns, ask, [...usual(), atCoreDns(null)]))).toBeNull()
  })

  test('kube-proxy told by flag to use IPVS', () => {
    const proxy = object('DaemonSet', 'kube-system', 'kube-proxy', {
      spec: {
        template: { spec: { containers: [{ name: 'c', command: ['kube-proxy'], args: ['--proxy-mode=ipvs'] }] } },
      },
    })
    expect(parts(propose(nodeLocalDns, ask, [...usual().slice(0, 3), proxy])).localip).toBe('169.254.20.10')
  })

  test.each(['acl', 'view'])('not offered where CoreDNS goes by the address of who asks: %s', (plugin) => {
    const corefile = plainCorefile.replace('cache 30', `cache 30\n  ${plugin} . {\n  }`)
    expect(whyNot(propose(nodeLocalDns, asked(finding, { dns: { corefile: known(corefile) } }), usual()))).toContain(
      `\`${plugin}\` (line 8)`,
    )
  })

  test('not offered where pods ask another server than the DNS Service', () => {
    const series = probe({ nodes: ['worker-1'] }).series.map((it) =>
      it.method === 'getaddrinfo'
        ? { ...it, server: { role: 'node-cache' as const, ip: '169.254.10.11', pod: null } }
        : it,
    )
    const other = {
      ...ask,
      model: {
        ...ask.model,
        sources: { ...ask.model.sources, dnsProbe: known(probe({ nodes: ['worker-1'], about: { series } })) },
      },
    }
    expect(whyNot(propose(nodeLocalDns, other, usual()))).toContain('pods on worker-1 ask 169.254.10.11')
  })

  test('notes: Windows, IPv6 beside IPv4, autopath', () => {
    const windows = { ...node('win-1'), labels: { 'kubernetes.io/os': 'windows' } }
    const both = object('Service', 'kube-system', 'kube-dns', {
      spec: {
        clusterIP: '10.96.0.10',
        clusterIPs: ['10.96.0.10', 'fd00::a'],
        selector: { 'k8s-app': 'kube-dns' },
        ports,
      },
    })
    const mixed = asked(finding, {
      dns: { corefile: known(plainCorefile.replace('ready', 'ready\n  autopath @kubernetes')) },
    })
    const given = {
      ...mixed,
      model: { ...mixed.model, sources: { ...mixed.model.sources, nodes: known([node('worker-1'), windows]) } },
    }
    expect(propose(nodeLocalDns, given, [both, ...usual().slice(1)])).toMatchObject({
      notes: expect.arrayContaining([
        expect.stringContaining('1 node runs Windows'),
        expect.stringContaining('fd00::a'),
        expect.stringContaining('autopath'),
      ]),
    })
  })

  test("offered where policies let the cache's addresses out", () => {
    expect(whyNot(propose(nodeLocalDns, ask, [...usual(), denyAll, dnsByAddress]))).toBeNull()
    expect(whyNot(propose(nodeLocalDns, ask, [...usual(), denyAll]))).toContain('shop/deny')
  })

  test.each(['ConfigMap', 'DaemonSet', 'Deployment', 'NetworkPolicy', 'Namespace', 'Service'])(
    'a trap that cannot be looked for is a trap: %s',
    (kind) => {
      expect(whyNot(propose(nodeLocalDns, ask, usual(), (it) => it === kind))).toContain('could not be read')
    },
  )

  test('without the Corefile the domain is not known', () => {
    expect(
      whyNot(
        propose(nodeLocalDns, asked(finding, { dns: { corefile: unknown('forbidden', 'get configmaps') } }), usual()),
      ),
    ).toContain('Corefile')
  })
})
