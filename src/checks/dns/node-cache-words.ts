import type { Subject } from '../../model/subject.ts'
import { count, some, told as quoted } from '../../phrases.ts'

type Stuck = {
  readonly case: 'port-taken' | 'no-upstream' | 'crash'
  /** One of them, for the commands. */
  readonly namespace: string
  readonly pod: string
  readonly pods: readonly string[]
  /** Of each pod in turn. */
  readonly nodes: readonly string[]
  readonly of: number
  readonly state: string
  /** The line of its log that tells the reason. */
  readonly said: string | null
  /** A pod like others, to which Cilium leads what is sent to the DNS Service. */
  readonly isLedTo: boolean
}

type Leaving = {
  readonly case: 'leaving'
  readonly namespace: string
  readonly pod: string
  readonly node: string | null
  readonly failed: number
  readonly of: number
  readonly dead: boolean
}

type PassedBy = {
  readonly case: 'ipvs' | 'bypassed'
  readonly namespace: string
  readonly vip: string
  readonly addresses: readonly string[]
}

type Absent = {
  readonly case: 'absent'
  readonly namespace: string
  /** Nodes that have a cache. */
  readonly having: number
  /** That the node lacks, for a cache that goes by it. */
  readonly label: string | null
  /** Pods that ask the address of a cache, and are not answered. */
  readonly lost: number
  readonly server: string | null
}

type Missed = {
  readonly case: 'missed'
  readonly namespace: string
  readonly nodes: readonly string[]
  /** Pods there that have the cache as their nameserver. */
  readonly pods: readonly string[]
  readonly server: string
  /** They have the DNS Service as well, behind it. */
  readonly isFirst: boolean
  /** Of the first node: what keeps a DaemonSet off that does not tolerate it. */
  readonly taints: readonly string[]
}

type NodesOwn = {
  readonly case: 'nodes-own'
  readonly server: string
  readonly domain: string
  readonly lost: number
  readonly of: number
}

export type Down = Stuck | Leaving | PassedBy | Absent | Missed | NodesOwn
type Case = Down['case']

