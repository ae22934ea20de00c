import { check } from '../../findings/check.ts'
import { finding, ok, type Verdict } from '../../findings/verdict.ts'
import type { NameAnswers } from '../../model/name-answers.ts'
import type { Known } from '../../model/known.ts'
import { corefileEvidence, corefileObject } from '../../relations/dns/corefile-text.ts'
import type { Namespace } from '../../model/network-policy.ts'
import type { Service } from '../../model/service.ts'
import { zoneLeftOut } from '../../relations/symptom.ts'
import { type Corefile, zoneOf } from '../../wire/corefile.ts'
import { readableCorefile } from './readable-corefile.ts'

/**
 * CoreDNS gives each name to the server block of the longest zone that it falls into. A block for a zone below the
 * cluster's own domain takes the names of Services there, and what it does not have `kubernetes` for it asks elsewhere.
 */
export default check({
  code: 'DNS158',
  slug: 'dns/zone-taken',
  title: 'a server block takes names of Services away from kubernetes',
  fine: 'every zone of the cluster is answered by kubernetes',
  severity: 'warning',
  needs: ['clusterDns'],
  wants: ['nameAnswers', 'namespaces', 'services'],
  remedies: [],
  decides: [],

  run({ clusterDns, nameAnswers, namespaces, services }) {
    const read = readableCorefile(clusterDns)
    if (read.kind !== 'readable') return read
    const { text, corefile } = read
    const domain = clusterDns.domain.toLowerCase()
    const taken = corefile.servers
      .filter((server) => !server.plugins.some((it) => it.name === 'kubernetes' || it.name === 'import'))
      .flatMap((server) => server.keys.map((key) => ({ line: server.line, key, zone: zoneOf(key) })))
      .filter(({ zone }) => (zone === domain || zone.endsWith(`.${domain}`)) && !isAnsweredWell(zone, nameAnswers))
    const left = leftOut(corefile, namespaces, services)
    if (taken.length === 0 && left === null) return ok(corefile.servers.length)
    const lists: readonly Verdict<Taken>[] =
      left === null
        ? []
        : [
            finding({
              subject: corefileObject(clusterDns),
              confidence: left.services > 0 ? 'inferred' : 'possible',
              // A list is made on purpose; that a namespace in use is not in it may be an oversight.
              severity: left.services > 0 ? 'warning' : 'info',
              args: {
                zone: null,
                of: left.of,
                list: left.names,
                line: left.line,
                services: left.services,
                takes: null,
                namespace: null,
              },
              evidence: [
                corefileEvidence(clusterDns, text, {
                  line: left.line,
                  mark: 'namespaces',
                  label: 'no other namespace is served',
                }),
              ],
              symptoms: [zoneLeftOut],
            }),
          ]
    const zones = taken.map(({ line, key, zone }): Verdict<Taken> =>
      finding({
        subject: corefileObject(clusterDns),
        confidence: 'possible',
        args: { zone, line, of: null, list: [], services: 0, ...takenBy(zone, domain) },
        evidence: [corefileEvidence(clusterDns, text, { line, mark: key, label: 'has no kubernetes in it' })],
        symptoms: [zoneLeftOut],
      }),
    )
    return [...zones, ...lists]
  },

  words: {
    headline: ({ args }) =>
      args.zone === null
        ? `The Corefile's kubernetes (line ${args.line}) serves namespaces ${args.list.join(', ')} alone: ` +
          `names of Services in ${args.of ?? 'all'} others do not exist.`
        : `The Corefile's block for ${args.zone} (line ${args.line}) has no kubernetes in it: ` +
          `names of ${whose(args)} are looked up elsewhere.`,
    detail: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} · line ${args.line} · ` +
      (args.zone ??
        `namespaces ${args.list.join(', ')}` +
          (args.services === 0 ? '' : `, and ${args.services} Services of others were read`)),
    note: ({ args }) =>
      args.zone !== null
        ? 'CoreDNS gives a name to the block of the longest zone that it falls into, whatever stands first'
        : 'the list of `namespaces` leaves all others out: their names get "no such name", whatever their Services are',
    help: ({ subject: on, args }) => [
      args.zone !== null
        ? 'put `kubernetes` into that block, or take the block away'
        : 'add the namespaces that are meant to be found to the list, or take the list away',
      `kubectl -n ${on.namespace} get configmap ${on.name} -o yaml`,
      ...(args.zone !== null ? [`hopscope resolve NAME.${args.zone}`] : []),
    ],
  },
})

/** A block that takes a zone, or a list of namespaces that leaves others out. */
type Taken = {
  /** null for a list. */
  readonly zone: string | null
  readonly takes: 'all-services' | 'namespace' | 'that-zone' | null
  readonly namespace: string | null
  readonly line: number
  readonly list: readonly string[]
  /** How many namespaces the list leaves out; null where that is not known. */
  readonly of: number | null
  /** Services that were read in such namespaces. */
  readonly services: number
}

interface LeftOut {
  readonly line: number
  readonly names: readonly string[]
  /** Namespaces that are known and not in the list; null where none are known. */
  readonly of: number | null
  /** Services that were read in such namespaces. */
  readonly services: number
}

/** Where each `kubernetes` has a list of namespaces; null where one serves them all. */
function leftOut(
  corefile: Corefile,
  namespaces: Known<readonly Namespace[]>,
  services: Known<readonly Service[]>,
): LeftOut | null {
  const lists = corefile.servers
    .flatMap((it) => it.plugins)
    .filter((it) => it.name === 'kubernetes')
    .map((it) => it.block?.find((one) => one.name === 'namespaces') ?? null)
  const [first] = lists
  if (first === undefined || first === null || lists.includes(null)) return null
  const served = new Set(lists.flatMap((it) => it?.args ?? []))
  const others = namespaces.known ? namespaces.value.filter((it) => !served.has(it.name)).length : null
  if (others === 0) return null
  const unserved = (services.known ? services.value : []).filter((it) => !served.has(it.namespace))
  return { line: first.line, names: [...served], of: others, services: unserved.length }
}

/** Names of the zone were asked for, and answered with addresses: whatever the block does, it does that. */
function isAnsweredWell(zone: string, answers: Known<NameAnswers>): boolean {
  if (!answers.known) return false
  const its = answers.value.answers.filter((it) => it.name.toLowerCase().replace(/\.$/, '').endsWith(`.${zone}`))
  return its.some((it) => it.addresses.length > 0)
}

/** `shop.svc.cluster.local` has the Services of namespace shop. */
function takenBy(zone: string, domain: string): Pick<Taken, 'takes' | 'namespace'> {
  const labels = zone === domain ? ['svc'] : zone.slice(0, -domain.length - 1).split('.')
  if (labels.at(-1) !== 'svc') return { takes: 'that-zone', namespace: null }
  const namespace = labels.at(-2) ?? null
  return { takes: namespace === null ? 'all-services' : 'namespace', namespace }
}

function whose({ takes, namespace }: Taken): string {
  if (takes === 'namespace') return `Services in namespace ${namespace}`
  return takes === 'all-services' ? 'all Services' : 'that zone'
}
