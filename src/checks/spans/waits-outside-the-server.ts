import { check } from '../../findings/check.ts'
import { ms, quoted } from '../../phrases.ts'
import { type HopSign, judgeHops, longestOf, outside, sumIn } from '../../relations/spans/judge.ts'
import type { Hop, Phase, PhaseTimes } from '../../model/spans.ts'
import { callsBetween, traceFrom } from '../../relations/spans/words.ts'

const all: readonly Phase[] = [...outside, 'after']

/** What a lost query or SYN would take is told by SPN901 and SPN903. */
function untold({ phase, slow, dnsTeeth, synTeeth }: PhaseTimes): number {
  return phase === 'after' ? slow : slow - dnsTeeth - synTeeth
}

function signOf(hop: Hop): HopSign | null {
  const times = longestOf(hop, all, untold)
  if (times === null) return null
  return { times, count: sumIn(hop, all, untold), failed: 0, trace: times.trace, named: false, confidence: 'observed' }
}

/** The client waited, and the server was not at work. */
export default check({
  code: 'SPN904',
  slug: 'spans/waits-outside-the-server',
  title: 'calls wait outside of the server',
  fine: 'no call waited long outside of the server',
  severity: 'warning',
  remedies: [],
  decides: [],
  needs: ['spans'],
  run: ({ spans }) =>
    judgeHops(spans, {
      what: 'outside',
      sign: signOf,
      shows: (hop) => sumIn(hop, all, (it) => it.count) > 0,
      unseen: "no call has its server's span below it",
    }),
  words: {
    headline: ({ args }) =>
      `${args.count} of ${args.of} ${callsBetween(args)} spend up to ${ms(args.longestMs ?? 0)} outside of ${args.to}.`,
    detail: ({ args }) =>
      `${args.count} of ${args.of} calls; longest ${ms(args.longestMs ?? 0)}` +
      `${args.instance === null ? '' : `, called by ${args.instance}`}`,
    note: () =>
      "It is in the client's span and not in the server's: a name, a connection, a pool, a proxy, the network, or a " +
      'queue in the server before its span begins. No span tells these apart.',
    help: ({ args }) => [
      'Spans of DNS and of connections in the caller would tell; measuring tells, too:',
      ...traceFrom(args.instance, `svc/${quoted(args.to)}`),
      'hopscope dns',
    ],
  },
})
