import { clusterDns } from '../../../test/build/dns.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Placeholder } from '../../model/cluster-dns.ts'
import check from './cache-placeholder-left.ts'

const caches = (ready: boolean) =>
  ['1', '2'].map((it) => pod(`node-local-dns-${it}`, { namespace: 'kube-system', hostNetwork: true, ready }))
const left: readonly Placeholder[] = [
  { word: '__PILLAR__LOCAL__DNS__', line: 9 },
  { word: '__PILLAR__DNS__SERVER__', line: 9 },
  { word: '__PILLAR__LOCAL__DNS__', line: 14 },
]
const given = (placeholders: readonly Placeholder[], ready = false) => ({
  clusterDns: clusterDns({ nodeCaches: caches(ready), placeholders }),
})

describeCheck(check, [
  {
    it: 'two words, and the caches are not ready',
    given: given(left),
    expect: [
      {
        subject: 'ConfigMap/kube-system/node-local-dns',
        severity: 'error',
        args: { words: ['__PILLAR__LOCAL__DNS__', '__PILLAR__DNS__SERVER__'], lines: [9, 14], down: 2 },
        says: /2 of 2 caches are not ready/,
      },
    ],
  },
  {
    it: 'the caches run',
    given: given(left, true),
    expect: [{ subject: 'ConfigMap/kube-system/node-local-dns', severity: 'warning' }],
  },
  {
    it: 'a word that the template does not have',
    given: given([{ word: '__PILLAR__UPSTREAM__SERVER__', line: 20 }]),
    expect: [{ subject: 'ConfigMap/kube-system/node-local-dns', args: { unknown: ['__PILLAR__UPSTREAM__SERVER__'] } }],
  },
  { it: 'none is left', given: given([]), expect: 'ok' },
  { it: 'no cache', given: { clusterDns: clusterDns({ placeholders: left }) }, expect: 'not-applicable' },
  { it: 'it was not read', given: { clusterDns: clusterDns({ nodeCaches: caches(true) }) }, expect: 'not-applicable' },
])
