import { clusterDns } from '../../../test/build/dns.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import check from './log-plugin-on.ts'

const given = (line: string) => ({
  clusterDns: clusterDns({
    corefile: known(`.:53 {\n  errors\n  ${line}\n  kubernetes cluster.local\n  forward . 10.0.0.2\n  cache 30\n}\n`),
  }),
})
const configMap = { subject: 'ConfigMap/kube-system/coredns', severity: 'info' } as const

describeCheck(check, [
  { it: 'every query', given: given('log'), expect: [{ ...configMap, args: { line: 3, blocks: 1, of: 1 } }] },
  { it: 'every query, said in full', given: given('log . {\n    class all\n  }'), expect: [configMap] },
  { it: 'what was answered', given: given('log . {\n    class success\n  }'), expect: [configMap] },

  { it: 'none', given: given('ready'), expect: 'ok' },
  { it: 'failures alone', given: given('log . {\n    class denial error\n  }'), expect: 'ok' },
  { it: 'commented out', given: given('# log'), expect: 'ok' },
  {
    it: 'a Corefile that does not parse: what stands where is not known',
    given: given('log\n  forward . 10.0.0.2 {'),
    expect: 'not-applicable',
    says: /DNS114/,
  },
  {
    it: 'the Corefile forbidden',
    given: { clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmaps') }) },
    expect: 'cannot-tell',
    says: /was not read/,
  },
  {
    it: 'kube-system forbidden',
    given: modelOf({}, { clusterDns: unknown('forbidden', 'list pods in kube-system') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
