import { clusterDns } from '../../../test/build/dns.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import check from './autopath-idle.ts'

const given = (options: string, autopath = 'autopath @kubernetes') => ({
  clusterDns: clusterDns({
    corefile: known(`.:53 {\n ${autopath}\n kubernetes cluster.local {\n ${options}\n }\n forward . 192.0.2.53\n}\n`),
  }),
})
const on = { subject: 'ConfigMap/kube-system/coredns', severity: 'info' } as const

describeCheck(check, [
  {
    it: 'pods insecure, as kubeadm writes it',
    given: given('pods insecure'),
    expect: [{ ...on, args: { line: 2, mode: 'insecure' }, says: /does nothing: it needs `pods verified`/ }],
  },
  { it: 'no mode at all', given: given('ttl 30'), expect: [{ ...on, args: { mode: 'none' } }] },
  { it: 'pods verified', given: given('pods verified'), expect: 'ok' },
  { it: 'of a file, not of the pods', given: given('pods insecure', 'autopath /etc/search'), expect: 'not-applicable' },
  { it: 'what is imported may set it', given: given('import more'), expect: 'not-applicable' },
  { it: 'a mode by a variable', given: given('pods {$MODE}'), expect: 'not-applicable' },
  { it: 'without it', given: given('pods insecure', 'errors'), expect: 'not-applicable' },
  {
    it: 'the Corefile may not be read',
    given: { clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmaps') }) },
    expect: 'cannot-tell',
  },
])
