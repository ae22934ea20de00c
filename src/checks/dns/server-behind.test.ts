import { clusterDns } from '../../../test/build/dns.ts'
import { nameAnswers, rightAnswers } from '../../../test/build/name-answers.ts'
import { pod } from '../../../test/build/pod.ts'
import { serverLog } from '../../../test/build/server-log.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { NameAnswer } from '../../model/name-answers.ts'
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
