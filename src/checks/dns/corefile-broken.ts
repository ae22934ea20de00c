import { askedBlocks } from '../../relations/dns/asked-blocks.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok, type Severity } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { CoreDnsWindow } from '../../model/counters.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import type { DnsServerLog } from '../../model/server-log.ts'
import { answersNoOutsideName, mayServeZones } from '../../relations/dns/corefile-plugins.ts'
import { type Judged, judgeCorefile } from '../../relations/dns/corefile-refusals.ts'
import { corefileEvidence, corefileObject, importsFiles, rootServers } from '../../relations/dns/corefile-text.ts'
import { corednsRelease } from '../../relations/dns/coredns-release.ts'
import { lossOf, nearlyAll, seriesOf } from '../../relations/dns/lookup-loss.ts'
import { type Running, runningCorefile } from '../../relations/dns/running-corefile.ts'
import { crashesUnheard, logEvidence, type Signed, signsOf } from '../../relations/dns/server-log-signs.ts'
import { dnsServerCrash, dnsServersDown, dnsUpstreamSilent } from '../../relations/symptom.ts'
import { type Corefile, parseCorefile } from '../../wire/corefile.ts'
import { bySelector, serverArgs } from './server-words.ts'

/**
 * `reload` refuses a Corefile that does not parse and goes on with the old one, with a line in the log: the cluster is
 * well until a server restarts, and that one dies at once.
 */
export default check({
  code: 'DNS114',
  slug: 'dns/corefile-broken',
  title: 'the Corefile is broken',
  fine: 'the DNS servers run the Corefile as it is now, and it serves cluster names and others',
  severity: 'error',
  needs: ['clusterDns'],
  wants: ['dnsServerLogs', 'coreDnsWindows', 'dnsProbe'],
  remedies: ['corefile-edit'],
  decides: ['DNS-43', 'DNS-44'],
  reads: 'stored-corefile',

  run({ clusterDns, dnsServerLogs, coreDnsWindows, dnsProbe }) {
    if (!clusterDns.corefile.known)
      return cannotTell(clusterDns.corefile.why.reason, `the Corefile was not read: ${clusterDns.corefile.why.detail}`)
    const text = clusterDns.corefile.value
    const corefile = parseCorefile(text)
    const said = signsOf(dnsServerLogs, clusterDns.pods, 'corefile-refused', 'reload-failed')
    const running = runningCorefile(clusterDns, text, coreDnsWindows, dnsServerLogs)
    const judged = judgeCorefile(corefile, corednsRelease(clusterDns, coreDnsWindows))
    const wrong =
      running.kind === 'this-text'
        ? null
        : (refused(clusterDns, text, judged, said) ?? refusedInside(clusterDns, text, said))
    if (wrong !== null) return wrong
    const seen = dnsProbe.known ? measured(dnsProbe.value) : null
    const asked = askedBlocks(corefile, clusterDns)
    const missing = [
      withoutKubernetes(clusterDns, text, asked, seen),
      withoutOutside(clusterDns, text, asked, seen),
    ].filter((it) => it !== null)
    if (missing.length > 0)
      return importsFiles(corefile)
        ? cannotTell(
            'ambiguous',
            'the Corefile imports files that hopscope does not read: what is missing in it may stand there',
          )
        : missing
    if (running.kind === 'this-text') return ok(running.servers)
    return unproven(clusterDns, running, judged, { dnsServerLogs, coreDnsWindows })
  },

  words: {
    headline: ({ args }) => `${headline(args)}.`,
    detail: ({ subject: on, args }) => `${on.kind} ${on.namespace}/${on.name} · ${detail(args)}`,
    note: ({ args }) => note(args),
    help: ({ subject: on, args }) => [
      'fix the text, then see in the log that the servers have taken it',
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
      `kubectl -n ${on.namespace} logs ${bySelector(args)} --tail=20 | grep -i -E "reload|error"`,
    ],
  },
})

/**
 * `unparsable`: this text does not parse. `refused`: CoreDNS said so of a plugin's inside. The other two serve, and
 * leave names out.
 */
type Fault =
  | { readonly case: 'unparsable'; readonly line: number; readonly what: string; readonly crashes: boolean }
  | { readonly case: 'refused'; readonly line: number; readonly what: string; readonly crashes: boolean }
  | { readonly case: 'no-kubernetes' }
  | { readonly case: 'no-upstream'; readonly rootServed: boolean }

type BrokenArgs = Fault & ReturnType<typeof serverArgs>

