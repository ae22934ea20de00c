import { hasAutopath } from '../../answers/dns-capacity.ts'
import type { Resolution } from '../../answers/resolution.ts'
import { closest } from '../../closest.ts'
import { projectService } from '../../collect/project/service.ts'
import type { Cluster } from '../../kube/cluster.ts'
import * as resource from '../../kube/resources.ts'
import { type Known, unknown } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { planNodes } from '../../probe/plan/plan-nodes.ts'
import { newRunId } from '../../probe/pods/pods.ts'
import {
  announceResolve,
  type ResolvePlan,
  type ResolveRun,
  resolveSpec,
  runResolve,
} from '../../probe/resolve/resolve-run.ts'
import { asProbe, policyOnResolver } from '../../relations/policy/policy-on-resolver.ts'
import { headlessName } from '../../relations/service/headless-names.ts'
import { ToolError } from '../../tool-error.ts'
import { createIntern } from '../../wire/intern.ts'
import { candidates, settingsOf } from '../../wire/resolver-walk.ts'
import type { ClusterAsk, PodAsk } from '../asks.ts'
import { type Caller, stepsOf } from '../events.ts'
import { checkNodes } from '../gather.ts'
import { type Ended, type Frame, withCluster } from '../with-cluster.ts'
import { anyAsker, type Asker, askerNamed, blankPod } from './asker.ts'
import { type Place, placeOf } from './place.ts'
import { isForAddresses, parseQuestion, type Question } from './question.ts'
import { isLoopback } from '../../wire/ip-family.ts'

export interface ResolveAsk extends ClusterAsk, PodAsk {
  readonly name: string
  /** pod/NAME, or a workload or Service for one of its pods; undefined: any pod of the namespace. */
  readonly from?: string
  readonly container?: string
  readonly type?: string
  readonly node?: string
  readonly timeout: number
}

export interface Resolved {
  readonly resolution: Resolution
  /** What was done to the cluster, in a few words. */
  readonly touched: string
  /** Pods that were not seen to go. */
  readonly left: readonly string[]
  readonly seconds: number
}

/** Looks a name up as a pod would: its files, its library's walk, every server by itself. */
export async function resolveName(ask: ResolveAsk, caller: Caller): Promise<Ended<Resolved>> {
  const question = parseQuestion(ask.name, ask.type ?? null)
  if (ask.allNamespaces === true)
    throw new ToolError('usage', 'one lookup is made from one namespace', 'name it: -n NAMESPACE, without -A')
  const began = performance.now()
  return withCluster(ask, caller, async (frame) => {
    const looked = await look(frame, question, ask)
    return { ...looked, seconds: Math.round((performance.now() - began) / 100) / 10 }
  })
}

async function look(frame: Frame, question: Question, ask: ResolveAsk): Promise<Omit<Resolved, 'seconds'>> {
  const { cluster, signal, tell } = frame
  const place = await placeOf(frame, ask)
  const { pod } = place
  const asker = pod === null ? anyAsker(place) : await askerNamed(frame, question, place, { ...ask, pod })
  const plan = asker.hosts.addresses.length === 0 ? planOf(question, asker, place, ask) : null
  for (const line of plan === null ? [] : announceResolve(plan)) tell({ kind: 'announce', line })
  const run = plan === null ? null : await runResolve(cluster, plan, stepsOf(tell), signal)
  signal.throwIfAborted()
  const service = await serviceMeant(cluster, question, run?.resolvConf ?? asker.conf?.text ?? '', place)
  const resolution = { ...resolutionOf({ question, asker, place, plan, run }), service }
  const isRead = asker.view === null || ask.exec === false
  return { resolution, touched: touchedBy(run, isRead), left: run?.left ?? [] }
}

function touchedBy(run: ResolveRun | null, isRead: boolean): string {
  if (run === null) return `${isRead ? 'read only' : 'one exec'}, no pod`
  const gone = run.left.length === 0 ? 'removed' : `NOT removed: ${run.left.join(', ')} (hopscope cleanup)`
  return `${run.queries} queries by a probe pod, ${gone}`
}

/** On the pod's own node, which it may share with a taint; else on the first node that takes probe pods. */
function planOf(question: Question, { pod, conf }: Asker, { model, podsIn }: Place, ask: ResolveAsk): ResolvePlan {
  const resolvConf = conf?.text ?? null
  refuseInside(pod, resolvConf)
  if (ask.node !== undefined) checkNodes([ask.node], model)
  const node = pod?.node ?? firstNode(model, ask.node ?? null)
  return {
    run: newRunId(),
    namespace: podsIn,
    node,
    image: ask.image,
    tolerateAll: pod !== null,
    spec: resolveSpec({ typed: question.typed, types: question.types, resolvConf }, model.sources.clusterDns),
  }
}

/** A nameserver on the pod's own loopback answers nobody else. */
function refuseInside(pod: Pod | null, resolvConf: string | null): void {
  const [inside] = resolvConf === null ? [] : settingsOf('glibc', resolvConf).nameservers.filter(isLoopback)
  if (inside === undefined) return
  const place = `pod ${pod?.namespace}/${pod?.name}${pod?.hostNetwork === true ? ' or its node' : ''}`
  throw new ToolError(
    'probe-failed',
    `nameserver ${inside} is inside ${place}: no other pod can ask it`,
    "leave out --from to ask the cluster's DNS, or look up in the pod itself: kubectl exec",
  )
}

