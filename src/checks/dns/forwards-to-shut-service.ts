import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import type { Node } from '../../model/node.ts'
import { full, some } from '../../phrases.ts'
import { askedCorefile } from '../../relations/dns/asked-blocks.ts'
import { corefileEvidence, corefileObject } from '../../relations/dns/corefile-text.ts'
import { lossOf, nearlyAll, seriesOf } from '../../relations/dns/lookup-loss.ts'
import { type UpstreamService, upstreamServices } from '../../relations/dns/upstream-services.ts'
import { dnsUpstreamSilent, noEndpoints } from '../../relations/symptom.ts'
import { zoneOf } from '../../wire/corefile.ts'

/**
 * A stub zone is often served by pods of this very cluster, and the Corefile has the address of their Service. A
 * Service takes what its ports say: at any other, and with nobody behind it, a query is refused or vanishes.
 */
export default check({
  code: 'DNS205',
  slug: 'dns/forwards-to-shut-service',
  title: 'CoreDNS forwards to a Service that takes no DNS there',
  fine: 'Services that CoreDNS forwards to are there, offer the port, and have endpoints',
  severity: 'error',
  needs: ['services', 'clusterDns'],
  wants: ['endpointSlices', 'nodes', 'dnsProbe'],
  remedies: [],
  decides: ['DNS-40'],

  run({ services, clusterDns, endpointSlices, nodes, dnsProbe, scope }) {
    const { corefile } = clusterDns
    if (!corefile.known) return cannotTell(corefile.why.reason, `the Corefile was not read: ${corefile.why.detail}`)
    const all = upstreamServices(askedCorefile(corefile.value, clusterDns), {
      services,
      slices: endpointSlices,
      dns: clusterDns,
      isWhole: scope.namespace === null,
    })
    const judged = all.filter((it) => it.is !== 'no-service' || isSureRange(clusterDns, nodes, services))
    if (judged.length === 0) return notApplicable('the Corefile forwards to no address of a Service')
    const bad = judged.filter((it) => it.is !== 'there' && it.is !== 'unread')
    const byLine = [...Map.groupBy(bad, (it) => it.forwarding).values()]
    const found = byLine.flatMap((its) => verdict(its, { dns: clusterDns, text: corefile.value, dnsProbe }) ?? [])
    if (found.length > 0) return found
    const unread = judged.filter((it) => it.is === 'unread')
    if (unread.length > 0)
      return cannotTell(
        'not-asked',
        `the Corefile forwards to ${some(unread.map((it) => it.ip))}, which looks like a Service's address: ` +
          'Services of other namespaces were not read',
        '-A',
      )
    return ok(judged.length)
  },

  words: {
    headline: ({ args }) =>
      `The Corefile forwards ${zonesText(args.zones)} to ${args.server} (line ${args.line}), ` +
      (args.service === null
        ? 'which looks like the address of a Service, and no Service has it.'
        : `which is Service ${args.service}: ${
            args.is === 'no-port'
              ? `it offers no port ${args.port}/${args.protocol}`
              : 'nothing stands behind it that is ready'
          }.`),
    detail: ({ args }) =>
      (args.is === 'no-port' ? `it offers ${args.offers.join(', ') || 'no port'} · ` : '') +
      (args.bad === args.of
        ? `${args.of === 1 ? 'the only server' : `all ${args.of} servers`} of that line`
        : `${args.bad} of ${args.of} servers of that line`),
    note: ({ args }) =>
      args.bad === args.of
        ? 'lookups of these names end in SERVFAIL, after seconds'
        : 'CoreDNS asks the others, and a query that meets this one is late',
    help: ({ subject: on, args }) => [
      args.is === 'no-endpoint'
        ? `see what is wrong with the pods of Service ${args.service}`
        : `give the address and port at which the server of ${zonesText(args.zones)} is asked, ` +
          '`forward . ADDRESS:PORT`',
      args.service === null
        ? `kubectl get services -A | grep -F '${args.ip} '`
        : `kubectl -n ${args.namespace} get service,endpointslices`,
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
    ],
  },
})

/** Nodes in the same half make the guess of the range worth nothing, and so does a Service with a hidden address. */
function isSureRange(
  dns: ClusterDns,
  nodes: Known<readonly Node[]>,
  services: readonly { readonly families?: readonly string[] }[],
): boolean {
  const half = /^(\d+\.\d+\.)/.exec(dns.service?.clusterIP ?? '')?.[1]
  if (half === undefined || !nodes.known) return false
  const isHidden = services.some((it) => it.families?.[0] === 'IPv6' && it.families.length > 1)
  return !isHidden && !nodes.value.some((it) => it.ip?.startsWith(half) === true)
}

interface Told {
  readonly dns: ClusterDns
  readonly text: string
  readonly dnsProbe: Known<DnsProbe>
}

function verdict(its: readonly UpstreamService[], { dns, text, dnsProbe }: Told) {
  const [first] = its
  if (first === undefined) return null
  const { forwarding, ip, port, protocol, is, service } = first
  const { plugin, server, to } = forwarding
  const isAll = its.length === to.length
  const zones = zonesOf(plugin.args[0] ?? '.', server.keys)
  const isRoot = zones.includes('')
  // Seen to be answered: something else leads there.
  if (isRoot && outsideIsAnswered(dnsProbe)) return null
  return finding({
    subject: corefileObject(dns),
    confidence: is === 'no-service' ? 'possible' : 'inferred',
    severity: isAll && is !== 'no-service' ? 'error' : 'warning',
    args: {
      is,
      zones,
      server: `${ip}:${port}`,
      ip,
      port,
      protocol,
      line: plugin.line,
      service: service === null ? null : full(service),
      namespace: service?.namespace ?? null,
      offers: (service?.ports ?? []).map((it) => `${it.port}/${it.protocol}`),
      bad: its.length,
      of: to.length,
    },
    evidence: [
      corefileEvidence(dns, text, {
        line: plugin.line,
        mark: ip,
        label: service === null ? 'the address of no Service' : `Service ${full(service)}`,
      }),
    ],
    dueTo: is === 'no-endpoint' && service !== null ? [noEndpoints(service)] : [],
    causes: isAll && isRoot ? [dnsUpstreamSilent, 'dns-external:*'] : [],
  })
}

/** `forward .` takes all that its block has. */
function zonesOf(own: string, keys: readonly string[]): readonly string[] {
  return own === '.' ? keys.map(zoneOf) : [zoneOf(own)]
}

function zonesText(zones: readonly string[]): string {
  return zones.includes('') ? 'names outside the cluster' : zones.join(', ')
}

function outsideIsAnswered(probe: Known<DnsProbe>): boolean {
  if (!probe.known) return false
  const loss = lossOf(seriesOf(probe.value, { zone: 'external' }))
  return loss.of >= 4 && nearlyAll(loss.of - loss.unanswered, loss.of)
}
