import type { ListOptions, Resource } from '../kube/cluster.ts'
import {
  cronJobs,
  daemonSets,
  deployments,
  endpointSlices,
  jobs,
  pods,
  replicaSets,
  services,
  statefulSets,
} from '../kube/resources.ts'
import { type Known, mapKnown } from '../model/known.ts'
import type { Pod } from '../model/pod.ts'
import type { EndpointSlice, Service } from '../model/service.ts'
import type { WeaveTc } from '../model/weave-tc.ts'
import type { Workload } from '../model/workload.ts'
import { put } from '../relations/once.ts'
import type { Intern } from '../wire/intern.ts'
import type { Reader } from './few-at-once.ts'
import { inOrder } from './order.ts'
import { projectEndpointSlice, serviceNameLabel } from './project/endpoint-slice.ts'
import { type Mounted, projectMounted } from './project/mounted.ts'
import { projectPod } from './project/pod.ts'
import { fields } from './project/json.ts'
import { projectNodeCache } from './project/node-cache.ts'
import { projectProxy } from './project/proxy.ts'
import { projectService } from './project/service.ts'
import { projectWeaveTc } from './project/weave-tc.ts'
import { projectWorkload } from './project/workload.ts'

type Kind = Workload['kind']

/** How each kind of workload is asked for. */
export const workloads: Readonly<Record<Kind, Resource>> = {
  Deployment: deployments,
  StatefulSet: statefulSets,
  DaemonSet: daemonSets,
  ReplicaSet: replicaSets,
  Job: jobs,
  CronJob: cronJobs,
}

type Listed<T> = Promise<Known<readonly T[]>>

/** Pods that carry one of these values under each label; with no label, all of them. null namespace = every one. */
export interface PodsWith {
  readonly namespace: string | null
  readonly labels: Readonly<Record<string, readonly string[]>>
}

/** What a workload's pods carry. */
export interface Template {
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
}

/**
 * The big lists of the scope, asked for once, and what other parts need of the same kinds: taken from those lists
 * where they cover it, else asked for with a selector. In order of namespace and name. A list is asked for when it is
 * first used. `nowhere` covers nothing: each part is asked for by itself.
 */
export interface InScope {
  pods(): Listed<Pod>
  services(): Listed<Service>
  endpointSlices(): Listed<EndpointSlice>
  workloads(kind: Kind): Listed<Workload>
  podsWith(wanted: PodsWith): Listed<Pod>
  servicesIn(namespace: string): Listed<Service>
  /** Of every namespace, whatever the scope. */
  allServices(): Listed<Service>
  slicesOf(namespace: string, service: string): Listed<EndpointSlice>
  workloadsIn(namespace: string, kind: Kind): Listed<Workload>
  /** Of a pod of CoreDNS that was listed; null for any other. */
  mountedBy(pod: Pick<Pod, 'namespace' | 'name'>): Mounted | null
  /** Of the DaemonSets of a namespace that `workloadsIn` has listed. */
  weaveTcIn(namespace: string): readonly WeaveTc[]
  /** DaemonSets that `workloads` or `workloadsIn` has listed and that run a DNS cache on each node. */
  nodeCacheTemplates(): readonly Template[]
  /** DaemonSets of any namespace that run kube-proxy. */
  proxyTemplates(): Listed<Template>
}

/** No namespace has this name. */
export const nowhere = ''

function once<T>(make: () => T): () => T {
  let made: { readonly it: T } | null = null
  return () => (made ??= { it: make() }).it
}

