import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import { type Corefile, type CorefilePlugin, type CorefileServer, zoneOf } from '../../wire/corefile.ts'
import { isWithin } from '../../wire/dns-name.ts'
import { askedCorefile } from './asked-blocks.ts'
import { mayServeZones } from './corefile-plugins.ts'
import { importsFiles, kubernetesZones } from './corefile-text.ts'
import { nameRules, rewritten } from './rewrite-rules.ts'

/**
 * Who answers for a name, by the cluster's DNS alone. `cluster`: its `kubernetes` plugin and nothing before it.
 * `nobody`: no line of its is for that name, so that it goes where all names outside go. `maybe`: a line may have it.
 * `unread`: the Corefile was not read.
 */
export type Answerer = 'cluster' | 'maybe' | 'nobody' | 'unread'

/** Of the Multi-Cluster Services API (KEP-1645), whatever answers for it. */
export const clusterSet = 'clusterset.local'

/** The part of the model that says so. */
export type Answering = Pick<
  ClusterDns,
  'corefile' | 'domain' | 'service' | 'pods' | 'kubeletDomain' | 'kubeDns' | 'custom'
>

/**
 * The block of the longest zone has a name (coredns core/dnsserver/server.go, ServeDNS), and in it each plugin those of
 * its own zones. What pods are told to be their domain by the kubelet is DNS116's, whoever answers for it.
 */
export function answererOf(clusterDns: Known<Answering>): (host: string) => Answerer {
  if (!clusterDns.known) return () => 'unread'
  const { corefile: text, kubeletDomain, kubeDns } = clusterDns.value
  if (!text.known) return () => 'unread'
  const corefile = askedCorefile(text.value, clusterDns.value)
  const zones = kubernetesZones(corefile)
  if (zones.length === 0) return () => 'maybe'
  const rules = nameRules(corefile)
  const spoken = wordsOf(text.value)
  const stubs = (kubeDns?.stubDomains ?? []).map((it) => zoneOf(it.domain))
  const unread = importsSome(corefile, clusterDns.value)
  return (host) => {
    const isOurs = zones.some((it) => isWithin(host, it))
    if (rules.some((it) => rewritten(it, host) !== null)) return 'maybe'
    if (stubs.some((it) => isWithin(host, it))) return 'maybe'
    if (corefile.servers.some((it) => mayTake(host, it, isOurs))) return 'maybe'
    if (isOurs) return 'cluster'
    const domain = host.replace(/^.*\.svc\./, '')
    const isSpoken = spoken.some((it) => isWithin(it, domain))
    const isKubelets = kubeletDomain !== undefined && isWithin(host, kubeletDomain)
    return unread || isSpoken || isKubelets ? 'maybe' : 'nobody'
  }
}

/** Names as they stand there, of patterns without what escapes a dot. */
function wordsOf(text: string): readonly string[] {
  return text.split(/[\s{}]+/).map((it) => zoneOf(it.replaceAll('\\', '')))
}

/** What AKS and k3s import is `coredns-custom`; with no key in it the lines that import it bring nothing. */
function importsSome(corefile: Corefile, { custom }: Answering): boolean {
  return importsFiles(corefile) && !(custom?.known === true && custom.value.keys.length === 0)
}

/** A block of its own, or a plugin that is given this zone, or that answers whatever is asked. */
function mayTake(host: string, { keys, plugins }: CorefileServer, isOurs: boolean): boolean {
  const zones = keys.map(zoneOf).filter((it) => isWithin(host, it))
  if (zones.length === 0) return false
  const hasKubernetes = plugins.some((it) => it.name === 'kubernetes' || it.name === 'kubernetai')
  if (!hasKubernetes && zones.some((it) => it !== '')) return true
  return plugins.some((it) => pluginTakes(host, it, isOurs))
}

/** Arguments before the zones: the file of `hosts` and `file`, class and type of `template`. */
const before: Readonly<Record<string, number>> = { hosts: 1, file: 1, template: 2, auto: 0, secondary: 0, etcd: 0 }

function pluginTakes(host: string, plugin: CorefilePlugin, isOurs: boolean): boolean {
  const { name, args, block } = plugin
  if (name === 'forward' || name === 'proxy' || name === 'grpc') {
    const zone = zoneOf(args[0] ?? '.')
    return !isOurs && zone !== '' && isWithin(host, zone)
  }
  if (!mayServeZones(name)) return false
  const skipped = before[name]
  // Of any other nobody knows what its words mean, and a recording has none of them.
  if (skipped === undefined) return true
  const zones = args.slice(skipped).map(zoneOf)
  if (zones.length > 0 && !zones.some((it) => isWithin(host, it))) return false
  // A file of names is not read; what stands in braces is.
  if (name === 'hosts') return args.length > 0 || (block ?? []).some((it) => it.args.some((one) => one === host))
  return name !== 'template' || !/^(?:AAAA|HTTPS|SVCB|PTR|SRV|TXT|MX)$/i.test(args[1] ?? 'ANY')
}
