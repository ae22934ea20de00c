import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Container, Pod } from '../../model/pod.ts'
import { dnsServerSubject } from '../../relations/dns/dns-servers.ts'
import { logEvidence, signsOf } from '../../relations/dns/server-log-signs.ts'
import { isOver, isServing } from '../../relations/service/service-selects-pod.ts'
import { dnsServerCrash, dnsServersDown } from '../../relations/symptom.ts'
import { parseCorefile } from '../../wire/corefile.ts'
import { count } from '../../phrases.ts'

/** One of the two: servers that end by themselves, or that the kubelet threw out. */
type Restarts = {
  readonly looping: number
  /** Of those that loop. */
  readonly loopingKilled: number
  readonly killed: number
  readonly of: number
  readonly restarts: number
  /** Of the memory of the first that was killed; null for none. */
  readonly limitMiB: number | null
  readonly evicted: number
  readonly ready: number
  readonly desired: number
  readonly autopath: boolean
  /** Why the first of them ended, in the cluster's word. */
  readonly last: string | null
  readonly pod: string | null
  readonly container: string | null
}

function limitOf({ limitMiB }: Restarts): string {
  return limitMiB === null ? 'no limit of its own' : `limit ${limitMiB} MiB`
}

interface Troubled {
  readonly pod: Pod
  readonly container: Container
}

/**
 * A crash-loop is an outage of that server; a kill for memory was one, and will be again, because the same load meets
 * the same limit. Restarts alone are not judged: a machine that was rebooted ten times has ten.
 */
export default check({
  code: 'DNS113',
  slug: 'dns/server-restarts',
  title: 'a DNS server crashes, was killed for memory or evicted',
  fine: 'no DNS server crash-loops, was killed for memory or evicted',
  severity: 'error',
  needs: ['clusterDns'],
  wants: ['dnsServerLogs'],
  remedies: [],
  decides: ['DNS-32', 'DNS-34', 'DNS-38', 'DNS-44', 'DNS-50'],

  run({ clusterDns, dnsServerLogs }): Verdict<Restarts> {
    const pods = clusterDns.pods.filter((it) => !isOver(it) && !it.deleting)
    const containers = pods.flatMap((pod) => pod.containers.map((container): Troubled => ({ pod, container })))
    const looping = containers.filter((it) => it.container.waiting === 'CrashLoopBackOff')
    const killed = containers.filter((it) => it.container.lastTermination === 'OOMKilled')
    const troubled = [...new Set([...looping, ...killed])]
    const [first] = troubled
    const thrownOut = evicted(clusterDns)
    if (pods.length === 0 && thrownOut.length === 0) return notApplicable('there are no pods of the DNS server')
    if (first === undefined)
      return thrownOut.length === 0 ? ok(pods.length) : ofEvicted(clusterDns, thrownOut, pods.length)
    const said = signsOf(
      dnsServerLogs,
      clusterDns.pods,
      'loop',
      'corefile-refused',
      'cannot-listen',
      'reload-failed',
      'last-words',
    )
    const limit = killed[0]?.container.memoryLimitBytes ?? null
    return finding({
      subject: dnsServerSubject(clusterDns),
      confidence: 'inferred',
      severity: looping.length > 0 ? 'error' : 'warning',
      args: {
        looping: looping.length,
        loopingKilled: looping.filter((it) => killed.includes(it)).length,
        killed: killed.length,
        of: pods.length,
        restarts: troubled.reduce((sum, it) => sum + it.container.restarts, 0),
        limitMiB: limit === null ? null : inMiB(limit),
        evicted: 0,
        ...readiness(clusterDns, pods.length),
        autopath: killed.length > 0 && hasAutopath(clusterDns),
        last: first.container.lastTermination,
        pod: first.pod.name,
        container: first.container.name,
      },
      evidence: [...(said.length === 0 ? [] : [logEvidence(said)]), ...troubled.slice(0, 6).map(told)],
      symptoms: looping.length > 0 ? [dnsServerCrash] : [],
      // One that is killed under load was ready until then, and what it had been asked is lost each time.
      causes: [
        ...(looping.length > 0 ? [dnsServersDown] : []),
        ...(looping.length > 0 && killed.length > 0 ? ['dns-loss:node/*', 'dns-external:*'] : []),
      ],
    })
  },

  words: {
    headline: ({ subject: on, args }) => {
      const name = `${on.kind} ${on.namespace}/${on.name}`
      if (args.evicted > 0)
        return (
          `${count(args.evicted, 'DNS server')} of ${name} ${args.evicted === 1 ? 'was' : 'were'} ` +
          `thrown out of ${args.evicted === 1 ? 'its node' : 'their nodes'} (${args.last ?? 'unknown'}): ` +
          `${args.ready} of ${args.desired} are ready.`
        )
      if (args.looping === 0) return `A DNS server of ${name} was killed for its memory (${limitOf(args)}).`
      const who = `${args.looping} of ${count(args.of, 'DNS server')} of ${name}`
      if (args.loopingKilled === args.looping)
        return (
          `${who} ${args.looping === 1 ? 'crashes' : 'crash'} again and again, ` +
          `killed for memory (${limitOf(args)}).`
        )
      return `${who} ${args.looping === 1 ? 'crashes' : 'crash'} again and again (${args.last ?? 'unknown'}).`
    },
    detail: ({ subject: on, args }) =>
      args.evicted > 0
        ? `${args.pod} · ${args.last ?? 'unknown'} · ${args.ready} of ${args.desired} ready`
        : `${on.kind} ${on.namespace}/${on.name} · ${args.looping} of ${args.of} crash-looping · ` +
          (args.killed > 0 ? `${args.killed} killed for memory, ${limitOf(args)}` : 'none killed for memory') +
          ` · ${count(args.restarts, 'restart')}`,
    note: ({ args }) => {
      if (args.evicted > 0)
        return (
          'the kubelet throws out what has the lowest priority first: ' +
          'DNS servers want priorityClassName system-cluster-critical'
        )
      if (args.autopath)
        return (
          'autopath keeps every pod of the cluster in memory: ' +
          'CoreDNS needs about 4 MB for each 1000 pods and Services with it, and 56 MB more; ' +
          'without it 1 MB and 54 MB'
        )
      return args.killed > 0
        ? 'CoreDNS needs about 1 MB for each 1000 pods and Services, ' +
            'and 54 MB more (4 MB for each 1000 with autopath); ' +
            'queries that wait for a slow upstream need memory too'
        : 'a Corefile that does not parse, a forward that leads back (Loop in the log), ' +
            'or a port that is taken: the log says which'
    },
    help: ({ subject: on, args }) =>
      args.evicted > 0
        ? [
            'see what the node ran out of, and give the DNS servers the priority that they should have',
            `kubectl -n ${on.namespace} describe pod ${args.pod}`,
            `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o ` +
              "jsonpath='{.spec.template.spec.priorityClassName}'",
          ]
        : [
            ...(args.autopath ? ['take `autopath` out of the Corefile, or give it the memory that it needs:'] : []),
            args.killed > 0
              ? 'raise the memory limit, after a look at what takes the memory; kubeadm sets 170Mi'
              : 'read why it ended',
            ...(args.killed > 0 && on.kind === 'Deployment'
              ? [
                  `kubectl -n ${on.namespace} set resources deployment/${on.name} ` +
                    `-c ${args.container} --limits=memory=170Mi`,
                ]
              : []),
            `kubectl -n ${on.namespace} logs ${args.pod} -c ${args.container} --previous --tail=20`,
            `kubectl -n ${on.namespace} describe pod ${args.pod}`,
          ],
  },
})

