import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok } from '../../findings/verdict.ts'
import type { Evidence } from '../../findings/evidence.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { InsideView } from '../../model/inside.ts'
import type { Known } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import type { Workload } from '../../model/workload.ts'
import { subject } from '../../model/subject.ts'
import { type PodProblem, problemsOf } from '../../relations/pod-problem.ts'
import { isServing } from '../../relations/service/service-selects-pod.ts'
import { dnsServersDown, podsUnready } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { parseResolvConf } from '../../wire/resolv-conf.ts'
import { bySelector, serverArgs } from './server-words.ts'
import { count } from '../../phrases.ts'

/** The DNS Service has no ready endpoint: kube-proxy rejects every query (glibc fails in 1 ms, musl after 5 s). */
export default check({
  code: 'DNS107',
  slug: 'dns/no-dns-endpoints',
  title: 'the DNS Service has no ready server behind it',
  fine: 'the DNS Service has ready servers',
  severity: 'error',
  needs: ['clusterDns'],
  wants: ['insideViews', 'nodes', 'events'],
  remedies: ['scale-coredns'],
  decides: ['DNS-57', 'DNS-35'],

  run({ clusterDns, insideViews, nodes, events }) {
    const { service, slices, pods, workload } = clusterDns
    if (service === null)
      return cannotTell(
        'not-there',
        'no DNS Service was found: hopscope does not know where this cluster keeps its DNS',
      )
    const endpoints = slices.flatMap((it) => it.endpoints)
    const ready = endpoints.filter((it) => it.ready).length
    if (ready > 0) return ok(ready)
    const where = { namespace: service.namespace, service: service.name }
    const missed = missedBy(service, pods)
    const elsewhere = answeredElsewhere(service, insideViews)
    const problemOf = problemsOf(events, { nodes })
    const putAway = isPutAway(clusterDns)
    if (elsewhere === null && putAway && !insideViews.known && mayHaveCloudDns(nodes)) {
      return cannotTell(
        'ambiguous',
        `${workload?.kind} ${workload?.name} and its autoscaler are both scaled to 0, ` +
          'as where Cloud DNS of GKE answers in their place',
        '--probe',
      )
    }
    return finding({
      subject: subject('Service', service.namespace, service.name),
      confidence: 'inferred',
      ...(elsewhere === null ? {} : { severity: putAway ? ('info' as const) : ('warning' as const) }),
      args: {
        ...serverArgs(clusterDns),
        elsewhere: elsewhere ?? '',
        pods: pods.length,
        endpoints: endpoints.length,
        desired: workload?.desired ?? 'unknown',
        workload: workload === null ? 'none found' : `${workload.kind} ${workload.name}`,
        ip: service.clusterIP ?? 'none',
        why: reasonOfAll(pods.map((it) => (isServing(it) ? null : problemOf(it)))),
        isOffFargate: keptOffFargate(pods, nodes),
        missed: missed.length,
        selector: labelsText(service.selector ?? {}),
        restore: restoring(service, missed[0]),
      },
      evidence: [
        ...(missed[0] === undefined ? [] : [selects(service, missed[0])]),
        { kind: 'fact', label: 'endpoints', value: `${ready} ready of ${endpoints.length}` },
        {
          kind: 'fact',
          label: 'workload',
          value: workloadText(workload),
        },
        ...pods.slice(0, 4).map((it) => ({
          kind: 'fact' as const,
          label: `pod ${it.name}`,
          value: it.ready ? 'ready' : problemOf(it).why,
        })),
      ],
      symptoms: [dnsServersDown],
      causes: [
        'dns-loss:*',
        'dns-external:*',
        'dns-slow:*',
        'dns-cut-off:*',
        `no-endpoints:${where.namespace}/${where.service}`,
        `svc-unanswered:${where.namespace}/${where.service}`,
        ...pods.map((it) => podsUnready(workloadOfPod(it))),
      ],
    })
  },

  words: {
    headline: ({ args }) => {
      if (args.elsewhere !== '')
        return `The DNS Service has no server; pods ask ${args.elsewhere} instead, and are answered.`
      if (args.missed > 0)
        return (
          'The cluster has no DNS: the selector of the DNS Service finds none of ' +
          `${count(args.missed, 'ready server')}.`
        )
      if (args.isOffFargate)
        return (
          'The cluster has no DNS: its servers bear the annotation eks.amazonaws.com/compute-type: ec2, ' +
          'and each node is one of Fargate.'
        )
      return args.desired === 0
        ? `The cluster has no DNS: ${args.workload} is scaled to 0.`
        : 'The cluster has no DNS: no server behind the DNS Service is ready' +
            `${args.why === null ? '' : `: ${args.why}`}.`
    },
    detail: ({ subject: on, args }) =>
      `Service ${on.namespace}/${on.name} ${args.ip} · 0 ready of ${args.endpoints} endpoints · ` +
      `${args.workload} wants ${args.desired} · ${args.pods} pods` +
      (args.missed > 0 ? `, ${args.missed} of them ready, and selector ${args.selector} finds none` : ''),
    note: () =>
      'kube-proxy rejects queries to a Service without endpoints: glibc reports failure at once, ' +
      'musl (Alpine) after 5 s',
    help: ({ subject: on, args }) => {
      if (args.elsewhere !== '')
        return [
          'nothing need be done where no pod asks this Service',
          `kubectl -n ${on.namespace} get service ${on.name}`,
        ]
      if (args.missed > 0)
        return [
          'give the Service the labels of the servers',
          `kubectl -n ${on.namespace} patch service ${on.name} --type=merge -p '${args.restore}'`,
          `kubectl -n ${on.namespace} get pods --show-labels`,
        ]
      if (args.isOffFargate)
        return [
          'take the annotation out of the pod template, with a Fargate profile for this namespace; or add nodes of EC2',
          `kubectl -n ${on.namespace} patch ${args.maker} --type=json -p ` +
            `'[{"op":"remove","path":"/spec/template/metadata/annotations/eks.amazonaws.com~1compute-type"}]'`,
          `kubectl -n ${on.namespace} rollout restart ${args.maker}`,
        ]
      if (args.desired === 0 && args.maker.startsWith('daemonset/'))
        return ['it fits no node: look at which nodes it asks for', `kubectl -n ${on.namespace} describe ${args.maker}`]
      if (args.desired === 0)
        return [
          'scale it up',
          'hopscope fix DNS107 --plan',
          `kubectl -n ${on.namespace} scale ${args.maker} --replicas=2`,
        ]
      return [
        'find out why the pods are not ready',
        `kubectl -n ${on.namespace} describe pods ${bySelector(args)}`,
        `kubectl -n ${on.namespace} logs ${bySelector(args)} --tail=20`,
      ]
    },
  },
})

