import { expect, test } from 'vitest'
import { container, pod } from '../../../test/build/pod.ts'
import { programLog } from '../../../test/build/program-log.ts'
import { service } from '../../../test/build/service.ts'
import { traced } from '../../../test/build/trace.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { unknown } from '../../model/known.ts'
import type { Complaint } from '../../model/program-log.ts'
import { subject } from '../../model/subject.ts'
import check from './programs-say.ts'
import unexplained from './unexplained.ts'

const refused: Complaint = { kind: 'refused', host: 'cart', port: 80, times: 9, during: 2 }
const given = (...complaints: readonly Complaint[]) => ({
  pods: [pod('web-1', { containers: [container({ name: 'web' })] })],
  services: [service('cart')],
  programLogs: [programLog('web-1', complaints)],
})
const found = { subject: 'Deployment/shop/web', severity: 'warning', confidence: 'observed' } as const
const web = subject('Deployment', 'shop', 'web')

describeCheck(check, [
  {
    it: 'connections to a Service are refused, as its program says now',
    given: given(refused),
    expect: [
      {
        ...found,
        says: /Deployment shop\/web says that connections are refused: cart:80\..*9 times in 5 minutes, 2 in the last/s,
      },
    ],
  },
  {
    it: 'somebody asks about it',
    given: modelOf(given(refused), {}, { target: { kind: 'object', object: web, url: null } }),
    expect: [{ ...found, severity: 'error' }],
  },
  {
    it: 'it was said before the probe, and not since',
    given: given({ ...refused, during: 0 }),
    expect: [{ ...found, severity: 'info', says: /9 times in 5 minutes, 0 in the last/ }],
  },
  {
    it: 'the same, and it was not due again',
    given: given({ ...refused, during: 0 }),
    expect: [{ ...found, severity: 'info', args: { isNow: false, isShort: true } }],
  },
  {
    it: 'the same, and it was due again and again',
    given: given({ ...refused, times: 100, during: 0 }),
    expect: [{ ...found, severity: 'info', args: { isNow: false, isShort: false } }],
  },
  {
    it: 'the log is of lines that are too long',
    given: { ...given(), programLogs: [{ ...programLog('web-1'), lines: 100, cut: 99 }] },
    expect: 'cannot-tell',
    says: /log of container web of pod shop\/web-1 is of lines that are longer/,
  },
  {
    it: 'the log is too long',
    given: { ...given(), programLogs: [{ ...programLog('web-1'), lines: 0, unread: 'too-long' as const }] },
    expect: 'cannot-tell',
    says: /nothing of it was looked at/,
  },
  {
    it: 'a stack trace in one line of many',
    given: { ...given(), programLogs: [{ ...programLog('web-1'), lines: 100, cut: 1 }] },
    expect: 'ok',
  },
  {
    it: 'it does not say of whom',
    given: given({ ...refused, kind: 'closed', host: null, port: null }),
    expect: [{ ...found, says: /closed before an answer, of whom it does not say/ }],
  },
  {
    it: 'it has no file descriptor left: that is of itself, and of nobody whom it calls',
    given: given({ ...refused, kind: 'no-files', host: null, port: null }),
    expect: [{ ...found, args: { isOwn: true }, says: /it has no file descriptor left: as many files .* may have\./ }],
  },
  {
    it: '/dev/shm is full',
    given: given({
      ...refused,
      kind: 'no-space',
      host: null,
      port: null,
      words: ['No space left on device', '/dev/shm'],
    }),
    expect: [{ ...found, args: { isOwn: true, kind: 'no-space' }, says: /“… No space left on device … \/dev\/shm …”/ }],
  },
  { it: 'it was said once', given: given({ ...refused, times: 1, during: 1 }), expect: 'ok' },
  { it: 'nothing is said', given: given(), expect: 'ok' },
  { it: 'no log was written', given: { ...given(), programLogs: [] }, expect: 'not-applicable' },
  {
    it: 'logs may not be read',
    given: modelOf(given(), { programLogs: unknown('forbidden', 'get pods/log in namespace shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])

test('a name that a trace tried in vain, and that the program misses, is one trouble; no answer is no denial', () => {
  const host = 'api.partner.test'
  const said: Complaint = { kind: 'no-dns', host, port: null, times: 9, during: 3 }
  const tried = {
    from: { namespace: 'shop', pod: 'client-1', container: 'web' },
    to: { kind: 'host' as const },
    host,
    port: 443,
    tool: 'python3',
    result: 'no-name' as const,
    again: true as const,
    ms: 1003,
  }
  const sources = { ...traced.sources, programLogs: [programLog('client-1', [said])], crossings: [tried] }
  const { roots } = diagnose(modelOf(sources, {}, traced.toHost(host, 443)), { checks: [unexplained, check] })
  expect(roots.map((it) => [it.finding.code, ...it.consequences.map((one) => one.code)])).toEqual([
    ['TRB901', 'TRB905'],
  ])
  expect(roots[0]?.finding.args['how']).toMatch(/^DNS does not answer for the name \(EAI_AGAIN/)
  expect(roots[0]?.consequences[0]?.args).toMatchObject({ asked: host, outside: host })
})
