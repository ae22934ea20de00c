import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { contains } from '../../relations/cidr-index.ts'
import { type Configured, proxyConfigs, unreadConfig } from '../../relations/node/proxy-config.ts'
import { ownAddress } from '../../relations/service/service-endpoints.ts'
import { nodePortUnanswered } from '../../relations/symptom.ts'
import { type IpFamily, familyOf } from '../../wire/ip-family.ts'

/**
 * With `nodePortAddresses` kube-proxy serves node ports on addresses of the node in these ranges alone; of a family
 * that has no range, on all of them (pkg/proxy/util/nodeport_addresses.go). 127.0.0.0/8 is what some write to close
 * them, and then a NodePort Service, and a load balancer that sends to node ports, is closed with them.
 */
export default check({
  code: 'NOD544',
  slug: 'node/node-ports-bound',
  title: 'node ports are served on no address by which others come',
  fine: 'kube-proxy serves node ports on addresses of the nodes',
  severity: 'error',
  needs: ['nodes', 'services'],
  remedies: [],
  decides: ['PRX-10'],

  run({ nodes, services }) {
    const withPorts = services.filter((it) => portsOf(it).length > 0)
    if (withPorts.length === 0) return notApplicable('no Service here has a node port')
    const configs = proxyConfigs(nodes)
    const why = unreadConfig(nodes)
    const found = configs.flatMap((it) => (['IPv4', 'IPv6'] as const).flatMap((family) => judge(it, family, withPorts)))
    if (found.length > 0) return found
    if (why !== null) return cannotTell(why.reason, why.detail)
    return configs.length === 0 ? notApplicable('no configuration of kube-proxy is known here') : ok(withPorts.length)
  },

  words: {
    headline: ({ args }) =>
      args.kind === 'loopback'
        ? `Node ports are served on loopback addresses of the nodes alone: ${named(args)} cannot be reached by them.`
        : `Node ports are served on ${some(args.ranges)} alone, and ${where(args)} known address there: ` +
          `${named(args)}.`,
    detail: ({ args }) =>
      `nodePortAddresses ${some(args.ranges)} · ` +
      `${args.out.length} of ${args.of} nodes have no such ${args.family} address`,
    note: ({ args }) =>
      args.kind === 'loopback'
        ? 'a load balancer that sends to node ports meets the same; cluster addresses are not touched by it'
        : 'a node may have further addresses that its object does not list',
    help: ({ subject: on }) => [
      'write ranges that the nodes have (or `primary`, from 1.30 on) into nodePortAddresses, or take it out, then ' +
        'restart kube-proxy',
      `kubectl -n ${on.namespace} get configmap ${on.name} -o yaml`,
      'kubectl get nodes -o wide',
    ],
  },
})

interface Named {
  readonly services: readonly string[]
}

function named({ services }: Named): string {
  return `${services.length === 1 ? 'Service' : 'Services'} ${some(services)}`
}

function where({ out, of }: { readonly out: readonly string[]; readonly of: number }): string {
  return out.length === of ? 'no node has a' : `${some(out)} ${out.length === 1 ? 'has' : 'have'} no`
}

function portsOf({ type, ports }: Service): readonly number[] {
  return type === 'NodePort' || type === 'LoadBalancer' ? ports.flatMap((it) => it.nodePort ?? []) : []
}

const loopback: Readonly<Record<IpFamily, string>> = { IPv4: '127.0.0.0/8', IPv6: '::1/128' }

function judge(it: Configured, family: IpFamily, withPorts: readonly Service[]) {
  const ranges = it.config.nodePortRanges.filter((range) => familyOf(range) === family)
  const services = withPorts.filter((one) =>
    ((one.families ?? []).length > 0 ? (one.families ?? []) : [familyOf(ownAddress(one) ?? '')]).includes(family),
  )
  if (ranges.length === 0 || services.length === 0) return []
  const isLoopback = ranges.every((range) => contains(loopback[family], range.split('/')[0] ?? '') && !isWide(range))
  const known = it.nodes.filter(({ ip }) => ip !== null && familyOf(ip) === family)
  const out = known.filter(({ ip }) => !ranges.some((range) => contains(range, ip ?? '')))
  if (!isLoopback && out.length === 0) return []
  return [verdict(it, { family, ranges, services, isLoopback, out: out.map(({ name }) => name), of: known.length })]
}

/** 127.0.0.0/1 holds half of all addresses. */
function isWide(range: string): boolean {
  return Number(range.split('/')[1]) < 8
}

interface Seen {
  readonly family: IpFamily
  readonly ranges: readonly string[]
  readonly services: readonly Service[]
  readonly isLoopback: boolean
  readonly out: readonly string[]
  readonly of: number
}

function verdict(it: Configured, { family, ranges, services, isLoopback, out, of }: Seen) {
  return finding({
    subject: subject('ConfigMap', it.namespace, it.name),
    also: services.map((one) => subject('Service', one.namespace, one.name)),
    confidence: isLoopback ? 'inferred' : 'possible',
    severity: isLoopback ? 'error' : 'warning',
    args: {
      kind: isLoopback ? ('loopback' as const) : ('outside' as const),
      family,
      ranges,
      services: services.map((one) => full(one)),
      out,
      of,
    },
    evidence: [
      {
        kind: 'config',
        object: subject('ConfigMap', it.namespace, it.name),
        path: 'nodePortAddresses',
        lines: ['nodePortAddresses:', ...ranges.map((range) => `- ${range}`)],
        at: 1,
        mark: ranges[0] ?? '',
        label: isLoopback ? 'nobody else comes by such an address' : 'not where the nodes are',
      },
    ],
    causes: services.map(nodePortUnanswered),
  })
}
