import { onNode } from '../../breaks/place.ts'
import { rulesFault } from '../../breaks/rules-fault.ts'
import { askFresh, upstreamIsWell } from '../../breaks/upstream.ts'
import { UPSTREAM_DNS } from '../../plan.ts'

const QUESTION = [
  '-p',
  'udp',
  '-m',
  'udp',
  '--dport',
  '53',
  '-m',
  'string',
  '--algo',
  'bm',
  '--from',
  '40',
  '--hex-string',
  '|00001c0001|',
]

export default rulesFault({
  name: 'dns-upstream-ignores-aaaa',
  breaks: 'the server that CoreDNS forwards to never answers AAAA, and answers A at once',
  symptom: 'outside names take 5 seconds or fail, although IPv6 is not in use',
  cause: { code: 'DNS102', subject: 'ConfigMap/kube-system/coredns' },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  at: async (lab) => [
    {
      place: onNode(lab, UPSTREAM_DNS.name),
      rules: [{ table: 'filter', chain: 'INPUT', rule: [...QUESTION, '-j', 'DROP'] }],
    },
  ],
  inEffect: async (lab) =>
    (await askFresh(lab)).every((it) => it.rcode === 'NXDOMAIN') &&
    (await askFresh(lab, 'aaaa')).every((it) => it.rcode === null || it.rcode === 'SERVFAIL'),
  gone: upstreamIsWell,
})
