import type { Cluster, Held, ListOptions } from '../kube/cluster.ts'
import * as resource from '../kube/resources.ts'
import { model } from '../model/build.ts'
import type { ClusterDns } from '../model/cluster-dns.ts'
import type { ObjectEvent } from '../model/event.ts'
import { type Known, known, mapKnown } from '../model/known.ts'
import type { NetworkPolicy } from '../model/network-policy.ts'
import type { Pod } from '../model/pod.ts'
import type { FileKinds, Model, Scope, Sources } from '../model/sources.ts'
import { withEnforcement } from './policy-enforcement.ts'
import { withProxies } from './with-proxies.ts'
import { withUnserved } from './services-unserved.ts'
import { put } from '../relations/once.ts'
import { fromOutside } from '../wire/outside.ts'
import { createIntern } from '../wire/intern.ts'
import { collectBeside } from './beside.ts'
import { collectForwardedTo } from './beside-corefile.ts'
import { collectClusterDns } from './cluster-dns.ts'
import { fewAtOnce } from './few-at-once.ts'
import { collectGateways } from './gateways.ts'
import { collectMesh } from './mesh.ts'
import { collectIngressesBeside } from './ingresses-beside.ts'
import { collectMiddlewares } from './middlewares.ts'
import { collectIngressControllers } from './ingress-controllers.ts'
import { listInScope } from './in-scope.ts'
import { collectProxies, collectProxyConfig } from './kube-proxy.ts'
import { collectNetworkAgents, withAgents } from './network-agents.ts'
import { claimingElsewhere, namedElsewhere } from './named-elsewhere.ts'
import { collectOtherPolicies, policiesNotHeld } from './other-policies.ts'
import { byName, inOrder } from './order.ts'
import { newestOfEach, projectEvent } from './project/event.ts'
import { projectIngressClass } from './project/ingress-class.ts'
import { projectIngress } from './project/ingress.ts'
import { projectNamespace } from './project/namespace.ts'
import { projectNetworkPolicy } from './project/network-policy.ts'
import { projectNode } from './project/node.ts'
import { projectPod } from './project/pod.ts'
import { projectStatuses } from './project/status.ts'
import type { Serving } from './served-kinds.ts'
import { allOf, workloadKinds } from './workloads.ts'

export interface CollectAsk {
  readonly scope: Scope
  /** Where probe pods will be made: the policies there decide what they may reach. */
  readonly probeNamespace?: string | null
  /** hopscope's own version, for the model's facts. */
  readonly tool?: string
  /** Called with one short line as each source arrives: `read 1204 pods`, `nodes unknown (forbidden: list nodes)`. */
  readonly progress?: (line: string) => void
}

/** Measured best from 2 to 8 near by; far away, fewer would wait for each other. */
const connections = 4

/**
 * Reads what the read level may: lists and gets, eight at once, of the namespace in scope or of all. A source that the
 * user may not read, or that did not arrive whole, is unknown with the API client's reason; the others are there all
 * the same. Lists are in order of namespace and name, so that an unchanged cluster gives an equal model. Sources of
 * the probe and node levels are unknown, not asked. Does not reject on refusals.
 */
