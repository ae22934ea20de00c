import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { contains } from '../../relations/cidr-index.ts'
import { type Configured, proxyConfigs, unreadConfig } from '../../relations/node/proxy-config.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { familyOf } from '../../wire/ip-family.ts'

/**
 * kube-proxy leaves the sender's address alone where it takes him for a pod of the cluster, which by default
 * (detectLocalMode ClusterCIDR) is who has an address in `clusterCIDR`. It gives everybody else who asks a Service's
 * address the node's (KUBE-MARK-MASQ): servers then see nodes in place of pods, and a NetworkPolicy that lets pods in
 * by their labels lets none of them in.
 */
export default check({
  code: 'NOD546',
  slug: 'node/proxy-cluster-range',
  title: 'kube-proxy takes pods of the cluster for strangers',
  fine: 'pods are in the range that kube-proxy takes for the cluster',
  severity: 'warning',
  needs: ['nodes', 'pods'],
  remedies: [],
  decides: [],

  run({ nodes, pods }) {
    const configs = proxyConfigs(nodes).filter(
      ({ config }) => config.detectLocalMode === 'ClusterCIDR' && config.clusterRanges.length > 0,
    )
    const why = unreadConfig(nodes)
    const placed = Map.groupBy(
      pods.filter((it) => isLive(it) && !it.hostNetwork && it.ip !== null),
      (it) => it.node,
    )
    const found = configs.flatMap((it) =>
      judge(
        it,
        it.nodes.flatMap((node) => placed.get(node.name) ?? []),
      ),
    )
    if (found.length > 0) return found
    if (why !== null) return cannotTell(why.reason, why.detail)
    return configs.length === 0
      ? notApplicable('kube-proxy is not known to tell pods by a range of addresses here')
      : ok(configs.length)
  },

  words: {
    headline: ({ args }) =>
      args.out === args.of
        ? `kube-proxy takes none of ${count(args.of, 'pod')} for one of the cluster: its clusterCIDR is ` +
          `${some(args.ranges)}, and they have addresses like ${args.ip}.`
        : `kube-proxy takes ${args.out} of ${count(args.of, 'pod')} for ` +
          `${args.out === 1 ? 'a stranger' : 'strangers'}: ` +
          `its clusterCIDR is ${some(args.ranges)}, and ${args.pod} has ${args.ip}.`,
    detail: ({ args }) => `detectLocalMode ClusterCIDR · ${args.out} of ${count(args.of, 'pod')} outside of it`,
    note: () =>
      "what these pods send to a Service's address comes from the node's address: servers do not see who asks, and " +
      'policies that let pods in by labels do not let them in',
    help: ({ subject: on }) => [
      'write the range that pods have here into clusterCIDR, then restart kube-proxy',
      `kubectl -n ${on.namespace} get configmap ${on.name} -o yaml`,
      'kubectl get pods -A -o wide',
    ],
  },
})

function judge(it: Configured, pods: readonly Pod[]) {
  const families = new Set(it.config.clusterRanges.map(familyOf))
  const judged = pods.filter(({ ip }) => ip !== null && families.has(familyOf(ip)))
  const out = judged.filter(({ ip }) => !it.config.clusterRanges.some((range) => contains(range, ip ?? '')))
  const [first] = out
  if (first === undefined) return []
  return [
    finding({
      subject: subject('ConfigMap', it.namespace, it.name),
      confidence: 'inferred',
      severity: out.length === judged.length ? 'warning' : 'info',
      args: {
        ranges: it.config.clusterRanges,
        out: out.length,
        of: judged.length,
        pod: full(first),
        ip: first.ip ?? '',
      },
      evidence: [
        {
          kind: 'fact',
          label: 'pods outside of clusterCIDR',
          value: some(
            out.map((one) => `${full(one)} (${one.ip})`),
            6,
          ),
        },
      ],
    }),
  ]
}
