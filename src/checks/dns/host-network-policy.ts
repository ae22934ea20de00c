import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { InsideView } from '../../model/inside.ts'
import type { Pod } from '../../model/pod.ts'
import type { Scope } from '../../model/sources.ts'
import { subjectKey } from '../../model/subject.ts'
import { isTargetPod } from '../../relations/asked-about.ts'
import { calleeOf } from '../../relations/dns/callees.ts'
import { insidePods, worstLookup } from '../../relations/dns/inside-pods.ts'
import { nodeResolver } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { count } from '../../phrases.ts'

/**
 * `ClusterFirst` is the default, and on the host's network the kubelet takes it for `Default`: such a pod asks the
 * node's servers. Agents of a node seldom look for Services, so this is no more than news, unless somebody asked, or a
 * Service stands beside it to be called and its name is denied there.
 */
export default check({
  code: 'DNS118',
  slug: 'dns/host-network-policy',
  title: "a pod on the host's network does not ask the cluster's DNS",
  fine: "pods on the host's network say which DNS they mean",
  severity: 'info',
  needs: ['pods'],
  wants: ['insideViews', 'services', 'clusterDns'],
  remedies: ['pod-dns'],
  decides: ['DNS-15'],

  run({ pods, insideViews, services, clusterDns, scope }) {
    const onHost = pods.filter((it) => it.phase === 'Running' && !it.deleting && it.hostNetwork && !isAgent(it, scope))
    if (onHost.length === 0) return notApplicable("no pod on the host's network, node agents aside")
    const views = insideViews.known ? insideViews.value : []
    return [...Map.groupBy(onHost, (it) => subjectKey(workloadOfPod(it))).values()].map((its) =>
      judge(its, views, { scope, calls: its.some((it) => calleeOf(it, { services, clusterDns }) !== null) }),
    )
  },

  words: {
    headline: ({ subject: on }) =>
      `${on.kind} ${on.namespace}/${on.name} is on the host's network and asks the node's DNS servers, ` +
      "not the cluster's.",
    detail: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} · ${count(args.pods, 'pod')} · ` +
      `hostNetwork with dnsPolicy ClusterFirst · ${args.lookup}`,
    note: () =>
      "on the host's network ClusterFirst behaves as Default: names of Services are not found. " +
      'Nothing is wrong if it looks for none',
    help: ({ subject: on }) => [
      'if it needs names of the cluster, set dnsPolicy ClusterFirstWithHostNet; if not, say Default, ' +
        'and it reads as it behaves',
      ...(on.kind === 'Pod'
        ? [`kubectl -n ${on.namespace} get pod ${on.name} -o yaml | grep -n dnsPolicy`]
        : [
            `kubectl -n ${on.namespace} patch ${on.kind.toLowerCase()} ${on.name} -p ` +
              `'{"spec":{"template":{"spec":{"dnsPolicy":"ClusterFirstWithHostNet"}}}}'`,
          ]),
    ],
  },
})

/** Static pods and kube-system always; a DaemonSet unless its namespace was asked about. */
function isAgent({ namespace, owner }: Pod, scope: Scope): boolean {
  return (
    owner?.kind === 'Node' || namespace === 'kube-system' || (owner?.kind === 'DaemonSet' && scope.namespace === null)
  )
}

interface Around {
  readonly scope: Scope
  /** There is a Service beside these pods which they may call. */
  readonly calls: boolean
}

function judge(pods: readonly Pod[], views: readonly InsideView[], { scope, calls }: Around) {
  const silent = pods.filter((it) => it.dnsPolicy === 'ClusterFirst')
  const [first] = silent
  if (first === undefined) return ok(pods.length)
  const lookup = worstLookup(insidePods(silent, views))
  const result = lookup?.result ?? null
  if (result === 'ok') return ok(pods.length, 'the servers of the node know the names of the cluster')
  return finding({
    subject: workloadOfPod(first),
    // Who asks about this very workload is told that it finds no name of the cluster.
    severity: result !== null && (calls || pods.some((it) => isTargetPod(scope, it))) ? 'warning' : 'info',
    confidence: result === null ? 'inferred' : 'observed',
    symptoms: [nodeResolver(workloadOfPod(first))],
    args: {
      pods: silent.length,
      lookup: lookup === null ? 'not looked into' : `lookup of ${lookup.name}: ${lookup.result}`,
    },
    evidence: [
      {
        kind: 'config',
        object: workloadOfPod(first),
        path: workloadOfPod(first).kind === 'Pod' ? 'spec' : 'spec.template.spec',
        lines: ['hostNetwork: true', 'dnsPolicy: ClusterFirst'],
        at: 1,
        mark: 'ClusterFirst',
        label: 'behaves as Default here',
      },
    ],
  })
}
