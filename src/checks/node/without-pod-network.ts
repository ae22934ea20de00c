import { check } from '../../findings/check.ts'
import { finding, ok, type Severity } from '../../findings/verdict.ts'
import type { ObjectEvent } from '../../model/event.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { count, some, told, shown, hearsay } from '../../phrases.ts'
import { dnsLossOnNode, dnsServersDown, nodeDown, nodeNotReady, noPodNetwork } from '../../relations/symptom.ts'
import { saysAddressesOut } from '../../wire/addresses-out.ts'

/**
 * The CNI's agent, or a controller of the cloud, gives a node its part of the pod network. Without it pods stay in
 * ContainerCreating, or have addresses that no other node has a route to.
 */
export default check({
  code: 'NOD520',
  slug: 'node/without-pod-network',
  title: 'a node has no network for its pods',
  fine: 'every node has a network for its pods',
  severity: 'error',
  needs: ['nodes'],
  wants: ['pods', 'events'],
  remedies: [],
  decides: ['NET-03', 'NET-04'],

  run({ nodes, pods, events }) {
    const failing = sandboxFailures(pods.known ? pods.value : [], events.known ? events.value : [])
    const real = nodes.filter((it) => !isVirtual(it))
    const others = real.filter((it) => it.podCidrs !== undefined).length
    const silent = real.filter(lacksPlugin)
    const [one] = silent
    // A cluster that was made, and no CNI installed: all else follows from it.
    if (one !== undefined && silent.length === real.length)
      return [everywhere(one, silent, { pods: failing.map((it) => it.pod) })]
    const found = nodes.flatMap((node) => {
      const its = failing.filter((it) => it.pod.node === node.name)
      const [first] = its
      if (node.networkUnavailable !== undefined)
        return [verdict(node, { why: 'unavailable', said: node.networkUnavailable, pods: its.map((it) => it.pod) })]
      if (lacksPlugin(node))
        return [verdict(node, { why: 'not-ready', said: saidOf(node), pods: its.map((it) => it.pod) })]
      if (first !== undefined)
        return [verdict(node, { why: sandboxOf(its), said: shorter(first.said), pods: its.map((it) => it.pod) })]
      return !isVirtual(node) && node.podCidrs === undefined && others > 0 && others === real.length - 1
        ? [verdict(node, { why: 'no-range', said: '', pods: [] })]
        : []
    })
    return found.length > 0 ? found : ok(nodes.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.all > 1
        ? `No node has a network for pods (${count(args.all, 'node')} not ready for it)` +
          `${args.said === '' ? '' : `: ${told(args.said)}`}.`
        : `Node ${on.name} ${headlines[args.why]}${args.said === '' ? '' : `: ${saying(args.why, args.said)}`}.`,
    detail: ({ args }) =>
      (args.isNew ? 'made less than two minutes ago: its agent may be starting · ' : '') +
      (args.pods.length === 0
        ? 'no pod of it waits at this moment'
        : `${count(args.pods.length, 'pod')} there without an address: ${some(args.pods)}`),
    note: ({ args }) => {
      if (args.all > 1)
        return 'no pod but those on the network of nodes gets an address: DNS and whatever else has pods waits for it'
      return args.isOut
        ? 'pods that run there already go on; a new one waits until an address is given back'
        : 'pods that run there already may go on; new ones, and those of other nodes that connect to them, fail'
    },
    help: ({ subject: on, args }) => [
      firstStep(args),
      ...(args.all > 1 ? ['kubectl get daemonsets -A'] : []),
      `kubectl get pods -A -o wide --field-selector spec.nodeName=${on.name}`,
      `kubectl describe node ${on.name}`,
    ],
  },
})

function firstStep({ all, isOut }: { readonly all: number; readonly isOut: boolean }): string {
  if (all > 1)
    return (
      'install a CNI (Cilium, Calico, Flannel, …), with the range of pods that the cluster was made with; where one ' +
      'is installed, see why its agents do not run'
    )
  return isOut
    ? 'count the addresses: the pods of the node against its limit (of AWS by its type), its range or the pool, the ' +
        'subnet, and what was never given back'
    : "look at the CNI's agent on that node, and at what the kubelet says"
}

/** Its pods run elsewhere, with addresses of that place (virtual-kubelet, node/README; it taints its node). */
function isVirtual({ labels, taints }: Node): boolean {
  return labels['type'] === 'virtual-kubelet' || taints.some((it) => it.key === 'virtual-kubelet.io/provider')
}

/** `hearsay`: as `sandbox`, by the Events of one namespace alone. */
type Why = 'unavailable' | 'not-ready' | 'sandbox' | 'hearsay' | 'no-range'

const headlines: Readonly<Record<Why, string>> = {
  'not-ready': 'is not ready, since it has no network for pods',
  unavailable: 'says that its network is not available',
  sandbox: 'cannot give its pods a network',
  hearsay: 'may be unable to give its pods a network',
  'no-range': 'has no range of pod addresses, and each other node has one',
}

/** The kubelet's words for what the container runtime says of its CNI (kubelet.go, containerRuntimeReadyExpected). */
const networkNotReady =
  /\bNetworkReady=false\b|\bNetworkPluginNotReady\b|cni (?:plugin|config) (?:not initialized|uninitialized)/i

function lacksPlugin({ ready, readyMessage }: Node): boolean {
  return ready === 'False' && networkNotReady.test(readyMessage ?? '')
}

/** What the network plugin itself says, behind the words of those who pass it on. */
function saidOf({ readyMessage }: Node): string {
  return /message:\s*(?:Network plugin returns error:\s*)?(.+)$/.exec(readyMessage ?? '')?.[1] ?? ''
}

const labels: Readonly<Record<Exclude<Why, 'no-range'>, string>> = {
  'not-ready': 'its Ready condition',
  unavailable: 'NetworkUnavailable',
  sandbox: 'event FailedCreatePodSandBox',
  hearsay: 'event FailedCreatePodSandBox',
}

/** The kubelet tells of a failed sandbox in Events, which whoever may write them in a namespace can write as well. */
function saying(why: Why, said: string): string {
  return why === 'sandbox' || why === 'hearsay' ? hearsay(said) : told(said)
}

/** One namespace may be one tenant, who must not put a node under suspicion: two say the same of their own. */
const fewestNamespaces = 2

function sandboxOf(its: readonly Failing[]): 'sandbox' | 'hearsay' {
  return new Set(its.map((it) => it.pod.namespace)).size >= fewestNamespaces ? 'sandbox' : 'hearsay'
}

interface Failing {
  readonly pod: Pod
  readonly said: string
}

/** Pods that still wait for a network: an event of a start that went well in the end says nothing. */
function sandboxFailures(pods: readonly Pod[], events: readonly ObjectEvent[]): readonly Failing[] {
  const said = new Map(
    events
      .filter((it) => it.reason === 'FailedCreatePodSandBox' && it.object.kind === 'Pod')
      .map((it) => [`${it.namespace}/${it.object.name}`, it.said]),
  )
  return pods.flatMap((pod) => {
    const text = said.get(`${pod.namespace}/${pod.name}`)
    return text !== undefined && isOfNetwork(text) && pod.phase === 'Pending' && pod.ip === null && pod.node !== null
      ? [{ pod, said: text }]
      : []
  })
}

/**
 * As a runtime says that its CNI plugin failed: containerd's `failed to setup network for sandbox`, CRI-O's `failed to
 * create pod network sandbox`, and the plugins' own `plugin type="calico" failed (add)` (containernetworking/cni,
 * libcni). A sandbox fails for other reasons too: a host name, a runtime class, a cgroup.
 */
const ofNetwork = /\bnetwork\b|\bcni\b|\bplugin type=/i

/** What a CNI plugin refuses to a pod for what stands in its own annotations, on whatever node. */
const ofPodItself =
  /network-attachment-definition|k8s\.v1\.cni\.cncf\.io|annotation|\bipv4pools\b|\bipAddrs\b|\bbandwidth\b|\bFQDN\b/i

function isOfNetwork(said: string): boolean {
  return ofNetwork.test(said) && !ofPodItself.test(said)
}

/** The end says what went wrong, after the names of what was tried. */
function shorter(said: string): string {
  const last = said.split(': ').slice(-2).join(': ').replace(/\.$/, '')
  return last.length > 160 ? `${last.slice(0, 160)}…` : last
}

interface Seen {
  readonly why: Why
  readonly said: string
  readonly pods: readonly Pod[]
}

function verdict(node: Node, { why, said, pods }: Seen) {
  return finding({
    subject: subject('Node', null, node.name),
    confidence: why === 'hearsay' ? 'possible' : 'inferred',
    severity: severityOf(node, why),
    args: { why, said, pods: pods.map((it) => it.name), all: 1, isNew: isNew(node), isOut: saysAddressesOut(said) },
    evidence: [
      why === 'no-range'
        ? { kind: 'fact', label: 'spec.podCIDRs', value: 'none' }
        : {
            kind: 'fact',
            label: labels[why],
            value: shown(said),
          },
    ],
    // What one namespace says alone explains away nothing that was seen.
    causes:
      why === 'hearsay'
        ? []
        : [nodeDown(node.name), ...(why === 'not-ready' ? [nodeNotReady(node.name), dnsLossOnNode(node.name)] : [])],
  })
}

/** Its agent is pulled and started meanwhile: each node that an autoscaler adds begins so. */
const newSeconds = 120

function isNew({ madeSeconds }: Node): boolean {
  return madeSeconds !== undefined && madeSeconds < newSeconds
}

function severityOf(node: Node, why: Why): Severity {
  if (isNew(node)) return 'info'
  return why === 'no-range' || why === 'hearsay' ? 'warning' : 'error'
}

function everywhere(first: Node, all: readonly Node[], { pods }: Pick<Seen, 'pods'>) {
  const [on, ...also] = all.map((it) => subject('Node', null, it.name))
  return finding({
    subject: on ?? subject('Node', null, first.name),
    also,
    confidence: 'inferred',
    severity: 'error',
    args: {
      why: 'not-ready' as Why,
      said: saidOf(first),
      pods: pods.map((it) => it.name),
      isNew: false,
      isOut: false,
      all: all.length,
    },
    evidence: all.slice(0, mostTold).map((it) => ({
      kind: 'fact' as const,
      label: `node ${it.name}, its Ready condition`,
      value: shown(saidOf(it)),
    })),
    causes: [
      noPodNetwork,
      dnsServersDown,
      ...all.flatMap((it) => [nodeDown(it.name), nodeNotReady(it.name), dnsLossOnNode(it.name)]),
    ],
  })
}

/** Each says the same. */
const mostTold = 3
