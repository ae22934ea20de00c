import {
  blackHoleOn,
  cluster,
  upstreamDead,
  upstreamFails,
  upstreamLossy,
  upstreamRefuses,
  upstreamSeen,
  workers,
} from '../../../test/build/dns-faults.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { pod } from '../../../test/build/pod.ts'
import { answered, coreDnsWindow, never } from '../../../test/build/lookups.ts'
import { dnsServers, nameAnswer, nameAnswers } from '../../../test/build/name-answers.ts'
import { serverLog } from '../../../test/build/server-log.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known } from '../../model/known.ts'
import type { NameAnswer } from '../../model/name-answers.ts'
import check from './upstream-refuses.ts'

const text =
  'corp.example:53 {\n  forward . 10.150.0.1\n}\n.:53 {\n  kubernetes cluster.local\n  forward . 192.0.2.53\n}\n'
const corefile = known(text)
const withTwo = text.replace('10.150.0.1', '10.150.0.1 10.150.0.2')
const stub = (answer: NameAnswer['answer'], others: NameAnswer['answer'] = 'nxdomain') => ({
  ...cluster({ dns: clusterDns({ corefile }) }),
  nameAnswers: nameAnswers([
    nameAnswer({ kind: 'outside', typed: 'example.com', suffix: null }, 'example.com.', { answer: others }),
    nameAnswer({ kind: 'outside', typed: 'corp.example', suffix: null }, 'corp.example.', {
      answer,
      rcode: answer === 'timeout' ? null : answer.toUpperCase(),
    }),
  ]),
})
const late = (times: readonly number[], answer: NameAnswer['answer'] = 'nodata') => ({
  ...cluster({ dns: clusterDns({ corefile: known(withTwo) }) }),
  nameAnswers: nameAnswers([
    ...dnsServers.map((server) =>
      nameAnswer({ kind: 'outside', typed: 'example.com', suffix: null }, 'example.com.', { server }),
    ),
    ...dnsServers.map((server, at) =>
      nameAnswer({ kind: 'outside', typed: 'corp.example', suffix: null }, 'corp.example.', {
        server,
        answer,
        rcode: answer.toUpperCase(),
        ms: times[at] ?? 1,
      }),
    ),
  ]),
})
const coredns = { subject: 'ConfigMap/kube-system/coredns' }

