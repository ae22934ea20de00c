import { contacts, getOf } from '../../../test/build/contacts.ts'
import { clusterDns, insideView } from '../../../test/build/dns.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { InsideView } from '../../model/inside.ts'
import { known, unknown } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import check from './wrong-nameserver.ts'

const base = { clusterDns: clusterDns(), services: [service('cart')] }
const asks = (
  server: string,
  result: 'ok' | 'timeout' | 'nxdomain',
  about: Partial<InsideView> = {},
): { readonly insideViews: readonly InsideView[] } => ({
  insideViews: [
    insideView('web-1', {
      resolvConf: known(
        `search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver ${server}\noptions ndots:5\n`,
      ),
      lookup: known({ tool: 'getent', name: 'kubernetes.default.svc.cluster.local.', result, ms: 1 }),
      ...about,
    }),
  ],
})
const none = (nameservers: readonly string[], searches: readonly string[] = ['svc.cluster.local']): Partial<Pod> => ({
  dnsPolicy: 'None',
  dnsConfig: { nameservers, searches, options: [] },
})
const told = (host: string, about: Partial<Pod>): Pod => {
  const it = pod('web-1', about)
  return {
    ...it,
    containers: it.containers.map((one) => ({ ...one, calls: [{ by: 'DOWNSTREAM', host, port: 8080 }] })),
  }
}
const byDefault = pod('web-1', { dnsPolicy: 'Default' })
const web = { subject: 'Deployment/shop/web' }

