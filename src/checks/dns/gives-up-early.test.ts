import { insideView } from '../../../test/build/dns.ts'
import { nameAnswer, nameAnswers } from '../../../test/build/name-answers.ts'
import { pod } from '../../../test/build/pod.ts'
import { programLog } from '../../../test/build/program-log.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Complaint } from '../../model/program-log.ts'
import { known, unknown } from '../../model/known.ts'
import check from './gives-up-early.ts'

const host = 'api.partner.test'
const says = (about: Partial<Complaint> = {}): Complaint => ({
  kind: 'no-dns',
  host,
  port: null,
  times: 9,
  during: 3,
  ...about,
})
const log = (name: string, complaints: readonly Complaint[]) => ({ ...programLog(name, complaints), container: 'app' })
const view = (name: string, options: string) =>
  insideView(name, { resolvConf: known(`nameserver 10.96.0.10\noptions ndots:1 ${options}\n`), libc: 'glibc' })
const impatient = 'timeout:1 attempts:1'
const given = (options = impatient, complaint = says(), ms = 1400) => ({
  pods: [pod('web-1'), pod('audit-1')],
  insideViews: [view('web-1', options), view('audit-1', '')],
  programLogs: [log('web-1', [complaint])],
  crossings: [],
  nameAnswers: nameAnswers([
    nameAnswer({ kind: 'outside', typed: 'partner.test', suffix: null }, 'partner.test.', { ms, answer: 'ok' }),
  ]),
})
const on = { subject: 'Deployment/shop/web' }

describeCheck(check, [
  {
    it: 'it waits a second, and an answer for that zone takes 1.4 s',
    given: given(),
    expect: [{ ...on, severity: 'error', confidence: 'inferred', args: { waits: 1, host, takes: 1400 } }],
  },
  {
    it: 'it waits a second, and how long an answer takes is not known',
    given: given(impatient, says(), 3),
    expect: [{ ...on, severity: 'warning', confidence: 'possible', args: { takes: null } }],
  },
  {
    it: 'who waits as usual gets no answer either',
    given: {
      ...given(impatient, says(), 3),
      programLogs: [log('web-1', [says()]), log('audit-1', [says()])],
    },
    expect: 'ok',
  },
  { it: 'the name is not there: that was an answer', given: given(impatient, says({ kind: 'no-host' })), expect: 'ok' },
  { it: 'the usual patience', given: given('timeout:5'), expect: 'ok' },
  { it: 'a second each, and more tries than anybody counts', given: given('timeout:1 attempts:9999'), expect: 'ok' },
  { it: 'two tries of three seconds', given: given('timeout:3 attempts:2'), expect: 'ok' },
  { it: 'it complains of nothing', given: { ...given(), programLogs: [] }, expect: 'ok' },
  { it: 'said once', given: given(impatient, says({ times: 1 })), expect: 'ok' },
  {
    it: 'nobody looked',
    given: modelOf({ pods: [pod('web-1')] }, { insideViews: unknown('not-asked', 'no probe') }),
    expect: 'cannot-tell',
  },
])