function headline(args: BrokenArgs): string {
  switch (args.case) {
    case 'unparsable':
      return args.crashes
        ? `The Corefile does not parse (line ${args.line}), and DNS servers are not ready`
        : `The Corefile does not parse (line ${args.line}): the next DNS server that starts will not`
    case 'refused':
      return args.crashes
        ? 'CoreDNS refuses its Corefile, and DNS servers are not ready'
        : 'CoreDNS refuses its new Corefile: the next DNS server that starts will not'
    case 'no-kubernetes':
      return 'No name of the cluster can be looked up: the Corefile has no `kubernetes` line'
    case 'no-upstream':
      return 'Names outside the cluster are refused: the Corefile does not say whom to ask for them'
  }
}

function detail(args: BrokenArgs): string {
  switch (args.case) {
    case 'unparsable':
      return `line ${args.line}: ${args.what}`
    case 'refused':
      return args.what
    case 'no-kubernetes':
      return 'no server block has the plugin kubernetes'
    case 'no-upstream':
      return args.rootServed
        ? 'the server block of the zone `.` forwards nowhere'
        : 'no server block serves the zone `.`'
  }
}

function note(args: BrokenArgs): string {
  switch (args.case) {
    case 'unparsable':
    case 'refused':
      return args.crashes
        ? 'a server that starts with this text ends at once; those that still run keep the old one'
        : 'the servers that run keep the text that they started with; one that restarts, ' +
            'or is moved to another node, crashes'
    case 'no-kubernetes':
      return (
        'the plugin kubernetes answers for names of Services; without it they go to the upstream, ' +
        'which does not know them'
      )
    case 'no-upstream':
      return (
        'CoreDNS answers REFUSED for a zone that no block serves, and SERVFAIL where a block has nobody to ask; ' +
        'musl takes either for a failure of the whole lookup'
      )
  }
}

/**
 * What no CoreDNS starts with: text against the grammar, against a plugin's own rules, or a plugin that there is not.
 */
function refused(dns: ClusterDns, text: string, { refusals }: Judged, said: readonly Signed[]) {
  const [first] = refusals
  if (first === undefined) return null
  const { line, mark, text: what } = first
  const severity = dns.pods.length > 0 && dns.pods.every((it) => it.ready) ? 'warning' : 'error'
  return broken(dns, {
    severity,
    fault: { case: 'unparsable', line, what, crashes: severity === 'error' },
    evidence: corefileEvidence(dns, text, { line, mark, label: what }),
    causes: [dnsServerCrash, dnsServersDown],
    said,
  })
}

interface Told {
  readonly dnsServerLogs: Known<readonly DnsServerLog[]>
  readonly coreDnsWindows: Known<readonly CoreDnsWindow[]>
}

/** Nothing wrong is seen, and no server is known to have taken this text: that is not yet well. */
function unproven(dns: ClusterDns, running: Running, { doubts }: Judged, { dnsServerLogs, coreDnsWindows }: Told) {
  const last = signsOf(dnsServerLogs, dns.pods, 'last-words')[0]
  if (last !== undefined)
    return cannotTell(
      'ambiguous',
      `${last.log.pod} ended, and its last words are none that hopscope knows: ${last.sign.said}`,
    )
  if (crashesUnheard(dnsServerLogs, dns.pods))
    return cannotTell(
      'not-asked',
      'a DNS server crashes, and whether it refuses what stands inside a plugin stands in its log, which was not read',
      '--probe',
    )
  if (running.kind === 'another')
    return cannotTell(
      'ambiguous',
      `nothing wrong is seen in the Corefile, and ${running.pods.join(', ')} ` +
        `${running.pods.length === 1 ? 'runs' : 'run'} another text than this: an older one, ` +
        'or this one was made anonymous since',
    )
  const [doubt] = doubts
  const what =
    `nothing wrong is seen in the Corefile${doubt === undefined ? '' : `, but ${doubt}`}; ` +
    'whether CoreDNS takes it is not known'
  if (running.kind === 'unknown' && running.why !== 'silent')
    return cannotTell('ambiguous', `${what}: servers say which text they run, and ${uncompared[running.why]}`)
  if (!coreDnsWindows.known)
    return cannotTell(
      coreDnsWindows.why.reason,
      `${what} until a server tells which text it runs`,
      coreDnsWindows.why.reason === 'not-asked' ? '--probe' : null,
    )
  return cannotTell(
    'ambiguous',
    `${what}: no server tells which text it runs (its plugin \`reload\` does, in its log and its metrics)`,
  )
}

/** Why what a server says of its text can't be held to the text that was read. */
const uncompared: Readonly<Record<'variables' | 'imports' | 'words taken out' | 'unparsable', string>> = {
  variables: "that can't be compared with a text in which variables of its environment stand",
  imports: "that can't be compared with a text that imports others",
  'words taken out': "that can't be compared: words of this text were taken out of the recording",
  unparsable: "that can't be compared with this text",
}