export async function collect(cluster: Cluster, ask: CollectAsk): Promise<Model> {
  const intern = createIntern()
  const within: ListOptions = ask.scope.namespace === null ? {} : { namespace: ask.scope.namespace }
  const reader = fewAtOnce(cluster, connections)
  const inScope = listInScope(reader, ask.scope.namespace, intern)

  // Which groups are served is asked for by several, and answered once.
  const answers = new Map<string, ReturnType<Cluster['raw']>>()
  const { held } = cluster
  const served: Serving = {
    raw: (path) => put(answers, path, () => cluster.raw(path)),
    ...(held === undefined ? {} : { held }),
  }

  const policiesIn = (where: ListOptions): Promise<Known<NetworkPolicy[]>> =>
    reader.list(resource.networkPolicies, where, (raw) => projectNetworkPolicy(raw, intern))
  const asked = clusterDnsOf()
  const [
    nodes,
    namespaces,
    pods,
    services,
    endpointSlices,
    workloads,
    ingresses,
    ingressClasses,
    ingressControllers,
    ownPolicies,
    gateways,
    otherPolicies,
    mesh,
    middlewares,
    events,
    proxies,
    agents,
    apiSlices,
    clusterDns,
    version,
  ] = await Promise.all([
    told(
      'nodes',
      sorted(
        reader.list(resource.nodes, {}, (raw) => projectNode(raw, intern, reader.serverNow?.() ?? null)),
        byName(({ name }) => name),
      ),
    ),
    told(
      'namespaces',
      sorted(
        reader.list(resource.namespaces, {}, (raw) => projectNamespace(raw, intern)),
        byName(({ name }) => name),
      ),
    ),
    told('pods', withTraced(inScope.pods())),
    told('services', inScope.services()),
    told('endpoint slices', inScope.endpointSlices()),
    told('workloads', allOf(workloadKinds.map((kind) => inScope.workloads(kind)))),
    told(
      'ingresses',
      sorted(
        reader.list(resource.ingresses, within, (raw) => projectIngress(raw, intern)),
        inOrder,
      ),
    ),
    told(
      'ingress classes',
      sorted(
        reader.list(resource.ingressClasses, {}, projectIngressClass),
        byName(({ name }) => name),
      ),
    ),
    told('ingress controllers', collectIngressControllers(reader, inScope)),
    told('network policies', sorted(policiesIn(within), inOrder)),
    collectGateways(served, reader, { namespace: ask.scope.namespace, intern, inScope }),
    collectOtherPolicies(served, reader, ask.scope.namespace),
    collectMesh(served, reader, { inScope, namespace: ask.scope.namespace, intern }),
    collectMiddlewares(served, reader, ask.scope.namespace),
    told('events', warnings()),
    collectProxies(inScope),
    collectNetworkAgents(inScope),
    told('endpoints of the API server', inScope.slicesOf('default', 'kubernetes')),
    asked,
    cluster.version(),
  ])

  const networkPolicies = await withDnsPolicies(ownPolicies)
  const proxyConfig = await collectProxyConfig(reader, proxies)
  const beside = await collectBeside(held, reader, {
    namespace: ask.scope.namespace,
    intern,
    controllers: ingressControllers,
    policies: gateways.backendTlsPolicies,
    workloads,
  })
  const sources: { readonly [K in keyof Sources]?: Known<Sources[K]> } = {
    nodes: await withEnforcement(
      await withUnserved(
        withAgents(withProxies(nodes, proxies, proxyConfig), agents),
        { proxies, agents },
        { reader, inScope },
      ),
      { agents },
      { reader, inScope },
    ),
    namespaces,
    pods,
    services,
    endpointSlices,
    workloads,
    ingresses,
    ingressesBeside: await collectIngressesBeside(reader, ingresses, { namespace: ask.scope.namespace, intern }),
    ingressClasses,
    ingressControllers,
    ...gateways,
    mesh,
    middlewares,
    networkPolicies,
    otherPolicies,
    clusterDns,
    apiSlices,
    events,
    beside,
    ...(held === undefined
      ? {}
      : { statuses: known(projectStatuses(held.withStatus(ask.scope.namespace), reader.serverNow?.() ?? null)) }),
  }
  return fromOutside(
    model(sources, {
      scope: ask.scope,
      cluster: {
        context: cluster.context,
        version: version.known ? version.value.gitVersion : 'unknown',
        tool: ask.tool ?? 'unknown',
        ...(held === undefined ? {} : { file: fileKinds(held, ask.scope.namespace) }),
      },
    }),
  )

  async function clusterDnsOf(): Promise<Known<ClusterDns>> {
    const found = await collectClusterDns(reader, inScope, held)
    const { namespace, target } = ask.scope
    if (!found.known || namespace === null) return found
    const forwardedTo = await collectForwardedTo(found.value, inScope)
    const dns = forwardedTo === null ? found.value : { ...found.value, forwardedTo }
    // Names of other namespaces are asked about by whoever asks about the DNS alone.
    const elsewhere = target.kind === 'dns' ? namedElsewhere : claimingElsewhere
    return known({ ...dns, elsewhere: await elsewhere(inScope, namespace) })
  }

  /**
   * Rules before the DNS servers decide for the pods of every namespace, and those of the probe pods' own namespace for
   * what these may reach: both are read whatever the scope. Where they may not be, half of the rules would pass for all
   * of them.
   */
  async function withDnsPolicies(own: Known<readonly NetworkPolicy[]>): Promise<Known<readonly NetworkPolicy[]>> {
    const home = clusterDns.known
      ? (clusterDns.value.service?.namespace ?? clusterDns.value.pods[0]?.namespace)
      : undefined
    const { namespace } = ask.scope
    if (!own.known || namespace === null) return own
    const further = [...new Set([home, ask.probeNamespace, ask.scope.trace?.from.namespace])].flatMap((it) =>
      it === namespace ? [] : (it ?? []),
    )
    let all = own.value
    for (const it of further) {
      const theirs = await told(`network policies of ${it}`, policiesIn({ namespace: it }))
      if (!theirs.known) return theirs
      all = [...all, ...theirs.value].toSorted(inOrder)
    }
    return known(all)
  }

  /** A trace may start in another namespace: that pod's own labels and policies decide what it may send. */
  async function withTraced(own: Promise<Known<readonly Pod[]>>): Promise<Known<readonly Pod[]>> {
    const from = ask.scope.trace?.from.namespace
    const listed = await own
    if (from === undefined || from === ask.scope.namespace || ask.scope.namespace === null || !listed.known)
      return listed
    const theirs = await reader.list(resource.pods, { namespace: from }, (raw) =>
      projectPod(raw, intern, reader.serverNow?.() ?? null),
    )
    return theirs.known ? known([...listed.value, ...theirs.value].toSorted(inOrder)) : listed
  }

  async function warnings(): Promise<Known<readonly ObjectEvent[]>> {
    // A file has the others for nothing: some say that what failed succeeded later.
    const which = held === undefined ? { ...within, fieldSelector: 'type=Warning' } : within
    return mapKnown(await reader.list(resource.events, which, (raw) => projectEvent(raw, intern)), (all) =>
      newestOfEach(all, reader.serverNow?.() ?? null),
    )
  }

  async function told<T>(what: string, source: Promise<Known<readonly T[]>>): Promise<Known<readonly T[]>> {
    const arrived = await source
    ask.progress?.(
      arrived.known
        ? `read ${arrived.value.length} ${what}`
        : `${what} unknown (${arrived.why.reason}: ${arrived.why.detail})`,
    )
    return arrived
  }
}

function fileKinds(held: Held, namespace: string | null): FileKinds {
  return { policiesNotHeld: policiesNotHeld(held, namespace), unread: held.unread(namespace) }
}

async function sorted<T>(source: Promise<Known<T[]>>, order: (a: T, b: T) => number): Promise<Known<readonly T[]>> {
  return mapKnown(await source, (items) => items.sort(order))
}
