import { clusterDns } from '../../../test/build/dns.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { UnaskedCustom } from '../../model/cluster-dns.ts'
import { known, unknown } from '../../model/known.ts'
import check from './forward-not-asked.ts'

const given = (lines: string, unasked: readonly UnaskedCustom[] = []) => ({
  clusterDns: clusterDns({
    corefile: known(`.:53 {\n  kubernetes cluster.local\n  ${lines}\n}\n`),
    ...(unasked.length === 0
      ? {}
      : {
          custom: known({
            configMap: 'coredns-custom',
            keys: [{ name: unasked[0]?.key ?? '', mentioned: false }],
            unasked,
          }),
        }),
  }),
})
const all = 'forward . /etc/resolv.conf'
const on = { subject: 'ConfigMap/kube-system/coredns', confidence: 'inferred', severity: 'warning' } as const

describeCheck(check, [
  {
    it: 'all names twice',
    given: given(`${all}\n  forward . 10.0.0.2`),
    expect: [
      { ...on, args: { to: ['10.0.0.2'], before: ['/etc/resolv.conf'], line: 4 }, says: /10\.0\.0\.2 is never asked/ },
    ],
  },
  { it: 'a zone behind all names', given: given(`${all}\n  forward corp.example 10.0.0.2`), expect: [on] },
  {
    it: 'of a key that is imported behind it',
    given: given(`${all}\n  import custom/*.override`, [
      { key: 'up.override', line: 1, zone: '.', to: ['10.10.10.1'], before: ['/etc/resolv.conf'] },
    ]),
    expect: [{ subject: 'ConfigMap/kube-system/coredns-custom', says: /key up\.override of coredns-custom, line 1/ }],
  },
  { it: 'a zone before all names', given: given(`forward corp.example 10.0.0.2\n  ${all}`), expect: 'ok' },
  {
    it: 'but for a zone',
    given: given(`${all} {\n    except corp.example\n  }\n  forward corp.example 10.0.0.2`),
    expect: 'ok',
  },
  {
    it: 'what the first does not know',
    given: given(`${all} {\n    next NXDOMAIN\n  }\n  forward . 10.0.0.2`),
    expect: 'ok',
  },
  { it: 'the same servers', given: given(`${all}\n  ${all}`), expect: 'ok' },
  { it: 'one', given: given(all), expect: 'ok' },
  { it: 'none', given: given('log'), expect: 'not-applicable' },
  {
    it: 'the Corefile may not be read',
    given: { clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmaps') }) },
    expect: 'cannot-tell',
    says: /the Corefile was not read/,
  },
])
