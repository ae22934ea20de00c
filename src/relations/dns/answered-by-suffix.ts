import type { SearchList } from '../../model/name-answers.ts'
import type { Pod } from '../../model/pod.ts'
import { type Corefile, type CorefilePlugin, zoneOf } from '../../wire/corefile.ts'
import { isLive } from '../service/service-selects-pod.ts'
import { longestZone } from './taken-zones.ts'
import { bareName, isWithin } from '../../wire/dns-name.ts'

/**
 * Who put a suffix into search lists: the cluster, into those of all pods that ask its DNS; a node's resolv.conf, which
 * the kubelet hands on; or pods by their own dnsConfig.
 */
export type SuffixOrigin =
  | { readonly from: 'cluster' }
  | { readonly from: 'node' }
  | { readonly from: 'pods'; readonly pods: readonly Pod[] }

export function originOf(
  suffix: string,
  { domain, searches, pods }: { domain: string; searches: readonly SearchList[]; pods: readonly Pod[] | null },
): SuffixOrigin {
  if (suffix === domain || suffix === `svc.${domain}` || suffix.endsWith(`.svc.${domain}`)) return { from: 'cluster' }
  const own = (pods ?? []).filter(
    (it) => isLive(it) && (it.dnsConfig?.searches ?? []).some((one) => bareName(one) === suffix),
  )
  // The probe's pods have the lists of their nodes.
  const isOfNode = searches.some((it) => it.suffixes.some((one) => bareName(one) === suffix))
  return isOfNode || own.length === 0 ? { from: 'node' } : { from: 'pods', pods: own }
}

/**
 * The Service whose name, or whose endpoint's, this is: `example.com.svc.cluster.local` is Service `example` of
 * namespace `com`. null for another name.
 */
export function serviceOfName(
  name: string,
  domain: string,
): { readonly namespace: string; readonly name: string } | null {
  if (!name.endsWith(`.svc.${domain}`)) return null
  const [service, namespace] = name.slice(0, -`.svc.${domain}`.length).split('.').slice(-2)
  return service === undefined || namespace === undefined ? null : { namespace, name: service }
}

/** The `template` that may make an address for any label there; null where the Corefile has none for the name. */
export function wildcardFor({ servers }: Corefile, name: string): CorefilePlugin | null {
  const keyed = servers.flatMap((server) => server.keys.map((key) => ({ server, zone: zoneOf(key) })))
  const zone = longestZone(name, new Set(keyed.map((it) => it.zone)))
  const own = keyed.filter((it) => it.zone === zone).flatMap(({ server }) => server.plugins)
  return own.find((it) => it.name === 'template' && makesAddress(it) && covers(it, name)) ?? null
}

/** `template CLASS TYPE [ZONE...]`. */
function makesAddress({ args, block }: CorefilePlugin): boolean {
  const type = args[1]?.toUpperCase() ?? 'ANY'
  return ['A', 'AAAA', 'ANY'].includes(type) && (block ?? []).some((it) => it.name === 'answer')
}

function covers({ args }: CorefilePlugin, name: string): boolean {
  const zones = args.slice(2)
  return zones.length === 0 || zones.some((it) => isWithin(name, zoneOf(it)))
}
