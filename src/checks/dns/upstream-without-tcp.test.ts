import { clusterDns } from '../../../test/build/dns.ts'
import { answered, type Asked, type Network, never, probe, servfail } from '../../../test/build/lookups.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import check from './upstream-without-tcp.ts'

const corefile = '.:53 {\n    errors\n    kubernetes cluster.local\n    forward . 192.0.2.53\n}\n'
const given = (network: Network) => ({
  dnsProbe: probe({ nodes: ['worker-1', 'worker-2'], network }),
  clusterDns: clusterDns({ corefile: known(corefile) }),
})
const isFar = (it: Asked): boolean => it.zone === 'external' && it.transport === 'tcp'
const found = (args: Readonly<Record<string, number | readonly string[]>>) => [
  { subject: 'ConfigMap/kube-system/coredns', severity: 'warning' as const, confidence: 'observed' as const, args },
]

describeCheck(check, [
  {
    it: 'SERVFAIL after CoreDNS waited',
    given: given((it) => (isFar(it) ? servfail(2000) : answered())),
    expect: found({ upstreams: ['192.0.2.53'], servers: [], udpFailed: 0 }),
  },
  {
    it: 'of one server alone',
    given: given((it) => (isFar(it) && it.server.pod === 'coredns-0' ? servfail(2000) : answered())),
    expect: found({ servers: ['coredns-0'] }),
  },
  {
    it: 'outside names fail over UDP as well: the upstream is dead',
    given: given((it) => (it.zone === 'external' ? servfail(2000) : answered())),
    expect: 'ok',
  },
  {
    it: 'nothing comes over TCP: it is not the upstream',
    given: given((it) => (it.transport === 'tcp' ? never() : answered())),
    expect: 'ok',
  },
  { it: 'well', given: given(() => answered()), expect: 'ok' },
  {
    it: 'no probe',
    given: modelOf({}, { dnsProbe: unknown('failed', 'no pod came up') }),
    expect: 'cannot-tell',
  },
])
