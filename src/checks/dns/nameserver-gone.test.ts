import { clusterDns, insideView, resolving } from '../../../test/build/dns.ts'
import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import check from './nameserver-gone.ts'

const nodes = [
  node('worker-1', { podCidrs: ['10.2.1.0/24'] }),
  node('worker-2', { podCidrs: ['10.2.2.0/24', '2001:db8:2::/64'] }),
]
const asking = (nameservers: readonly string[], about: Partial<Pod> = {}): Pod =>
  pod('web-1', { dnsPolicy: 'None', dnsConfig: { nameservers, searches: [], options: [] }, ...about })
const given = (...pods: readonly Pod[]) => ({ pods, nodes, clusterDns: clusterDns() })
const found = { subject: 'Deployment/shop/web' } as const

describeCheck(check, [
  {
    it: 'the address of a server that is gone',
    given: given(asking(['10.2.2.77'])),
    expect: [
      {
        ...found,
        severity: 'error',
        confidence: 'inferred',
        args: { ip: '10.2.2.77', node: 'worker-2', all: true, vip: '10.96.0.10', servers: ['10.2.0.2', '10.2.2.2'] },
        says: /that no pod has/,
      },
    ],
  },
  {
    it: 'the same, of IPv6',
    given: given(asking(['2001:db8:2::77'])),
    expect: [{ ...found, args: { ip: '2001:db8:2::77', range: '2001:db8:2::/64' } }],
  },
  {
    it: 'beside the DNS Service',
    given: given(asking(['10.96.0.10', '10.2.2.77'])),
    expect: [{ ...found, severity: 'warning', args: { all: false } }],
  },
  {
    it: 'where pods of other namespaces were not read',
    given: modelOf(given(asking(['10.2.2.77'])), {}, { namespace: 'shop' }),
    expect: [{ ...found, severity: 'warning', confidence: 'possible', says: /that no DNS server has/ }],
  },
  { it: 'the address of a server that is there', given: given(asking(['10.2.2.2'])), expect: 'ok' },
  {
    it: 'the address of some pod that is there',
    given: given(asking(['10.2.2.77']), pod('dns-1', { ip: '10.2.2.77' })),
    expect: 'ok',
  },
  {
    it: 'the second address of a pod',
    given: given(asking(['2001:db8:2::7']), pod('dns-1', { ips: ['10.2.2.7', '2001:DB8:2::7'] })),
    expect: 'ok',
  },
  { it: 'the last address of no range', given: given(asking(['10.2.3.0'])), expect: 'ok' },
  { it: "a bridge's own address, the first of its range", given: given(asking(['10.2.2.1'])), expect: 'ok' },
  { it: 'the second address of a range', given: given(asking(['10.2.1.2'])), expect: [found] },
  { it: "a bridge's own address of IPv6", given: given(asking(['2001:db8:2::1'])), expect: 'ok' },
  { it: 'an address elsewhere', given: given(asking(['192.0.2.53'])), expect: 'ok' },
  { it: 'the DNS Service', given: given(pod('web-1')), expect: 'ok' },
  {
    it: 'nobody who is known has it, and it answers',
    given: {
      ...given(asking(['10.2.2.77'])),
      insideViews: [
        insideView('web-1', {
          resolvConf: known('nameserver 10.2.2.77\n'),
          resolving: resolving({ servers: known([{ ip: '10.2.2.77', tool: 'dig', result: 'ok', ms: 1 }]) }),
        }),
      ],
    },
    expect: 'ok',
  },
  { it: 'no pod runs', given: given(), expect: 'not-applicable' },
  {
    it: 'nodes forbidden',
    given: modelOf(
      { pods: [asking(['10.2.2.77'])], clusterDns: clusterDns() },
      { nodes: unknown('forbidden', 'list nodes') },
    ),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
