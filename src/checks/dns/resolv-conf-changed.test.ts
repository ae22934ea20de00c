import { clusterDns, insideView, resolving } from '../../../test/build/dns.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { InsideView } from '../../model/inside.ts'
import { known, unknown } from '../../model/known.ts'
import check from './resolv-conf-changed.ts'

const suffixes = 'shop.svc.cluster.local svc.cluster.local cluster.local'
const has = (text: string, about: Partial<InsideView> = {}) => ({
  insideViews: [insideView('web-1', { resolvConf: known(text), ...about })],
})
const base = { clusterDns: clusterDns(), pods: [pod('web-1')] }
const mounted = {
  clusterDns: clusterDns(),
  pods: [pod('web-1', { resolvConfMount: { kind: 'ConfigMap', name: 'dns' } })],
}
const asks = (options: readonly { readonly name: string; readonly value: string | null }[]) => ({
  clusterDns: clusterDns(),
  pods: [pod('web-1', { dnsConfig: { nameservers: [], searches: ['corp.example'], options } })],
})
const short = {
  resolving: resolving({
    names: [
      {
        service: { namespace: 'shop', name: 'cart' },
        typed: 'cart',
        tool: 'getent',
        result: 'nxdomain' as const,
        addresses: [],
        ms: 1,
      },
    ],
  }),
}
const on = { subject: 'Deployment/shop/web', confidence: 'observed' } as const

describeCheck(check, [
  {
    it: 'written again without its suffixes, and a short name fails',
    given: { ...base, ...has('nameserver 10.96.0.10\noptions ndots:5\n', short) },
    expect: [{ ...on, severity: 'error', args: { mounted: false, lookup: 'cart is not found there: nxdomain' } }],
  },
  ...(
    [
      ['nxdomain', 'kubernetes.default is not found there: nxdomain', 'error'],
      ['ok', 'names that were asked for there are found', 'warning'],
      [null, 'no name was looked up there', 'warning'],
    ] as const
  ).map(([result, said, severity]) => ({
    it: `written again without its suffixes, and a lookup there: ${result}`,
    given: {
      ...base,
      ...has('nameserver 10.96.0.10\noptions ndots:5\n', {
        lookup:
          result === null
            ? unknown('not-there', 'no getent')
            : known({ tool: 'getent', name: 'kubernetes.default', result, ms: 1 }),
      }),
    },
    expect: [{ ...on, severity, args: { lookup: said } }],
  })),
  {
    it: 'its user may not read the file: that is no other file than the spec asks for',
    given: {
      ...base,
      ...has('', {
        resolvConf: unknown('failed', '/etc/resolv.conf is there, and user 1000 of the container may not read it'),
        resolvConfUnread: { uid: 1000 },
      }),
    },
    expect: 'cannot-tell',
    says: /may not read it/,
  },
  {
    it: 'a mount without the suffixes',
    given: { ...mounted, ...has('nameserver 10.96.0.10\noptions ndots:5\n') },
    expect: [{ ...on, severity: 'warning', args: { mounted: true } }],
  },
  {
    it: 'another ndots than the spec asks for',
    given: { ...base, ...has(`search ${suffixes}\nnameserver 10.96.0.10\n`) },
    expect: [{ ...on, args: { lacks: 'ndots:1 where 5 is asked for' } }],
  },
  {
    it: 'an option of dnsConfig that did not arrive',
    given: {
      ...asks([{ name: 'single-request', value: null }]),
      ...has(`search ${suffixes} corp.example\nnameserver 10.96.0.10\noptions ndots:5\n`),
    },
    expect: [{ ...on, args: { lacks: 'no option single-request' } }],
  },

  {
    it: 'as the kubelet writes it',
    given: { ...base, ...has(`search ${suffixes}\nnameserver 10.96.0.10\noptions ndots:5\n`) },
    expect: 'ok',
  },
  {
    it: "with suffixes of the node's behind",
    given: { ...base, ...has(`search ${suffixes} eu.internal\nnameserver 10.96.0.10\noptions ndots:5\n`) },
    expect: 'ok',
  },
  {
    it: 'with dnsConfig, all of it',
    given: {
      ...asks([{ name: 'ndots', value: '2' }]),
      ...has(`search ${suffixes} corp.example\nnameserver 10.96.0.10\noptions ndots:2\n`),
    },
    expect: 'ok',
  },
  {
    it: 'another server: that is another check',
    given: { ...base, ...has(`search ${suffixes}\nnameserver 169.254.20.10\noptions ndots:5\n`) },
    expect: 'ok',
  },
  {
    it: 'another cluster domain: that too',
    given: {
      ...base,
      ...has('search shop.svc.corp.example svc.corp.example corp.example\nnameserver 10.96.0.10\noptions ndots:5\n'),
    },
    expect: 'ok',
  },
  {
    it: "the node's own file",
    given: {
      clusterDns: clusterDns(),
      pods: [pod('web-1', { dnsPolicy: 'Default' })],
      ...has('nameserver 192.168.0.1\n'),
    },
    expect: 'not-applicable',
  },
  {
    it: 'no shell',
    given: {
      ...base,
      insideViews: [insideView('web-1', { resolvConf: unknown('not-there', 'the container has no shell') })],
    },
    expect: 'cannot-tell',
    says: /no shell/,
  },
  {
    it: 'nobody looked',
    given: modelOf(base, { insideViews: unknown('not-asked', 'needs --probe') }),
    expect: 'cannot-tell',
  },
])
