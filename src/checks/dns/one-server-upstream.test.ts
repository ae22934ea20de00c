import { known } from '../../model/known.ts'
import { cluster, limitedDns, upstreamDead } from '../../../test/build/dns-faults.ts'
import { answered, type Network, never, servfail } from '../../../test/build/lookups.ts'
import { serverLog } from '../../../test/build/server-log.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import check from './one-server-upstream.ts'

const oneCut: Network = ({ zone, server }) =>
  zone === 'external' && server.pod === 'coredns-0' ? servfail(4001) : answered()
const file = limitedDns(null, {
  corefile: known('.:53 {\n  kubernetes cluster.local\n  forward . /etc/resolv.conf\n}\n'),
})
const pod = { subject: 'Pod/kube-system/coredns-0', severity: 'error', confidence: 'observed' } as const
const timeout = { kind: 'io-timeout', times: 9, said: 'read udp 10.2.0.2:4711->198.18.0.99:53: i/o timeout' } as const

describeCheck(check, [
  {
    it: 'one of two, and its log names whom it asked',
    given: {
      ...cluster({ network: oneCut, dns: file }),
      dnsServerLogs: [serverLog('coredns-0', [timeout]), serverLog('coredns-1')],
    },
    expect: [
      { ...pod, args: { upstream: ['198.18.0.99'], node: 'worker-1', file: '/etc/resolv.conf', wellFailed: 0 } },
    ],
  },
  {
    it: 'one of two, and nothing names it',
    given: cluster({ network: oneCut, dns: file }),
    expect: [{ ...pod, args: { upstream: ['/etc/resolv.conf'] } }],
  },
  {
    it: 'one of two, of one address: its way out',
    given: cluster({ network: oneCut }),
    expect: [{ ...pod, args: { upstream: ['192.0.2.53'], file: '' } }],
  },

  {
    it: "both: it is the upstream's",
    given: cluster({ network: upstreamDead }),
    expect: 'cannot-tell',
    says: /fail at each server/,
  },
  {
    it: 'no node gets an answer about the cluster',
    given: cluster({ network: () => never() }),
    expect: 'cannot-tell',
    says: /no DNS server answered names of the cluster/,
  },
  {
    it: 'one node of three is cut off, and the servers do alike',
    given: cluster({ network: ({ node }) => (node === 'worker-3' ? never() : answered()) }),
    expect: 'ok',
  },
  {
    it: 'two nodes of three are cut off from a server that gets no answer about outside names: its way is cut',
    given: cluster({
      network: (it) => (it.server.pod === 'coredns-0' && it.node !== 'worker-1' ? never() : oneCut(it)),
    }),
    expect: 'ok',
  },
  {
    it: 'one node of three is cut off, and one server answers the others no outside name',
    given: cluster({ network: (it) => (it.node === 'worker-3' ? never() : oneCut(it)) }),
    expect: [{ ...pod, args: { wellFailed: 0 } }],
  },
  {
    it: 'one of two answers nothing at all',
    given: cluster({ network: ({ server }) => (server.pod === 'coredns-0' ? never() : answered()) }),
    expect: 'ok',
  },
  {
    it: 'one of two fails now and then',
    given: cluster({
      network: ({ zone, server, index }) =>
        zone === 'external' && server.pod === 'coredns-0' && index % 2 === 0 ? servfail(2001) : answered(),
    }),
    expect: 'ok',
  },
  { it: 'all well', given: cluster(), expect: 'ok' },
  { it: 'no lookups at all', given: modelOf({}), expect: 'cannot-tell', says: /--probe/ },
])
