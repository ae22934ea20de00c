import { clusterDns } from '../../../test/build/dns.ts'
import { nameAnswer, nameAnswers } from '../../../test/build/name-answers.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import check from './text-not-reloaded.ts'

const corefile = (reload = ''): string =>
  '.:53 {\n    errors\n    hosts {\n        192.0.2.200 erp.corp.test\n        fallthrough\n    }\n' +
  `    kubernetes cluster.local\n    forward . 192.0.2.53\n${reload}}\n`
const changed = Date.UTC(2026, 10, 30, 20, 32)
const before = changed - 600_000
const after = changed + 60_000

/** Servers that started then, and what each of them says to the name in `hosts`. */
const given = (starts: readonly (number | undefined)[], says: readonly (string | null)[] = [], reload = '') => ({
  clusterDns: clusterDns({
    corefile: known(corefile(reload)),
    ...(starts.some((it) => it !== undefined) ? { corefileChangedAt: changed } : {}),
    pods: clusterDns().pods.map((it, index) => {
      const startedAt = starts[index]
      return startedAt === undefined ? it : { ...it, startedAt }
    }),
  }),
  nameAnswers: nameAnswers([], {
    fromHosts: says.map((ip, index) =>
      nameAnswer({ kind: 'hosts', ips: ['192.0.2.200'] }, 'erp.corp.test.', {
        server: { role: 'endpoint', ip: `10.2.${index}.2`, pod: `coredns-${index}` },
        ...(ip === null ? {} : { answer: 'ok', rcode: 'NOERROR', addresses: [ip] }),
      }),
    ),
  }),
})
const found = (severity: 'error' | 'warning', confidence: 'observed' | 'possible', args: object) => [
  { subject: 'ConfigMap/kube-system/coredns', severity, confidence, args: { ...args } },
]

describeCheck(check, [
  {
    it: 'one of two servers is older, and denies what stands in hosts',
    given: given([before, after], [null, '192.0.2.200']),
    expect: found('error', 'observed', { servers: ['coredns-0'], names: ['erp.corp.test'], reload: null }),
  },
  {
    it: 'both are older',
    given: given([before, before], [null, '192.0.2.7']),
    expect: found('error', 'observed', { servers: ['coredns-0', 'coredns-1'] }),
  },
  {
    it: 'older, and nobody asked them',
    given: given([before, after]),
    expect: found('warning', 'possible', { servers: ['coredns-0'], names: [] }),
  },
  {
    it: 'times are not known, and of two servers one does not give what stands in hosts',
    given: given([], [null, '192.0.2.200']),
    expect: found('error', 'observed', { servers: ['coredns-0'] }),
  },
  {
    it: 'it is read again each ten minutes, and has not been yet',
    given: given([before, before], [null, null], '    reload 10m 5m\n'),
    expect: found('error', 'observed', { reload: 600 }),
  },
  {
    it: 'it is read again each ten minutes, and was',
    given: given([before, before], ['192.0.2.200', '192.0.2.200'], '    reload 10m 5m\n'),
    expect: 'ok',
  },
  { it: 'both started after it was written', given: given([after, after]), expect: 'ok' },
  {
    it: 'both started after it was written, and something else answers in place of hosts',
    given: given([after, after], [null, null]),
    expect: 'ok',
  },
  {
    it: 'a reload of an hour and a half, as Go reads it',
    given: given([before, before], [null, null], '    reload 1.5h\n'),
    expect: found('error', 'observed', { reload: 5400 }),
  },
  { it: 'the usual reload', given: given([before, before], [], '    reload\n'), expect: 'not-applicable' },
  { it: 'an old recording', given: given([]), expect: 'cannot-tell' },
  {
    it: 'the Corefile was not read',
    given: { clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmaps') }) },
    expect: 'cannot-tell',
  },
])
