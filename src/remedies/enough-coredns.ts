import { ownServers, withoutForeignWords } from '../relations/dns/own-words.ts'
import { plainNumber, plainText } from '../wire/plain.ts'
import { type Subject, subject } from '../model/subject.ts'
import { dnsSizing, type Sizing, sizingOfProbe } from '../relations/dns/dns-sizing.ts'
import { selects } from '../relations/selector.ts'
import { bytes, cpuMilli } from '../wire/quantity.ts'
import { autoscalerOf, autoscalerReads, dnsWorkload } from './dns-workload.ts'
import { at, isObject, type Json, list, type Manifest, nameOf, put, strings } from '../manifest/object.ts'
import {
  type Ask,
  type Change,
  notOffered,
  notSeen,
  type NotOffered,
  type Objects,
  type Proposal,
  type Remedy,
} from './remedy.ts'
import { isServerImage } from '../relations/dns/dns-servers.ts'

/** CoreDNS as upstream ships it: no CPU limit, two or more pods, on different nodes, not all drained at once. */
export const enoughCoredns: Remedy = {
  id: 'enough-coredns',
  title: 'give CoreDNS enough: no CPU limit, replicas, spread, disruption budget',
  codes: ['DNS103', 'DNS111'],
  applicability: 'judgement',
  reads: (ask) => {
    const workload = dnsWorkload(ask)
    return workload === null
      ? []
      : [
          { one: workload },
          ...autoscalerReads(workload),
          { all: 'PodDisruptionBudget', namespace: workload.namespace },
          { one: budget(workload) },
        ]
  },
  propose,
}

function propose(ask: Ask, objects: Objects): Proposal | NotOffered {
  const workload = dnsWorkload(ask)
  if (workload?.kind !== 'Deployment') return notOffered('no Deployment was found behind the DNS Service')
  const found = objects.one(workload)
  if (!found.known) return notSeen(`Deployment ${workload.name}`, found)
  if (found.value === null) return notOffered(`Deployment ${workload.namespace}/${workload.name} is gone`)
  const before = found.value
  const labels = at(before, 'spec', 'selector', 'matchLabels')
  if (!isObject(labels)) return notOffered(`Deployment ${workload.name} has no selector that hopscope understands`)

  if (ask.findings[0]?.code === 'DNS111') return spreadAlone(workload, before, labels)

  const scaler = autoscalerOf(workload, objects)
  const has = plainNumber(at(before, 'spec', 'replicas'), 1)
  const sizing = sizingFor(ask)
  const wanted = scaler === null ? Math.max(has, sizing.replicas.value ?? 2) : has
  const after = spread(atLeast(withoutCpuLimits(put(before, ['spec', 'replicas'], wanted)), sizing), labels)
  const protection = budgetFor(workload, labels, wanted, objects)
  const changes: readonly Change[] = [
    { verb: 'replace', object: workload, before, after, say: `${wanted} replicas` },
    ...(protection === null ? [] : [protection]),
  ]
  return {
    kind: 'proposal',
    applicability: 'judgement',
    changes,
    effect: 'CoreDNS may use the CPU that it needs; its pods are replaced one after another while the others answer',
    risk: {
      level: 'medium',
      why:
        'DNS path of every pod: while a pod is replaced the others carry its share. ' +
        'Without a limit CoreDNS may take CPU from its neighbours; its request still counts',
    },
    verify: { codes: ['DNS103'], target: 'dns', namespace: null, level: 'probe', p99Ms: 100 },
    notes: [
      `replicas: ${sizing.replicas.formula}`,
      `CPU request: ${sizing.cpuRequestMilli.formula}`,
      ...(ask.model.scope.namespace === null ? [`memory limit: ${sizing.memoryLimitMi.formula}`] : []),
      ...(scaler === null ? [] : [`the count stays: ${scaler.why}`]),
      ...(has === 1 && wanted > 1
        ? [
            'with one replica its replacement could leave a moment without DNS: ' +
              'the new pods start before the old one goes',
          ]
        : []),
    ],
  }
}

/**
 * The scheduler places new pods by it; those that run stay where they are until they are created again, which this
 * does.
 */
function spreadAlone(workload: Subject, before: Manifest, labels: Json): Proposal | NotOffered {
  const after = spread(before, labels)
  if (after === before)
    return notOffered(
      `Deployment ${workload.name} asks for a spread already; ` +
        'the scheduler heeded it when it placed these pods, and never moves one',
      `let it place them again: kubectl -n ${workload.namespace} rollout restart deployment/${workload.name}`,
    )
  return {
    kind: 'proposal',
    applicability: 'judgement',
    changes: [{ verb: 'replace', object: workload, before, after, say: 'spread over nodes' }],
    effect: 'the DNS servers are replaced one after another, and the scheduler prefers a node that has none',
    risk: { level: 'medium', why: 'DNS path of every pod: while a server is replaced the others carry its share' },
    verify: { codes: ['DNS111'], target: 'dns', namespace: null, level: 'read', p99Ms: null },
    notes: ['a preference, not a must: where other nodes are full, both stay on one'],
  }
}

