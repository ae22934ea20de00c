import { clusterDns } from '../../../test/build/dns.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { ClusterDns, CustomConfig } from '../../model/cluster-dns.ts'
import { known, type Known, unknown } from '../../model/known.ts'
import check from './custom-ignored.ts'

const plain = '.:53 {\n  kubernetes cluster.local\n  forward . 10.0.0.2\n}\n'
const importing =
  '.:53 {\n  kubernetes cluster.local\n  import custom/*.override\n  forward . 10.0.0.2\n}\nimport /etc/coredns/custom/*.server\n'
const keys = (...names: readonly string[]): Known<CustomConfig> =>
  known({ configMap: 'coredns-custom', keys: names.map((name) => ({ name, mentioned: name.startsWith('db.') })) })
const given = (text: string, custom?: ClusterDns['custom']) => ({
  clusterDns: clusterDns({ corefile: known(text), ...(custom === undefined ? {} : { custom }) }),
})
const on = { subject: 'ConfigMap/kube-system/coredns-custom', severity: 'warning', confidence: 'inferred' } as const

describeCheck(check, [
  {
    it: 'a key that no import matches',
    given: given(importing, keys('corp.server', 'corp.conf')),
    expect: [{ ...on, args: { ignored: 'corp.conf', count: 1, of: 2, wanted: '.server or .override' } }],
  },
  { it: 'a key with the ending in its middle', given: given(importing, keys('corp.server.bak')), expect: [on] },
  {
    it: 'keys, and a Corefile that imports nothing',
    given: given(plain, keys('corp.server')),
    expect: [{ ...on, args: { imports: 'none' } }],
  },

  { it: 'every key imported', given: given(importing, keys('corp.server', 'log.override')), expect: 'ok' },
  {
    it: 'a zone file that another key names',
    given: given(importing, keys('corp.server', 'db.corp.example')),
    expect: 'ok',
  },
  { it: 'a ConfigMap without a key', given: given(importing, keys()), expect: 'ok' },
  {
    it: 'imported by its whole name',
    given: given(plain.replace('forward', 'import custom/corp.conf\n  forward'), keys('corp.conf')),
    expect: 'ok',
  },
  { it: 'no such ConfigMap', given: given(importing, unknown('not-there', 'no ConfigMap')), expect: 'not-applicable' },
  { it: 'not collected', given: given(importing), expect: 'not-applicable' },
  {
    it: 'forbidden, and nothing imports it',
    given: given(plain, unknown('forbidden', 'get configmaps')),
    expect: 'not-applicable',
  },
  {
    it: 'forbidden, and files are imported',
    given: given(importing, unknown('forbidden', 'get configmaps in namespace kube-system')),
    expect: 'cannot-tell',
    says: /coredns-custom was not read: get configmaps/,
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
