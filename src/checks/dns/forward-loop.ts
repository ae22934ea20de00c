import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { type Args, cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { CoreDnsWindow } from '../../model/counters.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import type { DnsServerLog } from '../../model/server-log.ts'
import { corefileEvidence, corefileObject, kubernetesZones } from '../../relations/dns/corefile-text.ts'
import { cacheAddresses } from '../../relations/dns/node-cache.ts'
import { errorAnswers, outside, outsideFails, upstreamTotals } from '../../relations/dns/upstream.ts'
import { forwardings, upstreamsOf } from '../../relations/dns/upstream-servers.ts'
import { crashesUnheard, logEvidence, type Signed, signsOf } from '../../relations/dns/server-log-signs.ts'
import { targetPortIn } from '../../relations/service/service-endpoints.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { dnsServerCrash, dnsServersDown, dnsUpstreamSilent } from '../../relations/symptom.ts'
import { type CorefilePlugin, type CorefileServer, parseCorefile, zoneOf } from '../../wire/corefile.ts'
import { bySelector, restart, serverArgs } from './server-words.ts'

/**
 * A server that forwards to itself answers nothing. The plug-in `loop` sees it at the start and ends the process;
 * without it each question goes round until memory or time is up.
 */
export default check({
  code: 'DNS115',
  slug: 'dns/forward-loop',
  title: 'CoreDNS forwards to itself',
  fine: 'no forward line of the Corefile leads back to CoreDNS',
  severity: 'error',
  needs: ['clusterDns'],
  wants: ['dnsServerLogs', 'dnsProbe', 'coreDnsWindows'],
  remedies: [],
  decides: ['DNS-38', 'DNS-39'],

  run({ clusterDns, dnsServerLogs, dnsProbe, coreDnsWindows }) {
    const signed = signsOf(dnsServerLogs, clusterDns.pods, 'loop')
    if (!clusterDns.corefile.known)
      return cannotTell(clusterDns.corefile.why.reason, `the Corefile was not read: ${clusterDns.corefile.why.detail}`)
    const text = clusterDns.corefile.value
    const corefile = parseCorefile(text)
    const own = kubernetesZones(corefile)
    const forwards = forwardings(corefile).filter(({ plugin }) => !own.includes(zoneOf(plugin.args[0] ?? '.')))
    if (forwards.length === 0) return notApplicable('the Corefile forwards nothing')
    const seen = forwards.flatMap(({ server, plugin }) => leadsBack(clusterDns, server, plugin))
    const loops =
      seen.length > 0 || signed.length === 0
        ? seen
        : forwards.flatMap(({ server, plugin }) => leadsBackUnseen(server, plugin))
    const goRound = (): readonly Round[] => [
      ...seenByPlugin(clusterDns, forwards, signed),
      ...sentBack(clusterDns, { dnsServerLogs, dnsProbe, coreDnsWindows }),
    ]
    const round = loops.length > 0 ? [] : goRound().slice(0, 1)
    const full = signsOf(dnsServerLogs, clusterDns.pods, 'too-many-concurrent')
    const [first] = loops.length > 0 ? loops : round
    if (first === undefined) {
      const toFile = forwards.some(({ plugin }) => plugin.args.slice(1).some((it) => it.startsWith('/')))
      if (!toFile || !crashesUnheard(dnsServerLogs, clusterDns.pods)) return ok(forwards.length)
      return cannotTell(
        'not-asked',
        'a DNS server crashes, and whether the file that the Corefile ' +
          'forwards to leads back stands in its log, which was not read',
        '--probe',
      )
    }
    const guarded = first.server.plugins.some((it) => it.name === 'loop')
    return finding({
      subject: corefileObject(clusterDns),
      confidence: signed.length > 0 ? 'observed' : 'inferred',
      args: {
        ...serverArgs(clusterDns),
        round: round.length > 0 ? 'yes' : 'no',
        sent: round[0]?.sent ?? 'unknown',
        asked: round[0]?.asked ?? 'unknown',
        to: first.to,
        why: first.why,
        zone: first.plugin.args[0] ?? '.',
        line: first.plugin.line,
        guarded: guarded ? 'yes' : 'no',
        file: first.to.startsWith('/') ? 'yes' : 'no',
      },
      evidence: [
        ...(signed.length === 0 ? [] : [logEvidence(signed)]),
        ...round.flatMap((it) => chainEvidence(it, full)),
        ...[...loops, ...round]
          .slice(0, 2)
          .map((it) => corefileEvidence(clusterDns, text, { line: it.plugin.line, mark: it.to, label: it.why })),
        guardEvidence(guarded),
      ],
      explains: [dnsServerCrash, dnsServersDown, dnsUpstreamSilent, 'dns-upstream-full', 'dns-external:*'],
    })
  },

  words: {
    headline: ({ args }) =>
      `CoreDNS forwards ${args['zone'] === '.' ? 'outside names' : args['zone']} to ${args['to']}, ` +
      `which ${whichLeads(args)}.`,
    detail: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} line ${args['line']} · forward to ${args['to']}: ${args['why']}`,
    note: ({ args }) => {
      if (args['round'] === 'yes')
        return (
          'each query comes back to CoreDNS, which sends it on again, ' +
          "until max_concurrent refuses it or it times out: REFUSED and SERVFAIL are CoreDNS's own then, " +
          'and no list of allowed networks is at fault; the plug-in `loop` looks only when a server starts'
        )
      return args['guarded'] === 'yes'
        ? 'the plug-in `loop` looks once, when a server starts, and then ends it: ' +
            'servers that started before still run'
        : 'without the plug-in `loop` nothing stops it: each question goes round until it times out'
    },
    help: ({ subject: on, args }) => {
      if (args['round'] === 'yes')
        return [
          `take CoreDNS out of the servers that ${args['to']} itself forwards to, ` +
            'or name another upstream in the Corefile',
          `kubectl -n ${on.namespace} edit configmap ${on.name}`,
        ]
      return args['file'] === 'yes'
        ? [
            "give CoreDNS a resolv.conf with the servers that the node itself asks: kubelet's resolvConf, " +
              'or their addresses in the Corefile; `loop` is the messenger, leave it in',
            'on a node of a DNS server:  cat /etc/resolv.conf /run/systemd/resolve/resolv.conf',
            `kubectl -n ${on.namespace} edit configmap ${on.name}`,
            ...restart(on.namespace, args),
          ]
        : [
            'name servers outside the cluster; `loop` is the messenger, leave it in',
            `kubectl -n ${on.namespace} edit configmap ${on.name}`,
            `kubectl -n ${on.namespace} logs ${bySelector(args)} --previous --tail=20 | grep -i loop`,
          ]
    },
  },
})

function guardEvidence(guarded: boolean): Evidence {
  return {
    kind: 'fact',
    label: 'plug-in loop',
    value: guarded
      ? 'there: it ends the process when it sees the loop'
      : 'not there: the loop goes on until memory is used up',
  }
}

function chainEvidence({ to, sent, asked }: Round, full: ReturnType<typeof signsOf>): readonly Evidence[] {
  return [
    ...(full.length === 0 ? [] : [logEvidence(full)]),
    { kind: 'fact', label: 'the chain', value: `a pod > CoreDNS > ${to} > CoreDNS > ${to} > ...` },
    ...(sent === null
      ? []
      : [
          {
            kind: 'fact' as const,
            label: 'queries in the window of the probe',
            value: `${sent} sent upstream, ${asked} for outside names by the probe`,
          },
        ]),
  ]
}

function whichLeads(args: Args): string {
  if (args['round'] === 'yes') return 'sends them back'
  return args['file'] === 'yes' ? 'leads back to it' : 'is itself'
}

interface Told {
  readonly dnsServerLogs: Known<readonly DnsServerLog[]>
  readonly dnsProbe: Known<DnsProbe>
  readonly coreDnsWindows: Known<readonly CoreDnsWindow[]>
}

/**
 * So many times what the probe asked of everything: other clients may ask as well, but then their answers are no
 * errors.
 */
const roundTimes = 5

interface Round extends Loop {
  /** null where no counter tells. */
  readonly sent: number | null
  readonly asked: number | null
}

/**
 * The plug-in `loop` asks its own server's upstream for a name that nobody else knows, and sees it come back. Where
 * none of the addresses is CoreDNS's own, one of these servers has sent it: the one that the log names as its source,
 * if any.
 */
function seenByPlugin(
  dns: ClusterDns,
  forwards: readonly { readonly server: CorefileServer; readonly plugin: CorefilePlugin }[],
  signed: readonly Signed[],
): readonly Round[] {
  if (signed.length === 0) return []
  const said = signed.map(({ sign }) => sign.said).join('\n')
  const zone = /(?:for zone |in )"([^"]*)"/.exec(said)?.[1] ?? '.'
  const own = new Set(dns.pods.flatMap((it) => it.ip ?? []))
  const source = /Loop \(\[?([0-9a-f.:]+?)\]?:\d+ -> /i.exec(said)?.[1] ?? ''
  const its = forwards.filter(({ plugin }) => zoneOf(plugin.args[0] ?? '.') === zoneOf(zone))
  const all = (its.length > 0 ? its : forwards).flatMap(({ server, plugin }) =>
    plugin.args.slice(1).map((to) => ({ server, plugin, to })),
  )
  const from = all.filter((it) => !own.has(source) && address(it.to)?.ip === source)
  const named = from.length > 0 ? from : all
  const to = [...new Set(named.map((it) => it.to))].join(' or ')
  return named
    .slice(0, 1)
    .map((it) => ({ ...it, to, why: 'the plug-in `loop` saw its own query come back', sent: null, asked: null }))
}

/**
 * The upstream asks CoreDNS in turn. Queries pile up until max_concurrent refuses them, and that REFUSED or SERVFAIL
 * comes back as the upstream's own answer: a silent upstream gives no answers, and one that refuses gives them at once,
 * so that none pile up.
 */
function sentBack(dns: ClusterDns, { dnsServerLogs, dnsProbe, coreDnsWindows }: Told): readonly Round[] {
  if (!dnsProbe.known || signsOf(dnsServerLogs, dns.pods, 'too-many-concurrent').length === 0) return []
  const asked = outside(dnsProbe.value)
  const { forwarding, windows, blamed } = upstreamsOf(
    dns,
    asked.series[0]?.name ?? 'example.com.',
    coreDnsWindows,
    dnsServerLogs,
  )
  const totals = upstreamTotals(windows)
  if (forwarding === null || totals === null || !outsideFails(asked)) return []
  const mine = outsideQueries(dnsProbe.value)
  const errors = errorAnswers(totals.answers)
  if (totals.sent < mine * roundTimes || errors < 1 || errors < totals.answered * 0.5) return []
  const to = blamed[0] ?? forwarding.plugin.args[1] ?? ''
  return [
    {
      server: forwarding.server,
      plugin: forwarding.plugin,
      to,
      why: 'what is sent there comes back',
      sent: totals.sent,
      asked: mine,
    },
  ]
}

/** What the probe itself asked for outside names, repeats and both types: names of the cluster do not go upstream. */
function outsideQueries(probe: DnsProbe): number {
  return probe.series
    .filter((it) => it.zone === 'external')
    .flatMap((it) => it.lookups)
    .reduce((sum, it) => sum + 2 * (1 + it.retries), 0)
}

/** The servers of a file are those of the node, which nobody shows us; the plug-in `loop` has seen where they lead. */
function leadsBackUnseen(server: CorefileServer, plugin: CorefilePlugin): readonly Loop[] {
  return plugin.args
    .slice(1)
    .filter((to) => to.startsWith('/'))
    .map((to) => ({ server, plugin, to, why: 'a server that it names leads back here' }))
}

interface Loop {
  readonly server: CorefileServer
  readonly plugin: CorefilePlugin
  readonly to: string
  readonly why: string
}

/** Only plain DNS to the port that this very block listens on: a sidecar on another port is somebody else. */
function leadsBack(dns: ClusterDns, server: CorefileServer, plugin: CorefilePlugin): readonly Loop[] {
  const listens = server.keys
    .filter((it) => !/^(?:tls|grpc|https|quic):\/\//.test(it))
    .map((it) => Number(/:(\d+)$/.exec(it)?.[1] ?? 53))
  const onHost = dns.pods.some((it) => it.hostNetwork)
  const pods = dns.pods.filter(isLive)
  const behind = servicePort(dns)
  const caches = cacheAddresses(dns)
  return plugin.args.slice(1).flatMap((to) => {
    const at = address(to)
    if (at === null) return []
    const back = (why: string): readonly Loop[] => [{ server, plugin, to, why }]
    const isHeard = !onHost && listens.includes(at.port)
    if (isHeard && isLoopback(at.ip)) return back("the pod's own loopback")
    if (at.ip === dns.service?.clusterIP && at.port === 53 && behind !== null && listens.includes(behind))
      return back("the DNS Service's own address")
    if (at.port === 53 && caches.includes(at.ip)) return back('the DNS cache of the nodes, which asks CoreDNS in turn')
    return isHeard && pods.some((it) => it.ip === at.ip) ? back('a DNS server of this cluster') : []
  })
}

function servicePort(dns: ClusterDns): number | null {
  const port = dns.service?.ports.find((it) => it.port === 53 && it.protocol === 'UDP')
  const pod = dns.pods.find(isLive)
  if (port === undefined) return null
  if (typeof port.targetPort === 'number') return port.targetPort
  return pod === undefined ? null : targetPortIn(pod, port)
}

/**
 * `dns://10.0.0.2:53`, `10.0.0.2`, `[::1]:53`, `::1`; null for files, and for TLS, which CoreDNS speaks on other ports.
 */
function address(to: string): { readonly ip: string; readonly port: number } | null {
  const [, bare = ''] = /^(?:dns:\/\/)?([^/]+)$/.exec(to) ?? []
  const bracketed = /^\[([0-9a-f:]+)\](?::(\d+))?$/i.exec(bare)
  if (bracketed !== null) return { ip: bracketed[1] ?? '', port: Number(bracketed[2] ?? 53) }
  const v4 = /^(\d+\.\d+\.\d+\.\d+)(?::(\d+))?$/.exec(bare)
  if (v4 !== null) return { ip: v4[1] ?? '', port: Number(v4[2] ?? 53) }
  return /^[0-9a-f:]*:[0-9a-f:]*$/i.test(bare) ? { ip: bare, port: 53 } : null
}

function isLoopback(ip: string): boolean {
  return ip.startsWith('127.') || ip === '::1'
}
