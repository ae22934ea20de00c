import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { InsideLookup, InsideView } from '../../model/inside.ts'
import type { Known } from '../../model/known.ts'
import type { Pod, PullLookup } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import { count, full, told as quoted } from '../../phrases.ts'
import { isTargetPod } from '../../relations/asked-about.ts'
import { insidePods, worstLookup } from '../../relations/dns/inside-pods.ts'
import { type Callable, calledBy, isInHosts } from '../../relations/service/called-services.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { nodeResolver, podsUnready } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * With dnsPolicy Default, and on the node's network with ClusterFirst, which is Default there, a pod has the node's
 * resolv.conf: the servers of the node's own network, which do not know names of Services. Whoever is told to call one
 * does not find it.
 */
export default check({
  code: 'DNS218',
  slug: 'dns/node-resolver-asked',
  title: 'a pod that asks its node for names is told to call a Service',
  fine: "no pod that asks its node's DNS servers is told to call a Service",
  severity: 'warning',
  needs: ['pods', 'services'],
  wants: ['clusterDns', 'insideViews'],
  remedies: ['pod-dns'],
  decides: ['DNS-15'],

  run({ pods, services, clusterDns, insideViews, scope }) {
    const own = dnsPods(clusterDns)
    const asking = pods.filter((it) => isLive(it) && asksNode(it) && it.owner?.kind !== 'Node' && !own.has(full(it)))
    if (asking.length === 0) return notApplicable("no pod here has its node's DNS servers")
    const around: Callable = {
      services,
      namespaces: null,
      domain: clusterDns.known ? clusterDns.value.domain : null,
      scope,
    }
    const vip = clusterDns.known ? (clusterDns.value.service?.clusterIP ?? null) : null
    const told = asking.flatMap((pod): readonly Told[] => {
      const inside = lookedUpInside(pod, insideViews)
      if (inside?.result === 'ok') return []
      const ended = endedBy(pod, { around, vip })
      if (ended !== null) return [{ pod, inside, ...ended }]
      const called = calledOf(pod, around)
      return called === null ? [] : [{ pod, inside, ...called, lookup: null }]
    })
    // The servers ask their nodes, and are well so.
    if (told.length === 0 && !clusterDns.known)
      return cannotTell(clusterDns.why.reason, `which pods are DNS servers: ${clusterDns.why.detail}`)
    if (told.length === 0)
      return ok(asking.length, 'of what their specs spell out; ConfigMaps are read of a file alone, Secrets never')
    return [...Map.groupBy(told, (it) => subjectKey(workloadOfPod(it.pod))).values()].flatMap((its) => {
      const [first] = its.toSorted((a, b) => seenOf(b) - seenOf(a))
      return first === undefined ? [] : [verdict(first, { its, isAsked: isTargetPod(scope, first.pod) })]
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.said === null
        ? `${on.kind} ${full(on)} is told to call ${args.host}, a Service, and asks its node's DNS servers for names.`
        : `${on.kind} ${full(on)} does not find ${args.host}: it asks its node's DNS servers` +
          `${args.server === null ? '' : `, ${args.server}`}, which do not know Services.`,
    detail: ({ args }) =>
      `${count(args.pods, 'pod')} · ${args.hostNetwork ? 'hostNetwork with ' : ''}dnsPolicy ${args.policy} · ` +
      `${args.by ?? 'its command'} in container ${args.container}` +
      (args.said === null ? '' : ` · at its end: ${quoted(args.said)}`) +
      (args.inside === null ? '' : ` · inside, ${args.inside}`),
    note: ({ args }) =>
      args.policy === 'ClusterFirst'
        ? "on the node's network ClusterFirst is Default: the pod has the node's resolv.conf"
        : "Default is not what a pod gets by default: it is the node's resolv.conf; ClusterFirst asks the cluster's " +
          'DNS',
    help: ({ subject: on, args }) => [
      `set dnsPolicy ${args.hostNetwork ? 'ClusterFirstWithHostNet' : 'ClusterFirst'}`,
      ...(on.kind === 'Pod'
        ? [`kubectl -n ${on.namespace} get pod ${on.name} -o yaml | grep -n dnsPolicy`]
        : [
            `kubectl -n ${on.namespace} patch ${on.kind.toLowerCase()} ${on.name} -p ` +
              `'{"spec":{"template":{"spec":{"dnsPolicy":` +
              `"${args.hostNetwork ? 'ClusterFirstWithHostNet' : 'ClusterFirst'}"}}}}'`,
          ]),
      `kubectl -n ${on.namespace} exec ${args.example} -- cat /etc/resolv.conf`,
    ],
  },
})

function asksNode({ dnsPolicy, hostNetwork, resolvConfMount, dnsConfig }: Pod): boolean {
  const isNodes = dnsPolicy === 'Default' || (hostNetwork && dnsPolicy === 'ClusterFirst')
  return isNodes && resolvConfMount === undefined && (dnsConfig?.nameservers ?? []).length === 0
}

/** DNS servers have their names from the node, and stand before the cluster's. */
function dnsPods(dns: Known<ClusterDns>): ReadonlySet<string> {
  return new Set(dns.known ? [...dns.value.pods, ...dns.value.nodeCaches].map(full) : [])
}

/**
 * What came of the lookup of a name of the cluster within the pod, a denial before an answer. Servers of some nodes
 * know the cluster's names, as where the node asks the cluster's DNS itself.
 */
function lookedUpInside(pod: Pod, views: Known<readonly InsideView[]>): InsideLookup | null {
  return worstLookup(insidePods([pod], views.known ? views.value : []))
}

interface Called {
  readonly container: string
  readonly by: string | null
  readonly host: string
  readonly service: Service
}

interface Told extends Called {
  readonly pod: Pod
  readonly inside: InsideLookup | null
  /** What its last run said at its end. */
  readonly lookup: PullLookup | null
}

/** Its own last word weighs more than a lookup of ours in it, and that more than its spec. */
function seenOf({ lookup, inside }: Told): number {
  if (lookup !== null) return 2
  return inside?.result === 'nxdomain' ? 1 : 0
}

/** By its whole name before a short one: servers of a node may have a domain of that name beside others. */
function calledOf(pod: Pod, around: Callable): Called | null {
  const all = pod.containers.flatMap(({ name: container, calls = [] }) =>
    calls.flatMap((it) => {
      const called = isInHosts(pod, it.host) ? null : calledBy(pod, it, around)
      const isNamed = called !== null && 'service' in called
      return isNamed ? [{ container, by: it.by, host: it.host, service: called.service }] : []
    }),
  )
  return all.find((it) => isWhole(it.host)) ?? all[0] ?? null
}

function isWhole(host: string): boolean {
  return /\.svc(?:\.|$)/.test(host)
}

/** Its last run says that it asked for a Service, and another server than the cluster's. */
function endedBy(
  pod: Pod,
  { around, vip }: { readonly around: Callable; readonly vip: string | null },
): (Called & { readonly lookup: PullLookup }) | null {
  for (const { name: container, endLookup: lookup, calls = [], ready } of pod.containers) {
    if (lookup === undefined || ready) continue
    if (vip !== null && lookup.server?.startsWith(vip) === true) continue
    const host = lookup.name.toLowerCase().replace(/\.$/, '')
    const called = calledBy(pod, { by: null, host, port: null }, around)
    if (!('service' in called)) continue
    const by = calls.find((it) => it.host === host)?.by ?? null
    return { container, by, host, service: called.service, lookup }
  }
  return null
}

interface All {
  readonly its: readonly Told[]
  readonly isAsked: boolean
}

/** A short name may be one of the node's own domain, which nobody looked for. */
function confidenceOf(told: Told): 'observed' | 'inferred' | 'possible' {
  const isSeen = told.lookup === null && seenOf(told) > 0
  if (isWhole(told.host)) return isSeen ? 'observed' : 'inferred'
  return isSeen || told.lookup !== null ? 'inferred' : 'possible'
}

function verdict(told: Told, { its, isAsked }: All) {
  const { pod, container, by, host, service, lookup, inside } = told
  const on = workloadOfPod(pod)
  const confidence = confidenceOf(told)
  return finding({
    subject: on,
    also: [subject('Service', service.namespace, service.name)],
    confidence,
    severity: isAsked || confidence === 'observed' || lookup !== null ? 'error' : 'warning',
    args: {
      host,
      by,
      container,
      pods: its.length,
      policy: pod.dnsPolicy,
      hostNetwork: pod.hostNetwork,
      server: lookup?.server ?? null,
      said: lookup === null ? null : `lookup ${lookup.name}: ${lookup.how}`,
      inside: inside === null ? null : `lookup of ${inside.name}: ${inside.result}`,
      example: pod.name,
    },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: on.kind === 'Pod' ? 'spec' : 'spec.template.spec',
        lines: [...(pod.hostNetwork ? ['hostNetwork: true'] : []), `dnsPolicy: ${pod.dnsPolicy}`],
        at: pod.hostNetwork ? 1 : 0,
        mark: pod.dnsPolicy,
        label: "the node's resolv.conf",
      },
      { kind: 'fact', label: `${by ?? 'command'} of container ${container}`, value: host },
      ...(lookup === null
        ? []
        : [
            {
              kind: 'fact' as const,
              label: `container ${container}, at its end`,
              value: `lookup ${lookup.name}${lookup.server === null ? '' : ` on ${lookup.server}`}: ${lookup.how}`,
            },
          ]),
    ],
    causes: [nodeResolver(on), ...(lookup === null ? [] : [podsUnready(on)])],
  })
}
