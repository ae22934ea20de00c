import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Severity } from '../../findings/verdict.ts'
import type { Contact } from '../../model/contacts.ts'
import type { Pod } from '../../model/pod.ts'
import type { Endpoint, EndpointSlice, Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { contactsOfServices, failuresText, tally } from '../../relations/service/service-contacts.ts'
import { slicesOfServices } from '../../relations/service/service-endpoints.ts'
import { hasPairs } from '../../relations/selector.ts'
import { isOver, selectorOf } from '../../relations/service/service-selects-pod.ts'
import { svcUnanswered } from '../../relations/symptom.ts'
import { familyOf, isIpv6 } from '../../wire/ip-family.ts'
import { count, full, some } from '../../phrases.ts'
import { podsByName } from '../../relations/pods-by-name.ts'

/**
 * The endpoint slice controller keeps only what it made (label `managed-by`): a slice made by hand, or left by a
 * controller of old, keeps its addresses for good. kube-proxy sends its share of the connections there all the same.
 */
export default check({
  code: 'SVC212',
  slug: 'service/endpoint-is-no-pod',
  title: 'a Service leads to an address that is none of its pods',
  fine: 'every endpoint of a Service that selects pods is one of them',
  severity: 'warning',
  needs: ['services', 'endpointSlices', 'pods'],
  wants: ['contacts', 'clusterDns'],
  remedies: [],
  decides: ['SVC-19'],

  run({ services, endpointSlices, pods, contacts, clusterDns, scope }) {
    const [slicesOf, contactsOf] = [slicesOfServices(endpointSlices), contactsOfServices(contacts)]
    const dns = clusterDns.known ? clusterDns.value.service : null
    const fed = services.filter(
      (it) => slicesOf(it).length > 0 && !(it.namespace === dns?.namespace && it.name === dns.name),
    )
    if (fed.length === 0) return notApplicable('no Service here has an EndpointSlice')
    const byIp = new Map(
      pods.flatMap((pod) => [pod.ip, ...(pod.ips ?? [])].flatMap((ip) => (ip === null ? [] : [[ip, pod] as const]))),
    )
    const named = podsByName(pods)
    // Pods of other namespaces are only known when all were listed.
    const nets = new Set(pods.flatMap(({ ip, hostNetwork }) => (ip === null || hostNetwork ? [] : [netOf(ip)])))
    const seen = { byIp, named, nets, whole: scope.namespace === null }
    const found = fed.flatMap((service) => {
      const all = slicesOf(service)
      const ready = new Map([...new Set(all.map((it) => it.addressType))].map((it) => [it, readyOf(all, it)]))
      return all.flatMap((slice) =>
        judge(service, { slice, seen, contacts: contactsOf(service), of: ready.get(slice.addressType) ?? 0 }),
      )
    })
    return found.length > 0 ? found : ok(fed.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `EndpointSlice ${full(on)} gives Service ${args.service} the address ${args.ip}, ${args.why}.`,
    detail: ({ args }) =>
      `${args.count} of ${count(args.of, 'ready endpoint')} of Service ${args.service} · ${args.measured}`,
    note: ({ args }) => notes[args.kind],
    help: ({ subject: on, args }) => [
      args.kind === 'stale' ? 'see whether it stays' : 'see whose slice it is; if nobody needs it, delete it',
      `kubectl -n ${on.namespace} get endpointslice ${on.name} -o yaml`,
      ...(args.kind === 'stale' ? [] : [`kubectl -n ${on.namespace} delete endpointslice ${on.name}`]),
    ],
  },
})

const notes: Readonly<Record<Wrong['kind'], string>> = {
  stale:
    'the control plane takes such an address out within seconds: run it again, ' +
    'and if it stays the endpoint slice controller is not at work',
  foreign:
    'the control plane keeps the slices that it made and no other: ' +
    'its share of the connections goes there until whoever made this one takes it away',
  other: 'its share of the connections goes to that pod, which may well be another application, and answer',
}

interface Pods {
  readonly byIp: ReadonlyMap<string, Pod>
  readonly named: ReadonlyMap<string, Pod>
  /** The first three bytes of pods' IPv4 addresses. */
  readonly nets: ReadonlySet<string>
  readonly whole: boolean
}

interface Seen {
  readonly slice: EndpointSlice
  readonly seen: Pods
  readonly contacts: readonly Contact[]
  /** Ready endpoints of this family, in all slices of the Service: an address may stand in two. */
  readonly of: number
}

interface Wrong {
  readonly endpoint: Endpoint
  /** `other`: a pod that the selector does not choose. */
  readonly kind: 'stale' | 'foreign' | 'other'
  readonly why: string
  /** Connects there opened. */
  readonly isAnswered?: boolean
}

function wrongIn(
  service: Service,
  ready: readonly Endpoint[],
  { seen, contacts }: Pick<Seen, 'seen' | 'contacts'>,
): readonly Wrong[] {
  const wrong = ready.flatMap((it) => wrongOf(service, it, seen) ?? [])
  return (
    wrong
      // Somebody who answers at an address of its own may be meant; at a pod of another application it is the trouble.
      .map((it) => (it.kind === 'foreign' && isAnswered(it.endpoint, contacts) ? { ...it, isAnswered: true } : it))
      .filter((it) => it.kind !== 'stale' || !isAnswered(it.endpoint, contacts))
      .toSorted((a, b) => Number(a.isAnswered === true) - Number(b.isAnswered === true))
  )
}

function readyOf(slices: readonly EndpointSlice[], family: EndpointSlice['addressType']): number {
  const ready = new Set<string>()
  for (const slice of slices)
    if (slice.addressType === family) for (const it of slice.endpoints) if (it.ready) ready.add(it.ip)
  return ready.size
}

function judge(service: Service, { slice, seen, contacts, of }: Seen) {
  if (slice.addressType === 'FQDN') return []
  const ready = slice.endpoints.filter((it) => it.ready)
  const wrong = wrongIn(service, ready, { seen, contacts })
  const [first] = wrong
  if (first === undefined) return []
  const asked = contacts.filter(
    (it) => it.via.kind === 'endpoint' && wrong.some(({ endpoint }) => endpoint.ip === it.ip),
  )
  const all = tally(asked)
  // Without a selector the addresses are somebody's own: only silence proves that one is wrong.
  if (selectorOf(service) === null && all.failed === 0) return []
  return [
    finding({
      subject: subject('EndpointSlice', slice.namespace, slice.name),
      confidence: all.failed > 0 ? 'observed' : 'inferred',
      severity: severityOf(first, all.failed),
      args: {
        service: full(service),
        ip: first.endpoint.ip,
        why: first.why,
        kind: first.kind,
        // As `of`: of endpoints with one address there is one.
        count: new Set(wrong.map(({ endpoint }) => endpoint.ip)).size,
        of,
        measured:
          all.of === 0 ? 'not asked' : `${all.failed} of ${all.of} connections there failed (${failuresText(all)})`,
      },
      evidence: [
        {
          kind: 'fact',
          label: `endpoints of slice ${slice.name}`,
          value: some(
            slice.endpoints.map((it) => `${it.ip} (${it.pod ?? 'no pod'})`),
            8,
          ),
        },
      ],
      causes: [svcUnanswered(service)],
    }),
  ]
}

function severityOf({ kind, isAnswered: isWell }: Wrong, failed: number): Severity {
  if (isWell === true) return 'info'
  return failed > 0 && kind === 'foreign' ? 'error' : 'warning'
}

function isAnswered({ ip }: Endpoint, contacts: readonly Contact[]): boolean {
  return contacts.some((it) => it.via.kind === 'endpoint' && it.ip === ip && tally([it]).open > 0)
}

function wrongOf(service: Service, endpoint: Endpoint, { byIp, named, nets, whole }: Pods): Wrong | null {
  const there = byIp.get(endpoint.ip)
  if (endpoint.pod !== null) {
    const pod = named.get(`${service.namespace}/${endpoint.pod}`)
    if (pod === undefined) return { endpoint, kind: 'stale', why: `of pod ${endpoint.pod}, which is gone` }
    const own = [pod.ip, ...(pod.ips ?? [])]
    const other = own.includes(endpoint.ip) ? otherApp(service, endpoint, pod) : null
    if (other !== null) return other
    return own.includes(endpoint.ip) || pod.ip === null || isOtherFamily(endpoint.ip, own)
      ? null
      : { endpoint, kind: 'stale', why: `of pod ${endpoint.pod}, which has ${pod.ip}` }
  }
  // All pods on a node's network have one address: which of them is meant is not known.
  if (there !== undefined) return there.hostNetwork ? null : otherApp(service, endpoint, there)
  if (selectorOf(service) !== null) return { endpoint, kind: 'foreign', why: 'which is none of its pods' }
  return whole && !isIpv6(endpoint.ip) && nets.has(netOf(endpoint.ip))
    ? { endpoint, kind: 'foreign', why: "which is among the pods' addresses, and no pod has it" }
    : null
}

/** The controller takes out within a second what the selector no longer chooses: who is here was put here. */
function otherApp(service: Service, endpoint: Endpoint, pod: Pod): Wrong | null {
  const pairs = selectorOf(service)
  if (pairs === null || (pod.namespace === service.namespace && hasPairs(pairs, pod.labels)) || isOver(pod)) return null
  return {
    endpoint,
    kind: 'other',
    why: `of pod ${full(pod)}, which the selector of the Service does not choose`,
  }
}

/** Recordings of before hold one address of a pod that has two. */
function isOtherFamily(ip: string, own: readonly (string | null)[]): boolean {
  return own.every((it) => it === null || familyOf(it) !== familyOf(ip))
}

/** Nodes are given /24s of the pods' range, mostly: a pod in the same one says that this is a pod's address. */
function netOf(ip: string): string {
  return ip.slice(0, ip.lastIndexOf('.') + 1)
}