function firstNode(model: Place['model'], named: string | null): string {
  const { nodes: able, skipped } = planNodes(model, {
    names: named === null ? null : [named],
    most: 1,
    tolerateAll: false,
  })
  const { nodes, pods } = model.sources
  const [node] = able
  if (node !== undefined) return node
  if (!nodes.known && !pods.known)
    throw new ToolError(
      'forbidden',
      `no permission to see where a probe pod could run: ${nodes.why.detail}`,
      'deploy/rbac-read.yaml and rbac-probe.yaml have the rights; or name a node: --node',
    )
  const [first] = skipped
  throw new ToolError(
    'probe-failed',
    `no node takes a probe pod${first === undefined ? '' : `: ${first.node} is ${first.why}`}`,
    'name one with --node',
  )
}

/** The first name tried that is a Service's; those of other namespaces are read one by one, and there are few. */
async function serviceMeant(
  cluster: Cluster,
  { typed }: Question,
  resolvConf: string,
  { model, namespace }: Place,
): Promise<Service | null> {
  const { clusterDns, services } = model.sources
  const tail = `.svc.${clusterDns.known ? clusterDns.value.domain : 'cluster.local'}.`
  const tried = candidates('glibc', settingsOf('glibc', resolvConf), typed).map((it) => it.name.toLowerCase())
  const named = tried
    .filter((it) => it.endsWith(tail))
    .map((it) => it.slice(0, -tail.length).split('.'))
    .filter((it) => it.length === 2)
  for (const [name = '', of = ''] of named.slice(0, 3)) {
    const own = services.known ? services.value.find((it) => it.namespace === of && it.name === name) : undefined
    if (own !== undefined) return own
    if (of === namespace && services.known) continue
    const read = await cluster.get(resource.services, of, name, (raw) => projectService(raw, createIntern()))
    if (read.known && read.value !== null) return read.value
  }
  return null
}

interface Parts {
  readonly question: Question
  readonly asker: Asker
  readonly place: Place
  readonly plan: ResolvePlan | null
  readonly run: ResolveRun | null
}

const missing = (detail: string): ReturnType<typeof unknown> => unknown('not-asked', detail)

function resolutionOf(parts: Parts): Resolution {
  const { question, asker, place, run } = parts
  const { clusterDns: dns, services, pods } = place.model.sources
  const resolvConf = asker.conf ?? { text: run?.resolvConf ?? '', how: 'probe-pod' as const, why: null }
  return {
    ...question,
    near: nearTo(question, place),
    headless:
      services.known && pods.known
        ? headlessName(
            candidates('glibc', settingsOf('glibc', resolvConf.text), question.typed).map((it) => it.name),
            dns.known ? dns.value.domain : 'cluster.local',
            { services: services.value, pods: pods.value },
          )
        : null,
    from: fromOf(parts),
    resolvConf,
    hosts: asker.hosts,
    libc: asker.view?.libc ?? null,
    own: ownLookup(question, asker, run),
    walks: run?.walks ?? missing('not needed'),
    servers: run?.servers ?? [],
    queries: run?.queries ?? 0,
    domain: dns.known ? dns.value.domain : 'cluster.local',
    autopath: dns.known && dns.value.corefile.known && hasAutopath(dns.value.corefile.value),
    ...permitted(parts, settingsOf('glibc', resolvConf.text).nameservers),
  }
}

/** Services of the namespace with a name like the one that was asked for. */
function nearTo({ typed }: Question, { model, namespace }: Place): readonly string[] {
  const { services } = model.sources
  const names = services.known ? services.value.filter((it) => it.namespace === namespace).map((it) => it.name) : []
  return closest(typed.split('.')[0] ?? '', names)
}

function fromOf({ asker: { pod, container }, place: { namespace }, plan }: Parts): Resolution['from'] {
  return { namespace, pod: pod?.name ?? null, container, node: pod?.node ?? plan?.node ?? '' }
}

/** getaddrinfo in the container itself; in the probe pod, when no pod was named. */
function ownLookup(question: Question, { view, conf }: Asker, run: ResolveRun | null): Resolution['own'] {
  if (view !== null) return view.lookup
  const own = run?.own ?? null
  return own === null ? missing(whyNotCalled(question, conf)) : { known: true, value: own }
}

function whyNotCalled(question: Question, conf: Asker['conf']): string {
  if (!isForAddresses(question)) return `getaddrinfo looks up addresses, not ${question.types[0]}`
  return conf === null ? 'the probe pod told nothing' : 'the resolv.conf of the probe pod is not the one that counts'
}

/** What policies let the pod, and the probe pod in its stead, ask. */
function permitted(
  { asker: { pod }, place, plan, run }: Parts,
  nameservers: readonly string[],
): Pick<Resolution, 'target' | 'probe'> {
  const { clusterDns: dns, networkPolicies, namespaces } = place.model.sources
  const judged = (of: Pod): Resolution['probe'] =>
    policyOnResolver(of, nameservers, { dns, networkPolicies, namespaces })
  const probePod = (labels: Pod['labels']): Pod => ({
    ...asProbe(pod ?? blankPod(place.namespace, plan?.node ?? null), labels),
    namespace: plan?.namespace ?? place.namespace,
  })
  const probe: Known<never> | Resolution['probe'] = run === null ? missing('not needed') : judged(probePod(run.labels))
  return { target: pod === null ? null : judged(pod), probe }
}
