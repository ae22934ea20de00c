import { expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { nameAnswer, nameAnswers } from '../../../test/build/name-answers.ts'
import { pod } from '../../../test/build/pod.ts'
import { programLog } from '../../../test/build/program-log.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { known, unknown } from '../../model/known.ts'
import type { NameAnswer } from '../../model/name-answers.ts'
import programsSay from '../trouble/programs-say.ts'
import check from './denial-kept.ts'

const corefile = (ttl: number, cache: string, rest = '') =>
  known(`.:53 {\n  kubernetes cluster.local {\n    ttl ${ttl}\n  }\n  ${cache}\n  ${rest}\n}\n`)
const dns = (ttl: number, cache = 'cache 3600', rest = '') => clusterDns({ corefile: corefile(ttl, cache, rest) })
const on = { subject: 'ConfigMap/kube-system/coredns' } as const

/** What a name that nobody made is answered. */
const denied = (ttl: number | null, suffix = 'svc.cluster.local', answer: 'nxdomain' | 'ok' = 'nxdomain') =>
  nameAnswers([nameAnswer({ kind: 'random', suffix }, `hopscope-a.${suffix}.`, { ttl, answer })])
const unread = clusterDns({ corefile: unknown('forbidden', 'get configmaps in kube-system') })

describeCheck(check, [
  {
    it: 'an hour of both: the SOA has 300 s at most',
    given: { clusterDns: dns(3600) },
    expect: [{ ...on, severity: 'warning', confidence: 'inferred', args: { seconds: 300, said: 300, measured: null } }],
  },
  {
    it: 'a pod that is ready is denied by its own name still',
    given: {
      clusterDns: dns(3600),
      nameAnswers: nameAnswers([
        nameAnswer(
          { kind: 'member', service: { namespace: 'shop', name: 'kv' }, pod: 'kv-0' },
          'kv-0.kv.shop.svc.cluster.local.',
          { ttl: 288 },
        ),
      ]),
    },
    expect: [{ ...on, severity: 'warning', args: { seconds: 300 } }],
  },
  { it: 'half a minute', given: { clusterDns: dns(30) }, expect: 'ok' },
  { it: 'a second more', given: { clusterDns: dns(31) }, expect: [{ ...on, severity: 'info', args: { seconds: 31 } }] },
  { it: 'just under two minutes', given: { clusterDns: dns(119) }, expect: [{ ...on, severity: 'info' }] },
  { it: 'two minutes', given: { clusterDns: dns(120) }, expect: [{ ...on, severity: 'warning' }] },
  { it: 'a cache of half a minute cuts it', given: { clusterDns: dns(3600, 'cache 30') }, expect: 'ok' },
  {
    it: 'the cache alone makes it long',
    given: { clusterDns: dns(5, 'cache 3600 {\n denial 9984 3600 600\n }') },
    expect: [{ ...on, args: { seconds: 600, cache: 'cache 3600' } }],
  },
  {
    it: 'an answer says so too',
    given: { clusterDns: dns(3600), nameAnswers: denied(300) },
    expect: [
      { ...on, confidence: 'observed', args: { measured: 300 }, says: '300 s by the Corefile · 300 s in an answer' },
    ],
  },
  {
    it: 'an answer of a cache that had it for a while: its text counts',
    given: { clusterDns: dns(3600), nameAnswers: denied(12) },
    expect: [{ ...on, confidence: 'inferred', args: { seconds: 300 } }],
  },
  {
    it: 'an answer that the text does not make: somebody else gave it',
    given: { clusterDns: dns(30), nameAnswers: denied(300) },
    expect: 'ok',
  },
  {
    it: 'the text imports files, and an answer says what is in them',
    given: { clusterDns: dns(30, '', 'import custom/*.override'), nameAnswers: denied(300) },
    expect: [{ ...on, confidence: 'observed', args: { seconds: 300, said: 30 } }],
  },
  {
    it: 'the Corefile was not read, and an answer says it',
    given: { clusterDns: unread, nameAnswers: denied(31) },
    expect: [{ ...on, severity: 'info', confidence: 'observed', args: { said: null } }],
  },
  {
    it: 'the Corefile was not read, and an answer is short',
    given: { clusterDns: unread, nameAnswers: denied(30) },
    expect: 'ok',
  },

  { it: 'the Corefile was not read', given: { clusterDns: unread }, expect: 'cannot-tell', says: /was not read/ },
  {
    it: 'the Corefile was not read, and the name below another suffix is no name of the cluster',
    given: { clusterDns: unread, nameAnswers: denied(3600, 'corp.example') },
    expect: 'cannot-tell',
  },
  {
    it: 'the Corefile was not read, and a wildcard answers',
    given: { clusterDns: unread, nameAnswers: denied(3600, 'svc.cluster.local', 'ok') },
    expect: 'cannot-tell',
  },
  {
    it: 'files that are imported may hold a cache',
    given: { clusterDns: dns(30, '', 'import custom/*.override') },
    expect: 'cannot-tell',
    says: /imports files/,
  },
  {
    it: 'nor with an answer that says how it is',
    given: { clusterDns: dns(30, '', 'import custom/*.override'), nameAnswers: denied(30) },
    expect: 'ok',
  },
  {
    it: 'a Corefile without kubernetes',
    given: { clusterDns: clusterDns({ corefile: known('.:53 {\n  forward . 10.0.0.2\n  cache 3600\n}\n') }) },
    expect: 'not-applicable',
  },
  { it: 'no DNS was read', given: modelOf({}, { clusterDns: unknown('forbidden', 'pods') }), expect: 'cannot-tell' },
])

test('a program that says so of a pod by its name is told why', () => {
  const reason = { kind: 'member', service: { namespace: 'shop', name: 'kv' }, pod: 'kv-0' } as const
  const answer = nameAnswer(reason, 'kv-0.kv.shop.svc.cluster.local.', { ttl: 288 })
  const roots = (answers: readonly NameAnswer[]) =>
    diagnose(
      modelOf({
        clusterDns: dns(3600),
        nameAnswers: nameAnswers(answers),
        pods: [pod('web-1')],
        programLogs: [programLog('web-1', [{ kind: 'no-host', host: 'kv-0.kv', port: null, times: 9, during: 3 }])],
      }),
      { checks: [check, programsSay] },
    )
      .roots.map((it) => it.finding.code)
      .toSorted()
  expect(roots([answer])).toEqual(['DNS198'])
  expect(roots([{ ...answer, answer: 'ok' }])).toEqual(['DNS198', 'TRB905'])
})
