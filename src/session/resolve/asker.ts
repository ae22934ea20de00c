import { closest } from '../../closest.ts'
import { hostAliases } from '../../collect/host-aliases.ts'
import type { Cluster } from '../../kube/cluster.ts'
import { readUntil } from '../../kube/read-until.ts'
import { leftOut, unknown } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { ResolverView } from '../../model/resolution.ts'
import type { Model } from '../../model/sources.ts'
import { resolverView } from '../../probe/inside/resolver-view.ts'
import { expectedResolvConf, mayDiffer } from '../../relations/dns/expected-resolv-conf.ts'
import type { Resolution } from '../../answers/resolution.ts'
import { ToolError } from '../../tool-error.ts'
import { addressesInHosts } from '../../wire/resolver-walk.ts'
import type { Frame } from '../with-cluster.ts'
import type { Place } from './place.ts'
import { isForAddresses, type Question } from './question.ts'
import { because } from '../../phrases.ts'

/** The pod as which a name is looked up; all null where it is any pod of the namespace. */
export interface Asker {
  readonly pod: Pod | null
  readonly container: string | null
  readonly view: ResolverView | null
  /** null: the probe pod's own. */
  readonly conf: Resolution['resolvConf'] | null
  readonly hosts: Resolution['hosts']
}

/** Any pod: where the probe pod is in another namespace, its own search list is not the one that was asked about. */
export function anyAsker({ namespace, podsIn, model }: Place): Asker {
  const why = unknown('not-asked', `the probe pod is in namespace ${podsIn}`)
  const view: ResolverView = { resolvConf: why, hosts: why, libc: null, lookup: why }
  const conf = podsIn === namespace ? null : resolvConfOf(blankPod(namespace, null), view, model)
  return { pod: null, container: null, view: null, conf, hosts: { addresses: [], how: 'not-known' } }
}

/** The pod that was named, looked into unless exec is left out. */
export async function askerNamed(
  frame: Frame,
  question: Question,
  { namespace, model }: Place,
  ask: { readonly pod: string; readonly container?: string; readonly exec?: boolean },
): Promise<Asker> {
  const pod = podNamed(ask.pod, namespace, model)
  const container = containerOf(pod, ask.container ?? null)
  const view = ask.exec === false ? unlooked : await viewOf(frame, pod, container, question)
  frame.signal.throwIfAborted()
  const conf = resolvConfOf(pod, view, model)
  return {
    pod,
    container,
    view,
    conf,
    hosts: await hostsOf(readUntil(frame.cluster, frame.signal), pod, view, question),
  }
}

const leftOutHere = unknown('not-asked', leftOut('--no-exec'))

/** A pod that nobody looks into, by the user's choice. */
const unlooked: ResolverView = { resolvConf: leftOutHere, hosts: leftOutHere, libc: null, lookup: leftOutHere }

function podNamed(name: string, namespace: string, model: Model): Pod {
  const { pods } = model.sources
  if (!pods.known)
    throw new ToolError(
      'forbidden',
      `no permission to read pods in namespace ${namespace}`,
      `this needs the right to ${pods.why.detail}`,
    )
  const pod = pods.value.find((it) => it.namespace === namespace && it.name === name)
  if (pod === undefined)
    throw new ToolError(
      'not-found',
      `no Pod \`${name}\` in namespace ${namespace}`,
      'it was there a moment ago: kubectl get pods',
    )
  if (pod.phase !== 'Running' || pod.node === null)
    throw new ToolError(
      'not-found',
      `pod ${namespace}/${name} is not running: ${pod.phase}` + because(pod.notReadyReason),
      'name a pod that runs, or leave out --from to ask as any pod of the namespace',
    )
  return pod
}

function containerOf(pod: Pod, wanted: string | null): string {
  const names = pod.containers.map((it) => it.name)
  if (wanted !== null && !names.includes(wanted))
    throw new ToolError(
      'not-found',
      `no container \`${wanted}\` in pod ${pod.name}`,
      `there is ${(closest(wanted, names).length > 0 ? closest(wanted, names) : names).join(', ')}`,
    )
  return wanted ?? pod.containers.find((it) => it.ready)?.name ?? names[0] ?? ''
}

async function viewOf(
  { cluster, signal, tell }: Frame,
  pod: Pod,
  container: string,
  question: Question,
): Promise<ResolverView> {
  tell({
    kind: 'announce',
    line:
      `runs a short script in container ${container} of pod ${pod.namespace}/${pod.name}: ` +
      'reads resolv.conf and /etc/hosts, one lookup',
  })
  const asked = { namespace: pod.namespace, pod: pod.name, container, name: question.typed }
  const view = await resolverView(cluster, asked, signal)
  return isForAddresses(question)
    ? view
    : { ...view, lookup: unknown('not-asked', `getaddrinfo looks up addresses, not ${question.types[0]}`) }
}

/** As it was read; else as the kubelet must have written it. */
function resolvConfOf(pod: Pod, view: ResolverView, model: Model): Resolution['resolvConf'] {
  if (view.resolvConf.known) return { text: view.resolvConf.value, how: 'read', why: null }
  const dns = model.sources.clusterDns
  const computed = dns.known ? expectedResolvConf(pod, dns.value) : dns
  const why =
    view.resolvConf.why.reason === 'forbidden'
      ? `no permission: ${view.resolvConf.why.detail}`
      : view.resolvConf.why.detail
  if (!computed.known)
    throw new ToolError(
      'probe-failed',
      `the resolv.conf of pod ${pod.namespace}/${pod.name} is not known: ${why}`,
      `it could not be worked out either: ${computed.why.detail}`,
    )
  return { text: computed.value, how: 'computed', why, ...(mayDiffer(pod, view.resolvConf) ? { doubtful: true } : {}) }
}

async function hostsOf(
  cluster: Cluster,
  pod: Pod,
  view: ResolverView,
  question: Question,
): Promise<Resolution['hosts']> {
  if (!isForAddresses(question)) return { addresses: [], how: view.hosts.known ? 'read' : 'not-known' }
  const text = view.hosts.known ? view.hosts : await hostAliases(cluster, pod.namespace, pod.name)
  if (!text.known) return { addresses: [], how: 'not-known' }
  return { addresses: addressesInHosts(text.value, question.typed), how: view.hosts.known ? 'read' : 'computed' }
}

/** Any pod of the namespace, as the kubelet makes one that says nothing of DNS. */
export function blankPod(namespace: string, node: string | null): Pod {
  return {
    namespace,
    name: '',
    labels: {},
    node,
    ip: null,
    phase: 'Running',
    ready: true,
    notReadyReason: null,
    deleting: false,
    hostNetwork: false,
    dnsPolicy: 'ClusterFirst',
    dnsConfig: null,
    owner: null,
    containers: [],
  }
}
