import { clusterDns } from '../../../test/build/dns.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { CacheBind } from '../../model/cluster-dns.ts'
import check from './cache-binds-elsewhere.ts'

const caches = (localIp: string, ready = true) =>
  ['1', '2'].map((it) =>
    pod(`node-local-dns-${it}`, {
      namespace: 'kube-system',
      hostNetwork: true,
      ready,
      containers: [container({ args: ['-localip', localIp] })],
    }),
  )
const given = (ips: readonly string[], localIp = '169.254.20.10', ready = true) => ({
  clusterDns: clusterDns({ nodeCaches: caches(localIp, ready), cacheBinds: [{ line: 8, ips }] satisfies CacheBind[] }),
})
const on = 'ConfigMap/kube-system/node-local-dns'

describeCheck(check, [
  {
    it: 'another address, and the caches run',
    given: given(['169.254.25.10']),
    expect: [
      { subject: on, severity: 'warning', args: { bound: ['169.254.25.10'] }, says: /listen on 169\.254\.25\.10, and/ },
    ],
  },
  {
    it: 'another address, and they do not start',
    given: given(['169.254.25.10'], '169.254.20.10', false),
    expect: [{ subject: on, severity: 'error', args: { down: 2 }, says: /2 of 2 caches not ready/ }],
  },
  { it: 'the same', given: given(['169.254.20.10']), expect: 'ok' },
  {
    it: "the DNS Service's as well",
    given: given(['169.254.20.10', '10.96.0.10'], '169.254.20.10,10.96.0.10'),
    expect: 'ok',
  },
  { it: 'one of two', given: given(['169.254.20.10', '10.96.0.10']), expect: 'ok' },
  { it: 'loopback', given: given(['127.0.0.1']), expect: 'ok' },
  {
    it: 'bound to nothing: on every address',
    given: { clusterDns: clusterDns({ nodeCaches: caches('169.254.20.10'), cacheBinds: [] }) },
    expect: 'ok',
  },
  { it: 'no cache', given: { clusterDns: clusterDns() }, expect: 'not-applicable' },
])
