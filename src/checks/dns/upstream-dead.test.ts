import { answered, servfail } from '../../../test/build/lookups.ts'
import { blackHoleOn, cluster, limitedDns, upstreamDead, upstreamFails, upstreamIgnoresAaaa, upstreamRefuses, upstreamSeen, upstreamSlow, workers } from '../../../test/build/dns-faults.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './upstream-dead.ts'

const configMap = { subject: 'ConfigMap/kube-system/coredns' }

describeCheck(check, [
  { it: 'outside names fail, after the wait for the upstream', given: cluster({ network: upstreamDead }), expect: [{ ...configMap, confidence: 'observed', args: { upstream: '192.0.2.53', name: 'hopscope-k3x9q.example.com.', how: 'SERVFAIL', speed: 'late' } }] },
  { it: "the port is closed: CoreDNS's own SERVFAIL, at once", given: cluster({ network: upstreamFails, upstreams: upstreamSeen(80, {}) }), expect: [{ ...configMap, args: { how: 'SERVFAIL', speed: 'closed' } }] },
  { it: 'an outside name that is cached is no sign of life', given: cluster({ network: ({ zone, server }) => (zone === 'external' && server.role === 'endpoint' ? servfail(6001) : answered()) }), expect: [configMap] },
  { it: 'outside names time out', given: cluster({ network: ({ zone }) => (zone === 'external' ? { kind: 'never', which: 'both' } : answered()) }), expect: [{ ...configMap, args: { how: 'time-out' } }] },
  { it: 'refused at once: every upstream is marked unhealthy', given: cluster({ network: ({ zone }) => (zone === 'external' ? servfail(1) : answered()) }), expect: [{ ...configMap, args: { speed: 'at-once' } }] },
  { it: 'the Corefile unreadable: named without the upstream', given: cluster({ network: upstreamDead, dns: { ...limitedDns(null), corefile: unknown('forbidden', 'get configmaps') } }), expect: [{ ...configMap, args: { upstream: 'unknown' } }] },
  { it: 'apart from a node that has no DNS at all', given: cluster({ network: (asked) => (asked.node === 'worker-2' ? { kind: 'never', which: 'both' } : upstreamDead(asked)) }), expect: [configMap] },

  { it: 'no outside name was asked for', given: cluster({ counts: { externalService: 0, externalEndpoint: 0, libcExternal: 0 } }), expect: 'cannot-tell', says: /0 look-ups of an outside name/ },
  { it: 'cluster names fail as well: not the upstream', given: cluster({ network: blackHoleOn(...workers) }), expect: 'cannot-tell', says: /where cluster names work/ },
  { it: 'no look-ups at all', given: modelOf({}), expect: 'cannot-tell', says: /--probe/ },

  { it: 'it answers, with errors', given: cluster({ network: upstreamRefuses, upstreams: upstreamSeen(40, { REFUSED: 40 }) }), expect: 'ok', says: /answers, with REFUSED/ },
  { it: 'all answered', given: cluster(), expect: 'ok' },
  { it: 'a slow upstream', given: cluster({ network: upstreamSlow }), expect: 'ok' },
  { it: 'an upstream that ignores AAAA: A is answered', given: cluster({ network: upstreamIgnoresAaaa }), expect: 'ok' },
  { it: 'one upstream of two dead: half of it fails', given: cluster({ network: ({ zone, index }) => (zone === 'external' && index % 2 === 0 ? servfail(2002) : answered()) }), expect: 'ok' },
])
