import { check } from '../../findings/check.ts'
import { count, ms } from '../../phrases.ts'
import { besideCauses, evidenceOf, hopName, whyBlind } from '../../relations/spans/judge.ts'
import { finding, ok } from '../../findings/verdict.ts'
import type { Spans } from '../../model/spans.ts'
import { subject } from '../../model/subject.ts'
import { callsBetween, phaseWord } from '../../relations/spans/words.ts'

function judge(spans: Spans) {
  if (spans.scattered.length === 0) return [whyBlind(spans) ?? ok(spans.traces, count(spans.traces, 'trace'))]
  return spans.scattered.map((it) =>
    finding({
      subject: subject('Call', null, hopName(it)),
      ...besideCauses(spans, it, 'work', { confidence: 'observed', isUsual: false }),
      args: {
        from: it.from,
        to: it.to,
        part: phaseWord(it.phase),
        traces: it.traces,
        of: spans.traces,
        calls: it.calls,
        sumMs: it.sum,
        traceMs: it.ms,
        trace: it.trace,
      },
      evidence: evidenceOf(spans, { times: [], calls: it.calls }, it.trace),
      symptoms: [`spans-many:${hopName(it)}`],
    }),
  )
}

/** Slow from end to end, though no call is. */
export default check({
  code: 'SPN908',
  slug: 'spans/many-small-calls',
  title: 'a trace is slow by many small calls',
  fine: 'no trace is slow by many small calls',
  severity: 'warning',
  remedies: [],
  decides: [],
  needs: ['spans'],
  run: ({ spans }) => judge(spans),
  words: {
    headline: ({ args }) =>
      `${count(args.traces, 'trace')} of ${args.of} ${args.traces === 1 ? 'is' : 'are'} slow, ` +
      `and no single call is: ${args.calls} parts of ` +
      `${callsBetween(args)} make ${ms(args.sumMs)} of ${ms(args.traceMs)}.`,
    detail: ({ args }) =>
      `${count(args.traces, 'trace')} of ${args.of}; the longest ${ms(args.traceMs)}, of which ${ms(args.sumMs)} in ` +
      `${args.calls} parts (${args.part})`,
    note: () =>
      'One after the other: what each costs is small, and there are many. Often a query for each row of a list.',
    help: () => ['Ask for all at once, or at the same time.'],
  },
})
