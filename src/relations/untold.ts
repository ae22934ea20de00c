import type { Contacts } from '../model/contacts.ts'
import type { Model, SourceName } from '../model/sources.ts'
import { some } from '../phrases.ts'
import { foreignPods } from './dns/own-words.ts'
import { blindNodes } from './dns/lookup-loss.ts'
import { once } from './once.ts'
import { isServing } from './service/service-selects-pod.ts'

/** A node, a DNS server by its pod, or a kind of a file, of which a source that is known tells nothing. */
export interface Untold {
  readonly who: string
  readonly why: string
}

type Parts = Partial<Record<SourceName, readonly Untold[]>>

/**
 * What is missing of sources that ask several: a source is known when one of three nodes answered, and what is said of
 * all then is said of one. By source, so that whoever calls something well can say without whom.
 */
export const untoldIn = once(({ sources, cluster }: Model): Parts => {
  const { dnsProbe, nodeNetworks, conntrack, contacts, podWays, clusterDns } = sources
  const whys = new Map(
    [dnsProbe, podWays, nodeNetworks].flatMap((it) =>
      it.known ? it.value.missing.map(({ node, why }) => [node, why]) : [],
    ),
  )
  const nodes = new Set([
    ...(dnsProbe.known ? dnsProbe.value.nodes : []),
    ...(podWays.known ? podWays.value.api.map((it) => it.node) : []),
    ...(nodeNetworks.known ? nodeNetworks.value.nodes.map((it) => it.node) : []),
    ...whys.keys(),
  ])
  const servers = clusterDns.known ? clusterDns.value.pods.filter(isServing) : []
  const but = (seen: Iterable<string>, otherwise: string): readonly Untold[] => {
    const told = new Set(seen)
    return [...nodes].filter((it) => !told.has(it)).map((who) => ({ who, why: whys.get(who) ?? otherwise }))
  }
  const serversBut = (seen: readonly (string | null)[], why: string): readonly Untold[] => {
    const told = new Set(seen)
    return servers.filter((it) => !told.has(it.name) && !told.has(it.ip)).map((it) => ({ who: it.name, why }))
  }
  // What others say is not heard (src/relations/dns/own-words.ts).
  const foreign = clusterDns.known ? foreignPods(clusterDns.value) : new Set()
  const unheard = (seen: readonly string[], why: string): readonly Untold[] =>
    serversBut(seen, why).map((it) =>
      foreign.has(it.who) ? { who: it.who, why: 'it belongs to another owner than the DNS servers' } : it,
    )
  const { coreDnsWindows, dnsServerLogs, gatewayApi, nameAnswers, otherPolicies } = sources
  const notHeld = (who: string, kinds: readonly string[]): readonly Untold[] =>
    kinds.length === 0 ? [] : [{ who, why: `the file holds none, or not all: ${some(kinds, 12)}` }]
  const absent = gatewayApi.known ? (gatewayApi.value.notHeld ?? []) : []
  return {
    gatewayRoutes: notHeld(
      'other routes',
      absent.filter((it) => it.endsWith('Route')),
    ),
    otherPolicies: otherPolicies.known ? notHeld('other policies', cluster.file?.policiesNotHeld ?? []) : [],
    ...(dnsProbe.known
      ? {
          dnsProbe: [
            ...but(
              dnsProbe.value.series.map((it) => it.node),
              'its probe pod told of no lookup',
            ),
            ...dnsProbe.value.missing
              .filter(({ node }) => dnsProbe.value.series.some((it) => it.node === node))
              .map(({ node, why }) => ({ who: node, why: `only in part: ${why}` })),
            ...[...blindNodes(dnsProbe.value)].map((who) => ({ who, why: 'its probe got the CPU too late to tell' })),
            ...serversBut(askedOf(dnsProbe.value.series), 'it was not asked by itself'),
          ],
        }
      : {}),
    ...(nodeNetworks.known
      ? {
          nodeNetworks: but(
            nodeNetworks.value.nodes.map((it) => it.node),
            'it was not read',
          ),
        }
      : {}),
    ...(conntrack.known
      ? {
          conntrack: but(
            conntrack.value.map((it) => it.node),
            'its counters were not read',
          ),
        }
      : {}),
    ...(contacts.known
      ? {
          contacts: but(contactNodes(contacts.value), 'nothing was connected to from there'),
        }
      : {}),
    ...(podWays.known
      ? {
          podWays: but(
            podWays.value.api.map((it) => it.node),
            'its probe pod did not connect to the API server',
          ),
        }
      : {}),
    ...(nameAnswers.known
      ? { nameAnswers: serversBut(askedOf(nameAnswers.value.answers), 'it was asked for no name by itself') }
      : {}),
    ...(coreDnsWindows.known
      ? {
          coreDnsWindows: unheard(
            coreDnsWindows.value.map((it) => it.pod),
            'its metrics were not read',
          ),
        }
      : {}),
    ...(dnsServerLogs.known
      ? {
          dnsServerLogs: unheard(
            dnsServerLogs.value.map((it) => it.pod),
            'its log was not read',
          ),
        }
      : {}),
  }
})

function contactNodes({ connects, http, direct = [], routed = [] }: Contacts): readonly string[] {
  return [...connects, ...http, ...direct, ...routed].map((it) => it.node)
}

interface AskedServer {
  readonly server: { readonly role: string; readonly ip: string; readonly pod: string | null }
}

function askedOf(its: readonly AskedServer[]): readonly (string | null)[] {
  return [
    ...new Set(its.filter((it) => it.server.role === 'endpoint').flatMap(({ server }) => [server.ip, server.pod])),
  ]
}

/** `worker-3 (cordoned), coredns-1 and coredns-2 (its log was not read)`. */
export function untoldText(all: readonly Untold[]): string {
  return [...Map.groupBy(all, (it) => it.why)]
    .map(
      ([why, its]) =>
        `${some(
          its.map((it) => it.who),
          6,
        )} (${why})`,
    )
    .join(', ')
}
