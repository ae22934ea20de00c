import { clusterDns, insideView, resolving } from '../../../test/build/dns.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import check from './search-lacks-service.ts'

const prometheus = service('prometheus', { namespace: 'monitoring' })
const base = { clusterDns: clusterDns(), services: [service('cart'), prometheus] }
const own = ['shop.svc.cluster.local']
const all = ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local']
const told = (host: string, searches: readonly string[], about: Partial<Pod> = {}): Pod =>
  pod('web-1', {
    dnsPolicy: 'None',
    dnsConfig: { nameservers: ['10.96.0.10'], searches, options: [] },
    containers: [container({ calls: [{ by: 'METRICS_URL', host, port: null }] })],
    ...about,
  })
const at = { subject: 'Deployment/shop/web' } as const

describeCheck(check, [
  {
    it: 'a Service of another namespace by two labels, and the own namespace alone in the list',
    given: { ...base, pods: [told('prometheus.monitoring', own)] },
    expect: [
      {
        ...at,
        severity: 'warning',
        confidence: 'inferred',
        args: { needs: 'svc.cluster.local', full: 'prometheus.monitoring.svc.cluster.local' },
      },
    ],
  },
  {
    it: 'that very pod is asked about',
    given: { ...base, pods: [told('prometheus.monitoring', own)] },
    scope: { target: { kind: 'object', object: { kind: 'Deployment', namespace: 'shop', name: 'web' }, url: null } },
    expect: [{ ...at, severity: 'error' }],
  },
  { it: 'all suffixes', given: { ...base, pods: [told('prometheus.monitoring', all)] }, expect: 'ok' },
  { it: 'the own namespace is enough for a short name', given: { ...base, pods: [told('cart', own)] }, expect: 'ok' },
  {
    it: 'a short name, and the suffix of another namespace',
    given: { ...base, pods: [told('cart', ['default.svc.cluster.local', 'svc.cluster.local'])] },
    expect: [{ ...at, args: { needs: 'shop.svc.cluster.local' } }],
  },
  {
    it: 'a pod below a headless Service, and the suffix of another namespace',
    given: {
      ...base,
      services: [service('postgres', { clusterIP: 'None' })],
      pods: [told('postgres-0.postgres', ['staging.svc.cluster.local', 'svc.cluster.local'])],
    },
    expect: [{ ...at, args: { needs: 'shop.svc.cluster.local', instead: null } }],
  },
  {
    it: 'such a pod, and the own suffix',
    given: {
      ...base,
      services: [service('postgres', { clusterIP: 'None' })],
      pods: [told('postgres-0.postgres', all)],
    },
    expect: 'ok',
  },
  {
    it: 'another namespace has a Service of that name, and it may be meant',
    given: {
      ...base,
      services: [service('cart'), service('cart', { namespace: 'staging' })],
      pods: [told('cart', ['staging.svc.cluster.local', 'svc.cluster.local'])],
    },
    expect: [{ ...at, severity: 'warning', confidence: 'possible', says: /leads to Service staging\/cart/ }],
  },
  {
    it: 'with svc in it, and no cluster.local',
    given: { ...base, pods: [told('cart.shop.svc', own)] },
    expect: [{ ...at, args: { needs: 'cluster.local' } }],
  },
  { it: 'the full name', given: { ...base, pods: [told('cart.shop.svc.cluster.local', [])] }, expect: 'ok' },
  {
    it: 'no list at all',
    given: { ...base, pods: [told('cart', [])] },
    expect: [{ ...at, args: { searches: 'none' } }],
  },
  {
    it: 'a suffix of another network: the name may be there',
    given: { ...base, pods: [told('cart', ['corp.example'])] },
    expect: [{ ...at, confidence: 'possible', args: { foreign: 'corp.example' } }],
  },
  {
    it: 'a namespace whose Services were not read',
    given: {
      ...base,
      services: [service('cart')],
      namespaces: [
        { name: 'shop', labels: {} },
        { name: 'monitoring', labels: {} },
      ],
      pods: [told('prometheus.monitoring', own)],
    },
    scope: { namespace: 'shop' },
    expect: [at],
  },
  {
    it: 'two labels that are no namespace of this cluster: a name outside',
    given: { ...base, namespaces: [{ name: 'shop', labels: {} }], pods: [told('example.com', own)] },
    scope: { namespace: 'shop' },
    expect: 'not-applicable',
  },
  {
    it: 'in the pod’s own hosts file',
    given: {
      ...base,
      pods: [
        told('prometheus.monitoring', own, { hostAliases: [{ ip: '192.0.2.7', names: ['prometheus.monitoring'] }] }),
      ],
    },
    expect: 'not-applicable',
  },
  {
    it: 'found in the pod all the same',
    given: {
      ...base,
      pods: [told('prometheus.monitoring', own)],
      insideViews: [
        insideView('web-1', {
          resolvConf: known('search shop.svc.cluster.local\nnameserver 10.96.0.10\n'),
          resolving: resolving({
            names: [
              {
                service: { namespace: 'monitoring', name: 'prometheus' },
                typed: 'prometheus.monitoring',
                tool: 'getent',
                result: 'ok',
                addresses: ['10.96.44.7'],
                ms: 1,
              },
            ],
          }),
        }),
      ],
    },
    expect: 'ok',
  },
  {
    it: 'looked up in the pod, and no name there',
    given: {
      ...base,
      pods: [told('cart', [])],
      insideViews: [
        insideView('web-1', {
          resolvConf: known('nameserver 10.96.0.10\n'),
          resolving: resolving({
            names: [
              {
                service: { namespace: 'shop', name: 'cart' },
                typed: 'cart',
                tool: 'getent',
                result: 'nxdomain',
                addresses: [],
                ms: 3,
              },
            ],
          }),
        }),
      ],
    },
    expect: [{ ...at, confidence: 'observed' }],
  },
  {
    it: 'the file of the pod has more than its spec',
    given: {
      ...base,
      pods: [told('prometheus.monitoring', own)],
      insideViews: [insideView('web-1', { resolvConf: known(`search ${all.join(' ')}\nnameserver 10.96.0.10\n`) })],
    },
    expect: 'ok',
  },
  {
    it: 'a server that is not the cluster’s',
    given: {
      ...base,
      pods: [
        told('prometheus.monitoring', own, {
          dnsConfig: { nameservers: ['192.0.2.53'], searches: own, options: [] },
        }),
      ],
    },
    expect: 'not-applicable',
  },
  {
    it: 'dnsPolicy ClusterFirst has them all',
    given: { ...base, pods: [told('prometheus.monitoring', own, { dnsPolicy: 'ClusterFirst' })] },
    expect: 'not-applicable',
  },
])