/**
 * The server that pods ask instead, where each pod that was looked into asks another one and is answered: a cloud's own
 * DNS beside a Service that its owner has scaled to 0. Null where nobody was asked, or anybody is not answered.
 */
function answeredElsewhere({ clusterIP }: Service, views: Known<readonly InsideView[]>): string | null {
  const looked = (views.known ? views.value : []).filter((it) => it.lookup.known && it.resolvConf.known)
  const servers = looked.map((it) => (it.resolvConf.known ? parseResolvConf(it.resolvConf.value).nameservers : []))
  const fine = looked.every((it) => it.lookup.known && it.lookup.value.result === 'ok')
  const first = servers[0]?.[0] ?? null
  return fine && servers.every((it) => it.length > 0 && !it.includes(clusterIP ?? '')) ? first : null
}

function workloadText(workload: Workload | null): string {
  return workload === null
    ? 'none selects these pods'
    : `${workload.kind} ${workload.namespace}/${workload.name}: ${workload.ready} ready of ${workload.desired} wanted`
}

/** One reason for all of them; that they are not ready, without more, is none. */
function reasonOfAll(problems: readonly (PodProblem | null)[]): string | null {
  const [first] = problems
  const isOne = first != null && problems.every((it) => it?.why === first.why)
  return isOne && (first.cannotStart === true || first.look.at !== 'describe') ? first.why : null
}

/**
 * On a cluster of Fargate alone EKS's own Deployment of CoreDNS waits for nodes of EC2, until somebody takes its
 * annotation away (eks/latest/userguide/fargate-getting-started.html).
 */
function keptOffFargate(pods: readonly Pod[], nodes: Known<readonly Node[]>): boolean {
  const isFargates = (it: Node): boolean => it.labels['eks.amazonaws.com/compute-type'] === 'fargate'
  return (
    pods.length > 0 &&
    pods.every((it) => it.node === null && it.computeType === 'ec2') &&
    nodes.known &&
    nodes.value.every(isFargates)
  )
}

/** Alone at 0 it would be scaled up again: with its autoscaler at 0 as well, somebody meant it. */
function isPutAway({ workload, scaler }: ClusterDns): boolean {
  return workload?.desired === 0 && scaler?.desired === 0
}

/**
 * GKE can answer from outside of the cluster (Cloud DNS, at 169.254.169.254), and tells its users to scale kube-dns to
 * 0 then (cloud.google.com/kubernetes-engine/docs/how-to/cloud-dns). Its kubelets bear `-gke.` in their versions.
 */
function mayHaveCloudDns(nodes: Known<readonly Node[]>): boolean {
  // Nodes that may not be read may be GKE's.
  return !nodes.known || (nodes.value.length > 0 && nodes.value.every((it) => it.kubelet.includes('-gke.')))
}

/** Servers that are ready, and that the Service would have if its selector were right. */
function missedBy(service: Service, pods: readonly Pod[]): readonly Pod[] {
  const selector = service.selector ?? {}
  return pods.filter((it) => isServing(it) && Object.entries(selector).some(([key, value]) => it.labels[key] !== value))
}

function selects(service: Service, pod: Pod): Evidence {
  const lines = Object.entries(service.selector ?? {}).map(([key, value]) => `  ${key}: ${value}`)
  const wrong = Object.entries(service.selector ?? {}).findIndex(([key, value]) => pod.labels[key] !== value)
  const [key = '', value = ''] = Object.entries(service.selector ?? {})[wrong] ?? []
  return {
    kind: 'config',
    object: subject('Service', service.namespace, service.name),
    path: 'spec',
    lines: ['selector:', ...lines],
    at: wrong + 1,
    mark: value,
    label:
      pod.labels[key] === undefined
        ? `the servers have no label ${key}`
        : `the servers have ${key}: ${pod.labels[key]}`,
  }
}

/** A merge patch keeps keys that it does not name: those that no server has are set to null. */
function restoring(service: Service, pod: Pod | undefined): string {
  if (pod === undefined) return '{}'
  const wrong = Object.entries(service.selector ?? {}).filter(([key, value]) => pod.labels[key] !== value)
  const usual = pod.labels['k8s-app']
  const selector = {
    ...Object.fromEntries(wrong.map(([key]) => [key, pod.labels[key] ?? null])),
    ...(usual === undefined ? {} : { 'k8s-app': usual }),
  }
  return JSON.stringify({ spec: { selector } })
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
}
