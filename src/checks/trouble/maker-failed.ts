import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ObjectStatus } from '../../model/status.ts'
import { subject } from '../../model/subject.ts'
import { full, some, told } from '../../phrases.ts'
import { type Lacking, lackingBy } from '../../relations/failed-makers.ts'
import { saysOfItself } from '../../relations/symptom.ts'

/**
 * What is missing has a maker that says why: a Secret an ExternalSecret, a Service the release of its chart, a primary
 * the operator of its database. To make it by hand, as what misses it would have one do, is undone or in the way.
 */
export default check({
  code: 'TRB906',
  slug: 'trouble/maker-failed',
  title: 'what was to make something that is missing says that it failed',
  fine: 'nothing that is missing here was to be made by an object that says that it failed',
  severity: 'error',
  // Of a live cluster nobody reads the status of every kind.
  needs: ['pods'],
  wants: ['statuses', 'services', 'ingresses'],
  remedies: [],
  decides: [],

  run({ statuses, pods, services, ingresses }) {
    const around = {
      pods,
      services: services.known ? services.value : [],
      // Who is not listed is not missing.
      ingresses: services.known && ingresses.known ? ingresses.value : [],
    }
    const wrong = statuses.known ? statuses.value.filter((it) => it.wrong) : []
    if (wrong.length === 0) return notApplicable('no object here says of itself that something is wrong with it')
    const byObject = Map.groupBy(wrong, (it) => `${it.group}/${it.kind}/${it.namespace}/${it.name}`)
    const found = [...byObject.values()].flatMap((its) => {
      const [first] = its
      const lacking = first === undefined ? [] : lackingBy(first, around)
      const at = its.findIndex((it) => it.type === 'Ready')
      const says = its[Math.max(at, 0)]
      return says === undefined ? [] : lacking.map((it) => verdict(says, it, leansOn(says, wrong)))
    })
    return found.length > 0 ? found : ok(wrong.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} failed${args.says === '' ? '' : `: ${args.says}`}; ` +
      `${what[args.is](args.lacks)}, which ${some(args.stops, 3)} ${args.stops.length === 1 ? 'needs' : 'need'}.`,
    detail: ({ args }) => `${args.state}${args.base === null ? '' : ` · ${args.base}: ${args.baseSays}`}`,
    note: ({ args }) => (args.is === 'secret' ? 'what is made by hand in its place is in its way' : notes[args.is]),
    help: ({ subject: on, args }) => [
      'do what its controller asks for, or see its log: what is missing comes of itself then',
      ...(args.baseNext === null ? [] : [args.baseNext]),
      `kubectl -n ${on.namespace} describe ${args.resource} ${on.name}`,
    ],
  },
})

const what = {
  secret: (name: string) => `it was to make Secret \`${name}\``,
  service: (name: string) => `its chart may be what makes Service \`${name}\``,
  role: (pair: string) => `none of its pods has \`${pair}\``,
} as const

const notes = {
  service: 'by the names alone: the Service is called as the release is, or begins with its name',
  role: 'its operator sets that label: see there why it chose none',
} as const

const longest = 200

/** The store that an ExternalSecret reads, where that says of itself that it is not ready. */
function leansOn({ group, store }: ObjectStatus, wrong: readonly ObjectStatus[]): ObjectStatus | null {
  if (store === undefined) return null
  return wrong.find((it) => it.group === group && it.kind === store.kind && it.name === store.name) ?? null
}

function resourceOf({ kind, group }: ObjectStatus): string {
  return `${kind.toLowerCase()}${group === '' ? '' : `.${group}`}`
}

function verdict(it: ObjectStatus, { is, name, stops, keys }: Lacking, base: ObjectStatus | null) {
  const on = subject(it.kind, it.namespace, it.name)
  const state = `${it.type} is ${it.state}${it.reason === '' ? '' : ` (${it.reason})`}`
  const below = base === null ? null : subject(base.kind, base.namespace, base.name)
  return finding({
    subject: on,
    also: [...stops, ...(below === null ? [] : [below])],
    confidence: is === 'secret' ? 'inferred' : 'possible',
    args: {
      is,
      lacks: name,
      state,
      says: it.said === '' ? '' : told(it.said, longest),
      stops: stops.map((one) => `${one.kind} ${full(one)}`),
      resource: resourceOf(it),
      base: below === null ? null : `${below.kind} ${full(below)}`,
      baseSays: base === null ? '' : told(base.said, longest),
      baseNext:
        base === null
          ? null
          : `kubectl${base.namespace === null ? '' : ` -n ${base.namespace}`} describe ${resourceOf(base)} ` +
            base.name,
    },
    evidence: [
      { kind: 'fact', label: `${it.kind} ${full(on)}`, value: state },
      ...(below === null ? [] : [{ kind: 'fact' as const, label: `${below.kind} ${full(below)}`, value: 'not ready' }]),
    ],
    symptoms: [saysOfItself(on), ...(below === null ? [] : [saysOfItself(below)])],
    causes: keys,
  })
}
