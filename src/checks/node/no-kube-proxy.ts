import { check } from '../../findings/check.ts'
import { finding, notApplicable, okOrUntold } from '../../findings/verdict.ts'
import type { Contact } from '../../model/contacts.ts'
import type { Node } from '../../model/node.ts'
import { subject } from '../../model/subject.ts'
import { count, some } from '../../phrases.ts'
import { tally } from '../../relations/service/service-contacts.ts'
import { dnsLossOnNode, rulesBehind, serviceRules } from '../../relations/symptom.ts'

/**
 * Without kube-proxy a node keeps the rules that it has: Services go on working there until an endpoint changes, and
 * then lead to pods that are gone. A DaemonSet's nodeSelector, a taint that it does not tolerate, an image that cannot
 * be pulled: the node itself is ready all the while.
 */
export default check({
  code: 'NOD502',
  slug: 'node/no-kube-proxy',
  title: 'kube-proxy does not run on a node',
  fine: 'kube-proxy runs on every node that is ready',
  severity: 'warning',
  needs: ['nodes'],
  wants: ['contacts'],
  remedies: [],
  decides: [],

  run({ nodes, contacts }) {
    const told = nodes.filter((it) => it.proxy !== undefined && runsLinuxPods(it))
    if (told.length === 0) return notApplicable('kube-proxy has no pods here, or they could not be read')
    // A node that does not report is NOD501's, and its pods are counted as not ready with it.
    const without = told.filter((it) => it.proxy !== 'ready' && it.ready === 'True')
    if (without.length === 0) {
      const silent = nodes.filter((it) => it.proxy === undefined && runsLinuxPods(it)).map((it) => it.name)
      return okOrUntold(told.length, silent, 'whether kube-proxy runs there is not known')
    }
    const own = (contacts.known ? contacts.value.connects : []).filter((it) => it.via.kind === 'service')
    return without.map((node) => {
      const seen = tally(own.filter((it: Contact) => it.node === node.name))
      return finding({
        subject: subject('Node', null, node.name),
        confidence: seen.failed > 0 ? 'observed' : 'inferred',
        severity: seen.failed > 0 ? 'error' : 'warning',
        args: {
          has: node.proxy === 'none' ? 'no pod' : 'a pod that is not ready',
          nodes: without.map((it) => it.name),
          of: told.length,
          namespace: node.proxySet?.namespace ?? null,
          set: node.proxySet?.name ?? null,
          failed: seen.failed,
          asked: seen.of,
        },
        evidence: [
          {
            kind: 'fact',
            label: 'nodes with kube-proxy ready',
            value: some(
              told.filter((it) => it.proxy === 'ready').map((it) => it.name),
              6,
            ),
          },
        ],
        causes: [
          serviceRules(node.name),
          rulesBehind(node.name),
          dnsLossOnNode(node.name),
          `dns-service:node/${node.name}`,
        ],
      })
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Node ${on.name} has ${args.has} of kube-proxy: its rules for Services are no longer kept up to date.`,
    detail: ({ args }) =>
      `${args.nodes.length} of ${count(args.of, 'node')} · ` +
      (args.asked === 0
        ? 'no Service was connected to from there'
        : `${args.failed} of ${args.asked} connects to Services failed from there`),
    note: () =>
      'Services whose endpoints did not change since go on working there; those that did lead to pods that are gone',
    help: ({ subject: on, args }) => [
      "see what keeps the DaemonSet's pod away: its nodeSelector, tolerations, its image",
      args.set === null
        ? 'kubectl get daemonsets -A -o wide | grep kube-proxy'
        : `kubectl -n ${args.namespace} get daemonset ${args.set} -o wide`,
      `kubectl get pods -A -o wide --field-selector spec.nodeName=${on.name}`,
      `kubectl describe node ${on.name}`,
    ],
  },
})

/** Windows has a kube-proxy of its own, under another name; virtual nodes (Fargate, ACI) run pods elsewhere. */
function runsLinuxPods({ labels }: Node): boolean {
  return (
    labels['kubernetes.io/os'] !== 'windows' &&
    labels['type'] !== 'virtual-kubelet' &&
    labels['eks.amazonaws.com/compute-type'] !== 'fargate'
  )
}
