import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Container, Pod } from '../../model/pod.ts'
import { dnsServerSubject } from '../../relations/dns-servers.ts'
import { isOver } from '../../relations/service-selects-pod.ts'
import { dnsServerCrash, dnsServersDown } from '../../relations/symptom.ts'
import { count } from '../service/words.ts'

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
  title: 'a DNS server crashes, or was killed for memory',
  fine: 'no DNS server crash-loops or was killed for memory',
  severity: 'error',
  needs: ['clusterDns'],
  remedies: [],
  decides: ['DNS-32', 'DNS-38', 'DNS-44'],

  run({ clusterDns }) {
    const pods = clusterDns.pods.filter((it) => !isOver(it) && !it.deleting)
    const containers = pods.flatMap((pod) => pod.containers.map((container): Troubled => ({ pod, container })))
    const looping = containers.filter((it) => it.container.waiting === 'CrashLoopBackOff')
    const killed = containers.filter((it) => it.container.lastTermination === 'OOMKilled')
    const troubled = [...new Set([...looping, ...killed])]
    const [first] = troubled
    if (pods.length === 0) return notApplicable('there are no pods of the DNS server')
    if (first === undefined) return ok(pods.length)
    const limit = killed[0]?.container.memoryLimitBytes ?? null
    return finding({
      subject: dnsServerSubject(clusterDns),
      confidence: 'inferred',
      severity: looping.length > 0 ? 'error' : 'warning',
      args: {
        looping: looping.length,
        killed: killed.length,
        of: pods.length,
        restarts: troubled.reduce((sum, it) => sum + it.container.restarts, 0),
        limit: limit === null ? 'no limit of its own' : mebibytes(limit),
        last: first.container.lastTermination ?? 'unknown',
        pod: first.pod.name,
        container: first.container.name,
      },
      evidence: troubled.slice(0, 6).map(told),
      symptoms: looping.length > 0 ? [dnsServerCrash] : [],
      explains: looping.length > 0 ? [dnsServersDown] : [],
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      Number(args['looping']) > 0
        ? `${args['looping']} of ${count(Number(args['of']), 'DNS server')} of ${on.kind} ${on.namespace}/${on.name} crash again and again (${args['last']}).`
        : `A DNS server of ${on.kind} ${on.namespace}/${on.name} was killed for its memory (${args['limit']}).`,
    detail: ({ subject: on, args }) => `${on.kind} ${on.namespace}/${on.name} · ${args['looping']} of ${args['of']} crash-looping · ${args['killed']} killed for memory, limit ${args['limit']} · ${args['restarts']} restarts`,
    note: ({ args }) =>
      Number(args['killed']) > 0
        ? 'CoreDNS needs about 1 MB for each 1000 pods and Services, and 54 MB more (4 MB for each 1000 with autopath); queries that wait for a slow upstream need memory too'
        : 'a Corefile that does not parse, a forward that leads back (Loop in the log), or a port that is taken: the log says which',
    help: ({ subject: on, args }) => [
      Number(args['killed']) > 0 ? 'raise the memory limit, after a look at what takes the memory' : 'read why it ended',
      `kubectl -n ${on.namespace} logs ${args['pod']} -c ${args['container']} --previous --tail=20`,
      `kubectl -n ${on.namespace} describe pod ${args['pod']}`,
    ],
  },
})

function told({ pod, container }: Troubled): Evidence {
  const limit = container.memoryLimitBytes === null ? 'no memory limit' : `memory limit ${mebibytes(container.memoryLimitBytes)}`
  const state = container.waiting ?? (container.ready ? 'running' : 'not ready')
  return { kind: 'fact', label: `${pod.name} ${container.name}`, value: `${state}, last ended: ${container.lastTermination ?? 'unknown'}, ${count(container.restarts, 'restart')}, ${limit}` }
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1_048_576)} MiB`
}
