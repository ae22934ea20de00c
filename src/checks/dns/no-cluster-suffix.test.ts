import { clusterDns, insideView, resolving } from '../../../test/build/dns.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { InsideName } from '../../model/inside.ts'
import { known, unknown } from '../../model/known.ts'
import type { Answer } from '../../model/lookups.ts'
import type { Pod } from '../../model/pod.ts'
import check from './no-cluster-suffix.ts'

const base = { clusterDns: clusterDns(), services: [service('cart')] }
const none = (searches: readonly string[], nameservers = ['10.96.0.10']): Pod =>
  pod('web-1', { dnsPolicy: 'None', dnsConfig: { nameservers, searches, options: [] } })
const named = (typed: string, result: Answer): InsideName => ({
  service: { namespace: 'shop', name: 'cart' },
  typed,
  tool: 'getent',
  result,
  addresses: result === 'ok' ? ['10.96.44.7'] : [],
  ms: 1,
})
const inside = (short: Answer, file = 'nameserver 10.96.0.10\n') => ({
  insideViews: [
    insideView('web-1', {
      resolvConf: known(file),
      resolving: resolving({ names: [named('cart', short), named('cart.shop.svc.cluster.local', 'ok')] }),
    }),
  ],
})
const calling = (...hosts: readonly string[]): Pod =>
  pod('web-1', {
    dnsPolicy: 'None',
    dnsConfig: { nameservers: ['10.96.0.10'], searches: [], options: [] },
    containers: [container({ calls: hosts.map((host) => ({ by: 'CART_HOST', host, port: 80 })) })],
  })
const web = 'Deployment/shop/web'

describeCheck(check, [
  {
    it: 'no suffix at all, by the spec',
    given: { ...base, pods: [none([])] },
    expect: [{ subject: web, severity: 'warning', confidence: 'possible', args: { short: 'cart', searches: 'none' } }],
  },
  {
    it: 'suffixes of another network alone',
    given: { ...base, pods: [none(['corp.example'])] },
    expect: [{ subject: web, severity: 'warning', args: { searches: 'corp.example' } }],
  },
  {
    it: 'seen in the pod: the short name is denied, and the full one is found',
    given: { ...base, pods: [none([])], ...inside('nxdomain') },
    expect: [
      { subject: web, severity: 'warning', confidence: 'observed', args: { lookup: 'lookup of cart there: nxdomain' } },
    ],
  },
  {
    it: 'each name that its spec spells is whole: the short one was hopscope’s own question',
    given: { ...base, pods: [calling('cart.shop.svc.cluster.local.')], ...inside('nxdomain') },
    expect: [{ subject: web, severity: 'info' }],
  },
  {
    it: 'one of them needs a suffix',
    given: { ...base, pods: [calling('cart.shop.svc.cluster.local.', 'cart.shop.svc')], ...inside('nxdomain') },
    expect: [{ subject: web, severity: 'warning' }],
  },
  {
    it: 'a node cache is the cluster’s DNS as well',
    given: { ...base, pods: [none([], ['169.254.20.10'])] },
    expect: [{ subject: web }],
  },
  {
    it: 'nobody beside it to call',
    given: { ...base, services: [], pods: [none([])] },
    expect: [{ subject: web, severity: 'info' }],
  },
  { it: 'short names are found all the same', given: { ...base, pods: [none([])], ...inside('ok') }, expect: 'ok' },
  {
    it: 'the suffixes of the cluster',
    given: {
      ...base,
      pods: [none(['shop.svc.cluster.local'])],
      ...inside('ok', 'search shop.svc.cluster.local\nnameserver 10.96.0.10\n'),
    },
    expect: 'ok',
  },
  {
    it: 'the suffix of another namespace, and short names of its own are denied',
    given: {
      ...base,
      pods: [none(['default.svc.cluster.local', 'svc.cluster.local'])],
      ...inside('nxdomain', 'search default.svc.cluster.local svc.cluster.local\nnameserver 10.96.0.10\n'),
    },
    expect: [
      {
        subject: web,
        severity: 'warning',
        confidence: 'observed',
        args: { has: 'other' },
        says: /without its own namespace/,
      },
    ],
  },
  { it: 'another server is DNS117', given: { ...base, pods: [none([], ['8.8.8.8'])] }, expect: 'not-applicable' },
  { it: 'the kubelet adds them', given: { ...base, pods: [pod('web-1')] }, expect: 'not-applicable' },
  {
    it: 'all suffixes by the spec, and nobody looked',
    given: { ...base, pods: [none(['shop.svc.cluster.local'])] },
    expect: 'cannot-tell',
  },
  {
    it: 'Pods forbidden',
    given: modelOf(base, { pods: unknown('forbidden', 'list pods in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
