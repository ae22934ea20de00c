import { editDistance } from '../../closest.ts'
import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Pod } from '../../model/pod.ts'
import type { ExternalDns, Service } from '../../model/service.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { ingressWaits } from '../../relations/symptom.ts'
import { flagsOf } from '../../wire/component-args.ts'
import { ingressSubject } from './words.ts'

/**
 * external-dns writes names of the kinds that it was told of (`--source`), of the zones (`--domain-filter`), classes
 * and namespaces, and passes over all else without a word: the Ingress is well, and nobody finds its host.
 */
export default check({
  code: 'ING367',
  slug: 'ingress/name-not-published',
  title: 'external-dns publishes no name for hosts of an Ingress or Service',
  fine: 'external-dns was told to publish the hosts of Ingresses, and of Services that ask for it',
  severity: 'warning',
  needs: ['ingresses', 'pods'],
  wants: ['services'],
  remedies: [],
  decides: [],

  run({ ingresses, pods, services }) {
    const writers = pods.filter((it) => isLive(it) && isExternalDns(it)).flatMap((it) => writerOf(it) ?? [])
    if (writers.length === 0) return notApplicable('no external-dns whose flags say what it publishes was seen')
    const named = [...ingresses.map(ofIngress), ...(services.known ? services.value.map(ofService) : [])].filter(
      (it) => it.hosts.length > 0 && it.asks?.by !== 'others',
    )
    if (named.length === 0) return notApplicable('no Ingress or Service here has a name to publish')
    const all = named.map((it) => ({
      it,
      states: it.hosts.map((host) => ({ host, state: stateOf(host, it, writers) })),
    }))
    // A host of two objects is written for either.
    const written = new Set(
      all.flatMap(({ states }) => states.flatMap(({ host, state }) => (state === 'written' ? [host] : []))),
    )
    return all.map(({ it, states }) => {
      const open = states.filter(({ host }) => !written.has(host))
      const left = open.flatMap(({ host, state }) => (state === 'left' ? [host] : []))
      if (left.length > 0) return verdict(it, left, writers)
      return open.length === 0
        ? ok(1)
        : cannotTell(
            'ambiguous',
            `external-dns publishes what its filters choose by labels, annotations or expressions: whether ` +
              `${it.on.kind} ${full(it.on)} is among it is not evaluated`,
          )
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `external-dns publishes no name for ${some(args.hosts)} of ${on.kind} ${full(on)}: ${args.why.join(', and ')}.`,
    detail: ({ args }) => `pods: ${some(args.pods)}` + (args.asked ? ' · its annotations ask external-dns' : ''),
    note: () => 'a name that somebody wrote by hand, or a wildcard above it, may lead here all the same',
    help: ({ args }) => [
      args.cures.join('; '),
      `kubectl -n ${args.home} get pod ${args.pod} -o yaml`,
      `dig +short ${args.hosts[0] ?? ''}`,
    ],
  },
})

/** What has names that could be published. */
interface Named {
  readonly on: Subject & { readonly kind: string; readonly namespace: string }
  readonly source: 'ingress' | 'service'
  readonly hosts: readonly string[]
  readonly className: string | null
  readonly asks: ExternalDns | undefined
  /** What a record would lead to: an Ingress's status, or its annotation `target` (source/ingress.go). */
  readonly leadsTo: 'something' | 'nothing'
}

function ofIngress(it: Ingress): Named {
  const { namespace, className, externalDns: asks } = it
  const hosts = [...new Set([...it.rules.flatMap(({ host }) => host ?? []), ...(asks?.hosts ?? [])])]
  const leadsTo = it.addresses.length > 0 || asks?.target === 'named' ? 'something' : 'nothing'
  return { on: { ...ingressSubject(it), namespace }, source: 'ingress', hosts, className, asks, leadsTo }
}

/** Of a Service by its annotation alone. */
function ofService(it: Service): Named {
  const { namespace, externalDns: asks } = it
  const on = { ...subject('Service', namespace, it.name), namespace }
  return { on, source: 'service', hosts: asks?.hosts ?? [], className: null, asks, leadsTo: 'something' }
}

interface Writer {
  readonly pod: Pod
  readonly sources: readonly string[]
  /** None = every zone. */
  readonly zones: readonly string[]
  /** Zones that it leaves out. */
  readonly without: readonly string[]
  /** Of Ingresses. None = every class. */
  readonly classes: readonly string[]
  /** null = every one. */
  readonly namespace: string | null
  /** `--default-targets` */
  readonly target: 'by default' | 'none'
  /** Whether something that is not evaluated chooses as well: labels, annotations, expressions for zones. */
  readonly chooses: boolean
  /** Expressions take the place of zones. */
  readonly zonesBy: 'names' | 'expressions'
}

const labels = ['app.kubernetes.io/name', 'app'] as const

function isExternalDns(pod: Pod): boolean {
  return labels.some((it) => pod.labels[it] === 'external-dns')
}

/** null where no flag says what it reads: it is set up by variables then, which nobody here reads. */
function writerOf(pod: Pod): Writer | null {
  const args = pod.containers.flatMap((it) => it.args)
  const sources = flagsOf(args, 'source')
  if (sources.length === 0) return null
  const plain = (flag: 'domain-filter' | 'exclude-domains' | 'ingress-class'): readonly string[] =>
    flagsOf(args, flag).filter((it) => it !== '')
  const domains = (flag: 'domain-filter' | 'exclude-domains'): readonly string[] =>
    plain(flag).flatMap((it) => it.toLowerCase().replace(/^\.|\.$/g, '') || [])
  const isSet = (flag: Choosing) => flagsOf(args, flag).some((it) => it !== '')
  const byExpressions = isSet('regex-domain-filter') || isSet('regex-domain-exclusion')
  return {
    pod,
    sources,
    zones: domains('domain-filter'),
    without: domains('exclude-domains'),
    classes: plain('ingress-class'),
    namespace: flagsOf(args, 'namespace').find((it) => it !== '') ?? null,
    target: isSet('default-targets') ? 'by default' : 'none',
    chooses: isSet('label-filter') || isSet('annotation-filter') || byExpressions,
    zonesBy: byExpressions ? 'expressions' : 'names',
  }
}

function isWithin(host: string, zone: string): boolean {
  const plain = host.toLowerCase()
  return plain === zone || plain.endsWith(`.${zone}`)
}

type Choosing =
  | 'label-filter'
  | 'annotation-filter'
  | 'regex-domain-filter'
  | 'regex-domain-exclusion'
  | 'default-targets'

type Reason = 'source' | 'zone' | 'excluded' | 'class' | 'namespace' | 'address'

/**
 * Why a writer passes over a host. Expressions go before the lists of zones; an Ingress without a class is of none
 * (external-dns, docs/advanced/domain-filter.md; source/ingress.go, filterByIngressClass).
 */
function reasonsOf(writer: Writer, host: string, { on, source, className, leadsTo }: Named): readonly Reason[] {
  const { sources, zones, without, classes, namespace } = writer
  const byNames = writer.zonesBy === 'names'
  const isClass = source !== 'ingress' || classes.length === 0 || (className !== null && classes.includes(className))
  return [
    ...(sources.includes(source) ? [] : ['source' as const]),
    ...(!byNames || zones.length === 0 || zones.some((it) => isWithin(host, it)) ? [] : ['zone' as const]),
    ...(byNames && without.some((it) => isWithin(host, it)) ? ['excluded' as const] : []),
    ...(isClass ? [] : ['class' as const]),
    ...(namespace === null || namespace === on.namespace ? [] : ['namespace' as const]),
    ...(leadsTo === 'nothing' && writer.target === 'none' ? ['address' as const] : []),
  ]
}

function stateOf(host: string, named: Named, writers: readonly Writer[]): 'written' | 'left' | 'unsure' {
  const may = writers.filter((it) => reasonsOf(it, host, named).length === 0)
  if (may.length === 0) return 'left'
  return may.some((it) => !it.chooses) ? 'written' : 'unsure'
}

/** In the words of the flags, over all writers. */
function sayOf(reason: Reason, its: readonly Writer[], { source, className }: Named): string {
  const of = (pick: (it: Writer) => readonly string[]): string => some([...new Set(its.flatMap(pick))])
  const what = source === 'ingress' ? 'Ingress' : 'Service'
  if (reason === 'source') return `its sources are ${of((it) => it.sources)}, and no ${what}`
  if (reason === 'address') return 'a record leads to the addresses of its status, and there are none'
  if (reason === 'zone') return `it writes into ${of((it) => it.zones)} alone`
  if (reason === 'excluded') return `it leaves ${of((it) => it.without)} out`
  if (reason === 'namespace')
    return `it reads namespace ${of((it) => (it.namespace === null ? [] : [it.namespace]))} alone`
  return `it takes Ingresses of class ${of((it) => it.classes)} alone, and this is of ${className ?? 'none'}`
}

const cures: Readonly<Record<Reason, string>> = {
  source: 'add --source=ingress or --source=service, as it is needed',
  zone: 'add the zone of the host to --domain-filter',
  excluded: 'take the zone out of --exclude-domains',
  class: 'add the class to --ingress-class',
  namespace: 'leave --namespace out, or run one for this namespace',
  address:
    'let the controller write its address into the status (ingress-nginx: --update-status and --publish-service), or ' +
    'name what records lead to by the annotation external-dns.alpha.kubernetes.io/target',
}

/** A slip of the zone is a fault, and what asks for a name is meant to have it; all else may be as it should. */
function verdict(named: Named, hosts: readonly string[], writers: readonly Writer[]) {
  const zones = [...new Set(writers.flatMap((it) => it.zones))]
  const sources = [...new Set(writers.flatMap((it) => it.sources))]
  const [first] = writers
  const slip = zones.find((zone) =>
    hosts.some((host) => {
      const tail = host.toLowerCase().split('.').slice(-zone.split('.').length).join('.')
      return tail !== zone && editDistance(tail, zone) <= 2
    }),
  )
  const reasons = [...new Set(hosts.flatMap((host) => writers.flatMap((it) => reasonsOf(it, host, named))))]
  const asked = named.asks !== undefined
  // Its sources, zones and classes take it: it was meant to have a name.
  const isMeant = reasons.length === 1 && reasons[0] === 'address'
  return finding({
    subject: named.on,
    ...(isMeant ? { symptoms: [ingressWaits({ namespace: named.on.namespace, name: named.on.name })] } : {}),
    severity: slip === undefined && !asked && !isMeant ? 'info' : 'warning',
    confidence: 'possible',
    args: {
      hosts,
      why: [
        ...reasons.map((reason) => {
          const its = writers.filter((it) => hosts.some((host) => reasonsOf(it, host, named).includes(reason)))
          return sayOf(reason, its, named)
        }),
        ...(slip === undefined ? [] : [`${slip} is nearly its zone`]),
      ],
      cures: reasons.map((it) => cures[it]),
      asked,
      pods: writers.map((it) => full(it.pod)),
      home: first?.pod.namespace ?? '',
      pod: first?.pod.name ?? '',
    },
    evidence: [
      { kind: 'fact', label: '--source', value: some(sources, 5) },
      { kind: 'fact', label: '--domain-filter', value: zones.length === 0 ? 'none: every zone' : some(zones, 5) },
      ...factOf('--exclude-domains', reasons.includes('excluded') ? writers.flatMap((it) => it.without) : []),
      ...factOf('--ingress-class', reasons.includes('class') ? writers.flatMap((it) => it.classes) : []),
      ...factOf(
        '--namespace',
        reasons.includes('namespace') ? writers.flatMap((it) => (it.namespace === null ? [] : [it.namespace])) : [],
      ),
    ],
  })
}

function factOf(label: string, values: readonly string[]): readonly Evidence[] {
  return values.length === 0 ? [] : [{ kind: 'fact', label, value: some([...new Set(values)], 5) }]
}
