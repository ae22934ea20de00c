import type { Call, Pod } from '../../model/pod.ts'
import type { Answerer } from '../dns/answered-zones.ts'
import { isClusterFirst } from '../dns/pod-resolvers.ts'
import { isLive } from './service-selects-pod.ts'

/** Domains of the world, and of companies' own networks, that namespaces are named like. */
const worldly: ReadonlySet<string> = new Set(
  (
    'ai app biz cloud co com dev edu eu gov info io me net org us ' +
    'corp home int internal intranet lan local network'
  ).split(' '),
)

/** More of them: no namespace of the name is there. */
const world: ReadonlySet<string> = new Set(
  (
    'agency blog digital email games group host live media news online page run services shop site solutions space ' +
    'store studio support systems team tech tools website work works world xyz zone ' +
    'arpa consul docker example invalid localdomain localhost onion private test'
  ).split(' '),
)

/** Whether the last label of a name may be a domain of the world's, or of a network's own, though one uses it here. */
export function isWorldly(label: string): boolean {
  return worldly.has(label)
}

/** The same of one that nobody here uses; two letters are a country (ISO 3166-1, RFC 1591). */
export function mayBeWorlds(label: string): boolean {
  return label.length === 2 || worldly.has(label) || world.has(label)
}

interface Around {
  readonly pods?: readonly Pod[]
  readonly answerer?: (host: string) => Answerer
}

/**
 * `postgres-0.postgres`, the name that a pod asked for by `postgres-0.postgres-headless` has: its StatefulSet's
 * serviceName is its pods' subdomain (pkg/controller/statefulset, initIdentity). null where no such set has pods.
 */
export function nameBySet(pod: Pod, { host }: Pick<Call, 'host'>, { pods }: Around): string | null {
  const [, hostname, stem, below] = /^((.+)-\d{1,3})\.([^.]+)$/.exec(host) ?? []
  if (stem === undefined || !isClusterFirst(pod)) return null
  const one = (pods ?? []).find(
    (it) => it.namespace === pod.namespace && it.owner?.kind === 'StatefulSet' && it.owner.name === stem && isLive(it),
  )
  return one?.subdomain === undefined || one.subdomain === below ? null : `${hostname}.${one.subdomain}`
}

/**
 * `postgres-0`, the bare name of a StatefulSet's pod: DNS has it below the Service of its subdomain alone (DNS
 * specification 2.4, "Records for a Headless Service"). null where no such pod is there, and where the caller's own
 * search list may have that Service in it.
 */
export function memberCalled(
  caller: Pod,
  { name, namespace }: { readonly name: string; readonly namespace: string },
  pods: readonly Pod[],
): string | null {
  if (!/-\d{1,5}$/.test(name) || !isClusterFirst(caller) || (caller.dnsConfig?.searches.length ?? 0) > 0) return null
  const its = pods.find(
    (it) => it.name === name && it.namespace === namespace && it.owner?.kind === 'StatefulSet' && isLive(it),
  )
  if (its?.subdomain === undefined) return null
  return `${name}.${its.subdomain}${namespace === caller.namespace ? '' : `.${namespace}`}`
}

/** `kafka-0.kafka-headless`: its second name begins like its first, as those of pods below their Services do. */
export function likeItsPod({ host, key }: Pick<Call, 'host' | 'key'>): boolean {
  const [, stem, below = ''] = /^(.+)-\d{1,3}\.([^.]+)$/.exec(host) ?? []
  return key === undefined && stem !== undefined && (below.startsWith(stem) || stem.startsWith(below))
}

/** By which nodes of clusters inside Docker or a desktop's machine are known: those may pass such names on. */
const ofDesktop = /docker|desktop|minikube|k3d|kind|orbstack|colima|lima|rancher|microk8s|-control-plane$|-worker\d*$/i

/** Whether only Docker Desktop has this name (docs.docker.com, "Networking features in Docker Desktop"). */
export function isDockerDesktops(pod: Pod, host: string, { pods, answerer }: Around): boolean {
  if (host !== 'host.docker.internal' && host !== 'gateway.docker.internal') return false
  if (!isClusterFirst(pod) || answerer?.(host) !== 'nobody') return false
  return [pod, ...(pods ?? [])].every((it) => it.node === null || !ofDesktop.test(it.node))
}
