import { isIP } from 'node:net'
import { closest } from '../closest.ts'
import { collect } from '../collect/collect.ts'
import { hostAliases } from '../collect/host-aliases.ts'
import { resolveTarget } from '../collect/target.ts'
import type { Cluster } from '../kube/cluster.ts'
import { readUntil } from '../kube/read-until.ts'
import { leftOut, unknown } from '../model/known.ts'
import type { Pod } from '../model/pod.ts'
import type { ResolverView } from '../model/resolution.ts'
import type { Model } from '../model/sources.ts'
import { planNodes } from '../probe/plan/plan-nodes.ts'
import { newRunId } from '../probe/pods/pods.ts'
import {
  announceResolve,
  isLoopback,
  type ResolvePlan,
  type ResolveRun,
  resolveSpec,
  runResolve,
} from '../probe/resolve/resolve-run.ts'
import { resolverView } from '../probe/inside/resolver-view.ts'
import { expectedResolvConf } from '../relations/dns/expected-resolv-conf.ts'
import { asProbe, policyOnResolver } from '../relations/policy/policy-on-resolver.ts'
import { outcomeOf, type Resolution, resolveExitCode } from '../answers/resolution.ts'
import { resolveJson } from '../report/resolve/resolve-json.ts'
import { resolveText } from '../report/resolve/resolve-text.ts'
import { ToolError } from '../tool-error.ts'
import { projectService } from '../collect/project/service.ts'
import * as resource from '../kube/resources.ts'
import type { Service } from '../model/service.ts'
import { createIntern } from '../wire/intern.ts'
import { asDnsName, type DnsName } from '../wire/dns-name.ts'
import { addressesInHosts, candidates, reverseName, settingsOf } from '../wire/resolver-walk.ts'
import type { ClusterFlags, PodFlags } from './flags.ts'
import { terminalPaint } from './terminal/look.ts'
import { checkNodes, probeNamespaceOf } from '../session/gather.ts'
import { open } from '../session/open.ts'
import { endOf, interruptible } from './terminal/interrupt.ts'
import { type Progress, progressOn } from './terminal/progress.ts'
import { version } from '../version.ts'

export interface ResolveFlags extends ClusterFlags, PodFlags {
  readonly from?: string
  readonly container?: string
  readonly type?: string
  readonly node?: string
  readonly timeout: number
  readonly output: 'text' | 'json'
}

interface Question {
  readonly label: string
  readonly typed: DnsName
  readonly types: readonly string[]
}

/** Returns 0 when the name is resolved, 1 when it is not or not well, 2 when it could not be asked, 130 interrupted. */
export async function resolveCommand(name: string, flags: ResolveFlags): Promise<number> {
  const question = parseQuestion(name, flags.type ?? null)
  const started = performance.now()
  const progress = progressOn(process.stderr, flags.output !== 'text')
  const interrupt = interruptible()
  const deadline = AbortSignal.timeout(flags.timeout)
  const signal = AbortSignal.any([interrupt.signal, deadline])
  const cluster = await open(flags, signal)
  try {
    const resolution = await look(cluster, question, flags, progress, signal)
    progress.done()
    const seconds = Math.round((performance.now() - started) / 100) / 10
    process.stdout.write(
      flags.output === 'json'
        ? resolveJson(resolution.it, { seconds, left: resolution.left })
        : resolveText(resolution.it, terminalPaint(process.stdout), [
            `${seconds.toFixed(1)} s · ${resolution.touched}`,
          ]),
    )
    return resolveExitCode(outcomeOf(resolution.it))
  } catch (error) {
    progress.done()
    return endOf(error, { interrupted: interrupt.interrupted(), deadline, timeoutMs: flags.timeout })
  } finally {
    interrupt.release()
    cluster.close()
  }
}

const knownTypes = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT']

function parseQuestion(name: string, type: string | null): Question {
  const typed = asDnsName(isIP(name) !== 0 && type === null ? (reverseName(name) ?? name) : name)
  if (isIP(name) !== 0 && type === null && typed !== null) return { label: name, typed, types: ['PTR'] }
  if (typed === null)
    throw new ToolError(
      'usage',
      `\`${name}\` is no name to look up`,
      'a name has letters, digits, `-`, `_` and dots: hopscope resolve cart.shop',
    )
  const wanted = type?.toUpperCase() ?? null
  if (wanted !== null && !knownTypes.includes(wanted))
    throw new ToolError('usage', `no record type \`${type}\``, `there is ${knownTypes.join(', ')}`)
  return { label: name, typed, types: wanted === null ? ['A', 'AAAA'] : [wanted] }
}

interface Looked {
  readonly it: Resolution
  readonly touched: string
  readonly left: readonly string[]
}

