import { askedBlocks } from '../../relations/dns/asked-blocks.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { type Bound, bindingOf, clusterServers } from '../../relations/dns/corefile-bind.ts'
import { judgeCorefile } from '../../relations/dns/corefile-refusals.ts'
import { corefileEvidence, corefileObject, rootServers } from '../../relations/dns/corefile-text.ts'
import { serverContainer } from '../../relations/dns/dns-servers.ts'
import { lossOf, nearlyAll, seriesOf } from '../../relations/dns/lookup-loss.ts'
import { runningCorefile } from '../../relations/dns/running-corefile.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { dnsServerDead, dnsTcpUnanswered } from '../../relations/symptom.ts'
import { parseCorefile } from '../../wire/corefile.ts'
import { bySelector, restart, serverArgs } from './server-words.ts'

/**
 * `bind` says on which addresses a block listens. On its pod's own loopback nobody else reaches it, and the pod stays
 * Ready: the plugins ready and health listen for themselves, on ports of their own.
 */
export default check({
  code: 'DNS159',
  slug: 'dns/bound-to-loopback',
  title: 'CoreDNS listens on its own loopback alone',
  fine: 'CoreDNS listens where pods can reach it',
  severity: 'error',
  needs: ['clusterDns'],
  wants: ['dnsProbe', 'coreDnsWindows', 'dnsServerLogs'],
  remedies: [],
  decides: [],

  run({ clusterDns, dnsProbe, coreDnsWindows, dnsServerLogs }) {
    if (!clusterDns.corefile.known)
      return cannotTell(clusterDns.corefile.why.reason, `the Corefile was not read: ${clusterDns.corefile.why.detail}`)
    const text = clusterDns.corefile.value
    const whole = parseCorefile(text)
    if (judgeCorefile(whole, null).refusals.length > 0)
      return notApplicable('the Corefile does not parse: DNS114 is about that')
    const corefile = askedBlocks(whole, clusterDns)
    const servers = clusterServers(corefile)
    if (servers.length === 0) return notApplicable('no server block serves the names of the cluster')
    const bindings = servers.map(bindingOf)
    if (bindings.some((it) => it.kind === 'open')) return ok(servers.length)
    const odd = bindings.find((it) => it.kind === 'unknown')
    if (odd !== undefined)
      return cannotTell('ambiguous', `the Corefile binds to \`${odd.word}\`, which its pod's environment says`)
    const live = clusterDns.pods.filter(isLive)
    if (live.length === 0)
      return cannotTell('not-there', 'the Corefile binds to a loopback address; whose is not known')
    if (live.some((it) => it.hostNetwork))
      return notApplicable('the DNS servers are on the network of their nodes, where loopback may be meant')
    if (live.every(isBehindAnother))
      return notApplicable('another container of the same pod takes the queries, and asks CoreDNS over loopback')
    const [by] = bindings.flatMap((it) => (it.kind === 'loopback' ? [it.by] : []))
    if (by === undefined) return ok(servers.length)
    const later =
      runningCorefile(clusterDns, text, coreDnsWindows, dnsServerLogs).kind === 'another' || isAnswered(dnsProbe)
    const roots = rootServers(corefile)
    const outside = roots.length > 0 && roots.every((it) => bindingOf(it).kind === 'loopback')
    return verdict(clusterDns, text, { by, later, outside })
  },

  words: {
    headline: ({ args }) =>
      args.later
        ? `The next start of CoreDNS ends DNS: the Corefile binds it to its own loopback (line ${args.line}).`
        : `CoreDNS listens on its own loopback alone (\`${args.bind}\`), so no pod can ask it.`,
    detail: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} · server block ${args.zone} (line ${args.of}) ` +
      `has \`${args.bind}\` in line ${args.line} · ${args.servers} servers, none on the network of its node`,
    note: ({ args }) =>
      args.later
        ? 'the servers still answer with an older text'
        : 'its pods stay Ready: the plugins ready and health listen on ports of their own, everywhere',
    help: ({ subject: on, args }) => [
      `take the line \`${args.bind}\` out: without it the block listens on every address of its pod`,
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
      ...restart(on.namespace, args),
      `kubectl -n ${on.namespace} logs ${bySelector(args)} --tail=20`,
    ],
  },
})

/** dnsmasq before CoreDNS, in one pod: the other one has port 53. */
function isBehindAnother(pod: ClusterDns['pods'][number]): boolean {
  const own = serverContainer(pod)
  return pod.containers.some((it) => it !== own && it.ports.some(({ port }) => port === 53))
}

/** Servers that answer listen: an older text is the one that they run. */
function isAnswered(probe: Known<DnsProbe>): boolean {
  if (!probe.known) return false
  const loss = lossOf(
    seriesOf(probe.value, { zone: 'cluster' }).filter(
      ({ server }) => server.role !== 'node-cache' && server.role !== 'upstream',
    ),
  )
  return nearlyAll(loss.of - loss.failed, loss.of)
}

interface Seen {
  readonly by: Bound
  /** It holds from the next start on. */
  readonly later: boolean
  /** Names outside are served by no other block. */
  readonly outside: boolean
}

function verdict(dns: ClusterDns, text: string, { by: { server, bind }, later, outside }: Seen) {
  const said = ['bind', ...bind.args].join(' ')
  return finding({
    subject: corefileObject(dns),
    confidence: 'inferred',
    severity: later ? 'warning' : 'error',
    args: {
      ...serverArgs(dns),
      bind: said,
      line: bind.line,
      zone: server.keys.join(' '),
      of: server.line,
      servers: dns.pods.length,
      later,
    },
    evidence: [
      corefileEvidence(dns, text, { line: bind.line, mark: said, label: 'nobody outside of its pod reaches that' }),
    ],
    causes: later
      ? []
      : [
          ...(outside ? dns.pods.flatMap(({ ip }) => (ip === null ? [] : [dnsServerDead(ip)])) : []),
          ...(outside ? ['dns-external:*', 'dns-tcp-loss:*', 'dns-slow:*', dnsTcpUnanswered] : []),
          'dns-loss:*',
          'dns-cut-off:*',
          'name-wrong:*',
          'name-in-pod:*',
        ],
  })
}
