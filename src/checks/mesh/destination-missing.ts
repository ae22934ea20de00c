import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok, type Verdict } from '../../findings/verdict.ts'
import type { Mesh, MeshDestination, VirtualService } from '../../model/mesh.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { hostTakes, isHostOf, type MeshHost, meshHosts, wholeHost } from '../../relations/mesh/mesh-hosts.ts'
import { mayBeElsewhere, noneHere, unseenKinds } from '../../relations/mesh/mesh-kinds.ts'
import { hasPairs } from '../../relations/selector.ts'
import { podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { objectLines } from './mesh-words.ts'

/**
 * istiod takes a VirtualService whose host or subset is not there, and gives the proxies a route to a cluster that they
 * do not have: 503 with the flag NC, or UH where a subset chooses no pod (istio analyzers IST0101, IST0137).
 */
export default check({
  code: 'MSH801',
  slug: 'mesh/destination-missing',
  title: 'a VirtualService leads to a host or subset that is not there',
  fine: 'every VirtualService leads to hosts and subsets that are there',
  severity: 'error',
  needs: ['mesh', 'services', 'pods'],
  wants: ['clusterDns'],
  remedies: [],
  decides: ['MESH-04'],

  run({ mesh, services, pods, clusterDns, scope }) {
    const { virtualServices } = mesh
    const domain = clusterDns.known ? clusterDns.value.domain : 'cluster.local'
    // One of another namespace may lead away what is sent to a Service of this one.
    const { namespace } = scope
    const its = virtualServices.filter(
      (it) =>
        namespace === null ||
        it.namespace === namespace ||
        it.hosts.some((host) => isHostOf(namespace, host, it.namespace, domain)),
    )
    if (its.length === 0) return noneHere(mesh, ['VirtualService'], 'no VirtualService is here')
    const hostOf = meshHosts({ mesh, services, scope, domain })
    const podsOf = podsOfServices(pods)
    return its.flatMap((route): readonly Verdict<Missing>[] => {
      const judged = route.destinations.map((to) => {
        const at = hostOf(to.host, route.namespace)
        return { to, fault: faultOf({ route, to, at, mesh, domain, podsOf }) }
      })
      const found = judged.flatMap(({ to, fault }) =>
        fault === null || 'unseen' in fault ? [] : [missing(route, to, fault, ledAway(route, hostOf))],
      )
      if (found.length > 0) return found
      const unseen = judged.flatMap(({ fault }) => (fault !== null && 'unseen' in fault ? [fault.unseen] : []))
      return [unseen[0] ?? ok(route.destinations.length)]
    })
  },

  words: {
    headline: ({ subject: on, args }) => `VirtualService ${full(on)} leads to ${says[args.fault](args)}.`,
    detail: ({ args }) =>
      `${args.path} · host ${args.host}${args.subset === null ? '' : `, subset ${args.subset}`}` +
      (args.there.length === 0 ? '' : ` · there are: ${some(args.there)}`),
    note: ({ args }) =>
      args.fault === 'empty'
        ? 'the proxies answer 503 with the flag UH, no healthy upstream, unless a WorkloadEntry bears its ' +
          'labels: those ' +
          'were not read'
        : 'the proxies answer 503 with the flag NC: no such cluster',
    help: ({ subject: on, args }) => [
      cureOf(args),
      commandOf(args),
      `kubectl -n ${on.namespace} edit virtualservices.networking.istio.io ${on.name}   # ${args.path}`,
    ],
  },
})

function cureOf({ fault, near, there }: Missing): string {
  if (fault === 'no-port') return `name a port of the Service, not of its pods: ${there.join(', ') || 'it has none'}`
  return near === null
    ? 'name what is there: a Service of this namespace by its name, any other by its whole name'
    : `${near} is there: a name without a dot is of the VirtualService's own namespace, and to one with a dot ` +
        'nothing is added'
}

function commandOf({ fault, subset }: Missing): string {
  if (fault === 'no-port') return 'kubectl get services -A'
  return subset === null
    ? 'kubectl get serviceentries.networking.istio.io -A'
    : 'kubectl get destinationrules.networking.istio.io -A'
}

type Missing = {
  readonly fault: 'no-host' | 'no-subset' | 'no-port' | 'empty'
  readonly host: string
  readonly subset: string | null
  readonly port: number | null
  readonly path: string
  readonly near: string | null
  readonly there: readonly string[]
  /** A ServiceEntry of that name may be there, unread. */
  readonly isGuess: boolean
}

const says: Readonly<Record<Missing['fault'], (args: Missing) => string>> = {
  'no-host': ({ host, isGuess }) =>
    isGuess
      ? `host ${host}, which is no Service (ServiceEntries were not read, or not all)`
      : `host ${host}, which is no Service and no ServiceEntry`,
  'no-subset': ({ host, subset }) => `subset ${subset} of ${host}, which no DestinationRule defines`,
  'no-port': ({ host, port }) => `port ${port} of ${host}, which has no such port`,
  empty: ({ host, subset }) => `subset ${subset} of ${host}, whose labels no pod of it bears`,
}

interface Asked {
  readonly route: VirtualService
  readonly to: MeshDestination
  readonly at: MeshHost
  readonly mesh: Mesh
  readonly domain: string
  readonly podsOf: (service: Service) => readonly Pod[]
}

type Fault = Pick<Missing, 'fault' | 'near' | 'there'> & { readonly isGuess?: boolean }

/** What would settle it was not read. */
type Unseen = { readonly unseen: Verdict<never> }

function faultOf({ route, to, at, mesh, domain, podsOf }: Asked): Fault | Unseen | null {
  if (at.is === 'missing') return { fault: 'no-host', near: at.near, there: [], isGuess: at.isGuess === true }
  if (at.is === 'service' && to.port !== null && !at.service.ports.some((it) => it.port === to.port))
    return { fault: 'no-port', near: null, there: at.service.ports.map((it) => String(it.port)) }
  const entries = at.is === 'elsewhere' ? unseenKinds(mesh, ['ServiceEntry']) : null
  if (entries !== null) return { unseen: entries }
  if (to.subset === null) return null
  const host = wholeHost(to.host, route.namespace, domain)
  const rules = mesh.destinationRules.filter((it) => hostTakes(wholeHost(it.host, it.namespace, domain), host))
  const subsets = rules.flatMap((it) => it.subsets)
  const named = subsets.filter((it) => it.name === to.subset)
  if (named.length === 0)
    return mayBeElsewhere(mesh, 'DestinationRule')
      ? { unseen: cannotTell('cut-off', `subset ${to.subset} of ${to.host}: not all DestinationRules were read`) }
      : { fault: 'no-subset', near: null, there: [...new Set(subsets.map((it) => it.name))] }
  if (at.is !== 'service') return null
  const own = podsOf(at.service)
  // Without any pod the Service itself is the trouble (SVC201).
  if (own.length === 0 || named.some((it) => own.some((pod) => hasPairs(ofPods(it.labels), pod.labels)))) return null
  return {
    fault: 'empty',
    near: null,
    there: own.slice(0, 3).map((it) => `${it.name} (${pairs(it, named)})`),
    // A WorkloadEntry may bear them: a Service chooses those as well (istio.io, "Workload Entry"), and none is read.
    isGuess: true,
  }
}

/**
 * Where an endpoint is, istiod writes itself, and no pod bears it (istio.io, "Locality" and "Multicluster traffic").
 */
function ofPods(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(labels).filter(([key]) => !/^topology\.(?:istio|kubernetes)\.io\//.test(key)),
  )
}

/** What a pod says under the keys of the subset. */
function pairs(pod: Pod, named: readonly { readonly labels: Readonly<Record<string, string>> }[]): string {
  const keys = [...new Set(named.flatMap((it) => Object.keys(it.labels)))]
  return keys.map((key) => `${key}=${Object.hasOwn(pod.labels, key) ? pod.labels[key] : ''}`).join(',')
}

/** Services whose name in the mesh it takes: what is sent to them goes by it. */
function ledAway(route: VirtualService, hostOf: (host: string, namespace: string) => MeshHost): readonly Subject[] {
  return route.hosts.slice(0, 20).flatMap((host) => {
    const at = hostOf(host, route.namespace)
    return at.is === 'service' ? [subject('Service', at.service.namespace, at.service.name)] : []
  })
}

function missing(
  route: VirtualService,
  to: MeshDestination,
  { isGuess = false, ...fault }: Fault,
  also: readonly Subject[],
): Verdict<Missing> {
  return finding({
    subject: subject('VirtualService', route.namespace, route.name),
    ...(also.length === 0 ? {} : { also }),
    confidence: isGuess ? 'possible' : 'inferred',
    // A copy of requests that goes nowhere costs nobody an answer.
    ...(isGuess || to.path.includes('.mirror') ? { severity: 'warning' as const } : {}),
    args: { ...fault, isGuess, host: to.host, subset: to.subset, port: to.port, path: to.path },
    evidence: [
      objectLines(subject('VirtualService', route.namespace, route.name), {
        path: to.path,
        lines: [
          'destination:',
          `  host: ${to.host}`,
          ...(to.subset === null ? [] : [`  subset: ${to.subset}`]),
          ...(to.port === null ? [] : [`  port: {number: ${to.port}}`]),
        ],
        mark: markOf(to, fault.fault),
        label: isGuess && fault.fault === 'no-host' ? 'no Service of this name' : labels[fault.fault],
      }),
    ],
  })
}

const labels: Readonly<Record<Missing['fault'], string>> = {
  'no-host': 'no Service and no ServiceEntry of this name',
  'no-subset': 'in no DestinationRule of this host',
  'no-port': 'no port of it',
  empty: 'no pod bears its labels',
}

function markOf(to: MeshDestination, fault: Missing['fault']): string {
  if (fault === 'no-host') return to.host
  return fault === 'no-port' ? String(to.port) : (to.subset ?? to.host)
}
