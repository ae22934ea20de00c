import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Pod, ValueFlaw } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { subject, type Subject, subjectKey } from '../../model/subject.ts'
import { count, some } from '../../phrases.ts'
import { isInHosts } from '../../relations/service/called-services.ts'
import { idleOf, isAwaited, scalersOf, withNextPods } from '../../relations/service/next-pods.ts'
import { isOver } from '../../relations/service/service-selects-pod.ts'
import { toldWrongly } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * The API server and the kubelet know one form of reference in a variable, `$(X)` of one that stands before it
 * (core/v1, EnvVar.value); Helm, envsubst, Compose and the like fill in theirs before the manifest is applied, or
 * nobody does. All other characters, quotes and line ends among them, are the value's own.
 */
export default check({
  code: 'SVC278',
  slug: 'service/value-never-filled-in',
  title: "a variable's value was never filled in, or has stray characters",
  fine: 'variables that tell hosts and ports hold no placeholder and no stray character',
  severity: 'warning',
  needs: ['pods', 'services'],
  wants: ['workloads', 'beside'],
  remedies: [],
  decides: [],

  run({ pods, services, workloads, beside }) {
    const scalers = scalersOf(beside)
    const told = withNextPods(pods, workloads).filter((it) => !isOver(it))
    const all = told.flatMap(flawsOfPod)
    const secrets = new Set(all.filter((it) => it.flaw.kind === 'secret').map(keyOf)).size
    const unread =
      secrets === 0 ? null : `values of Secrets are not judged: ${count(secrets, 'such variable')} come from one`
    const judged = told.filter((it) =>
      it.containers.some((one) => one.calls !== undefined || one.addresses !== undefined),
    ).length
    const wrong = all.filter((it) => it.flaw.kind !== 'secret').flatMap((it) => withService(it, services) ?? [])
    if (wrong.length > 0) {
      return [...Map.groupBy(wrong, keyOf).values()].flatMap((its) => verdict(its, isAwaitedBy(scalers)))
    }
    return judged === 0
      ? notApplicable(unread ?? 'no environment variable that was read tells a host or a port')
      : ok(judged, unread)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${args.by} of ${on.kind} ${on.namespace}/${on.name} ${says[args.kind](args.text, args.service)}.`,
    detail: ({ args }) =>
      `container ${args.container}${args.map === null ? '' : ` by ConfigMap ${args.map}`}` +
      (args.more.length === 0 ? '' : ` · so do ${some(args.more)}`),
    note: ({ args }) => notes[groupOf(args.kind)],
    help: ({ subject: on, args }) => [
      helpText(on, args),
      args.map === null
        ? `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml`
        : `kubectl -n ${on.namespace} get configmap ${args.map} -o yaml`,
    ],
  },
})

type Kind = Exclude<ValueFlaw['kind'], 'secret'>

interface Flawed {
  readonly pod: Pod
  readonly container: string
  readonly flaw: ValueFlaw
  /** Whose name is meant by a host with an underscore. */
  readonly service: string | null
}

function flawsOfPod(pod: Pod): readonly Flawed[] {
  return pod.containers.flatMap(({ name: container, flaws = [] }) =>
    flaws.map((flaw) => ({ pod, container, flaw, service: null })),
  )
}

function keyOf({ pod, flaw }: Flawed): string {
  const what = flaw.kind === 'secret' ? flaw.by : flaw.text
  return `${subjectKey(workloadOfPod(pod))} ${flaw.kind} ${what}`
}

/** Hosts outside may have an underscore; a Service can not (RFC 1035 labels), and only beside its like is it a slip. */
function withService(it: Flawed, services: readonly Service[]): Flawed | null {
  const { pod, flaw } = it
  if (flaw.kind !== 'underscore') return it
  const [name = '', namespace = pod.namespace] = flaw.text.split('.')
  const meant = name.replaceAll('_', '-')
  const isThere = services.some((one) => one.name === meant && one.namespace === namespace)
  if (isInHosts(pod, flaw.text)) return null
  if (isThere) return { ...it, service: meant }
  // Only a search domain of the nodes' own may have a name without a dot then.
  return flaw.text.includes('.') ? null : it
}

function isAwaitedBy(scalers: Parameters<typeof isAwaited>[1]): (pod: Pod) => boolean {
  return (pod) => isAwaited(pod, scalers)
}

function verdict(its: readonly Flawed[], awaited: (pod: Pod) => boolean) {
  const [first] = its
  if (first === undefined || first.flaw.kind === 'secret') return []
  const { pod, container, flaw, service } = first
  const { kind } = first.flaw
  const on = workloadOfPod(pod)
  const map = flaw.map ?? null
  return [
    finding({
      subject: on,
      also: service === null ? [] : [subject('Service', flaw.text.split('.')[1] ?? pod.namespace, service)],
      confidence: sure.has(kind) && (kind !== 'underscore' || service !== null) ? 'inferred' : 'possible',
      severity: awaited(pod) ? 'warning' : 'info',
      args: {
        kind,
        by: flaw.by,
        text: flaw.text,
        service,
        map,
        container,
        idle: idleOf(pod),
        more: [...new Set(its.map((it) => it.flaw.by))].filter((it) => it !== flaw.by),
      },
      evidence: [
        {
          kind: 'config',
          object: map === null ? on : subject('ConfigMap', pod.namespace, map),
          path: map === null ? `containers[${container}].env` : 'data',
          lines: [`${flaw.by}: ${flaw.text === '' ? shown[groupOf(kind)] : flaw.text}`],
          at: 0,
          mark: flaw.text === '' ? flaw.by : flaw.text,
          label: labels[groupOf(kind)],
        },
      ],
      causes: [toldWrongly(on)],
    }),
  ]
}

/** No host has such characters, and nobody but the one who wrote the manifest would have replaced them. */
const sure: ReadonlySet<Kind> = new Set(['helm', 'undefined', 'later', 'angle', 'underscore'])

const left = (text: string): string => `holds ${text} where a host or a port should stand: nobody filled that in`

const says: Readonly<Record<Kind, (text: string, service: string | null) => string>> = {
  helm: left,
  braces: left,
  dollar: left,
  angle: left,
  percent: left,
  word: left,
  undefined: (text) => `holds ${text}, which the kubelet leaves as it stands, for it fills in no such variable there`,
  later: (text) => `holds ${text}, a variable that is set only further down, and stays as it stands`,
  'line-end': () => 'begins or ends with a line end, which is part of the value',
  blank: () => 'begins or ends with a blank, which is part of the value',
  quotes: () => 'has quotes in its value, which are part of it',
  underscore: (text, service) =>
    `names ${text}, with an underscore: ` +
    (service === null ? 'no Service can be called so' : `the Service is called ${service}`),
  scheme: (text) => `begins with ${text}, and is a host by its name, with its port in a variable beside it`,
}

type Group = 'placeholder' | 'stray' | 'underscore' | 'scheme'

function groupOf(kind: Kind): Group {
  if (kind === 'line-end' || kind === 'blank' || kind === 'quotes') return 'stray'
  return kind === 'underscore' || kind === 'scheme' ? kind : 'placeholder'
}

const notes: Readonly<Record<Group, string>> = {
  placeholder: 'Kubernetes fills in `$(X)` of a variable that stands before it, in `value` alone, and nothing else',
  stray: 'a lookup of such a name fails, unless the program cuts it off itself',
  underscore: 'a Service can have no underscore in its name, as a service of Docker Compose can',
  scheme: 'a program that wants a host looks the whole text up, and there is no such name',
}

const labels: Readonly<Record<Group, string>> = {
  placeholder: 'a placeholder',
  stray: 'not shown: the value with its stray characters',
  underscore: 'no Service can have this name',
  scheme: 'a scheme before a host',
}

const shown: Readonly<Record<Group, string>> = { placeholder: '', stray: '…', underscore: '', scheme: '' }

interface Told {
  readonly kind: Kind
  readonly by: string
  readonly map: string | null
  readonly service: string | null
}

function helpText(on: Subject, { kind, by, map, service }: Told): string {
  const place = map === null ? `${on.kind} ${on.name}` : `ConfigMap ${map}`
  if (kind === 'underscore') return `put ${service ?? 'the name of a Service'} in its place in ${by} of ${place}`
  if (kind === 'scheme') return `take the scheme out of ${by} of ${place}`
  if (kind === 'quotes') return `take the quotes out of ${by} of ${place}: \`kubectl --from-env-file\` keeps them`
  if (groupOf(kind) === 'stray')
    return `rewrite ${by} of ${place} without it: a file ends in a line end, and \`|-\` leaves that out in YAML`
  return kind === 'later'
    ? `move that variable before ${by} in ${place}`
    : `apply ${place} again by the tool that fills it in, or write the value of ${by} there`
}
