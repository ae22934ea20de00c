import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { askedAddress } from '../../relations/dns/asked-address.ts'
import { selectorOf } from '../../relations/service/service-selects-pod.ts'
import { hasPairs } from '../../relations/selector.ts'
import { type Behind, behindText, slicesBehind } from '../../relations/service/slices-behind.ts'
import { dnsServerDead, dnsServersDown } from '../../relations/symptom.ts'
import { behindHelp, behindNote } from '../service/behind-words.ts'

/**
 * The same as SVC248, of the Service that all lookups go by: a server at an address that its pod does not have, at a
 * port that none listens on, or left out, is lookups lost or a load on the others.
 */
export default check({
  code: 'DNS204',
  slug: 'dns/slices-behind',
  title: 'EndpointSlices are behind the DNS servers',
  fine: 'EndpointSlices have the DNS servers, as ready as they are',
  severity: 'warning',
  needs: ['clusterDns'],
  wants: ['dnsProbe'],
  remedies: [],
  decides: [],

  run({ clusterDns, dnsProbe }) {
    const { service, slices, pods } = clusterDns
    const pairs = service === null ? null : selectorOf(service)
    if (service === null || pairs === null || slices.length === 0)
      return notApplicable('no DNS Service that finds its pods by label and has an EndpointSlice')
    const chosen = pods.filter((it) => it.namespace === service.namespace && hasPairs(pairs, it.labels))
    if (!chosen.some(({ standing }) => standing === 'settled'))
      return notApplicable('no DNS server is known to have been as it is for a minute')
    const behind = slicesBehind(service, chosen, slices).filter((it) => it.kind !== 'port' || isOfDns(it))
    if (behind.length === 0) return ok(slices.length)
    const ips = slices
      .flatMap((it) => it.endpoints)
      .filter((it) => it.ready)
      .map((it) => it.ip)
    const answering = ips.filter((it) => askedAddress(dnsProbe, it).kind === 'answers')
    return verdict(service, behind, { clusterDns, areAllWell: ips.length > 0 && answering.length === ips.length })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `The EndpointSlices of the DNS Service ${full(on)} are behind its servers: ${args.what[0]}.`,
    detail: ({ args }) => `${args.what.join(' · ')} · in ${some(args.slices)}`,
    note: () => behindNote,
    help: ({ subject: on }) => behindHelp(on),
  },
})

/** Its port of metrics is nobody's lookup. */
function isOfDns({ port }: Extract<Behind, { kind: 'port' }>): boolean {
  return /^53\b/.test(port)
}

const serverNames = (names: readonly string[]): string =>
  `${names.length === 1 ? 'server' : 'servers'} ${some(names, 2)}`

interface Around {
  readonly clusterDns: ClusterDns
  /** Each address of the slices answered lookups. */
  readonly areAllWell: boolean
}

function verdict(service: Service, behind: readonly Behind[], { clusterDns, areAllWell }: Around) {
  const what = behind.map((it) => behindText(it, serverNames))
  const slices = clusterDns.slices.map((it) => it.name)
  const misleads = behind.some((it) => it.kind === 'port' || it.kind === 'moved')
  return finding({
    subject: subject('Service', service.namespace, service.name),
    also: behind.flatMap((it) =>
      it.kind === 'port' ? [] : it.pods.map((name) => subject('Pod', service.namespace, name)),
    ),
    confidence: 'inferred',
    severity: misleads && !areAllWell ? 'error' : 'warning',
    args: { what, slices, kinds: behind.map((it) => it.kind) },
    evidence: what.map((value) => ({ kind: 'fact' as const, label: `slices ${some(slices, 2)}`, value })),
    causes: [
      ...(behind.some((it) => it.kind === 'port') ? [dnsServersDown] : []),
      ...behind.flatMap((it) => (it.kind === 'moved' ? it.ips.map(dnsServerDead) : [])),
    ],
  })
}
