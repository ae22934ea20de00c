import { expect, test } from 'vitest'
import { codeOf, read, shipped } from './sources.ts'

/*
 * The clock on the wall is set while a run goes on: by NTP, by a laptop that wakes up, by a person. A span that is
 * counted by it is negative then, or a year, and a wait never ends. So spans are counted by src/stopwatch.ts or
 * performance.now(), and the wall's clock is for a date: one that people read, or that somebody else's date is held
 * against.
 */

const mayLook: Readonly<Record<string, string>> = {
  'src/stopwatch.ts': 'when a run began, for people',
  'src/kube/certificates.ts': "against a certificate's dates, as TLS does",
  'src/kube/credentials.ts': "against a credential's expirationTimestamp, as client-go does",
  'src/kube/oidc.ts': "against a token's exp",
  'src/probe/pod/contacts/certificate.ts': "against a certificate's dates, by the node's clock",
  'src/plan/lock.ts': 'renewTime, for people: whether a holder lives is seen by its renewals',
  'src/session/collect.ts': 't0 of a recording',
  'src/session/keep-run.ts': 'the name and t0 of a recording',
  'src/session/fix/list.ts': 'the date of a plan',
  'src/session/fix/plan.ts': 'the date of a plan',
  'src/session/fix/run.ts': "against a plan's dates",
  'src/session/logs/follow.ts': 'where the API server told none of its own, from when on lines are asked for',
  'src/session/monitor/moments.ts': 'the name and t0 of a recording',
  'src/session/open-recording.ts': 'when standard input was read, for people',
  'src/session/select.ts': 'against the date until which a rule of an ignore file holds',
  'src/session/spans/of-target.ts': 'where the API server told none of its own, until when traces are asked for',
  'src/session/spans/spans.ts': 'from when to when a tracing server is asked for traces',
  'src/session/watch/readers.ts': 'the time beside a sample, for people',
}

test('who looks at the clock on the wall', () => {
  const looks = shipped.filter((path) => /\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)/.test(codeOf(read(path))))
  expect(looks).toEqual(Object.keys(mayLook).toSorted())
})
