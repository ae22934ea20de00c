import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { type Args, cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Known } from '../../model/known.ts'
import { corefileEvidence, corefileObject, kubernetesZones } from '../../relations/dns/corefile-text.ts'
import {
  leadsBack,
  leadsBackUnseen,
  ownResolvConf,
  type Round,
  seenByPlugin,
  sentBack,
} from '../../relations/dns/forward-loops.ts'
import { forwardings } from '../../relations/dns/upstream-servers.ts'
import { crashesUnheard, logEvidence, signsOf } from '../../relations/dns/server-log-signs.ts'
import { dnsServerCrash, dnsServersDown, dnsUpstreamSilent } from '../../relations/symptom.ts'
import { type CorefilePlugin, type CorefileServer, parseCorefile, zoneOf } from '../../wire/corefile.ts'
import { bySelector, restart, serverArgs } from './server-words.ts'

/**
 * A server that forwards to itself answers nothing. The plugin `loop` sees it at the start and ends the process;
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
      if (toFile && crashesUnheard(dnsServerLogs, clusterDns.pods))
        return cannotTell(
          'not-asked',
          'a DNS server crashes, and whether the file that the Corefile ' +
            'forwards to leads back stands in its log, which was not read',
          '--probe',
        )
      return unheard([dnsServerLogs, dnsProbe, coreDnsWindows]) ?? ok(forwards.length)
    }
    const guarded = first.server.plugins.some((it) => it.name === 'loop')
    return finding({
      subject: corefileObject(clusterDns),
      confidence: signed.length > 0 ? 'observed' : 'inferred',
      args: {
        ...serverArgs(clusterDns),
        round: round.length > 0,
        sent: round[0]?.sent ?? null,
        asked: round[0]?.asked ?? null,
        to: first.to,
        why: first.why,
        zone: zonesOf(first.server, first.plugin),
        line: first.plugin.line,
        guarded,
        file: first.to.startsWith('/'),
        policy: first.why === ownResolvConf ? (clusterDns.pods[0]?.dnsPolicy ?? null) : null,
      },
      evidence: [
        ...(signed.length === 0 ? [] : [logEvidence(signed)]),
        ...round.flatMap((it) => chainEvidence(it, full)),
        ...[...loops, ...round]
          .slice(0, 2)
          .map((it) => corefileEvidence(clusterDns, text, { line: it.plugin.line, mark: it.to, label: it.why })),
        guardEvidence(guarded),
      ],
      causes: [dnsServerCrash, dnsServersDown, dnsUpstreamSilent, 'dns-upstream-full', 'dns-external:*'],
    })
  },

  words: {
    headline: ({ args }) =>
      `CoreDNS forwards ${args.zone === '.' ? 'outside names' : `names of ${args.zone}`} to ${args.to}, ` +
      `which ${whichLeads(args)}.`,
    detail: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} line ${args.line} · forward to ${args.to}: ${args.why}`,
    note: ({ args }) => {
      if (args.round)
        return (
          'each query comes back to CoreDNS, which sends it on again, ' +
          "until max_concurrent refuses it or it times out: REFUSED and SERVFAIL are CoreDNS's own then, " +
          'and no list of allowed networks is at fault; the plugin `loop` looks only when a server starts'
        )
      return args.guarded
        ? 'the plugin `loop` looks once, when a server starts, and then ends it: ' +
            'servers that started before still run'
        : 'without the plugin `loop` nothing stops it: each question goes round until it times out'
    },
    help: ({ subject: on, args }) => {
      if (args.round)
        return [
          `take CoreDNS out of the servers that ${args.to} itself forwards to, ` +
            'or name another upstream in the Corefile',
          `kubectl -n ${on.namespace} edit configmap ${on.name}`,
        ]
      if (args.policy !== null)
        return [
          'set dnsPolicy: Default in the pod template of the DNS servers: the file is the one of their node then; ' +
            '`loop` is the messenger, leave it in',
          ...(args.maker === ''
            ? []
            : [
                `kubectl -n ${on.namespace} patch ${args.maker} -p ` +
                  `'{"spec":{"template":{"spec":{"dnsPolicy":"Default"}}}}'`,
              ]),
          `kubectl -n ${on.namespace} logs ${bySelector(args)} --previous --tail=20 | grep -i loop`,
        ]
      return args.file
        ? [
            "give CoreDNS a resolv.conf with the servers that the node itself asks: kubelet's resolvConf, " +
              'or their addresses in the Corefile; `loop` is the messenger, leave it in',
            'on a node of a DNS server:  cat /etc/resolv.conf /run/systemd/resolve/resolv.conf',
            `kubectl -n ${on.namespace} edit configmap ${on.name}`,
            ...restart(on.namespace, args),
          ]
        : [
            args.guarded
              ? 'name servers outside the cluster; `loop` is the messenger, leave it in'
              : 'name servers outside the cluster, and put `loop` into the block: it ends a server that asks itself',
            `kubectl -n ${on.namespace} edit configmap ${on.name}`,
            // Without the plugin nothing ended, and nothing was written.
            ...(args.guarded
              ? [`kubectl -n ${on.namespace} logs ${bySelector(args)} --previous --tail=20 | grep -i loop`]
              : []),
          ]
    },
  },
})

/** `forward .` has all names of its own server block, and no others. */
function zonesOf({ keys }: CorefileServer, { args }: CorefilePlugin): string {
  const from = args[0] ?? '.'
  const zones = keys.map(zoneOf)
  return zoneOf(from) !== '' || zones.includes('') || zones.length === 0 ? from : [...new Set(zones)].join(', ')
}

/** By its text no line leads back; a way round over an upstream shows in what was measured, and in nothing else. */
function unheard(measured: readonly Known<unknown>[]) {
  const missing = measured.find((it) => !it.known)
  return missing === undefined || missing.known
    ? null
    : cannotTell(missing.why.reason, `whether queries come back from an upstream: ${missing.why.detail}`)
}

function guardEvidence(guarded: boolean): Evidence {
  return {
    kind: 'fact',
    label: 'plugin loop',
    value: guarded ? 'there: it ends the process when it sees the loop' : 'not there: nothing ends the process',
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
  if (args.round) return 'sends them back'
  return args.file ? 'leads back to it' : 'is itself'
}
