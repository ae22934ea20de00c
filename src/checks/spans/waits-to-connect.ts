import { check } from '../../findings/check.ts'
import { ms, quoted } from '../../phrases.ts'
import { type HopSign, judgeHops, longestOf, outside, slowIn, sumIn } from '../../relations/spans/judge.ts'
import type { Hop } from '../../model/spans.ts'
import { callsBetween, traceFrom } from '../../relations/spans/words.ts'

function signOf(hop: Hop): HopSign | null {
  const connect = slowIn(hop, 'connect')
  if (connect !== null) return connect
  const times = longestOf(hop, outside, (it) => it.synTeeth)
  if (times === null) return null
  const count = sumIn(hop, outside, (it) => it.synTeeth)
  return { times, count, failed: 0, trace: times.trace, named: false, confidence: 'possible' }
}

/** TCP or TLS took the time. */
export default check({
  code: 'SPN903',
  slug: 'spans/waits-to-connect',
  title: 'calls wait for a connection to open',
  fine: 'every connection opened at once',
  severity: 'error',
  remedies: [],
  decides: [],
  needs: ['spans'],
  run: ({ spans }) =>
    judgeHops(spans, {
      what: 'connect',
      sign: signOf,
      shows: (hop) => sumIn(hop, ['connect', ...outside], (it) => it.count) > 0,
      unseen: "no span tells of connecting, and none has its server's span below it",
    }),
  words: {
    headline: ({ args }) =>
      `${args.count} of ${args.of} ${callsBetween(args)} wait up to ${ms(args.longestMs ?? 0)}` +
      `${args.named ? ' for the connection' : ', which is what a lost SYN costs'}.`,
    detail: ({ args }) =>
      `${args.count} of ${args.of} calls; longest ${ms(args.longestMs ?? 0)}` +
      `${args.instance === null ? '' : `, in ${args.instance}`}`,
    note: () =>
      'Linux sends a SYN that nobody answers again after 1 s, 3 s and 7 s: times just above these look like ' +
      'lost packets.',
    help: ({ args }) => [
      'A trace from the caller tries each step of the way there',
      ...traceFrom(args.instance, `svc/${quoted(args.to)}`),
    ],
  },
})