async function look(
  cluster: Cluster,
  question: Question,
  flags: ResolveFlags,
  progress: Progress,
  signal: AbortSignal,
): Promise<Looked> {
  const namespace = flags.namespace ?? cluster.namespace
  if (flags.allNamespaces === true)
    throw new ToolError('usage', 'one lookup is made from one namespace', 'name it: -n NAMESPACE, without -A')
  await resolveTarget(flags.from === undefined ? 'dns' : target(flags.from), readUntil(cluster, signal), namespace)
  const podsIn = (await probeNamespaceOf(cluster, flags)) ?? namespace
  progress.step(`reading namespace ${namespace} of ${cluster.context} ...`)
  const model = await collect(readUntil(cluster, signal), {
    scope: { namespace, target: { kind: 'dns' }, level: 'probe' },
    tool: version,
    probeNamespace: podsIn,
  })
  signal.throwIfAborted()
  const pod = flags.from === undefined ? null : podNamed(flags.from, namespace, model)
  const container = pod === null ? null : containerOf(pod, flags.container ?? null)

  const lookInto = (it: Pod, named: string): Promise<ResolverView> =>
    flags.exec === false ? Promise.resolve(unlooked) : viewOf(cluster, it, named, question, progress, signal)
  const view = pod === null || container === null ? null : await lookInto(pod, container)
  signal.throwIfAborted()
  const anyPod = podsIn === namespace ? null : asAny(namespace, podsIn)
  const wanted = pod !== null && view !== null ? { pod, view } : anyPod
  const conf = wanted === null ? null : resolvConfOf(wanted.pod, wanted.view, model)
  const hosts =
    pod === null || view === null
      ? { addresses: [], how: 'not-known' as const }
      : await hostsOf(readUntil(cluster, signal), pod, view, question)
  const needed = hosts.addresses.length === 0
  const plan = needed ? planOf(question, pod, conf?.text ?? null, model, podsIn, flags) : null
  for (const line of plan === null ? [] : announceResolve(plan)) progress.announce(line)
  const run = plan === null ? null : await runResolve(cluster, plan, progress.step, signal)
  signal.throwIfAborted()
  const service = await serviceMeant(cluster, question, run?.resolvConf ?? conf?.text ?? '', model, namespace)
  const it: Resolution = {
    ...resolutionOf({ question, pod, container, namespace, plan, conf, hosts, view, run, model }),
    service,
  }
  const left = run?.left ?? []
  const touched =
    run === null
      ? `${view === null || flags.exec === false ? 'read only' : 'one exec'}, no pod`
      : `${run.queries} queries by a probe pod, ${left.length === 0 ? 'removed' : `NOT removed: ${left.join(', ')} (hopscope cleanup)`}`
  return { it, touched, left }
}

const leftOutHere = unknown('not-asked', leftOut('--no-exec'))

/** A pod that nobody looks into, by the user's choice. */
const unlooked: ResolverView = { resolvConf: leftOutHere, hosts: leftOutHere, libc: null, lookup: leftOutHere }

/** The probe pod's own search list is of the namespace where it is, and not of the one that was asked about. */
function asAny(namespace: string, podsIn: string): { readonly pod: Pod; readonly view: ResolverView } {
  const why = unknown('not-asked', `the probe pod is in namespace ${podsIn}`)
  return { pod: blank(namespace, null), view: { resolvConf: why, hosts: why, libc: null, lookup: why } }
}

