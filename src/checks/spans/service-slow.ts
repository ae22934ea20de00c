import { check } from '../../findings/check.ts'
import { ms, quoted } from '../../phrases.ts'
import { type HopSign, judgeHops, slowIn, timesIn } from '../../relations/spans/judge.ts'
import type { Hop } from '../../model/spans.ts'
import { callsBetween, callTimes } from '../../relations/spans/words.ts'

function signOf(hop: Hop): HopSign | null {
  return hop.kind === 'service' ? slowIn(hop, 'work') : null
}

/** The service itself took the time, with no call below. */
export default check({
  code: 'SPN906',
  slug: 'spans/service-slow',
  title: 'a service takes the time itself',
  fine: 'no service takes long itself',
  severity: 'warning',
  remedies: [],
  decides: [],
  needs: ['spans'],
  run: ({ spans }) =>
    judgeHops(spans, {
      what: 'service',
      sign: signOf,
      shows: (hop) => hop.kind === 'service' && timesIn(hop, 'work') !== null,
      unseen: 'no service has spans of its own',
    }),
  words: {
    headline: ({ args }) =>
      `${args.to} itself takes up to ${ms(args.longestMs ?? 0)} for ${args.count} of ${args.of} ${callsBetween(args)}.`,
    detail: ({ args }) => callTimes(args),
    note: () =>
      'In that time none of its spans waits for another: it computes, sleeps, waits for a lock or a pool, or makes ' +
      'calls that nothing instruments.',
    help: ({ args }) => [
      'A profile says what it does; its pods, those with its name in theirs, what they use and say',
      `kubectl top pods -A | grep -F ${quoted(args.to)}`,
      `hopscope logs ${quoted(args.to)}`,
    ],
  },
})