/** What stands inside a plugin is CoreDNS's to judge, and its log has the verdict. */
function refusedInside(dns: ClusterDns, text: string, said: readonly Signed[]) {
  const [first] = said
  if (first === undefined) return null
  const crashes = dns.pods.some((it) => !it.ready)
  const line = Number(/:(\d+) - Error/.exec(first.sign.said)?.[1] ?? 1)
  return broken(dns, {
    severity: crashes ? 'error' : 'warning',
    fault: { case: 'refused', line, what: first.sign.said, crashes },
    evidence: corefileEvidence(dns, text, { line, mark: '', label: 'near this line' }),
    causes: [dnsServerCrash, dnsServersDown],
    said,
  })
}

function withoutKubernetes(dns: ClusterDns, text: string, corefile: Corefile, seen: Measured | null) {
  const plugins = corefile.servers.flatMap((it) => it.plugins)
  if (corefile.cutOff || plugins.some((it) => it.name === 'kubernetes')) return null
  // Lookups that were answered weigh more than a text in which nobody seems to answer them.
  if (seen?.cluster === 'answered') return null
  const other = plugins.find((it) => mayServeZones(it.name))
  if (other !== undefined)
    return cannotTell(
      'ambiguous',
      'the Corefile has no `kubernetes` line, ' +
        `and \`${other.name}\` (line ${other.line}) may answer for names of the cluster`,
      seen === null ? '--probe' : null,
    )
  const server = rootServers(corefile)[0] ?? corefile.servers[0]
  return broken(dns, {
    severity: 'error',
    fault: { case: 'no-kubernetes' },
    evidence: corefileEvidence(dns, text, {
      line: server?.line ?? 1,
      mark: server?.keys[0] ?? '',
      label: 'no `kubernetes` in it',
    }),
    causes: [],
  })
}

/** A warning: a cluster without a way out may be meant so. Where somebody asked, and was refused, it is more. */
function withoutOutside(dns: ClusterDns, text: string, corefile: Corefile, seen: Measured | null) {
  const roots = rootServers(corefile)
  if (corefile.cutOff || roots.some(({ plugins }) => plugins.some((it) => !answersNoOutsideName(it.name)))) return null
  if (seen?.outside === 'answered') return null
  const server = roots[0] ?? corefile.servers[0]
  const observed = seen?.outside === 'refused'
  return broken(dns, {
    severity: observed ? 'error' : 'warning',
    fault: { case: 'no-upstream', rootServed: roots.length > 0 },
    evidence: corefileEvidence(dns, text, {
      line: server?.line ?? 1,
      mark: server?.keys[0] ?? '',
      label: roots.length === 0 ? 'the zones end here' : 'no `forward` in it',
    }),
    causes: ['dns-external:*', dnsUpstreamSilent],
    said: [],
    measuredToo: observed,
  })
}

interface Measured {
  readonly cluster: 'answered' | 'refused' | 'unclear'
  readonly outside: 'answered' | 'refused' | 'unclear'
}

/** What lookups of either kind came to: `refused` = nearly all ended in an error that somebody answered. */
function measured(probe: DnsProbe): Measured {
  const of = (zone: 'cluster' | 'external'): Measured['cluster'] => {
    const loss = lossOf(seriesOf(probe, { zone }))
    if (loss.of < 4) return 'unclear'
    if (nearlyAll(loss.of - loss.unanswered, loss.of)) return 'answered'
    return nearlyAll(loss.unanswered, loss.of) ? 'refused' : 'unclear'
  }
  return { cluster: of('cluster'), outside: of('external') }
}

interface Broken {
  readonly severity: Severity
  readonly fault: Fault
  readonly evidence: ReturnType<typeof corefileEvidence>
  readonly causes: readonly string[]
  readonly said?: readonly Signed[]
  readonly measuredToo?: boolean
}

function broken(dns: ClusterDns, { severity, fault, evidence, causes, said = [], measuredToo = false }: Broken) {
  const ready = dns.pods.filter((it) => it.ready).length
  return finding({
    subject: corefileObject(dns),
    confidence: said.length > 0 || measuredToo ? 'observed' : 'inferred',
    severity,
    args: { ...serverArgs(dns), ...fault },
    evidence: [
      evidence,
      ...(said.length === 0 ? [] : [logEvidence(said)]),
      { kind: 'fact', label: 'DNS servers ready', value: `${ready} of ${dns.pods.length}` },
    ],
    causes,
  })
}
