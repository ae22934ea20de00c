import type { Cluster } from '../kube/cluster.ts'
import { readUntil } from '../kube/read-until.ts'
import type { LoadEnd, LoadStep } from '../model/load.ts'
import type { Model } from '../model/sources.ts'
import { capacityExitCode, capacityHeadline, capacityText } from '../report/dns/dns-capacity.ts'
import { loadExitCode, loadHeadline, loadText } from '../report/dns/dns-load.ts'
import { type Paint, paint } from '../report/paint.ts'
import { type DnsCapacity, dnsCapacity } from '../answers/dns-capacity.ts'
import { autoscalerConfigMap } from '../relations/dns/dns-sizing.ts'
import { ToolError } from '../tool-error.ts'
import { askLine } from './terminal/ask-line.ts'
import type { ClusterFlags, PodFlags, ReportFlags } from './flags.ts'
import { endOf, interruptible } from './terminal/interrupt.ts'
import { type Progress, progressOn } from './terminal/progress.ts'
import { say, tell } from './terminal/say.ts'

export type CapacityFlags = Omit<ClusterFlags, 'allNamespaces'> &
  Pick<ReportFlags, 'output' | 'color'> &
  PodFlags & {
    readonly load?: number
    readonly yes?: boolean
    readonly window: number
    readonly node?: readonly string[]
    readonly probeTolerateAll?: boolean
    readonly timeout: number
  }

/** `hopscope dns capacity`: reads only, unless `--load` names a rate. Returns 0, 1, 2 or 130. */
export async function capacityCommand(flags: CapacityFlags): Promise<number> {
  const progress = progressOn(process.stderr, flags.output !== 'text')
  const interrupt = interruptible()
  const signal = AbortSignal.any([interrupt.signal, AbortSignal.timeout(flags.timeout)])
  const { open } = await import('../session/open.ts')
  const cluster = await open(flags, signal)
  try {
    const model = await everything(readUntil(cluster, signal), progress)
    signal.throwIfAborted()
    if (flags.load !== undefined) return await loaded(cluster, model, flags, flags.load, progress, signal)
    const capacity = await measured(cluster, model, flags, progress, signal)
    signal.throwIfAborted()
    progress.done()
    if (flags.output === 'json') process.stdout.write(`${JSON.stringify(capacityJson(capacity), null, 2)}\n`)
    else say(...capacityText(capacity, look(flags)), 'Read only: nothing was loaded. --load RATE measures the ceiling.')
    return capacityExitCode(capacity)
  } catch (error) {
    progress.done()
    return endOf(error, { interrupted: interrupt.interrupted(), deadline: signal, timeoutMs: flags.timeout })
  } finally {
    interrupt.release()
    cluster.close()
  }
}

/** Every namespace: CoreDNS holds the Pods and Services of all. What may not be read is unknown, not zero. */
async function everything(cluster: Cluster, progress: Progress): Promise<Model> {
  progress.step(`reading every namespace of ${cluster.context} ...`)
  const { collect } = await import('../collect/collect.ts')
  return collect(cluster, {
    scope: { namespace: null, target: { kind: 'dns' }, level: 'read' },
    progress: progress.step,
  })
}

async function measured(
  cluster: Cluster,
  model: Model,
  flags: CapacityFlags,
  progress: Progress,
  signal: AbortSignal,
): Promise<DnsCapacity> {
  const { clusterDns } = model.sources
  if (!clusterDns.known)
    throw new ToolError(
      'probe-failed',
      `the cluster's DNS servers are not known: ${clusterDns.why.detail}`,
      'hopscope dns',
    )
  const pods = clusterDns.value.pods.filter((it) => it.phase === 'Running' && !it.deleting)
  if (pods.length === 0) throw new ToolError('probe-failed', 'no DNS server runs', 'hopscope dns says why')
  progress.step(`reading the metrics of ${pods.length} DNS servers for ${flags.window / 1000} s ...`)
  const { readCoreDnsRates } = await import('../collect/coredns-rates.ts')
  const rates = await readCoreDnsRates(cluster, pods, flags.window / 1000, signal)
  const capacity = dnsCapacity(model, rates)
  if (capacity === null) throw new ToolError('internal', 'the DNS servers were known a moment ago')
  const reason = [...rates.values()].map((it) => (it.known ? null : it.why))[0]
  if (capacity.servers.every((it) => !it.rates.known) && reason !== null && reason !== undefined) {
    throw new ToolError(
      reason.reason === 'forbidden' ? 'forbidden' : 'probe-failed',
      `no DNS server's metrics could be read: ${reason.detail}`,
      "it takes the right to get pods/proxy in kube-system (deploy/rbac-capacity.yaml), and CoreDNS's `prometheus` plugin",
    )
  }
  return capacity
}