function target(from: string): string {
  if (!from.includes('/')) return `pod/${from}`
  if (!/^(po|pod|pods)\//i.test(from))
    throw new ToolError('usage', `\`${from}\` is no pod`, 'lookups are made as one pod makes them: --from pod/NAME')
  return from
}

function podNamed(from: string, namespace: string, model: Model): Pod {
  const { pods } = model.sources
  const name = from.slice(from.indexOf('/') + 1)
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
      `pod ${namespace}/${name} is not running: ${pod.phase}${pod.notReadyReason === null ? '' : `, ${pod.notReadyReason}`}`,
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
  cluster: Cluster,
  pod: Pod,
  container: string,
  { typed, types }: Question,
  progress: Progress,
  signal: AbortSignal,
): Promise<ResolverView> {
  progress.announce(
    `runs a short script in container ${container} of pod ${pod.namespace}/${pod.name}: reads resolv.conf and /etc/hosts, one lookup`,
  )
  const view = await resolverView(cluster, { namespace: pod.namespace, pod: pod.name, container, name: typed }, signal)
  return types.length === 2
    ? view
    : { ...view, lookup: unknown('not-asked', `getaddrinfo looks up addresses, not ${types[0]}`) }
}

/** The first name tried that is a Service's; those of other namespaces are read one by one, and there are few. */
async function serviceMeant(
  cluster: Cluster,
  { typed }: Question,
  resolvConf: string,
  model: Model,
  namespace: string,
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

type Conf = Resolution['resolvConf']

/** As it was read; else as the kubelet must have written it. */
function resolvConfOf(pod: Pod, view: ResolverView, model: Model): Conf {
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
  return { text: computed.value, how: 'computed', why }
}

async function hostsOf(
  cluster: Cluster,
  pod: Pod,
  view: ResolverView,
  { typed, types }: Question,
): Promise<Resolution['hosts']> {
  if (types.length !== 2) return { addresses: [], how: view.hosts.known ? 'read' : 'not-known' }
  const text = view.hosts.known ? view.hosts : await hostAliases(cluster, pod.namespace, pod.name)
  if (!text.known) return { addresses: [], how: 'not-known' }
  return { addresses: addressesInHosts(text.value, typed), how: view.hosts.known ? 'read' : 'computed' }
}

/** On the pod's own node, which it may share with a taint; else on the first node that takes probe pods. */
function planOf(
  question: Question,
  pod: Pod | null,
  resolvConf: string | null,
  model: Model,
  namespace: string,
  flags: ResolveFlags,
): ResolvePlan {
  const inside = resolvConf === null ? [] : settingsOf('glibc', resolvConf).nameservers.filter(isLoopback)
  if (inside.length > 0)
    throw new ToolError(
      'probe-failed',
      `nameserver ${inside[0]} is inside pod ${pod?.namespace}/${pod?.name}${pod?.hostNetwork === true ? ' or its node' : ''}: no other pod can ask it`,
      "leave out --from to ask the cluster's DNS, or look up in the pod itself: kubectl exec",
    )
  if (flags.node !== undefined) checkNodes([flags.node], model)
  const choice = planNodes(model, {
    names: flags.node === undefined ? null : [flags.node],
    most: 1,
    tolerateAll: false,
  })
  const node = pod?.node ?? choice.nodes[0]
  const { nodes, pods } = model.sources
  if (node === undefined && !nodes.known && !pods.known)
    throw new ToolError(
      'forbidden',
      `no permission to see where a probe pod could run: ${nodes.why.detail}`,
      'deploy/rbac-read.yaml and rbac-probe.yaml have the rights; or name a node: --node',
    )
  if (node === undefined)
    throw new ToolError(
      'probe-failed',
      `no node takes a probe pod${choice.skipped[0] === undefined ? '' : `: ${choice.skipped[0].node} is ${choice.skipped[0].why}`}`,
      'name one with --node',
    )
  return {
    run: newRunId(),
    namespace,
    node,
    image: flags.image,
    tolerateAll: pod !== null,
    spec: resolveSpec({ typed: question.typed, types: question.types, resolvConf }, model.sources.clusterDns),
  }
}

interface Parts {
  readonly question: Question
  readonly pod: Pod | null
  readonly container: string | null
  readonly namespace: string
  readonly plan: ResolvePlan | null
  readonly conf: Conf | null
  readonly hosts: Resolution['hosts']
  readonly view: ResolverView | null
  readonly run: ResolveRun | null
  readonly model: Model
}

function resolutionOf({ question, pod, container, namespace, plan, conf, hosts, view, run, model }: Parts): Resolution {
  const { clusterDns: dns, networkPolicies, namespaces } = model.sources
  const resolvConf = conf ?? { text: run?.resolvConf ?? '', how: 'probe-pod' as const, why: null }
  const { nameservers } = settingsOf('glibc', resolvConf.text)
  const missing = (detail: string) => unknown('not-asked', detail)
  const own: Resolution['own'] =
    view?.lookup ??
    (run?.own === null || run === null ? missing(whyNotCalled(question, conf)) : { known: true, value: run.own })
  const probePod = (labels: Pod['labels']): Pod => ({
    ...asProbe(pod ?? blank(namespace, plan?.node ?? null), labels),
    namespace: plan?.namespace ?? namespace,
  })
  const judged = (of: Pod): Resolution['probe'] =>
    policyOnResolver(of, nameservers, { dns, networkPolicies, namespaces })
  const services = model.sources.services.known
    ? model.sources.services.value.filter((it) => it.namespace === namespace).map((it) => it.name)
    : []
  return {
    ...question,
    near: closest(question.typed.split('.')[0] ?? '', services),
    from: { namespace, pod: pod?.name ?? null, container, node: pod?.node ?? plan?.node ?? '' },
    resolvConf,
    hosts,
    libc: view?.libc ?? null,
    own,
    walks: run?.walks ?? missing('not needed'),
    servers: run?.servers ?? [],
    queries: run?.queries ?? 0,
    domain: dns.known ? dns.value.domain : 'cluster.local',
    target: pod === null ? null : judged(pod),
    probe: run === null ? missing('not needed') : judged(probePod(run.labels)),
  }
}

function whyNotCalled({ types }: Question, conf: Conf | null): string {
  if (types.length !== 2) return `getaddrinfo looks up addresses, not ${types[0]}`
  return conf === null ? 'the probe pod told nothing' : 'the resolv.conf of the probe pod is not the one that counts'
}

function blank(namespace: string, node: string | null): Pod {
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
