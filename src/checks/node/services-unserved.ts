import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, okOrUntold } from '../../findings/verdict.ts'
import type { Node } from '../../model/node.ts'
import { subject } from '../../model/subject.ts'
import { count, some } from '../../phrases.ts'
import { tally } from '../../relations/service/service-contacts.ts'
import { dnsLossOnNode, serviceRules } from '../../relations/symptom.ts'

/**
 * The address of a Service is nobody's: kube-proxy, or what stands in for it, makes packets to it go to a pod. A
 * cluster that was set up without kube-proxy, for a network that would take its place and does not, has nobody.
 */
export default check({
  code: 'NOD558',
  slug: 'node/services-unserved',
  title: 'nobody serves the addresses of Services',
  fine: 'kube-proxy runs, or the pod network takes its place',
  severity: 'error',
  needs: ['nodes'],
  wants: ['contacts'],
  remedies: [],
  decides: [],

  run({ nodes, contacts }) {
    const having = nodes.filter((it) => it.agent !== undefined || it.proxy !== undefined)
    if (having.length === 0) return notApplicable('neither kube-proxy nor an agent of a pod network is known here')
    const silent = nodes.filter((it) => !having.includes(it) && !runsItElsewhere(it)).map((it) => it.name)
    const without = having.filter((it) => it.agent?.unserved !== undefined && !runsItElsewhere(it))
    const [first] = without
    // In a mixed cluster somebody else may have it.
    if (first?.agent?.unserved === undefined || without.length < having.length)
      return okOrUntold(having.length, silent, 'who serves Services there is not known')
    const names = new Set(without.map((it) => it.name))
    const own = (contacts.known ? contacts.value.connects : []).filter(
      (it) => it.via.kind === 'service' && names.has(it.node),
    )
    const seen = tally(own)
    // Some of them get there: somebody serves them, whom no object tells of.
    if (seen.of > 0 && seen.failed < seen.of) return ok(having.length)
    const { kind, replacement } = first.agent.unserved
    const isCilium = kind === 'cilium'
    const on = isCilium
      ? subject('ConfigMap', 'kube-system', 'cilium-config')
      : subject('Pod', first.agent.namespace, first.agent.pod)
    return [
      finding({
        subject: on,
        // A kube-proxy that runs as a process of the node is seen in no object.
        confidence: seen.failed > 0 ? 'inferred' : 'possible',
        severity: seen.failed > 0 ? 'error' : 'warning',
        args: {
          kind,
          replacement: replacement ?? null,
          nodes: without.map((it) => it.name),
          failed: seen.failed,
          asked: seen.of,
        },
        evidence: [
          isCilium
            ? {
                kind: 'config',
                object: on,
                path: 'data',
                lines: [replacement == null ? '(kube-proxy-replacement)' : `kube-proxy-replacement: "${replacement}"`],
                at: 0,
                mark: 'kube-proxy-replacement',
                label: replacement == null ? 'not set: it is false then' : 'Cilium leaves it to kube-proxy',
              }
            : { kind: 'fact', label: 'pod network', value: `${kind}, which leaves Services to kube-proxy` },
          { kind: 'fact', label: 'pods of kube-proxy', value: 'none' },
        ],
        causes: without
          .slice(0, mostNodes)
          .flatMap(({ name }) => [serviceRules(name), dnsLossOnNode(name), `dns-service:node/${name}`]),
      }),
    ]
  },

  words: {
    headline: ({ args }) =>
      args.kind === 'cilium'
        ? 'No kube-proxy runs here, and Cilium is not told to take its place: nobody serves node ports and addresses ' +
          'of load balancers, nor Services for the nodes themselves.'
        : `No kube-proxy runs here, and the pod network (${args.kind}) does not take its place: nobody serves the ` +
          'addresses of Services.',
    detail: ({ args }) =>
      `${count(args.nodes.length, 'node')}: ${some(args.nodes)}` +
      (args.asked === 0 ? '' : ` · ${args.failed} of ${args.asked} connects to Services failed`),
    note: ({ args }) =>
      (args.kind === 'cilium' ? 'for pods Cilium serves ClusterIPs even so; ' : '') +
      'a kube-proxy that runs as a process of the node, and not as a pod, is not seen',
    help: ({ args }) => [
      args.kind === 'cilium'
        ? 'set kube-proxy-replacement to "true" in cilium-config (Helm: kubeProxyReplacement=true, with ' +
          'k8sServiceHost) and restart the agents, or install kube-proxy'
        : 'install kube-proxy: kubeadm init phase addon kube-proxy',
      'kubectl get pods -A -o wide | grep kube-proxy',
      args.kind === 'cilium'
        ? 'kubectl -n kube-system exec ds/cilium -- cilium-dbg status | grep KubeProxyReplacement'
        : 'kubectl get nodes -o wide',
    ],
  },
})

/** A symptom for each; in a larger cluster the first say enough. */
const mostNodes = 200

/**
 * Where kube-proxy is a part of another process of the node: k3s, k0s, MicroK8s, Charmed Kubernetes, Auto Mode of EKS;
 * and GKE, which runs it as a static pod, or its own Dataplane V2 in its place. Windows has its own, Fargate none.
 */
function runsItElsewhere({ kubelet, labels, provider, os }: Node): boolean {
  const type = labels['eks.amazonaws.com/compute-type']
  return (
    /\+(?:k3s|rke2|k0s)|-gke\./.test(kubelet) ||
    provider === 'k3s' ||
    provider === 'gce' ||
    type === 'auto' ||
    type === 'fargate' ||
    labels['kubernetes.io/os'] === 'windows' ||
    labels['type'] === 'virtual-kubelet' ||
    Object.keys(labels).some((it) => /^(?:microk8s\.io|juju-|rke\.cattle\.io)/.test(it)) ||
    /windows/i.test(os)
  )
}