export function headline(on: Subject, args: Down): string {
  switch (args.case) {
    case 'port-taken':
    case 'no-upstream':
    case 'crash': {
      const who =
        args.pods.length === 1
          ? `The DNS cache ${args.pod} on node ${args.nodes[0]} does`
          : `${args.pods.length} of ${args.of} DNS caches of the nodes do`
      return `${who} not run: ${args.said === null ? args.state : quoted(args.said)}`
    }
    case 'leaving':
      return (
        `The DNS cache ${args.pod} on node ${args.node} is being deleted, ` +
        'and no other has taken its place' +
        (args.dead ? `: ${args.failed} of ${args.of} lookups there had no answer` : '')
      )
    case 'ipvs':
      return (
        `The DNS caches of the nodes claim ${args.vip}, the DNS Service's own address, ` +
        'which kube-proxy in IPVS mode holds already'
      )
    case 'bypassed':
      return (
        'No lookup reaches the DNS caches of the nodes: Cilium carries them past, ' +
        'and no CiliumLocalRedirectPolicy sends them there'
      )
    case 'missed': {
      const where = `Pods of ${args.nodes.length === 1 ? 'node ' : `${args.nodes.length} nodes (`}`
      const named = `${some(args.nodes)}${args.nodes.length === 1 ? '' : ')'}`
      return (
        `${where}${named} ${args.isFirst ? 'wait for each lookup' : 'have no DNS'}: kubelets hand them ` +
        `${args.server}${args.isFirst ? ' first' : ''}, the address of the cache, and no cache runs there`
      )
    }
    case 'absent':
      return `No DNS cache runs on node ${on.name}, as on the others: ${whyAbsent(args)}${lostText(args)}`
    case 'nodes-own':
      return (
        `Pods of node ${on.name} ask ${args.server}, which is the node's own and does not answer; ` +
        "the cluster's DNS servers answer that node"
      )
  }
}

function whyAbsent({ label }: Absent): string {
  return label === null ? 'its DaemonSet has no pod there' : `it lacks the label ${label}`
}

function lostText({ lost, server }: Absent): string {
  if (lost === 0) return ''
  const [ask, are] = lost === 1 ? ['asks', 'is'] : ['ask', 'are']
  return `; ${count(lost, 'pod')} there ${ask} ${server}, and ${are} not answered`
}

export function detail(on: Subject, args: Down): string {
  switch (args.case) {
    case 'port-taken':
    case 'no-upstream':
    case 'crash':
      return `${some(args.pods.map((pod, index) => `${pod} on ${args.nodes[index]}`))} · ${args.state}`
    case 'leaving':
      return (
        `${args.pod} is being deleted · ` +
        (args.of === 0 ? 'not asked' : `${args.failed} of ${args.of} lookups without an answer`)
      )
    case 'ipvs':
      return `-localip ${args.addresses.join(',')} · kube-proxy: mode ipvs`
    case 'bypassed':
      return `Cilium in place of kube-proxy · 0 CiliumLocalRedirectPolicies · the caches hold ${args.vip}`
    case 'missed':
      return (
        `${count(args.pods.length, 'pod')} (${some(args.pods)}) · kubelet-config: clusterDNS ${args.server}` +
        (args.taints.length === 0 ? '' : ` · ${args.nodes[0]} is tainted ${some(args.taints)}`)
      )
    case 'absent':
      return `${args.having} nodes have one · ${whyAbsent(args)}`
    case 'nodes-own':
      return `${args.lost} of ${count(args.of, 'pod')} looked into there had no answer at ${args.server}`
  }
}

export function commands(on: Subject, args: Down): readonly string[] {
  switch (args.case) {
    case 'port-taken':
    case 'no-upstream':
    case 'crash':
      return [
        `kubectl -n ${args.namespace} logs ${args.pod} --previous --tail=20`,
        `kubectl -n ${args.namespace} describe pod ${args.pod}`,
      ]
    case 'leaving':
      return [
        `kubectl -n ${args.namespace} delete pod ${args.pod} --force --grace-period=0`,
        `kubectl -n ${args.namespace} logs ${args.pod} --tail=20`,
      ]
    case 'ipvs':
      return [
        `kubectl -n ${args.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep -A1 localip`,
        'kubectl -n kube-system get configmap kube-proxy -o yaml | grep mode',
      ]
    case 'bypassed':
      return [
        'kubectl get ciliumlocalredirectpolicies -A',
        `kubectl -n ${args.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep -A1 localip`,
      ]
    case 'missed':
      return [
        `kubectl -n ${args.namespace} get ${on.kind.toLowerCase()} ${on.name} -o ` +
          "jsonpath='{.spec.template.spec.tolerations} {.spec.template.spec.nodeSelector}'",
        `kubectl get nodes ${args.nodes.slice(0, 4).join(' ')} ` +
          '-o custom-columns=NAME:.metadata.name,TAINTS:.spec.taints',
      ]
    case 'absent':
      return [
        `kubectl get node ${on.name} --show-labels`,
        `kubectl -n ${args.namespace} get pods -o wide --field-selector spec.nodeName=${on.name}`,
      ]
    case 'nodes-own':
      return [
        `kubectl debug node/${on.name} -it --image=busybox -- ` +
          `nslookup kubernetes.default.svc.${args.domain} ${args.server}`,
        `kubectl get node ${on.name} --show-labels`,
      ]
  }
}

const notes: Readonly<Record<Case, string>> = {
  'port-taken':
    "the cache listens on the node's own network, at 53, 8080, 9253 and 9353: " +
    'whatever else holds one of them keeps it from starting',
  'no-upstream': 'it learns the address of its upstream Service from its environment, once, at its start',
  crash: 'a cache that is gone leaves its address on the node: nothing takes its place until it is back',
  leaving: 'it takes its rules and its address away on its way out, and may wait for the lock of iptables for ever',
  ipvs:
    'in IPVS mode each node has the addresses of all Services on kube-ipvs0: ' +
    'a cache can only have one of its own there',
  bypassed:
    "Cilium sends packets for a Service on their way before the node's own network sees them; " +
    'a CiliumLocalRedirectPolicy sends those for DNS to the cache',
  missed: 'nothing takes the place of a cache that is not there: its address is one of the node itself',
  absent: 'pods of a node without a cache ask the DNS servers, unless their kubelet hands out the address of the cache',
  'nodes-own':
    'this address is answered by a program of the node (AKS LocalDNS) or by the cloud (GKE Cloud DNS), and by no pod',
}

/** Its address is its own, and goes with it; what Cilium does then is another thing in each release. */
const ofLedTo =
  'a cache on the pod network has no address of the node: a CiliumLocalRedirectPolicy leads lookups to it, and ' +
  'Cilium mostly leads them to the DNS servers as long as it has no ready cache on the node'

export function noteOf(args: Down): string {
  return 'isLedTo' in args && args.isLedTo ? ofLedTo : notes[args.case]
}

export const helps: Readonly<Record<Case, string>> = {
  'port-taken': 'see who holds the port on the node, and give one of the two another',
  'no-upstream': 'make the Service first, then restart the caches',
  crash: 'read why it ended',
  leaving: 'end it at once, and see whether a newer image lets it go by itself',
  ipvs: "let the caches listen on a link-local address alone, and hand that out by the kubelets' clusterDNS",
  bypassed: 'make the policy, or take the caches away: nobody asks them',
  missed: 'let the DaemonSet of the caches run there: tolerate the taint (operator: Exists), or widen its nodeSelector',
  absent:
    'let the DaemonSet run there; on GKE the node pool has to be created again, and the label is not to be set by hand',
  'nodes-own': "see what the node's own proxy says; pods that must not wait can ask the DNS Service by dnsConfig",
}
