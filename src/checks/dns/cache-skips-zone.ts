import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { CacheForward, ClusterDns } from '../../model/cluster-dns.ts'
import { subject } from '../../model/subject.ts'
import { count, some } from '../../phrases.ts'
import { askedCorefile } from '../../relations/dns/asked-blocks.ts'
import { cacheAddresses } from '../../relations/dns/node-cache.ts'
import { forwardings } from '../../relations/dns/upstream-servers.ts'
import { upstreamsInCluster } from '../../relations/dns/upstream-services.ts'
import { zoneOf } from '../../wire/corefile.ts'
import { isWithin } from '../../wire/dns-name.ts'

/**
 * A node cache asks CoreDNS for names of the cluster alone, and the node's own servers for all others. What the
 * Corefile of CoreDNS says of further zones then holds for nobody who asks the cache.
 */
export default check({
  code: 'DNS230',
  slug: 'dns/cache-skips-zone',
  title: 'node caches do not ask CoreDNS for a zone that its Corefile has',
  fine: 'the node caches come to CoreDNS for each zone that its Corefile has',
  severity: 'warning',
  needs: ['clusterDns'],
  remedies: [],
  decides: [],

  run({ clusterDns }) {
    const { nodeCaches, cacheForwards, corefile } = clusterDns
    if (nodeCaches.length === 0) return notApplicable('no DNS cache runs on the nodes')
    if (cacheForwards === undefined) return notApplicable('the Corefile of the node caches was not read')
    if (!corefile.known) return cannotTell(corefile.why.reason, `the Corefile was not read: ${corefile.why.detail}`)
    if (!arePodsLedThere(clusterDns)) return notApplicable('what leads pods to the node caches is not seen')
    const zones = ownZones(corefile.value, clusterDns)
    if (zones.length === 0) return notApplicable('the Corefile of CoreDNS has no zone beside those of the cluster')
    const skipped = zones.flatMap((zone) => {
      const forward = forwardFor(cacheForwards, zone)
      return forward !== null && leavesCluster(forward, clusterDns) ? [{ zone, forward }] : []
    })
    const [first] = skipped
    if (first === undefined) return ok(zones.length)
    return verdict(clusterDns, { zones: skipped.map((it) => it.zone), forward: first.forward })
  },

  words: {
    headline: ({ args }) =>
      `The node caches do not ask CoreDNS for ${some(args.zones)}: they pass ` +
      `${args.zones.length === 1 ? 'it' : 'them'} on to ${args.to}.`,
    detail: ({ subject: on, args }) =>
      `line ${args.line} of ConfigMap ${on.namespace}/${on.name} · ${count(args.caches, 'cache')} · ` +
      `${count(args.zones.length, 'zone')} of CoreDNS's Corefile`,
    note: ({ args }) =>
      `what CoreDNS's Corefile says of ${some(args.zones)} holds for no pod that asks its cache: unless the other ` +
      'servers know these names too, they are not found',
    help: ({ subject: on, args }) => [
      `give the caches' Corefile a block for ${some(args.zones)} that forwards to __PILLAR__CLUSTER__DNS__, or let ` +
        'its block `.` forward there',
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
    ],
  },
})

/** They hold the DNS Service's own address, or kubelets hand out theirs. */
function arePodsLedThere(dns: ClusterDns): boolean {
  const addresses = cacheAddresses(dns)
  const handed = dns.handedOut?.known === true ? dns.handedOut.value : []
  return [dns.service?.clusterIP, handed[0]].some((it) => typeof it === 'string' && addresses.includes(it))
}

/** Zones of the world's, or of nobody's, that CoreDNS passes on to servers of their own. */
function ownZones(text: string, dns: ClusterDns): readonly string[] {
  const all = forwardings(askedCorefile(text, dns)).flatMap(({ server, plugin }) => {
    const own = zoneOf(plugin.args[0] ?? '.')
    return own === '' ? server.keys.map(zoneOf) : [own]
  })
  return [...new Set(all)].filter((it) => it !== '' && !isWithin(it, dns.domain) && !isWithin(dns.domain, it))
}

/** Of the block with the longest zone. */
function forwardFor(all: readonly CacheForward[], zone: string): CacheForward | null {
  const held = all.flatMap((it) => it.zones.filter((one) => isWithin(zone, one)).map((one) => ({ it, one })))
  const [longest] = held.toSorted((a, b) => b.one.length - a.one.length)
  return longest?.it ?? null
}

/**
 * The cache puts upstreams of ConfigMap `kube-dns` in the place of its word for servers outside, and adds the stub
 * domains of it.
 */
function leavesCluster(forward: CacheForward, dns: ClusterDns): boolean {
  const { upstreams = [], stubDomains = [] } = dns.kubeDns ?? {}
  if (upstreams.length > 0 || stubDomains.length > 0) return false
  return forward.to.length > 0 && forward.to.every((it) => !upstreamsInCluster(it, dns))
}

interface Skipped {
  readonly zones: readonly string[]
  readonly forward: CacheForward
}

function verdict(dns: ClusterDns, { zones, forward }: Skipped) {
  const [first] = dns.nodeCaches
  const to = forward.to.map((it) => (it.includes('__PILLAR__') ? "the node's own servers" : it))
  return finding({
    subject: subject('ConfigMap', first?.namespace ?? 'kube-system', first?.corefileMap ?? 'node-local-dns'),
    confidence: 'possible',
    args: { zones, to: some(to), line: forward.line, caches: dns.nodeCaches.length },
    evidence: [
      { kind: 'fact', label: `caches' Corefile, line ${forward.line}`, value: `forward . ${forward.to.join(' ')}` },
      ...zones.slice(0, 6).map((it) => ({
        kind: 'fact' as const,
        label: `CoreDNS's Corefile${dns.corefileMap === undefined ? '' : ` (ConfigMap ${dns.corefileMap})`}`,
        value: `passes ${it} on to servers of its own`,
      })),
    ],
  })
}
