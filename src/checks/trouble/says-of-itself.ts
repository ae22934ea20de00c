import { check } from '../../findings/check.ts'
import type { Trouble } from '../../findings/trouble.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { named, severities, sufferersOf } from './weights.ts'

/**
 * A controller writes into an object's own status what it could not do with it, in the same few words for every kind:
 * so that kinds that nobody here has heard of are heard all the same.
 */
export default check({
  code: 'TRB903',
  slug: 'trouble/says-of-itself',
  title: 'an object says of itself that something is wrong with it',
  fine: 'no object that was seen says of itself that something is wrong',
  severity: 'warning',
  judges: 'leftovers',
  needs: [],
  wants: ['statuses', 'ingresses'],
  remedies: [],
  decides: [],

  run({ statuses, ingresses, troubles }) {
    const examined =
      (statuses.known ? statuses.value.length : 0) +
      (ingresses.known ? ingresses.value.filter((it) => it.health !== undefined).length : 0)
    const own = troubles.filter((it) => it.kind === 'reported' && it.source !== 'events' && it.source !== 'programLogs')
    if (own.length === 0) return examined > 0 ? ok(examined) : notApplicable('no object here says how it is')
    const groups = Map.groupBy(own, (it) => `${it.sufferer.kind} ${it.asked} ${it.from} ${it.weight}`)
    return [...groups.values()].flatMap((its) => together(its) ?? [])
  },

  words: {
    headline: ({ subject: on, args }) => {
      const one = `${args.kind} ${full({ namespace: args.namespace, name: args.name })}`
      const who = args.more === 0 ? one : `${count(args.more + 1, args.kind)} in ${readable(on)}`
      return `${who}: ${args.state}${args.because}.`
    },
    detail: ({ args }) => `${args.who} · ${args.from}`,
    note: () => 'its controller wrote so; what makes it say so is not judged here, and another finding may be why',
    help: ({ args }) => ['do what its controller asks for, or see its log', ...args.next],
  },
})

function together(its: readonly Trouble[]) {
  const [first] = its
  if (first === undefined) return null
  const { sufferer, asked, how, from } = first
  const all = sufferersOf(its)
  return finding({
    subject: all.length === 1 ? sufferer : common(all),
    confidence: 'inferred',
    severity: severities[first.weight],
    args: {
      kind: sufferer.kind,
      namespace: sufferer.namespace,
      name: sufferer.name,
      more: all.length - 1,
      who: some(all.map(full), named),
      state: asked,
      because: how === '' ? '' : `: ${how}`,
      from,
      next: [...(first.next ?? [])],
    },
    evidence: [
      {
        kind: 'shares',
        label: asked,
        rows: its.map((it) => ({ where: full(it.sufferer), bad: it.bad, of: it.of, note: it.how })),
      },
    ],
  })
}

/** The namespace that all share, else the first of them. */
function common(all: readonly Subject[]): Subject {
  const [first] = all
  if (first === undefined) throw new Error('none')
  const { namespace } = first
  return namespace !== null && all.every((it) => it.namespace === namespace)
    ? subject('Namespace', null, namespace)
    : first
}

function readable(it: Subject): string {
  return it.kind === 'Namespace' ? `namespace ${it.name}` : 'several namespaces'
}
