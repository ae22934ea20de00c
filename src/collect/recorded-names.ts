import type { RawObject } from '../kube/cluster.ts'
import { projectList, projectOne } from '../kube/projected.ts'
import type { Gateway, GatewayRoute } from '../model/gateway.ts'
import type { HttpProxy } from '../model/http-proxy.ts'
import type { Ingress } from '../model/ingress.ts'
import { known, type Known, unknown } from '../model/known.ts'
import type { VirtualService } from '../model/mesh.ts'
import type { Pod } from '../model/pod.ts'
import type { Model } from '../model/sources.ts'
import { workloadOfPod } from '../relations/workload-of-pod.ts'
import type { Names } from './target.ts'

interface Named {
  readonly namespace: string | null
  readonly name: string
}

/** What a recording holds, asked as a cluster would be: so that a target means the same in both. */
export function recordedNames(model: Model): Names {
  const { beside } = model.sources
  return {
    ...(beside.known ? { beside: beside.value } : {}),
    isFile: true,
    list: (resource, { namespace }, project) => {
      const all = rawOf(model, resource.plural)
      if (!all.known) return Promise.resolve(all)
      const its = all.value.filter((it) => namespace === undefined || it.metadata.namespace === namespace)
      return Promise.resolve(projectList(its, project))
    },
    get: (resource, namespace, name, project) => {
      const all = rawOf(model, resource.plural)
      if (!all.known) return Promise.resolve(all)
      const one = all.value.find(({ metadata }) => metadata.name === name && (metadata.namespace ?? null) === namespace)
      return Promise.resolve(one === undefined ? unknown('not-there', name) : projectOne(one, project))
    },
  }
}

/** Kinds of workloads by their plural, as the model writes them. */
const workloadKinds: Readonly<Record<string, string>> = {
  deployments: 'Deployment',
  statefulsets: 'StatefulSet',
  daemonsets: 'DaemonSet',
  replicasets: 'ReplicaSet',
  jobs: 'Job',
}

function rawOf(model: Model, plural: string): Known<readonly RawObject[]> {
  const { sources } = model
  switch (plural) {
    case 'namespaces':
      return named(
        sources.namespaces.known
          ? known(sources.namespaces.value.map((it) => ({ namespace: null, name: it.name })))
          : sources.namespaces,
      )
    case 'services':
      return labelled(sources.services)
    case 'pods':
      return labelled(sources.pods)
    case 'httproutes':
      return ofKind(sources.gatewayRoutes, 'HTTPRoute')
    case 'grpcroutes':
      return ofKind(sources.gatewayRoutes, 'GRPCRoute')
    case 'tlsroutes':
      return ofKind(sources.gatewayRoutes, 'TLSRoute')
    case 'gateways':
      return sources.gateways.known ? known(sources.gateways.value.map(rawGateway)) : sources.gateways
    case 'virtualservices':
      return sources.mesh.known ? known(sources.mesh.value.virtualServices.map(rawVirtualService)) : sources.mesh
    case 'httpproxies':
      return sources.httpProxies.known ? known(sources.httpProxies.value.map(rawProxy)) : sources.httpProxies
    case 'ingresses':
      return sources.ingresses.known ? known(sources.ingresses.value.map(rawIngress)) : sources.ingresses
    default: {
      const kind = workloadKinds[plural]
      return kind === undefined ? known([]) : named(workloadsOf(kind, plural, model))
    }
  }
}

/** Where not every kind of workload was read: those of a kind that was, and those that pods say they are of. */
function workloadsOf(kind: string, plural: string, { sources, cluster }: Model): Known<readonly Named[]> {
  const { workloads, pods, beside } = sources
  if (workloads.known) return known(workloads.value.filter((it) => it.kind === kind))
  const held = beside.known ? (beside.value.heldWorkloads ?? []) : []
  const owners = pods.known ? pods.value.flatMap(ownersOf) : []
  const there = [...held, ...owners].filter((it) => it.kind === kind)
  if (there.length > 0) return known(there)
  return beside.known ? unknown('cut-off', `${cluster.context} holds no ${plural}`) : workloads
}

function ownersOf(pod: Pod): readonly (Named & { readonly kind: string })[] {
  const { kind, name } = workloadOfPod(pod)
  const { namespace, owner } = pod
  return [{ kind, namespace, name }, ...(owner === null ? [] : [{ ...owner, namespace }])]
}

function named(its: Known<readonly Named[]>): Known<readonly RawObject[]> {
  if (!its.known) return its
  return known(
    its.value.map(({ namespace, name }) => ({ metadata: namespace === null ? { name } : { namespace, name } })),
  )
}

/** The kinds of which a recording has the labels whole. */
export const labelledKinds: readonly string[] = ['Service', 'Pod']

interface Labelled extends Named {
  readonly labels?: Readonly<Record<string, string>>
}

function labelled(its: Known<readonly Labelled[]>): Known<readonly RawObject[]> {
  if (!its.known) return its
  return known(
    its.value.map(({ namespace, name, labels }) => ({
      metadata: { ...(namespace === null ? {} : { namespace }), name, ...(labels === undefined ? {} : { labels }) },
    })),
  )
}

function ofKind(routes: Known<readonly GatewayRoute[]>, kind: GatewayRoute['kind']): Known<readonly RawObject[]> {
  return routes.known ? known(routes.value.filter((it) => it.kind === kind).map(rawRoute)) : routes
}

/** As much of each as says which URLs it serves. */
function rawRoute({ namespace, name, hostnames, parents, rules }: GatewayRoute): RawObject {
  return {
    metadata: { namespace, name },
    spec: {
      hostnames,
      parentRefs: parents.map(({ section, ...it }) => ({ ...it, sectionName: section })),
      rules: rules.map((rule) => ({
        matches: rule.matches.map((it) => ({ path: { type: it.type, value: it.path } })),
      })),
    },
  }
}

function rawGateway({ namespace, name, listeners }: Gateway): RawObject {
  const told = listeners.map((it) => ({ name: it.name, hostname: it.hostname, port: it.port, protocol: it.protocol }))
  return { metadata: { namespace, name }, spec: { listeners: told } }
}

function rawVirtualService({ namespace, name, hosts, gateways }: VirtualService): RawObject {
  return { metadata: { namespace, name }, spec: { hosts, gateways } }
}

function rawProxy({ namespace, name, host, includes, routes }: HttpProxy): RawObject {
  const when = (prefix: string | null, exact: string | null = null): object => ({
    conditions: [...(prefix === null ? [] : [{ prefix }]), ...(exact === null ? [] : [{ exact }])],
  })
  return {
    metadata: { namespace, name },
    spec: {
      ...(host === null ? {} : { virtualhost: { fqdn: host.fqdn } }),
      includes: includes.map((it) => ({
        name: it.name,
        ...(it.namespace === null ? {} : { namespace: it.namespace }),
        ...when(it.prefix),
      })),
      routes: routes.map((it) => when(it.prefix, it.exact)),
    },
  }
}

function rawIngress({ namespace, name, rules, defaultBackend }: Ingress): RawObject {
  const backend = (service: string): object => ({ service: { name: service } })
  return {
    metadata: { namespace, name },
    spec: {
      ...(defaultBackend === null ? {} : { defaultBackend: backend(defaultBackend.service) }),
      rules: rules.map(({ host, paths }) => ({
        ...(host === null ? {} : { host }),
        http: {
          paths: paths.map((it) => ({ path: it.path, pathType: it.pathType, backend: backend(it.backend.service) })),
        },
      })),
    },
  }
}
