import { check } from '../../findings/check.ts'
import { count, ms } from '../../phrases.ts'
import { failedBy, type HopSign, judgeHops, timesIn } from '../../relations/spans/judge.ts'
import type { Hop } from '../../model/spans.ts'
import { callsBetween } from '../../relations/spans/words.ts'

const byError: ReadonlySet<string> = new Set(['pool'])

function signOf(hop: Hop): HopSign | null {
  const pool = timesIn(hop, 'pool')
  const slow = pool?.slow ?? 0
  const failed = failedBy(hop, byError)
  if (slow === 0 && failed === null) return null
  return {
    times: slow > 0 ? pool : null,
    // What gave up after waiting is both.
    count: Math.max(slow, failed?.count ?? 0),
    failed: failed?.count ?? 0,
    trace: slow > 0 ? (pool?.trace ?? '') : (failed?.trace ?? ''),
    named: true,
    confidence: 'observed',
  }
}

/** The pool of the caller had no free connection. */
export default check({
  code: 'SPN902',
  slug: 'spans/waits-for-a-pool',
  title: 'calls wait for a connection of their own pool',
  fine: 'no call waited for its pool',
  severity: 'error',
  remedies: [],
  decides: [],
  needs: ['spans'],
  run: ({ spans }) =>
    judgeHops(spans, {
      what: 'pool',
      sign: signOf,
      shows: (hop) => timesIn(hop, 'pool') !== null,
      unseen: 'no span tells of a pool: a wait for one is in the work of its service (SPN906)',
    }),
  words: {
    headline: ({ args }) =>
      `${args.count} of ${args.of} ${callsBetween(args)} wait for a connection of the pool` +
      `${args.longestMs === null ? '' : `, ${ms(args.longestMs)} the longest`}.`,
    detail: ({ args }) =>
      `${args.count} of ${args.of} calls${args.failed === 0 ? '' : `, ${args.failed} got none`}; ` +
      `at the most ${count(args.waiting, 'call')} waited at a time, ${count(args.busiest, 'call')} had a connection` +
      `${args.instance === null ? '' : `; the longest in ${args.instance}`}`,
    note: ({ args }) =>
      `The pool is in ${args.from ?? 'the caller'} itself: ${args.to} was not asked while it waited. ` +
      'Either all connections were taken, or a new one took that long to open.',
    help: () => [
      'What holds the connections is the work that follows: shorten it, or make the pool larger, as far as ' +
        'the server takes it.',
    ],
  },
})