function told({ pod, container }: Troubled): Evidence {
  const limit =
    container.memoryLimitBytes === null ? 'no memory limit' : `memory limit ${inMiB(container.memoryLimitBytes)} MiB`
  const state = container.waiting ?? (container.ready ? 'running' : 'not ready')
  return {
    kind: 'fact',
    label: `${pod.name} ${container.name}`,
    value:
      `${state}, last ended: ${container.lastTermination ?? 'unknown'}, ` +
      `${count(container.restarts, 'restart')}, ${limit}`,
  }
}

function inMiB(bytes: number): number {
  return Math.round(bytes / 1_048_576)
}

/**
 * What ends a pod from outside, for others that matter more to its node. A preempted pod is deleted: its place shows.
 */
const thrownOutFor: ReadonlySet<string> = new Set(['Evicted', 'Preempting'])

function evicted({ pods }: ClusterDns): readonly Pod[] {
  return pods.filter((it) => it.phase === 'Failed' && thrownOutFor.has(it.overReason ?? ''))
}

/** Evicted pods stay in the list for good: where all that are wanted are ready, they are history. */
function ofEvicted(dns: ClusterDns, gone: readonly Pod[], of: number): Verdict<Restarts> {
  const { ready, desired } = readiness(dns, of)
  const [first] = gone
  return finding({
    subject: dnsServerSubject(dns),
    confidence: 'inferred',
    severity: ready < desired ? 'warning' : 'info',
    args: {
      evicted: gone.length,
      ready,
      desired,
      pod: first?.name ?? null,
      last: first?.overReason ?? null,
      looping: 0,
      loopingKilled: 0,
      killed: 0,
      of,
      restarts: 0,
      limitMiB: null,
      container: null,
      autopath: false,
    },
    evidence: gone
      .slice(0, 6)
      .map((it) => ({ kind: 'fact' as const, label: it.name, value: `${it.overReason}, on ${it.node ?? 'no node'}` })),
    causes: ready === 0 ? [dnsServersDown] : [],
  })
}

/** Of all that are wanted, and of those that there are where nobody says how many are wanted. */
function readiness({ pods, workload }: ClusterDns, of: number) {
  return { ready: pods.filter((it) => isServing(it)).length, desired: workload?.desired ?? of }
}

function hasAutopath({ corefile }: ClusterDns): boolean {
  return (
    corefile.known &&
    parseCorefile(corefile.value).servers.some((it) => it.plugins.some(({ name }) => name === 'autopath'))
  )
}
