import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { goesByZtunnel } from '../../relations/mesh/ambient-flows.ts'
import { componentIs, podsUnready } from '../../relations/mesh/control-planes.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * The CNI of the ambient mode leads all that a pod sends and gets to sockets that its node's ztunnel opens in the pod's
 * own network: without that one nobody listens there. The kubelet's probes pass by, so the pods stay ready (istio,
 * "Ambient data plane" and "ztunnel traffic redirection").
 */
export default check({
  code: 'MSH820',
  slug: 'mesh/node-without-ztunnel',
  title: 'pods in ambient mode run on a node without a ready ztunnel',
  fine: 'a ztunnel is ready on each node with pods in ambient mode',
  severity: 'error',
  needs: ['pods'],
  remedies: [],
  decides: [],

  run({ pods, scope }) {
    const carried = pods.filter((it) => goesByZtunnel(it) && it.phase === 'Running' && it.node !== null)
    if (carried.length === 0) return notApplicable('no pod here is in the ambient mode of Istio')
    const tunnels = pods.filter((it) => isLive(it) && componentIs(it, 'ztunnel'))
    if (tunnels.length === 0)
      return scope.namespace === null
        ? cannotTell('not-there', 'no pod here bears the label app=ztunnel: whether one is on each node is not known')
        : cannotTell('not-asked', "ztunnel's pods are in another namespace, which was not read", '-A')
    const byNode = Map.groupBy(tunnels, (it) => it.node)
    const found = [...Map.groupBy(carried, (it) => it.node ?? '')].flatMap(([node, its]) => {
      const own = byNode.get(node) ?? []
      return own.some((it) => it.ready) ? [] : [verdict(node, its, { own, others: tunnels })]
    })
    return found.length > 0 ? found : ok(carried.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.ztunnel === null
        ? `Node ${on.name} has no ztunnel, and ${count(args.pods.length, 'pod')} there ` +
          `${args.pods.length === 1 ? 'is' : 'are'} in the ambient mode: nobody carries what they send and get.`
        : `ztunnel of node ${on.name} is not ready, and ${count(args.pods.length, 'pod')} there ` +
          `${args.pods.length === 1 ? 'is' : 'are'} in the ambient mode.`,
    detail: ({ args }) => `${some(args.pods)} · ${count(args.elsewhere, 'ztunnel')} on other nodes`,
    note: () => "probes of the kubelet pass by ztunnel: the pods stay ready, and their connections don't open",
    help: ({ subject: on, args }) =>
      args.ztunnel === null
        ? [
            "see why the DaemonSet has no pod there: the node's taints, its nodeSelector, its resources",
            `kubectl -n ${args.home} describe daemonset ${args.set}`,
            `kubectl describe node ${on.name}`,
          ]
        : [
            'see what keeps it from being ready',
            `kubectl -n ${args.home} describe pod ${args.ztunnel}`,
            `kubectl -n ${args.home} logs ${args.ztunnel} --tail 50`,
          ],
  },
})

interface Tunnels {
  readonly own: readonly Pod[]
  readonly others: readonly Pod[]
}

function verdict(node: string, pods: readonly Pod[], { own, others }: Tunnels) {
  const [first] = own
  const [one] = others
  const makers = [...new Map(pods.map((it) => [full(workloadOfPod(it)), workloadOfPod(it)])).values()]
  return finding({
    subject: subject('Node', null, node),
    also: makers,
    // One that starts again is back within seconds.
    ...(first === undefined ? {} : { severity: 'warning' as const }),
    confidence: 'inferred',
    args: {
      ztunnel: first?.name ?? null,
      home: one?.namespace ?? 'istio-system',
      set: one?.owner?.name ?? 'ztunnel',
      pods: pods.map(full),
      /** What is not in the mesh goes its own way; whoever looks after ztunnel hears of it. */
      onlyFor: [...new Set([...pods.map((it) => it.namespace), one?.namespace ?? 'istio-system'])],
      elsewhere: others.length - own.length,
    },
    evidence: [
      { kind: 'fact', label: 'annotation of the pods', value: 'ambient.istio.io/redirection: enabled' },
      {
        kind: 'fact',
        label: `ztunnel on ${node}`,
        value: first === undefined ? 'no pod' : (first.notReadyReason ?? 'not ready'),
      },
    ],
    causes: podsUnready(pods),
  })
}
