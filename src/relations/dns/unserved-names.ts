import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { Namespace } from '../../model/network-policy.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import { type Corefile, type CorefilePlugin, zoneOf } from '../../wire/corefile.ts'
import { anyOf, allOf, type Labels, selects, selectsNamespace, type Tri } from '../selector.ts'
import { slicesOfServices } from '../service/service-endpoints.ts'
import type { KubernetesOption } from './corefile-options.ts'
import { labelExpression } from './label-expression.ts'

/** What the objects say of a Service that decides whether a line takes its name. */
export interface Named {
  readonly services: readonly Service[]
  readonly domain: string
  /** Labels by namespace; null where namespaces were not read. */
  readonly namespaces: ReadonlyMap<string, Labels> | null
  /** null where its endpoints were not read. */
  readonly slicesOf: (service: Service) => readonly EndpointSlice[] | null
  /** Some of these names are answered as the API says: then no other cluster's API server is asked. */
  readonly isThisCluster?: boolean
}

/** The Services that were read, in scope and elsewhere, with what was read of them. */
export function namedServices(
  dns: ClusterDns,
  services: Known<readonly Service[]>,
  slices: Known<readonly EndpointSlice[]>,
  namespaces: Known<readonly Namespace[]>,
): Named {
  const elsewhere = dns.elsewhere?.known === true ? dns.elsewhere.value : { services: [], slices: [] }
  const own = services.known ? services.value : []
  const inScope = new Set(own)
  const [of, beyond] = [slicesOfServices(slices.known ? slices.value : []), slicesOfServices(elsewhere.slices)]
  return {
    services: [...own, ...elsewhere.services],
    domain: dns.domain.toLowerCase(),
    namespaces: namespaces.known ? new Map(namespaces.value.map((it) => [it.name, it.labels])) : null,
    slicesOf: (service) => {
      if (inScope.has(service)) return slices.known ? of(service) : null
      return service.clusterIP === 'None' ? beyond(service) : null
    },
  }
}

export type TakingOption =
  | 'noendpoints'
  | 'namespaces'
  | 'namespace_labels'
  | 'labels'
  | 'ignore'
  | 'multicluster'
  | 'endpoint'
  | 'kubeconfig'

interface Rule {
  /** Whether the line takes the name of this Service. */
  readonly takes: (service: Service, line: CorefilePlugin, named: Named) => Tri
  /** `another-cluster`: only the server knows whose names it has. */
  readonly by: 'design' | 'oversight' | 'another-cluster'
}

const isHeadless = ({ clusterIP }: Service): boolean => clusterIP === 'None'

function hasReady(service: Service, { slicesOf }: Named): Tri {
  const its = slicesOf(service)
  if (its === null) return 'maybe'
  return its.some((slice) => slice.endpoints.some((it) => it.ready)) ? 'yes' : 'no'
}

const opposite: Readonly<Record<Tri, Tri>> = { yes: 'no', no: 'yes', maybe: 'maybe' }

/**
 * Every option of `kubernetes`, and which names of this cluster's Services it takes away (coredns 1.8 to 1.14,
 * plugin/kubernetes: setup.go, kubernetes.go findServices, controller.go). null: none. What is added to CoreDNS's
 * options and not judged here does not compile.
 */
const rules: Readonly<Record<TakingOption, Rule>> & Readonly<Record<Exclude<KubernetesOption, TakingOption>, null>> = {
  // No watch of endpoints: findServices has none to go through.
  noendpoints: {
    by: 'oversight',
    takes: (service, _line, named) => (isHeadless(service) ? hasReady(service, named) : 'no'),
  },
  namespaces: {
    by: 'design',
    takes: ({ namespace }, { args }) => (args.includes(namespace) ? 'no' : 'yes'),
  },
  namespace_labels: {
    by: 'oversight',
    takes: ({ namespace }, { args }, { namespaces }) => {
      const selector = labelExpression(args.join(' '))
      if (selector === null) return 'maybe'
      return opposite[selectsNamespace(selector, namespace, namespaces?.get(namespace) ?? null)]
    },
  },
  labels: {
    by: 'oversight',
    takes: ({ labels }, { args }) => {
      const selector = labelExpression(args.join(' '))
      if (selector === null || labels === undefined) return 'maybe'
      return selects(selector, labels) ? 'no' : 'yes'
    },
  },
  ignore: {
    by: 'design',
    takes: (service, { args }, named) => {
      if (args[0] !== 'empty_service' || service.type === 'ExternalName' || isHeadless(service)) return 'no'
      return opposite[hasReady(service, named)] === 'yes' ? 'yes' : 'no'
    },
  },
  // Names of such a zone are those of ServiceImports.
  multicluster: {
    by: 'oversight',
    takes: (_service, { args }, { domain }) => (args.some((it) => zoneOf(it) === domain) ? 'yes' : 'no'),
  },
  // This cluster's own API server has many addresses.
  endpoint: { by: 'another-cluster', takes: () => 'maybe' },
  kubeconfig: { by: 'another-cluster', takes: () => 'maybe' },
  tls: null,
  // The names of pods by their address, which no Service has, are off without `pods` too.
  pods: null,
  // `10-0-0-1.db.shop.svc` is called otherwise; what the Service itself is called stays.
  endpoint_pod_names: null,
  fallthrough: null,
  ttl: null,
  zonal: null,
  startup_timeout: null,
  apiserver_qps: null,
  apiserver_burst: null,
  apiserver_max_inflight: null,
}

