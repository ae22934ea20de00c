import { check } from '../../findings/check.ts'
import { quoted, some } from '../../phrases.ts'
import { type HopSign, hopName, judgeHops } from '../../relations/spans/judge.ts'
import type { Hop, SpanFailure, Spans } from '../../model/spans.ts'
import { callsBetween } from '../../relations/spans/words.ts'
import { finding, type Verdict } from '../../findings/verdict.ts'

/** A name or a pool is told by SPN901 and SPN902; with 4xx the server says that the request is wrong. */
function isOwn({ kind, status }: SpanFailure): boolean {
  return kind !== 'dns' && kind !== 'pool' && (status === null || status < 400 || status > 499)
}

function signOf({ failures }: Hop): HopSign | null {
  const its = failures.filter(isOwn)
  const [first] = its
  const failed = its.reduce((sum, it) => sum + it.count, 0)
  return first === undefined
    ? null
    : { times: null, count: failed, failed, trace: first.trace, named: true, confidence: 'observed' }
}

/** How, beside how many. */
function judge(spans: Spans) {
  const kinds = new Map(spans.hops.map((hop) => [hopName(hop), hop.failures.filter(isOwn).map(wordOf)]))
  return judgeHops(spans, { what: 'error', sign: signOf, shows: () => true, unseen: 'no hop' }).map((it) =>
    it.kind === 'finding'
      ? finding({ ...it.found, args: { ...it.found.args, kinds: kinds.get(it.found.subject.name) ?? [] } })
      : (it satisfies Verdict<never>),
  )
}

function wordOf({ kind, status, count }: SpanFailure): string {
  const how = kind === 'status' ? `status ${status ?? ''}` : kind
  return `${count} ${how === 'other' ? 'of no known kind' : how}`
}

/** Errors, where they begin. */
export default check({
  code: 'SPN907',
  slug: 'spans/calls-fail',
  title: 'calls fail',
  fine: 'no call failed',
  severity: 'warning',
  remedies: [],
  decides: [],
  needs: ['spans'],
  run: ({ spans }) => judge(spans),
  words: {
    headline: ({ args }) => `${args.count} of ${args.of} ${callsBetween(args)} fail: ${some(args.kinds)}.`,
    detail: ({ args }) => `${args.count} of ${args.of} calls: ${some(args.kinds)}`,
    note: () => 'Counted where an error begins: spans above it that only hand it on are not.',
    help: ({ args }) => ['See what its pods say, those with its name in theirs', `hopscope logs ${quoted(args.to)}`],
  },
})
