import { check } from '../../findings/check.ts'
import { ms, quoted } from '../../phrases.ts'
import { failedBy, type HopSign, judgeHops, longestOf, outside, sumIn, timesIn } from '../../relations/spans/judge.ts'
import type { Hop } from '../../model/spans.ts'
import { callsBetween } from '../../relations/spans/words.ts'

const byError: ReadonlySet<string> = new Set(['dns'])
/** Of calls whose server has no span: so many times the usual one, or a slow server would look the same. */
const farFromUsual = 10

/** A span or an error says it; else the time that a resolver's timeout leaves before the server. */
function signOf(hop: Hop): HopSign | null {
  return named(hop) ?? byComb(hop)
}

function named(hop: Hop): HopSign | null {
  const its = timesIn(hop, 'dns')
  const dns = its !== null && its.slow > 0 ? its : null
  const failed = failedBy(hop, byError)
  const trace = dns?.trace ?? failed?.trace
  if (trace === undefined) return null
  const [slow, without] = [dns?.slow ?? 0, failed?.count ?? 0]
  return { times: dns, count: slow + without, failed: without, trace, named: true, confidence: 'observed' }
}

function byComb(hop: Hop): HopSign | null {
  const comb = longestOf(hop, outside, (it) => it.dnsTeeth)
  if (comb !== null) return byTime(hop, comb, 'inferred')
  const work = hop.kind === 'service' ? null : timesIn(hop, 'work')
  const isComb = work !== null && work.dnsTeeth >= 3 && work.dnsTeeth === work.slow
  return isComb && work.p50 * farFromUsual < work.max ? byTime(hop, work, 'possible') : null
}

function byTime(hop: Hop, times: NonNullable<HopSign['times']>, confidence: HopSign['confidence']): HopSign {
  const count = confidence === 'possible' ? times.dnsTeeth : sumIn(hop, outside, (it) => it.dnsTeeth)
  return { times, count, failed: 0, trace: times.trace, named: false, confidence }
}

/** The resolver of the caller took the time, before anything was sent. */
export default check({
  code: 'SPN901',
  slug: 'spans/waits-for-dns',
  title: 'calls wait for a name',
  fine: 'no call waited for a name',
  severity: 'error',
  remedies: [],
  decides: [],
  needs: ['spans'],
  run: ({ spans }) =>
    judgeHops(spans, {
      what: 'dns',
      sign: signOf,
      shows: (hop) => sumIn(hop, ['dns', ...outside], (it) => it.count) > 0,
      unseen: "no span tells of a name, and none has its server's span below it",
    }),
  words: {
    headline: ({ args }) =>
      `${args.count} of ${args.of} ${callsBetween(args)} wait ` +
      (args.named
        ? `for its name${args.longestMs === null ? ', and get none' : `, ${ms(args.longestMs)} the longest`}.`
        : `${ms(args.longestMs ?? 0)}, which is what a lost DNS query costs.`),
    detail: ({ args }) =>
      `${args.count} of ${args.of} calls${args.failed === 0 ? '' : `, ${args.failed} without a name in the end`}` +
      (args.longestMs === null ? '' : `; longest ${ms(args.longestMs)}`) +
      (args.instance === null ? '' : `, in ${args.instance}`),
    note: ({ args }) =>
      args.named
        ? 'The time is in the resolver of the caller, before anything is sent to the server.'
        : "No span tells it by name: it is the time that a resolver's timeout leaves before the server's span begins.",
    help: ({ args }) => [
      `DNS is measured from every node; and the name looked up as the caller does.`,
      'hopscope dns',
      `hopscope resolve ${quoted(args.to)}${args.instance === null ? '' : ` --from pod/${quoted(args.instance)}`}`,
    ],
  },
})
