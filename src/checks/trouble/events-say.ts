import { check } from '../../findings/check.ts'
import type { Trouble } from '../../findings/trouble.ts'
import { finding, ok } from '../../findings/verdict.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { named, severities, sufferersOf } from './weights.ts'

/** Of more kinds of complaints the newest are told; nobody reads on. */
const mostGroups = 12

/**
 * The net under what components complain of in Events: an Event may be anybody's and of an hour ago, so that it is told
 * as no more than that; but one of which no finding knows is not to be lost.
 */
export default check({
  code: 'TRB904',
  slug: 'trouble/events-say',
  title: 'recent warnings, and nothing that was read shows why',
  fine: 'what recent Events warn of is known from what was read, or was put right since',
  severity: 'warning',
  judges: 'leftovers',
  needs: ['events'],
  remedies: [],
  decides: [],

  run({ events, troubles }) {
    const own = troubles.filter((it) => it.source === 'events')
    if (own.length === 0) return ok(events.length)
    const groups = [...Map.groupBy(own, (it) => `${it.asked} ${it.weight}`).values()]
    return groups.slice(0, mostGroups).flatMap((its, index) => {
      const left = index === mostGroups - 1 ? groups.length - mostGroups : 0
      return together(its, left) ?? []
    })
  },

  words: {
    headline: ({ args }) =>
      `An Event says of ${args.kind} ${full({ namespace: args.namespace, name: args.name })}` +
      `${args.more === 0 ? '' : ` and of ${count(args.more, 'other object')}`} (${args.reason}): ${args.said}.`,
    detail: ({ args }) => `${args.who} · seen ${count(args.times, 'time')}`,
    note: ({ args }) =>
      'whoever may write Events may write any; what else was read shows neither this nor its opposite' +
      (args.left === 0 ? '' : `; Events of ${count(args.left, 'other reason')} are not told here`),
    help: ({ args }) => ['see whether it still happens, and what the component that says so logs', ...args.next],
  },
})

function together(its: readonly Trouble[], left: number) {
  const [first] = its
  if (first === undefined) return null
  const { sufferer, asked, how } = first
  const all = sufferersOf(its)
  const isOne = all.length === 1 || sufferer.namespace === null
  return finding({
    subject: isOne ? sufferer : subject('Namespace', null, sufferer.namespace),
    confidence: 'possible',
    severity: severities[first.weight],
    args: {
      kind: sufferer.kind,
      namespace: sufferer.namespace,
      name: sufferer.name,
      more: all.length - 1,
      who: some(
        all.map((it) => `${it.kind} ${full(it)}`),
        named,
      ),
      reason: asked,
      said: how,
      times: its.reduce((sum, it) => sum + it.bad, 0),
      left,
      next: [...(first.next ?? [])],
    },
    evidence: its.slice(0, named).map((it) => ({
      kind: 'fact' as const,
      label: `event ${it.asked}, ${it.sufferer.kind} ${full(it.sufferer)}`,
      value: it.how,
    })),
  })
}