describeCheck(check, [
  {
    it: 'an address that the DNS Service no longer has',
    given: { ...base, pods: [pod('web-1'), pod('web-2')], ...asks('10.0.0.10', 'timeout') },
    expect: [
      {
        ...web,
        severity: 'error',
        confidence: 'observed',
        args: { server: '10.0.0.10', vip: '10.96.0.10', pods: 2, node: 'worker-1' },
      },
    ],
  },
  {
    it: 'one of two replicas, whichever was looked into first',
    given: {
      ...base,
      pods: [pod('web-1'), pod('web-2')],
      insideViews: [insideView('web-2'), ...asks('10.0.0.10', 'timeout').insideViews],
    },
    expect: [
      {
        ...web,
        args: { server: '10.0.0.10', pods: 1, inPods: ['web-1'], lookedInto: 2 },
        says: /^Pod web-1 of Deployment shop\/web asks DNS server 10\.0\.0\.10.* · pod web-1, 1 of 2 looked into$/s,
      },
    ],
  },
  {
    it: 'a container with a file of its own, beside one with that of the kubelet',
    given: {
      ...base,
      pods: [pod('web-1', { containers: ['app', 'vpn'].map((name) => container({ name })) })],
      insideViews: [insideView('web-1'), ...asks('10.0.0.10', 'timeout', { container: 'vpn' }).insideViews],
    },
    expect: [{ ...web, says: /^Container vpn of Deployment shop\/web asks DNS server/ }],
  },
  {
    it: 'a file mounted into one of two containers, of which one could be read',
    given: {
      ...base,
      pods: [
        pod('web-1', {
          resolvConfMount: { kind: 'ConfigMap', name: 'old-dns' },
          containers: ['app', 'vpn'].map((name) => container({ name })),
        }),
      ],
      insideViews: [
        insideView('web-1'),
        insideView('web-1', { container: 'vpn', resolvConf: unknown('not-there', 'the container has no shell') }),
      ],
    },
    expect: 'cannot-tell',
    says: /mounts ConfigMap old-dns over .* container vpn has there was not seen/,
  },
  {
    it: "the node's own server: a kubelet without clusterDNS",
    given: { ...base, pods: [pod('web-1')], ...asks('192.168.0.1', 'nxdomain') },
    expect: [{ ...web, severity: 'error' }],
  },
  {
    it: 'a ConfigMap mounted over resolv.conf: not the kubelet',
    given: {
      ...base,
      pods: [pod('web-1', { resolvConfMount: { kind: 'ConfigMap', name: 'old-dns' } })],
      ...asks('192.0.2.53', 'timeout'),
    },
    expect: [{ ...web, severity: 'error', args: { policy: 'mount', mount: 'ConfigMap old-dns' } }],
  },
  {
    it: 'no nameserver at all',
    given: { ...base, pods: [pod('web-1')], ...asks('', 'timeout', { resolvConf: known('search a.example\n') }) },
    expect: [{ ...web, args: { server: 'none' } }],
  },
  {
    it: 'no tool in the container to look a name up',
    given: { ...base, pods: [pod('web-1')], ...asks('10.0.0.10', 'ok', { lookup: unknown('not-there', 'no getent') }) },
    expect: [{ ...web, severity: 'warning', confidence: 'inferred', args: { lookup: 'no lookup was made in it' } }],
  },
  {
    it: 'dnsPolicy None with the suffixes of the cluster and a server outside',
    given: { ...base, pods: [pod('web-1', none(['8.8.8.8']))] },
    expect: [{ ...web, severity: 'warning', confidence: 'inferred', args: { policy: 'None' } }],
  },
  {
    it: 'dnsPolicy Default, and it was asked about',
    given: { ...base, pods: [byDefault], ...asks('192.168.0.1', 'nxdomain') },
    scope: { target: { kind: 'object', object: { kind: 'Pod', namespace: 'shop', name: 'web-1' }, url: null } },
    expect: [{ ...web, severity: 'warning', confidence: 'observed', args: { policy: 'Default' } }],
  },
  {
    it: 'dnsPolicy Default, and its servers are silent',
    given: { ...base, pods: [byDefault], ...asks('192.168.0.1', 'timeout') },
    expect: [{ ...web, severity: 'warning', confidence: 'observed' }],
  },

  { it: 'the DNS Service', given: { ...base, pods: [pod('web-1')], ...asks('10.96.0.10', 'ok') }, expect: 'ok' },
  {
    it: 'the DNS Service, and lookups fail: another matter',
    given: { ...base, pods: [pod('web-1')], ...asks('10.96.0.10', 'timeout') },
    expect: 'ok',
  },
  {
    it: 'a cache on the node',
    given: { ...base, pods: [pod('web-1')], ...asks('169.254.20.10', 'timeout') },
    expect: 'ok',
  },
  {
    it: 'another server that knows the names',
    given: { ...base, pods: [pod('web-1')], ...asks('10.0.0.10', 'ok') },
    expect: 'ok',
    says: /knows the names/,
  },
  {
    it: 'the other address of a dual-stack Service',
    given: { ...base, pods: [pod('web-1')], ...asks('fd00:10:96::a', 'timeout') },
    expect: 'ok',
  },
  {
    it: 'dnsPolicy None with the DNS of a virtual cluster, a Service here',
    given: { ...base, pods: [pod('web-1', none(['10.96.44.7']))], insideViews: [insideView('other-1')] },
    expect: 'ok',
  },
  { it: 'by their spec alone', given: { ...base, pods: [pod('web-1')] }, expect: 'cannot-tell', says: /--probe/ },
  {
    it: 'a file mounted over it, and nobody looked',
    given: {
      ...base,
      pods: [
        pod('web-1', { resolvConfMount: { kind: 'ConfigMap', name: 'old-dns' } }),
        pod('other-1', { owner: null }),
      ],
      insideViews: [insideView('other-1')],
    },
    expect: 'cannot-tell',
    says: /ConfigMap old-dns/,
  },
  {
    it: 'a file mounted over it, and exec is forbidden',
    given: {
      ...base,
      pods: [pod('web-1', { resolvConfMount: { kind: 'ConfigMap', name: 'old-dns' } })],
      ...asks('', 'ok', {
        resolvConf: unknown('forbidden', 'create pods/exec'),
        lookup: unknown('forbidden', 'create pods/exec'),
      }),
    },
    expect: 'cannot-tell',
  },
  {
    it: 'dnsPolicy None with a server outside and no suffix, told to call a whole name of the cluster',
    given: { ...base, pods: [told('db.data.svc.cluster.local', none(['8.8.8.8'], []))] },
    expect: [{ ...web, severity: 'warning', confidence: 'inferred', args: { policy: 'None', server: '8.8.8.8' } }],
  },
  {
    it: 'the same, and hostAliases have the name',
    given: {
      ...base,
      pods: [
        told('db.data.svc.cluster.local', {
          ...none(['8.8.8.8'], []),
          hostAliases: [{ ip: '10.0.0.1', names: ['db.data.svc.cluster.local'] }],
        }),
      ],
    },
    expect: 'not-applicable',
  },
  {
    it: 'the same, told to call a name of the world',
    given: { ...base, pods: [told('api.example.com', none(['8.8.8.8'], []))] },
    expect: 'not-applicable',
  },
  {
    it: 'dnsPolicy None, and no name of the cluster is wanted',
    given: { ...base, pods: [pod('web-1', none(['8.8.8.8'], ['corp.example']))] },
    expect: 'not-applicable',
  },
  {
    it: 'dnsPolicy Default, and nobody tells it to call the Service beside it',
    given: { ...base, pods: [byDefault], ...asks('192.168.0.1', 'nxdomain') },
    expect: [{ ...web, severity: 'info', confidence: 'observed', args: { policy: 'Default', chosen: true } }],
  },
  ...['cart', 'cart.shop', 'pay.bank.svc.cluster.local'].map((host) => ({
    it: `dnsPolicy Default, and its environment names ${host}`,
    given: { ...base, pods: [told(host, { dnsPolicy: 'Default' })], ...asks('192.168.0.1', 'nxdomain') },
    expect: [{ ...web, severity: 'warning' as const, args: { policy: 'Default', chosen: false } }],
  })),
  ...([502, 404] as const).map((status) => ({
    it: `dnsPolicy Default, nobody tells it whom to call, and it answers its users ${status}`,
    given: {
      ...base,
      pods: [byDefault],
      ...asks('192.168.0.1', 'nxdomain'),
      contacts: { ...contacts([], []), direct: [getOf('web', 'web-1', status), getOf('cart', 'cart-1', 503)] },
    },
    expect: [
      { ...web, severity: status === 502 ? ('warning' as const) : ('info' as const), args: { policy: 'Default' } },
    ],
  })),
  {
    it: 'dnsPolicy Default, and its environment names a host of the internet',
    given: { ...base, pods: [told('api.example.com', { dnsPolicy: 'Default' })], ...asks('192.168.0.1', 'nxdomain') },
    expect: [{ ...web, severity: 'info', args: { chosen: true } }],
  },
  ...[
    { nameservers: [], searches: ['shop.svc.cluster.local'], options: [] },
    { nameservers: ['10.96.0.10'], searches: [], options: [] },
  ].map((dnsConfig) => ({
    it: `dnsPolicy Default, and what it adds is of the cluster: ${dnsConfig.searches.join() || dnsConfig.nameservers.join()}`,
    given: { ...base, pods: [{ ...byDefault, dnsConfig }], ...asks('192.168.0.1', 'nxdomain') },
    expect: [{ ...web, severity: 'warning' as const, args: { chosen: false } }],
  })),
  {
    it: 'its user may not read the file, and nobody knows whom it asks',
    given: {
      ...base,
      pods: [pod('web-1')],
      ...asks('', 'nxdomain', {
        resolvConf: unknown('failed', '/etc/resolv.conf is there, and user 1000 of the container may not read it'),
        resolvConfUnread: { uid: 1000 },
      }),
    },
    expect: 'cannot-tell',
    says: /may not read its own/,
  },
  {
    it: 'dnsPolicy None with a server of its own, and nobody tells it to call the Service beside it',
    given: { ...base, pods: [pod('web-1', none(['8.8.8.8'], []))], ...asks('8.8.8.8', 'nxdomain') },
    expect: [{ ...web, severity: 'info', confidence: 'observed', args: { policy: 'None', chosen: true } }],
  },
  {
    it: 'the same, and its environment tells it to call that Service',
    given: { ...base, pods: [told('cart', none(['8.8.8.8'], []))], ...asks('8.8.8.8', 'nxdomain') },
    expect: [{ ...web, severity: 'warning', confidence: 'observed', args: { policy: 'None', chosen: false } }],
  },
  {
    it: 'the same, and a name of the cluster that is nowhere to be seen',
    given: { ...base, pods: [told('pay.bank.svc', none(['8.8.8.8'], []))], ...asks('8.8.8.8', 'nxdomain') },
    expect: [{ ...web, severity: 'warning', args: { chosen: false } }],
  },
  {
    it: 'the same, and it calls names of the internet: a crawler',
    given: { ...base, pods: [told('example.com', none(['8.8.8.8'], []))], ...asks('8.8.8.8', 'nxdomain') },
    expect: [{ ...web, severity: 'info', args: { chosen: true } }],
  },
  {
    it: 'a server of its own that is silent is no choice',
    given: { ...base, pods: [pod('web-1', none(['8.8.8.8'], []))], ...asks('8.8.8.8', 'timeout') },
    expect: [{ ...web, severity: 'warning', args: { chosen: false } }],
  },
  {
    it: 'a choice that somebody asks about',
    given: { ...base, pods: [pod('web-1', none(['8.8.8.8'], []))], ...asks('8.8.8.8', 'nxdomain') },
    scope: { target: { kind: 'object', object: { kind: 'Pod', namespace: 'shop', name: 'web-1' }, url: null } },
    expect: [{ ...web, severity: 'warning', args: { chosen: false } }],
  },
  {
    it: 'dnsPolicy Default, and nobody beside it: the Service is its own',
    given: { ...base, services: [service('web')], pods: [byDefault], ...asks('192.168.0.1', 'nxdomain') },
    expect: 'not-applicable',
  },
  {
    it: 'dnsPolicy Default of an agent that each node has',
    given: {
      ...base,
      pods: [pod('web-1', { dnsPolicy: 'Default', owner: { kind: 'DaemonSet', name: 'web' } })],
      ...asks('192.168.0.1', 'nxdomain'),
    },
    expect: 'not-applicable',
  },
  {
    it: 'no DNS Service',
    given: { ...base, clusterDns: clusterDns({ service: null }), pods: [pod('web-1')] },
    expect: 'not-applicable',
  },
  {
    it: 'Services forbidden',
    given: modelOf(
      { clusterDns: clusterDns(), pods: [pod('web-1')] },
      { services: unknown('forbidden', 'list services in shop') },
    ),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