async function loaded(
  cluster: Cluster,
  model: Model,
  flags: CapacityFlags,
  rate: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<number> {
  const [{ announceLoad, mostRate, planLoad }, { runLoad }, { newRunId }, { probeNamespaceOf }] = await Promise.all([
    import('../probe/load/load-plan.ts'),
    import('../probe/load/load-run.ts'),
    import('../probe/pods/pods.ts'),
    import('../session/gather.ts'),
  ])
  if (rate > mostRate)
    throw new ToolError('usage', `--load ${rate} is more than hopscope sends`, `at most ${mostRate} queries/s`)
  const plan = planLoad(model, {
    rate,
    run: newRunId(),
    namespace: (await probeNamespaceOf(cluster, flags)) ?? flags.namespace ?? cluster.namespace,
    image: flags.image,
    nodes: flags.node ?? null,
    tolerateAll: flags.probeTolerateAll === true,
  })
  if ('why' in plan) throw new ToolError('probe-failed', plan.why, plan.hint)
  progress.announce(`This puts load on the DNS of context ${cluster.context}:`)
  for (const line of announceLoad(plan)) progress.announce(`  ${line}`)
  if (!(await confirmed(flags, signal))) {
    tell('not confirmed; nothing was started')
    return 2
  }
  const result = await runLoad(cluster, plan, (step) => progress.step(stepLine(step)), signal)
  progress.done()
  for (const pod of result.left)
    progress.announce(`pod ${pod} would not go; its own deadline ends it, and \`hopscope cleanup\` removes it`)
  signal.throwIfAborted()
  if (result.end === null)
    throw new ToolError(
      'probe-failed',
      `the load did not come to its end: ${result.why ?? 'unknown'}`,
      result.steps.length === 0 ? null : `${result.steps.length} steps were told; the pod is removed`,
    )
  if (flags.output === 'json')
    process.stdout.write(`${JSON.stringify(loadJson(result.steps, result.end, rate), null, 2)}\n`)
  else say(...loadText(result.steps, result.end, rate, look(flags)))
  return loadExitCode(result.end)
}

async function confirmed(flags: CapacityFlags, signal: AbortSignal): Promise<boolean> {
  if (flags.yes === true) return true
  if (!process.stdin.isTTY)
    throw new ToolError('usage', 'there is no terminal to ask on', '--yes, if you have read what it will do')
  return /^y(es)?$/i.test((await askLine('Start? Type yes: ', signal)) ?? '')
}

function stepLine({ asked, load, canary }: LoadStep): string {
  return asked === 0
    ? 'looked at the servers before any load'
    : `${asked} queries/s: p99 ${load.p99} ms, canary ${canary.p99} ms, ${load.lost + canary.lost} lost`
}

function look(flags: CapacityFlags): Paint {
  const colour =
    flags.color === 'always' ||
    (flags.color === 'auto' &&
      process.stdout.isTTY &&
      process.env['NO_COLOR'] === undefined &&
      process.env['TERM'] !== 'dumb')
  const utf8 = /utf-?8/i.test(process.env['LC_ALL'] ?? process.env['LC_CTYPE'] ?? process.env['LANG'] ?? 'C.UTF-8')
  return paint({ colour, ascii: !utf8, width: Math.min(110, process.stdout.columns || 100) })
}

function capacityJson(it: DnsCapacity): object {
  return {
    schema: 'hopscope/v1',
    kind: 'dns-capacity',
    headline: capacityHeadline(it),
    ...it,
    sizing: { ...it.sizing, cpuLimitMilli: null, configMap: autoscalerConfigMap(it.sizing) },
  }
}

function loadJson(steps: readonly LoadStep[], end: LoadEnd, target: number): object {
  return { schema: 'hopscope/v1', kind: 'dns-load', headline: loadHeadline(end, target), target, end, steps }
}
