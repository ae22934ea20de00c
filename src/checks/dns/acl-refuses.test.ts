import { known, unknown } from '../../model/known.ts'
import { blackHoleOn, cluster, limitedDns } from '../../../test/build/dns-faults.ts'
import { answered, type Network, refused } from '../../../test/build/lookups.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import check from './acl-refuses.ts'

const withLines = (lines: string) => limitedDns(null, { corefile: known(`.:53 {\n  kubernetes cluster.local\n${lines}  forward . 192.0.2.53\n}\n`) })
const acl = withLines('  acl {\n    block net 10.2.2.0/24\n  }\n')
const onWorker2: Network = ({ node }) => (node === 'worker-2' ? refused(2) : answered())
const configMap = { subject: 'ConfigMap/kube-system/coredns', severity: 'error', confidence: 'observed' } as const

describeCheck(check, [
  { it: 'the pods of one node', given: cluster({ network: onWorker2, dns: acl }), expect: [{ ...configMap, args: { plugin: 'acl', line: 4, rule: 'block net 10.2.2.0/24', nodes: 'worker-2', otherRefused: 0 } }] },
  { it: 'the pods of every node', given: cluster({ network: () => refused(2), dns: acl }), expect: [{ ...configMap, args: { nodes: 'worker-1, worker-2, worker-3', otherOf: 0 } }] },
  { it: 'a view that leaves out some', given: cluster({ network: onWorker2, dns: withLines("  view inside {\n    expr incidr(client_ip(), '10.2.0.0/24')\n  }\n") }), expect: [{ ...configMap, args: { plugin: 'view', line: 3 } }] },

  { it: 'a node that is not answered at all', given: cluster({ network: blackHoleOn('worker-2'), dns: acl }), expect: 'ok' },
  { it: 'an acl that refuses none of these', given: cluster({ dns: acl }), expect: 'ok' },
  { it: 'no acl', given: cluster({ network: onWorker2 }), expect: 'not-applicable' },
  { it: 'outside names alone are refused: not by this line', given: cluster({ network: ({ zone }) => (zone === 'external' ? refused(2) : answered()), dns: acl }), expect: 'ok' },
  { it: 'the Corefile forbidden', given: cluster({ network: onWorker2, dns: limitedDns(null, { corefile: unknown('forbidden', 'get configmaps') }) }), expect: 'cannot-tell', says: /was not read/ },
  { it: 'no look-ups at all', given: modelOf({}), expect: 'cannot-tell', says: /--probe/ },
])
