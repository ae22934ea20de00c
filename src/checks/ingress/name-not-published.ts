import { editDistance } from '../../closest.ts'
import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Pod } from '../../model/pod.ts'
import { full, some } from '../../phrases.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { flagsOf } from '../../wire/component-args.ts'
import { ingressSubject } from './words.ts'

/**
 * external-dns writes names of the kinds that it was told of (`--source`) and of the zones that it was told of
 * (`--domain-filter`), and passes over all else without a word: the Ingress is well, and nobody finds its host.
 */
export default check({
  code: 'ING367',
  slug: 'ingress/name-not-published',
  title: 'external-dns publishes no name for the hosts of an Ingress',
  fine: 'external-dns was told to publish the hosts of Ingresses',
  severity: 'warning',
  needs: ['ingresses', 'pods'],
  remedies: [],
  decides: [],

  run({ ingresses, pods }) {
    const writers = pods.filter((it) => isLive(it) && isExternalDns(it)).flatMap((it) => writerOf(it) ?? [])
    if (writers.length === 0) return notApplicable('no external-dns whose flags say what it publishes was seen')
    const withHosts = ingresses.filter((it) => it.rules.some(({ host }) => host !== null))
    if (withHosts.length === 0) return notApplicable('no Ingress here has a host')
    return withHosts.map((ingress) => {
      const hosts = ingress.rules.flatMap((it) => it.host ?? [])
      const left = hosts.filter((host) => !writers.some((it) => publishes(it, host)))
      return left.length === 0 ? ok(1) : verdict(ingress, left, writers)
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `external-dns publishes no name for ${some(args.hosts)} of Ingress ${full(on)}: ${args.why.join(', and ')}.`,
    detail: ({ args }) => `pods: ${some(args.pods)}`,
    note: () => 'a name that somebody wrote by hand, or a wildcard above it, may lead here all the same',
    help: ({ args }) => [
      'add --source=ingress, or the zone of the host to --domain-filter',
      `kubectl -n ${args.home} get pod ${args.pod} -o yaml`,
      `dig +short ${args.hosts[0] ?? ''}`,
    ],
  },
})

interface Writer {
  readonly pod: Pod
  readonly sources: readonly string[]
  /** None = every zone. */
  readonly zones: readonly string[]
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
  const zones = flagsOf(args, 'domain-filter').map((it) => it.toLowerCase().replace(/^\.|\.$/g, ''))
  return { pod, sources, zones: zones.filter((it) => it !== '') }
}

function isWithin(host: string, zone: string): boolean {
  const plain = host.toLowerCase()
  return plain === zone || plain.endsWith(`.${zone}`)
}

function publishes({ sources, zones }: Writer, host: string): boolean {
  return sources.includes('ingress') && (zones.length === 0 || zones.some((it) => isWithin(host, it)))
}

/** A slip of the zone is a fault; another zone, and no Ingress among the sources, may be meant. */
function verdict(ingress: Ingress, hosts: readonly string[], writers: readonly Writer[]) {
  const zones = [...new Set(writers.flatMap((it) => it.zones))]
  const sources = [...new Set(writers.flatMap((it) => it.sources))]
  const [first] = writers
  const slip = zones.find((zone) =>
    hosts.some((host) => {
      const tail = host.toLowerCase().split('.').slice(-zone.split('.').length).join('.')
      return tail !== zone && editDistance(tail, zone) <= 2
    }),
  )
  const isLeftOut = zones.length > 0 && hosts.every((host) => !zones.some((it) => isWithin(host, it)))
  return finding({
    subject: ingressSubject(ingress),
    severity: slip === undefined ? 'info' : 'warning',
    confidence: 'possible',
    args: {
      hosts,
      why: [
        ...(sources.includes('ingress') ? [] : [`its sources are ${some(sources)}, and no Ingress`]),
        ...(isLeftOut ? [`it writes into ${some(zones)} alone`] : []),
        ...(slip === undefined ? [] : [`${slip} is nearly its zone`]),
      ],
      pods: writers.map((it) => full(it.pod)),
      home: first?.pod.namespace ?? '',
      pod: first?.pod.name ?? '',
    },
    evidence: [
      { kind: 'fact', label: '--source', value: some(sources, 5) },
      { kind: 'fact', label: '--domain-filter', value: zones.length === 0 ? 'none: every zone' : some(zones, 5) },
    ],
  })
}
