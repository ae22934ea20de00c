import { check } from '../../findings/check.ts'
import { ms, quoted } from '../../phrases.ts'
import { type HopSign, judgeHops, slowIn, timesIn } from '../../relations/spans/judge.ts'
import type { Hop } from '../../model/spans.ts'
import { callsBetween, callTimes, traceFrom } from '../../relations/spans/words.ts'

function signOf(hop: Hop): HopSign | null {
  return hop.kind === 'service' ? null : slowIn(hop, 'work')
}

/** What is called and sends no spans took the time. */
export default check({
  code: 'SPN905',
  slug: 'spans/back-end-slow',
  title: 'a database or another back end is slow',
  fine: 'every back end answers soon',
  severity: 'warning',
  remedies: [],
  decides: [],
  needs: ['spans'],
  run: ({ spans }) =>
    judgeHops(spans, {
      what: 'back-end',
      sign: signOf,
      shows: (hop) => hop.kind !== 'service' && timesIn(hop, 'work') !== null,
      unseen: 'every call is of a service that has spans of its own',
    }),
  words: {
    headline: ({ args }) =>
      `${args.to}${args.system === null || args.system === args.to ? '' : ` (${args.system})`} ` +
      `takes up to ${ms(args.longestMs ?? 0)} ` +
      `for ${args.count} of ${args.of} ${callsBetween(args)}.`,
    detail: ({ args }) => callTimes(args),
    note: () =>
      'No span of its own is in what was read: connecting and the network are in that time, as far as no span ' +
      'of the caller tells them.',
    help: ({ args }) => [
      'Its own log of slow statements or requests says why; a trace from the caller, whether the way there is slow',
      ...traceFrom(args.instance, quoted(args.to)),
    ],
  },
})
