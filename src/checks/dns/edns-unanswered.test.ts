import { answered, type Network, never, probe, servfail } from '../../../test/build/lookups.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './edns-unanswered.ts'

const nodes = ['worker-1', 'worker-2', 'worker-3']
const given = (network: Network, asked = nodes) => ({
  dnsProbe: probe({ nodes: asked, network }),
  clusterDns: clusterDns(),
})
const found = (subject: string, args: Readonly<Record<string, string | boolean>>) => [
  { subject, severity: 'error' as const, confidence: 'observed' as const, args },
]

describeCheck(check, [
  {
    it: 'dropped on one node',
    given: given((it) => (it.edns && it.node === 'worker-1' ? never() : answered())),
    expect: found('Node/worker-1', { where: 'node', erring: false }),
  },
  {
    it: 'dropped everywhere',
    given: given((it) => (it.edns ? never() : answered())),
    expect: found('Service/kube-system/kube-dns', { where: 'everywhere', erring: false }),
  },
  {
    it: 'answered with errors everywhere',
    given: given((it) => (it.edns ? servfail(2) : answered())),
    expect: found('Service/kube-system/kube-dns', { where: 'everywhere', erring: true }),
  },
  {
    it: 'not answered by one server',
    given: given((it) =>
      it.edns && it.server.role === 'endpoint' && it.server.pod === 'coredns-0' ? never() : answered(),
    ),
    expect: found('Pod/kube-system/coredns-0', { where: 'server', erring: false }),
  },
  { it: 'well', given: given(() => answered()), expect: 'ok' },
  { it: 'everything is lost', given: given(() => never()), expect: 'cannot-tell', says: /without EDNS0 as well/ },
  {
    it: 'a few are lost',
    given: given((it) => (it.edns && it.index === 0 ? never() : answered())),
    expect: 'ok',
  },
  {
    it: 'recorded before it was asked',
    given: { dnsProbe: { ...probe({ nodes }), edns: [] }, clusterDns: clusterDns() },
    expect: 'not-applicable',
  },
  {
    it: 'no probe',
    given: modelOf({}, { dnsProbe: unknown('failed', 'no pod came up') }),
    expect: 'cannot-tell',
  },
])
