import { describe, expect, test } from 'vitest'
import { cluster } from '../../../test/build/dns-faults.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { nameAnswers, rightAnswers } from '../../../test/build/name-answers.ts'
import { pod } from '../../../test/build/pod.ts'
import { serverLog } from '../../../test/build/server-log.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { known, unknown } from '../../model/known.ts'
import type { NameAnswer } from '../../model/name-answers.ts'
import { text } from '../../report/diagnosis/text.ts'
import { paint } from '../../report/paint.ts'
import { checks } from '../registry.ts'
import check from './server-behind.ts'

const db = service('db', { clusterIP: 'None' })
const ready = ['10.2.1.5']
const [first, second] = ['coredns-0', 'coredns-1'] as const
const ended = {
  kind: 'watch-ended',
  said: 'watch of *v1.EndpointSlice ended with: very short watch',
  times: 3,
} as const
const old = (at: string, addresses: readonly string[] = ['10.2.9.9']): readonly NameAnswer[] =>
  rightAnswers(db, ready).map((it) => (it.server.pod === at ? { ...it, addresses } : it))
const given = (answers: readonly NameAnswer[], logs = [serverLog(first), serverLog(second, [ended])]) => ({
  clusterDns: clusterDns(),
  nameAnswers: nameAnswers(answers),
  services: [db],
  endpointSlices: [slice('db', [pod('db-0', { ip: '10.2.1.5' })])],
  dnsServerLogs: logs,
})

/** A Service that one server denies, and an older one that both have; no log says a word. */
const fresh = (youngSeconds: number) => service('fresh', { clusterIP: '10.96.7.7', youngSeconds })
const young = (seconds: number, { ttl = 30, cache = 30 } = {}, elder = {}) => {
  const [made, old] = [fresh(seconds), service('elder', { clusterIP: '10.96.7.8', ...elder })]
  const denied = { answer: 'nxdomain', rcode: 'NXDOMAIN', addresses: [], ttl: 16 } as const
  const corefile = `.:53 {\n  kubernetes cluster.local {\n    ttl ${ttl}\n  }\n  cache ${cache}\n}\n`
  return {
    ...given([
      ...rightAnswers(made).map((it) => (it.server.pod === second ? { ...it, ...denied } : it)),
      ...rightAnswers(old),
    ]),
    services: [made, old],
    clusterDns: clusterDns({ corefile: known(corefile) }),
    dnsServerLogs: [serverLog(first), serverLog(second)],
  }
}

describeCheck(check, [
  {
    it: 'the server whose watch ended gives out an old address',
    given: given(old(second)),
    expect: [
      {
        subject: `Pod/kube-system/${second}`,
        severity: 'error',
        confidence: 'observed',
        args: { services: ['shop/db'] },
      },
    ],
  },
  { it: 'it ended, and the server says what the others say', given: given(rightAnswers(db, ready)), expect: 'ok' },
  {
    it: 'another server than the one whose watch ended',
    given: given(old(first)),
    expect: 'cannot-tell',
    says: /its log does not say why/,
  },
  {
    it: 'a Service that is older than any cache keeps a denial, and its elders are right: its view is old',
    given: young(31),
    expect: [
      {
        subject: `Pod/kube-system/${second}`,
        confidence: 'inferred',
        args: { services: ['shop/fresh'], said: null, right: 1 },
        says: 'wrong: 1 Service of those asked for · right: 1, all of them older',
      },
    ],
  },
  { it: 'a cache may keep it for as long as that', given: young(30), expect: 'cannot-tell', says: /does not say why/ },
  {
    it: 'a cache may keep it for five minutes, by the Corefile',
    given: young(300, { ttl: 3600, cache: 3600 }),
    expect: 'cannot-tell',
  },
  {
    it: 'and no longer',
    given: young(301, { ttl: 3600, cache: 3600 }),
    expect: [{ subject: `Pod/kube-system/${second}` }],
  },
  {
    it: 'the Corefile was not read: half an hour is the most that a cache takes by itself',
    given: { ...young(1800), clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmaps') }) },
    expect: 'cannot-tell',
  },
  {
    it: 'an elder is wrong as well as the young one: not what was made since',
    given: young(300, {}, { youngSeconds: 200 }),
    expect: 'cannot-tell',
  },
  {
    it: 'no Service is right there: nothing to compare with',
    given: { ...young(300), services: [fresh(300)] },
    expect: 'cannot-tell',
  },
  {
    it: 'all servers say something else: it is no single one',
    given: given(rightAnswers(db, ready).map((it) => ({ ...it, addresses: ['10.2.9.9'] }))),
    expect: 'ok',
  },
  {
    it: 'no log was read',
    given: modelOf({ ...given(old(second)) }, { dnsServerLogs: unknown('forbidden', 'get pods/log in kube-system') }),
    expect: 'cannot-tell',
    says: /pods\/log/,
  },
])

describe('in the whole answer', () => {
  const told = (sources: object) => {
    const diagnosis = diagnose(modelOf({ ...cluster(), ...sources }, {}, { target: { kind: 'dns' } }), { checks })
    return { roots: diagnosis.roots, said: text(diagnosis, { paint: plain, detail: 'normal', footer: [] }) }
  }
  const plain = paint({ colour: false, ascii: false, width: 100 })

  test('what it says of the Service is its consequence, and no cache that heals is spoken of', () => {
    const { roots, said } = told(young(300))
    expect(roots.map(({ finding, consequences }) => [finding.code, consequences.map((it) => it.code)])).toContainEqual([
      'DNS190',
      ['DNS165'],
    ])
    expect(said).not.toContain('kept for')
  })
  test('its log says so as well: one root', () => {
    const { roots } = told({ ...young(300), dnsServerLogs: [serverLog(first), serverLog(second, [ended])] })
    const its = roots.find(({ finding }) => finding.code === 'DNS190')
    expect(its?.consequences.map((it) => it.code)).toEqual(['DNS165', 'DNS130'])
  })
  test.each([
    [
      'one server',
      [serverLog(first), serverLog(second, [ended])],
      /^hopscope can't say whether .* is well: what DNS130/,
    ],
    [
      'all servers',
      [serverLog(first, [ended]), serverLog(second, [ended])],
      /^hopscope can't say whether .* is well: /,
    ],
  ])('a watch of %s ended, and all say the same: nobody says that nothing is wrong', (_, logs, headline) => {
    const same = given(rightAnswers(db, ready), logs)
    const { said } = told(same)
    expect(said).toMatch(headline)
    expect(said).not.toContain('Nothing wrong was seen')
  })
})