/** A line of the block that serves the cluster's names, with the Services that it leaves without theirs. */
export interface Unserved {
  readonly option: TakingOption
  readonly by: Rule['by']
  readonly line: CorefilePlugin
  /** Those that it takes for sure; where there are none, those that it may take. */
  readonly services: readonly Service[]
  readonly sure: boolean
  /** Services that were read in all. */
  readonly read: number
}

interface OptionLine {
  readonly option: TakingOption
  readonly rule: Rule
  readonly line: CorefilePlugin
}

const taking = Object.entries(rules).flatMap(([name, rule]) => (rule === null ? [] : [name as TakingOption]))

/** One option, with what all its lines of the block say: `namespaces` adds up. */
function optionLines(plugin: CorefilePlugin): readonly OptionLine[] {
  const found = new Map<TakingOption, OptionLine>()
  for (const line of plugin.block ?? []) {
    const option = taking.find((it) => it === line.name)
    if (option === undefined) continue
    const before = found.get(option)
    const args = option === 'namespaces' ? [...(before?.line.args ?? []), ...line.args] : line.args
    found.set(option, { option, rule: rules[option], line: { ...(before?.line ?? line), args } })
  }
  // What kubeconfig says goes before `endpoint`.
  if (found.has('kubeconfig')) found.delete('endpoint')
  return [...found.values()]
}

/**
 * The lines by which `kubernetes` serves fewer names than there are. Where several blocks have it, another one may
 * serve what the first does not: a name is taken where each of them takes it.
 */
export function unservedNames(corefile: Corefile, named: Named): readonly Unserved[] {
  const [first, ...others] = corefile.servers.flatMap((it) => it.plugins).filter((it) => it.name === 'kubernetes')
  if (first === undefined || others.some((it) => optionLines(it).length === 0)) return []
  // A headless Service without a ready endpoint has no name in any case.
  const hasName = (it: Service): boolean => !isHeadless(it) || hasReady(it, named) !== 'no'
  const takenElsewhere = (service: Service): Tri =>
    allOf(others.map((it) => anyOf(optionLines(it).map(({ rule, line }) => rule.takes(service, line, named)))))
  return optionLines(first).map(({ option, rule, line }): Unserved => {
    const judged = named.services.filter(hasName).map((service) => ({
      service,
      taken: allOf([rule.takes(service, line, named), takenElsewhere(service)]),
    }))
    const of = (tri: Tri): readonly Service[] => judged.filter((it) => it.taken === tri).map(({ service }) => service)
    const sure = of('yes')
    return {
      option,
      by: rule.by,
      line,
      services: sure.length > 0 ? sure : of('maybe'),
      sure: sure.length > 0,
      read: named.services.length,
    }
  })
}

/** The line of this `kubernetes` by which it has no name for this Service, or may have none. */
export function optionThatTakes(
  kubernetes: CorefilePlugin,
  service: Service,
  named: Named,
): { readonly option: TakingOption; readonly line: CorefilePlugin } | null {
  const lines = optionLines(kubernetes).filter((it) => it.rule.by !== 'another-cluster' || named.isThisCluster !== true)
  const judged = lines.map((it) => ({ ...it, taken: it.rule.takes(service, it.line, named) }))
  const found = judged.find((it) => it.taken === 'yes') ?? judged.find((it) => it.taken === 'maybe')
  return found === undefined ? null : { option: found.option, line: found.line }
}