/** The numbers of `dns capacity`; without a probe's windows those by size alone. */
function sizingFor({ model }: Ask): Sizing {
  const { nodes, pods, services, clusterDns, coreDnsWindows, dnsProbe } = withoutForeignWords(model).sources
  const objects =
    model.scope.namespace === null && pods.known && services.known ? pods.value.length + services.value.length : null
  const autopath =
    clusterDns.known && clusterDns.value.corefile.known && /^[^\S\n]*autopath\b/m.test(clusterDns.value.corefile.value)
  const servers = clusterDns.known ? ownServers(clusterDns.value).filter((it) => !it.deleting).length : 0
  const probed = coreDnsWindows.known
    ? sizingOfProbe({
        windows: coreDnsWindows.value,
        servers,
        ownQueries: dnsProbe.known ? dnsProbe.value.queriesSent : 0,
        atLimit: true,
        nodes,
        objects,
        autopath,
      })
    : null
  const cores =
    nodes.known && nodes.value.every((it) => it.cpus !== null)
      ? nodes.value.reduce((total, it) => total + (it.cpus ?? 0), 0)
      : null
  return (
    probed ??
    dnsSizing({
      queriesPerSecond: null,
      cpuSecondsPerQuery: null,
      atLimit: false,
      nodes: nodes.known ? nodes.value.length : null,
      cores,
      objects,
      autopath,
      residentBytes: null,
    })
  )
}

/** A request and a memory limit that are too small grow; nothing shrinks, and no limit comes where there was none. */
function atLeast(deployment: Manifest, { cpuRequestMilli, memoryLimitMi }: Sizing): Manifest {
  const containers = ['spec', 'template', 'spec', 'containers'] as const
  const all = list(at(deployment, ...containers))
  const index = Math.max(
    0,
    all.findIndex((it) => isServerImage(plainText(at(it, 'image') ?? '')) || at(it, 'name') === 'coredns'),
  )
  const resources = [...containers, index, 'resources'] as const
  const request = cpuMilli(at(deployment, ...resources, 'requests', 'cpu')) ?? 0
  const limit = bytes(at(deployment, ...resources, 'limits', 'memory'))
  const requested =
    cpuRequestMilli.value !== null && request < cpuRequestMilli.value
      ? put(deployment, [...resources, 'requests', 'cpu'], `${cpuRequestMilli.value}m`)
      : deployment
  return memoryLimitMi.value !== null && limit !== null && limit < memoryLimitMi.value * 2 ** 20
    ? put(requested, [...resources, 'limits', 'memory'], `${memoryLimitMi.value}Mi`)
    : requested
}

/**
 * The limit alone goes. A request that was only implied by the limit stays, so that the scheduler goes on counting it.
 */
function withoutCpuLimits(deployment: Manifest): Manifest {
  const containers = ['spec', 'template', 'spec', 'containers'] as const
  return list(at(deployment, ...containers)).reduce<Manifest>((object, container, index) => {
    const limit = at(container, 'resources', 'limits', 'cpu')
    if (limit === undefined) return object
    const resources = [...containers, index, 'resources'] as const
    const request = at(container, 'resources', 'requests', 'cpu') ?? limit
    const others = Object.keys(strings(at(container, 'resources', 'limits'))).length > 1
    return put(
      put(object, [...resources, 'requests', 'cpu'], request),
      others ? [...resources, 'limits', 'cpu'] : [...resources, 'limits'],
      undefined,
    )
  }, deployment)
}

function spread(deployment: Manifest, labels: Json): Manifest {
  const pod = ['spec', 'template', 'spec'] as const
  const has =
    list(at(deployment, ...pod, 'topologySpreadConstraints')).length > 0 ||
    at(deployment, ...pod, 'affinity', 'podAntiAffinity') !== undefined
  if (has) return deployment
  // ScheduleAnyway: on a cluster with one free node, two servers on it are better than one.
  return put(
    deployment,
    [...pod, 'topologySpreadConstraints'],
    [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: labels },
      },
    ],
  )
}

function budgetFor(workload: Subject, labels: Json, replicas: number, objects: Objects): Change | null {
  const budgets = objects.all('PodDisruptionBudget', workload.namespace)
  const taken = objects.one(budget(workload))
  // A second budget over the same pods makes every eviction fail (k8s.io/kubernetes
  // pkg/registry/core/pod/storage/eviction.go).
  if (replicas < 2 || !budgets.known || !taken.known || taken.value !== null) return null
  if (
    budgets.value.some(
      (it) =>
        selects(
          { matchLabels: strings(at(it, 'spec', 'selector', 'matchLabels')), matchExpressions: [] },
          strings(labels),
        ) || nameOf(it) === workload.name,
    )
  )
    return null
  return {
    verb: 'create',
    object: budget(workload),
    after: {
      metadata: { name: workload.name, namespace: workload.namespace },
      spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
    },
    say: 'drains take one pod at a time',
  }
}

function budget({ namespace, name }: Subject): Subject {
  return subject('PodDisruptionBudget', namespace, name)
}
