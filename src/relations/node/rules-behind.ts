import type { ServiceRule } from '../../model/node-network.ts'
import type { Pod } from '../../model/pod.ts'
import type { EndpointSlice, Service, ServicePort } from '../../model/service.ts'
import { familyOf } from '../../wire/ip-family.ts'
import { ownAddress, portText, slicesOfServices } from '../service/service-endpoints.ts'

/** Where the rules of one node lead a port of a Service, against its EndpointSlices. */
export interface RulesBehind {
  readonly node: string
  readonly service: Service
  readonly port: string
  /** The node has no rule for this address and port; others have one. */
  readonly isAbsent: boolean
  /** Led to, and in no slice of the Service. */
  readonly stale: readonly string[]
  /** Ready by the slices, and not led to. */
  readonly missing: readonly string[]
  /** Of those that are led to, in the slices. */
  readonly right: number
  /** Another node leads this port as the slices say; or the pods that are missing have been ready for long. */
  readonly isSure: boolean
}

export interface RulesOfNode {
  readonly node: string
  readonly rules: readonly ServiceRule[]
}

export interface RulesSeen {
  readonly services: readonly Service[]
  readonly slices: readonly EndpointSlice[]
  readonly pods: readonly Pod[]
}

/** Ports of Services that were compared, and those that a node leads elsewhere. */
export interface RulesJudged {
  readonly compared: number
  readonly behind: readonly RulesBehind[]
}

/**
 * kube-proxy writes its rules a second after a slice changes (minSyncPeriod), and the rules are read after the slices:
 * an endpoint that is only in the rules may be newer. It is told from one that is gone by the other nodes, whose rules
 * are as old.
 */
export function againstSlices(nodes: readonly RulesOfNode[], { services, slices, pods }: RulesSeen): RulesJudged {
  const read = nodes.map((it) => ({
    node: it.node,
    rules: new Map(it.rules.map((rule) => [keyOf(rule.ip, rule.port, rule.protocol), rule])),
  }))
  const slicesOf = slicesOfServices(slices)
  const settled = new Set(
    pods
      .filter((it) => it.standing === 'settled' && it.ready && !it.deleting)
      .map((it) => `${it.namespace}/${it.name}`),
  )
  let compared = 0
  const behind = services.flatMap((service) => {
    const ip = ownAddress(service)
    if (ip === null) return []
    const own = slicesOf(service).filter((it) => it.addressType === familyOf(ip))
    // The controller leaves each Service a slice, if an empty one: without any it is not known where it leads.
    if (own.length === 0) return []
    return service.ports.flatMap((port) => {
      const rules = read.map((it) => ({
        node: it.node,
        rule: it.rules.get(keyOf(ip, port.port, port.protocol)) ?? null,
      }))
      // A Service that no node has a rule for is another proxy's, or newer than the rules.
      if (rules.every((it) => it.rule === null)) return []
      compared += 1
      const ends = endsOf(own, port)
      const judged = rules.map(({ node, rule }) => ({ node, rule, ...against(rule, ends, service) }))
      const others = judged.some((it) => it.rule !== null && it.stale.length === 0 && it.missing.length === 0)
      return judged
        .filter((it) => it.stale.length > 0 || it.missing.length > 0)
        .map(({ node, rule, stale, missing }) => ({
          node,
          service,
          port: portText(port),
          isAbsent: rule === null,
          stale,
          missing,
          right: (rule?.endpoints.length ?? 0) - stale.length,
          isSure:
            others ||
            missing.some((it) => settled.has(`${service.namespace}/${ends.find((end) => end.at === it)?.pod}`)),
        }))
    })
  })
  return { compared, behind }
}

interface End {
  readonly at: string
  readonly pod: string | null
  readonly ready: boolean
  readonly isHinted: boolean
}

function endsOf(slices: readonly EndpointSlice[], port: ServicePort): readonly End[] {
  return slices.flatMap((slice) =>
    slice.ports
      .filter((it) => (it.name ?? '') === (port.name ?? '') && it.protocol === port.protocol)
      .flatMap((it) => it.port ?? [])
      .flatMap((number) =>
        slice.endpoints.map(({ ip, pod, ready, zones }) => ({
          at: endOf(ip, number),
          pod,
          ready,
          isHinted: zones !== undefined,
        })),
      ),
  )
}

/** With hints, a policy or a preference a node leads to some of them: which ones is kube-proxy's to choose. */
function against(
  rule: ServiceRule | null,
  ends: readonly End[],
  { internalTrafficPolicy, trafficDistribution }: Service,
): Pick<RulesBehind, 'stale' | 'missing'> {
  const led = new Set((rule?.endpoints ?? []).map(plain))
  const all = new Set(ends.map((it) => it.at))
  const stale = [...led].filter((it) => !all.has(it))
  const ready = [...new Set(ends.filter((it) => it.ready).map((it) => it.at))]
  if (internalTrafficPolicy === 'Local') return { stale, missing: [] }
  const isSome = trafficDistribution !== undefined || ends.some((it) => it.isHinted)
  const isLed = [...led].some((it) => all.has(it))
  return { stale, missing: isSome && isLed ? [] : ready.filter((it) => !led.has(it)) }
}

function keyOf(ip: string, port: number, protocol: ServicePort['protocol']): string {
  return `${plain(ip)} ${port} ${protocol}`
}

function endOf(ip: string, port: number): string {
  return plain(ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)
}

function plain(text: string): string {
  return text.toLowerCase()
}
