import { cluster } from '../../../test/build/dns-faults.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { serverLog } from '../../../test/build/server-log.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import check from './forward-limit.ts'

const corefile = known(
  '.:53 {\n    kubernetes cluster.local\n    forward . 192.0.2.53 {\n        max_concurrent 1000\n    }\n}\n',
)
const dns = clusterDns({ corefile })
const full = (pod: string, run: 'now' | 'before' = 'now') =>
  serverLog(pod, [{ kind: 'too-many-concurrent', times: 40, said: 'concurrent queries exceeded maximum 1000' }], run)
const upstreams = [{ to: '192.0.2.53:53', sent: 500, answers: { NOERROR: 500 }, seconds: 1000 }]

describeCheck(check, [
  {
    it: 'the limit is reached, and the upstream takes 2 s',
    given: { ...cluster({ dns, upstreams }), dnsServerLogs: [full('coredns-0'), full('coredns-1')] },
    expect: [
      {
        subject: 'ConfigMap/kube-system/coredns',
        severity: 'warning',
        confidence: 'observed',
        args: { limit: 1000, times: 80, servers: 2, rate: 500 },
      },
    ],
  },
  {
    it: 'by one server, without metrics',
    given: { clusterDns: dns, dnsServerLogs: [full('coredns-0')] },
    expect: [{ subject: 'ConfigMap/kube-system/coredns', args: { servers: 1, each: 'unknown' } }],
  },
  {
    it: 'in a run that is over',
    given: { clusterDns: dns, dnsServerLogs: [full('coredns-0', 'before')] },
    expect: 'ok',
  },
  { it: 'all is well', given: { clusterDns: dns, dnsServerLogs: [serverLog('coredns-0')] }, expect: 'ok' },
  { it: 'nothing is bounded', given: { ...cluster(), dnsServerLogs: [] }, expect: 'not-applicable' },
  {
    it: 'the Corefile is forbidden',
    given: {
      clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmaps') }),
      dnsServerLogs: [full('coredns-0')],
    },
    expect: 'cannot-tell',
  },
  { it: 'no logs', given: modelOf({ clusterDns: dns }), expect: 'cannot-tell' },
])
