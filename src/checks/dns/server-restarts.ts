import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { type Args, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Container, Pod } from '../../model/pod.ts'
import { dnsServerSubject } from '../../relations/dns-servers.ts'
import { logEvidence, signsOf } from '../../relations/server-log-signs.ts'
import { isOver } from '../../relations/service-selects-pod.ts'
import { dnsServerCrash, dnsServersDown } from '../../relations/symptom.ts'
import { count } from '../service/words.ts'

const limitOf = (args: Args): string => (args['limit'] === 'no limit of its own' ? 'no limit of its own' : `limit ${args['limit']}`)

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
  wants: ['dnsServerLogs'],
  remedies: [],
  decides: ['DNS-32', 'DNS-38', 'DNS-44'],

  run({ clusterDns, dnsServerLogs }) {
    const pods = clusterDns.pods.filter((it) => !isOver(it) && !it.deleting)
    const containers = pods.flatMap((pod) => pod.containers.map((container): Troubled => ({ pod, container })))
    const looping = containers.filter((it) => it.container.waiting === 'CrashLoopBackOff')
    const killed = containers.filter((it) => it.container.lastTermination === 'OOMKilled')
    const troubled = [...new Set([...looping, ...killed])]
    const [first] = troubled
    if (pods.length === 0) return notApplicable('there are no pods of the DNS server')
    if (first === undefined) return ok(pods.length)
    const said = signsOf(dnsServerLogs, clusterDns.pods, 'loop', 'corefile-refused', 'cannot-listen', 'reload-failed', 'last-words')
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
      evidence: [...(said.length === 0 ? [] : [logEvidence(said)]), ...troubled.slice(0, 6).map(told)],
      symptoms: looping.length > 0 ? [dnsServerCrash] : [],
      // One that is killed under load was ready until then, and what it had been asked is lost each time.
      explains: looping.length === 0 ? [] : killed.length === 0 ? [dnsServersDown] : [dnsServersDown, 'dns-loss:node/*', 'dns-external:*'],
    })
  },

  words: {
    headline: ({ subject: on, args }) => {
      const name = `${on.kind} ${on.namespace}/${on.name}`
      if (Number(args['looping']) === 0) return `A DNS server of ${name} was killed for its memory (${limitOf(args)}).`
      const who = `${args['looping']} of ${count(Number(args['of']), 'DNS server')} of ${name}`
      if (Number(args['killed']) > 0) return `${who} ${args['looping'] === 1 ? 'is' : 'are'} killed for memory at each start (${limitOf(args)}).`
      return `${who} ${args['looping'] === 1 ? 'crashes' : 'crash'} again and again (${args['last']}).`
    },
    detail: ({ subject: on, args }) => `${on.kind} ${on.namespace}/${on.name} · ${args['looping']} of ${args['of']} crash-looping · ${Number(args['killed']) > 0 ? `${args['killed']} killed for memory, ${limitOf(args)}` : 'none killed for memory'} · ${count(Number(args['restarts']), 'restart')}`,
    note: ({ args }) =>
      Number(args['killed']) > 0
        ? 'CoreDNS needs about 1 MB for each 1000 pods and Services, and 54 MB more (4 MB for each 1000 with autopath); queries that wait for a slow upstream need memory too'
        : 'a Corefile that does not parse, a forward that leads back (Loop in the log), or a port that is taken: the log says which',
    help: ({ subject: on, args }) => [
      Number(args['killed']) > 0 ? 'raise the memory limit, after a look at what takes the memory; kubeadm sets 170Mi' : 'read why it ended',
      ...(Number(args['killed']) > 0 && on.kind === 'Deployment' ? [`kubectl -n ${on.namespace} set resources deployment/${on.name} -c ${args['container']} --limits=memory=170Mi`] : []),
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