export function listInScope(reader: Reader, scope: string | null, intern: Intern): InScope {
  const within = scope === null ? {} : { namespace: scope }
  const covers = (namespace: string | null): boolean => scope === null || scope === namespace
  const labelled = new Map<string, Listed<Pod>>()
  const mounting = new Map<string, Mounted>()
  const toPod = (raw: unknown): Pod | null => {
    const pod = projectPod(raw, intern, reader.serverNow?.() ?? null)
    const mounted = pod === null ? null : projectMounted(raw)
    if (pod !== null && mounted !== null) mounting.set(`${pod.namespace}/${pod.name}`, mounted)
    return pod
  }
  const delaying = new Map<string, readonly WeaveTc[]>()
  const caching = new Map<string, Template>()
  const proxying = new Map<string, Template>()
  const list = (kind: Kind, options: ListOptions): Listed<Workload> =>
    sorted(
      reader.list(workloads[kind], options, (raw) => {
        const workload = projectWorkload(kind, raw, intern)
        const weaveTc = kind === 'DaemonSet' && workload !== null ? projectWeaveTc(fields(raw)) : []
        if (workload !== null && weaveTc.length > 0) delaying.set(`${workload.namespace}/${workload.name}`, weaveTc)
        if (kind === 'DaemonSet' && workload !== null) {
          const template = { namespace: workload.namespace, labels: workload.templateLabels }
          if (projectNodeCache(fields(raw))) caching.set(`${workload.namespace}/${workload.name}`, template)
          if (projectProxy(fields(raw))) proxying.set(`${workload.namespace}/${workload.name}`, template)
        }
        return workload
      }),
    )
  const of = (kind: Kind): (() => Listed<Workload>) => once(() => list(kind, within))
  const byKind = {
    Deployment: of('Deployment'),
    StatefulSet: of('StatefulSet'),
    DaemonSet: of('DaemonSet'),
    ReplicaSet: of('ReplicaSet'),
    Job: of('Job'),
    CronJob: of('CronJob'),
  }
  const toService = (raw: unknown): Service | null => projectService(raw, intern, reader.serverNow?.() ?? null)
  const everyService = once(() => sorted(reader.list(services, {}, toService)))
  const everyDaemonSet = once(() => list('DaemonSet', {}))
  const listed = {
    pods: once(() => sorted(reader.list(pods, within, toPod))),
    services: once(() => sorted(reader.list(services, within, toService))),
    endpointSlices: once(() => sorted(reader.list(endpointSlices, within, (raw) => projectEndpointSlice(raw, intern)))),
    workloads: (kind: Kind): Listed<Workload> => byKind[kind](),
  }
  return {
    ...listed,

    podsWith({ namespace, labels }) {
      if (covers(namespace))
        return chosen(
          listed.pods(),
          (it) =>
            (namespace === null || it.namespace === namespace) &&
            Object.entries(labels).every(([key, values]) => values.includes(it.labels[key] ?? '')),
        )
      const labelSelector = Object.entries(labels)
        .map(([key, values]) => (values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(',')})`))
        .join(',')
      const where = { ...(namespace === null ? {} : { namespace }), ...(labelSelector === '' ? {} : { labelSelector }) }
      // kube-proxy's are asked for by the nodes, and beside a node's cache by the DNS.
      return put(labelled, JSON.stringify(where), () => sorted(reader.list(pods, where, toPod)))
    },

    servicesIn(namespace) {
      if (covers(namespace)) return chosen(listed.services(), (it) => it.namespace === namespace)
      return sorted(reader.list(services, { namespace }, toService))
    },

    allServices() {
      return scope === null ? listed.services() : everyService()
    },

    async proxyTemplates() {
      const all = await (scope === null ? byKind.DaemonSet() : everyDaemonSet())
      return mapKnown(all, () => byNames(proxying))
    },

    slicesOf(namespace, service) {
      if (covers(namespace))
        return chosen(listed.endpointSlices(), (it) => it.namespace === namespace && it.service === service)
      return sorted(
        reader.list(endpointSlices, { namespace, labelSelector: `${serviceNameLabel}=${service}` }, (raw) =>
          projectEndpointSlice(raw, intern),
        ),
      )
    },

    workloadsIn(namespace, kind) {
      if (covers(namespace)) return chosen(listed.workloads(kind), (it) => it.namespace === namespace)
      return list(kind, { namespace })
    },

    mountedBy({ namespace, name }) {
      return mounting.get(`${namespace}/${name}`) ?? null
    },

    nodeCacheTemplates() {
      return byNames(caching)
    },

    weaveTcIn(namespace) {
      return [...delaying.entries()]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([, its]) => its.filter((it) => it.workload.namespace === namespace))
    },
  }
}

function byNames(templates: ReadonlyMap<string, Template>): readonly Template[] {
  return [...templates.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, it]) => it)
}

async function sorted<T extends { readonly namespace: string; readonly name: string }>(
  source: Promise<Known<T[]>>,
): Listed<T> {
  return mapKnown(await source, (items) => items.sort(inOrder))
}

async function chosen<T>(source: Listed<T>, fits: (it: T) => boolean): Listed<T> {
  return mapKnown(await source, (items) => items.filter(fits))
}
