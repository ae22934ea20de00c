import { configMaps } from '../kube/resources.ts'
import {
  type CacheBind,
  type CacheForward,
  type ClusterDns,
  type ForwardedTo,
  type Placeholder,
} from '../model/cluster-dns.ts'
import { type Known, known, mapKnown } from '../model/known.ts'
import type { Pod } from '../model/pod.ts'
import type { Service } from '../model/service.ts'
import { upstreamServiceOf } from '../relations/dns/node-cache.ts'
import { strayRewrites } from '../relations/dns/stray-rewrites.ts'
import { forwardings } from '../relations/dns/upstream-servers.ts'
import { isLikeService } from '../relations/dns/upstream-services.ts'
import { type Corefile, parseCorefile, zoneOf } from '../wire/corefile.ts'
import { asIpAddress } from '../wire/dns-name.ts'
import { kubeletClusterDns, kubeletClusterDomain } from '../wire/kubelet-config.ts'
import type { Reader } from './few-at-once.ts'
import type { InScope } from './in-scope.ts'
import { fields, text } from './project/json.ts'

/**
 * What kubeadm writes for kubelets that join or are upgraded (kubernetes cmd/kubeadm/app/constants/constants.go).
 * Other installers have none.
 */
export async function readHandedOut(reader: Reader): Promise<Pick<ClusterDns, 'handedOut' | 'kubeletDomain'>> {
  const found = await reader.get(configMaps, 'kube-system', 'kubelet-config', (raw) => {
    const config = text(fields(raw['data'])['kubelet']) ?? ''
    return { servers: kubeletClusterDns(config), domain: kubeletClusterDomain(config) }
  })
  if (!found.known && found.why.reason === 'not-there') return {}
  return {
    handedOut: mapKnown(found, ({ servers }) => servers),
    ...(found.known && found.value.domain !== null ? { kubeletDomain: found.value.domain } : {}),
  }
}

/**
 * The manifest of NodeLocal DNSCache is a template: whoever applies it replaces these, and the cache itself the rest
 * (kubernetes cluster/addons/dns/nodelocaldns/README.md).
 */
export async function readCacheConfig(
  reader: Reader,
  caches: readonly Pod[],
  domain: string,
): Promise<Pick<ClusterDns, 'placeholders' | 'cacheRewrites' | 'cacheBinds' | 'cacheForwards'>> {
  const [first] = caches
  if (first === undefined) return {}
  const name = first.corefileMap ?? 'node-local-dns'
  const found = await reader.get(configMaps, first.namespace, name, (raw) => {
    const corefile = text(fields(raw['data'])['Corefile']) ?? ''
    const parsed = parseCorefile(corefile)
    return {
      placeholders: placeholdersIn(corefile),
      cacheRewrites: strayRewrites(parsed, domain),
      cacheBinds: bindsIn(parsed),
      cacheForwards: forwardsIn(parsed),
    }
  })
  return found.known ? found.value : {}
}

/** CoreDNS's plugin `bind` takes addresses and names of devices. */
export function bindsIn({ servers }: Corefile): readonly CacheBind[] {
  return servers.flatMap(({ plugins }) =>
    plugins
      .filter((it) => it.name === 'bind')
      .map((it) => ({ line: it.line, ips: it.args.flatMap((one) => asIpAddress(one) ?? []) }))
      .filter((it) => it.ips.length > 0),
  )
}

/** By the zones of its block, unless the line has one of its own. */
export function forwardsIn(corefile: Corefile): readonly CacheForward[] {
  return forwardings(corefile).map(({ server, plugin }) => {
    const own = zoneOf(plugin.args[0] ?? '.')
    return {
      line: plugin.line,
      zones: own === '' ? server.keys.map(zoneOf) : [own],
      to: plugin.args.slice(1),
      isTcp: (plugin.block ?? []).some((it) => it.name === 'force_tcp'),
    }
  })
}

/** The Services of their namespace that they pass names on to: one by its address, or the one that a flag names. */
export async function readCacheBehind(
  caches: readonly Pod[],
  services: readonly Service[],
  { cacheForwards = [], inScope }: Pick<ClusterDns, 'cacheForwards'> & { readonly inScope: Pick<InScope, 'slicesOf'> },
): Promise<Pick<ClusterDns, 'cacheBehind'>> {
  const [first] = caches
  if (first === undefined) return {}
  const to = new Set(cacheForwards.flatMap((it) => it.to))
  const named = new Set(caches.map(upstreamServiceOf))
  const wanted = services.filter(
    (it) => it.namespace === first.namespace && (named.has(it.name) || to.has(it.clusterIP ?? '')),
  )
  const slices = await Promise.all(wanted.map((it) => inScope.slicesOf(it.namespace, it.name)))
  const unread = slices.find((it) => !it.known)
  if (unread !== undefined && !unread.known) return { cacheBehind: unread }
  return { cacheBehind: known({ services: wanted, slices: slices.flatMap((it) => (it.known ? it.value : [])) }) }
}

/** A Corefile has a hundred lines. */
const mostLines = 5000

/** What node-cache replaces at its start (cmd/node-cache/app/configmap.go). */
const filledIn = ['__PILLAR__CLUSTER__DNS__', '__PILLAR__UPSTREAM__SERVERS__']
const mostOfLine = 20

/** Words of the template, comments aside, whoever was to fill them in. */
export function placeholdersIn(corefile: string): readonly Placeholder[] {
  return corefile.split('\n', mostLines).flatMap((line, index) => {
    const [said = ''] = line.slice(0, 4000).split('#', 1)
    const words = said.match(/__[A-Z]{2,20}(?:__[A-Z]{2,20}){1,4}__/g) ?? []
    return [...new Set(words)]
      .filter((it) => !filledIn.includes(it))
      .slice(0, mostOfLine)
      .map((word) => ({ word, line: index + 1 }))
  })
}

/**
 * The Corefile's forwards are a matter of every namespace: the Services at their addresses are read whatever the scope.
 * null where it forwards to nothing that looks like a Service of another namespace.
 */
export async function collectForwardedTo(
  dns: ClusterDns,
  inScope: Pick<InScope, 'allServices' | 'slicesOf'>,
): Promise<Known<ForwardedTo> | null> {
  if (!dns.corefile.known) return null
  const ips = new Set(
    forwardings(parseCorefile(dns.corefile.value)).flatMap(({ to }) =>
      to.flatMap((it) =>
        it.kind === 'address' && it.ip !== dns.service?.clusterIP && isLikeService(it.ip, dns.service) ? [it.ip] : [],
      ),
    ),
  )
  if (ips.size === 0) return null
  const all = await inScope.allServices()
  if (!all.known) return all
  const services = all.value.filter((it) => ips.has(it.clusterIP ?? ''))
  const slices = await Promise.all(services.map((it) => inScope.slicesOf(it.namespace, it.name)))
  const unread = slices.find((it) => !it.known)
  if (unread !== undefined && !unread.known) return unread
  return known({ services, slices: slices.flatMap((it) => (it.known ? it.value : [])) })
}
