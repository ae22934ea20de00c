import { answered, rejected, servfail } from '../../../test/build/lookups.ts'
import { cluster } from '../../../test/build/dns-faults.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known } from '../../model/known.ts'
import check from './answered-with-errors.ts'

const corefile = `.:53 {
    acl {
        block net 10.2.2.0/24
    }
    kubernetes cluster.local
    forward . 192.0.2.53
}
`
const withAcl = clusterDns({ corefile: known(corefile) })

describeCheck(check, [
  {
    it: 'every answer to one node is an error, and the Corefile decides by who asks',
    given: cluster({
      dns: withAcl,
      network: ({ node, zone }) => (node === 'worker-2' && zone === 'cluster' ? servfail(2) : answered()),
    }),
    expect: [
      {
        subject: 'ConfigMap/kube-system/coredns',
        severity: 'error',
        confidence: 'observed',
        args: { rcode: 'SERVFAIL', nodes: ['worker-2'] },
      },
    ],
  },
  {
    it: 'one server of two answers with errors',
    given: cluster({
      network: ({ server, zone }) => (server.ip === '10.2.2.2' && zone === 'cluster' ? servfail(2) : answered()),
    }),
    expect: [{ subject: 'Pod/kube-system/coredns-1' }],
  },
  {
    it: 'a refusal by ICMP is no answer',
    given: cluster({ network: ({ zone }) => (zone === 'cluster' ? rejected : answered()) }),
    expect: 'ok',
  },
  { it: 'all is answered', given: cluster(), expect: 'ok' },
  { it: 'nothing was measured', given: modelOf({}), expect: 'cannot-tell' },
])