describeCheck(check, [
  {
    it: 'REFUSED, and CoreDNS counted who said so',
    given: cluster({ network: upstreamRefuses, upstreams: upstreamSeen(40, { REFUSED: 40 }) }),
    expect: [{ ...coredns, confidence: 'observed', args: { rcode: 'REFUSED', upstream: ['192.0.2.53'] } }],
  },
  {
    it: 'SERVFAIL, and CoreDNS counted who said so',
    given: cluster({ network: upstreamFails, upstreams: upstreamSeen(42, { SERVFAIL: 40 }) }),
    expect: [{ ...coredns, confidence: 'observed', args: { rcode: 'SERVFAIL' } }],
  },
  {
    it: "REFUSED, without CoreDNS's own count",
    given: cluster({ network: upstreamRefuses }),
    expect: [{ ...coredns, confidence: 'inferred', args: { proven: false } }],
  },

  {
    it: "SERVFAIL, without CoreDNS's own count: a silent upstream looks so too",
    given: cluster({ network: upstreamFails }),
    expect: 'cannot-tell',
    says: /metrics tell/,
  },
  {
    it: 'no node whose cluster names work',
    given: cluster({ network: blackHoleOn(...workers) }),
    expect: 'cannot-tell',
  },
  { it: 'no lookups at all', given: modelOf({}), expect: 'cannot-tell', says: /--probe/ },

  {
    it: "SERVFAIL, and the upstream said nothing: it is CoreDNS's own",
    given: cluster({ network: upstreamFails, upstreams: upstreamSeen(80, {}) }),
    expect: 'ok',
    says: /not an answer of the upstream/,
  },
  {
    it: 'outside names time out',
    given: cluster({ network: ({ zone }) => (zone === 'external' ? never() : answered()) }),
    expect: 'ok',
  },
  { it: 'a dead upstream', given: cluster({ network: upstreamDead, upstreams: upstreamSeen(80, {}) }), expect: 'ok' },
  {
    it: 'an upstream that loses queries',
    given: cluster({ network: upstreamLossy, upstreams: upstreamSeen(60, { NXDOMAIN: 38 }) }),
    expect: 'ok',
  },
  {
    it: 'a domain of the search list of pods is below it',
    given: {
      ...stub('timeout'),
      pods: [
        pod('crm-1', { dnsConfig: { nameservers: [], searches: ['eu.corp.example'], options: [] } }),
        pod('web-1', { dnsConfig: { nameservers: [], searches: ['other.example'], options: [] } }),
      ],
      insideViews: [],
    },
    expect: [{ ...coredns, args: { zone: 'corp.example', searching: ['Deployment shop/crm'] } }],
  },
  {
    it: 'the server of a stub zone is silent',
    given: stub('timeout'),
    expect: [
      {
        ...coredns,
        severity: 'error',
        confidence: 'observed',
        args: { zone: 'corp.example', state: 'silent', upstream: ['10.150.0.1'] },
      },
    ],
  },
  {
    it: 'CoreDNS answers SERVFAIL in its place',
    given: stub('servfail'),
    expect: [{ ...coredns, args: { zone: 'corp.example', state: 'silent' } }],
  },
  {
    it: 'and its log says that it waited for that server',
    given: {
      ...stub('servfail'),
      dnsServerLogs: [
        serverLog('coredns-0', [
          { kind: 'io-timeout', times: 9, said: 'read udp 10.2.0.2:4711->10.150.0.1:53: i/o timeout' },
        ]),
      ],
    },
    expect: [{ ...coredns, args: { state: 'silent', log: 'timeout' } }],
  },
  {
    it: 'and its log says that it waited for another',
    given: {
      ...stub('servfail'),
      dnsServerLogs: [
        serverLog('coredns-0', [
          { kind: 'io-timeout', times: 9, said: 'read udp 10.2.0.2:4711->192.0.2.53:53: i/o timeout' },
        ]),
      ],
    },
    expect: [{ ...coredns, args: { state: 'silent', log: 'nothing' } }],
  },
  {
    it: 'it refuses',
    given: stub('refused'),
    expect: [{ ...coredns, severity: 'error', args: { zone: 'corp.example', state: 'refuses' } }],
  },
  {
    it: 'it is a server of other zones',
    given: stub('nxdomain'),
    expect: [{ ...coredns, severity: 'warning', args: { state: 'unknown-zone' } }],
  },
  {
    it: 'one of its servers is silent, and the next one answers',
    given: late([2003, 1, 2001]),
    expect: [
      {
        ...coredns,
        severity: 'warning',
        args: { zone: 'corp.example', state: 'late', p50: 2001, failed: 2, of: 3 },
        says: /found only after 2\.00 s: CoreDNS sends them to upstreams 10\.150\.0\.1 and 10\.150\.0\.2, and waits/,
      },
    ],
  },
  { it: 'one late answer may be any packet', given: late([2003, 1, 1]), expect: 'ok' },
  { it: 'slow, and in the time that one server has', given: late([1899, 1899, 1899]), expect: 'ok' },
  {
    it: 'as late as a server is waited for',
    given: late([1900, 1900, 1]),
    expect: [{ ...coredns, args: { state: 'late' } }],
  },
  {
    it: 'the zone is not known, and that is said late',
    given: late([2001, 2001, 2001], 'nxdomain'),
    expect: [{ ...coredns, args: { state: 'unknown-zone', p50: 2001 } }],
  },
  {
    it: 'the servers run another text than this one, which nobody asked them by',
    given: {
      ...stub('nxdomain'),
      coreDnsWindows: clusterDns().pods.map((it) => ({
        ...coreDnsWindow(it.name, it.ip ?? '', 0.02),
        config: 'f'.repeat(128),
      })),
    },
    expect: 'cannot-tell',
    says: /run another Corefile than this one/,
  },
  { it: 'it has the zone, and no address for it', given: stub('nodata'), expect: 'ok' },
  { it: 'it has an address for it', given: stub('ok'), expect: 'ok' },
  { it: 'nothing is answered on that node', given: stub('timeout', 'timeout'), expect: 'ok' },
  { it: 'all well', given: cluster(), expect: 'ok' },
])
