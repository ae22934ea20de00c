import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe, LookupSeries } from '../../model/lookups.ts'
import type { NameAnswers } from '../../model/name-answers.ts'
import { corefileEvidence, corefileObject } from '../../relations/dns/corefile-text.ts'
import { type KeptBack, namesKeptBack } from '../../relations/dns/corefile-takers.ts'
import { isDenial, lossOf, nearlyAll, notable, seriesOf } from '../../relations/dns/lookup-loss.ts'
import { dnsAnswersErrors, srvWrong, zoneLeftOut } from '../../relations/symptom.ts'
import { type TypeTaken, typesTaken } from '../../relations/dns/types-taken.ts'
import { some } from '../../phrases.ts'
import { zoneOf } from '../../wire/corefile.ts'
import { readableCorefile } from './readable-corefile.ts'
import { restart, serverArgs } from './server-words.ts'

/**
 * A query goes through the plugins of a block in CoreDNS's own order, not in that of the lines: `hosts` and `template`
 * before `kubernetes`, that before `forward`. One that has the zone and no `fallthrough` passes nothing on: what it
 * does not know is SERVFAIL (coredns plugin/hosts ServeDNS, plugin/template ServeDNS).
 */
export default check({
  code: 'DNS178',
  slug: 'dns/names-kept-back',
  title: 'a line of the Corefile keeps names from who would answer them',
  fine: 'no line of the Corefile stands before those that would answer',
  severity: 'error',
  needs: ['clusterDns'],
  wants: ['dnsProbe', 'nameAnswers'],
  remedies: [],
  decides: [],

  run({ clusterDns, dnsProbe, nameAnswers }) {
    const read = readableCorefile(clusterDns)
    if (read.kind !== 'readable') return read
    const kept = namesKeptBack(read.corefile, clusterDns.domain)
    const typed = typesTaken(read.corefile, clusterDns.domain)
    const found = [
      ...kept.map((it) => judge(it, { dns: clusterDns, text: read.text, seen: seenOf(it, dnsProbe) })),
      ...typed
        .filter((it) => it.takes !== 'unknown')
        .map((it) => ofType(it, { dns: clusterDns, text: read.text, seen: seenOfType(it, nameAnswers) })),
    ]
    const unknown = typed.filter((it) => it.takes === 'unknown')
    if (unknown.length > 0)
      return [
        ...found,
        cannotTell(
          'ambiguous',
          `${some(unknown.map((it) => `\`${it.by}\` (line ${it.line} of the Corefile) takes type ${it.type}`))}: ` +
            'who asks for that type is not known here',
        ),
      ]
    return found.length === 0 ? ok(read.corefile.servers.length) : found
  },

  words: {
    headline: ({ args }) => {
      if (args.how === 'typed')
        return (
          `The Corefile's \`${args.plugin}\` (line ${args.line}) takes ${args.what} before \`${args.by}\` is asked` +
          (args.plugin === 'template' ? ', and passes nothing on: it has no `fallthrough`.' : '.')
        )
      return args.how === 'excepted'
        ? `Names under ${args.zone} are answered by nobody: \`except ${args.zone}\` (line ${args.line} of the ` +
            'Corefile) keeps them from `forward`, and nothing else serves that zone.'
        : `The Corefile's \`${args.plugin}\` (line ${args.line}) answers ${args.what} before ` +
            `\`${args.by}\` does, and passes nothing on: it has no \`fallthrough\`.`
    },
    detail: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} · line ${args.line} · ${args.what} · ${args.seen}`,
    note: ({ args }) => {
      if (args.how === 'typed')
        return (
          'lookups of addresses go on as before, so that most programs are well; those that ask for this type are ' +
          'not (SRV: gRPC, mongodb+srv, Kerberos, peers of a headless Service)'
        )
      return args.how === 'excepted'
        ? 'what `except` names goes on to the next plugin of the block; where there is none the answer is SERVFAIL'
        : 'the plugins of a block are asked in an order of their own, whatever the order of the lines; names that ' +
            `\`${args.plugin}\` has no entry for ` +
            (errs.includes(args.plugin) ? 'are answered SERVFAIL' : '"do not exist"')
    },
    help: ({ subject: on, args }) => [
      helpOf(args),
      ...(args.how === 'typed'
        ? [`from a pod:  nslookup -type=srv _https._tcp.kubernetes.default.svc.${args.zone}`]
        : []),
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
      ...restart(`${on.namespace}`, args),
    ],
  },
})

function helpOf(args: { readonly how: string; readonly plugin: string; readonly zone: string }): string {
  if (args.how === 'typed')
    return args.plugin === 'template'
      ? 'give the template the zones alone that it is for, or put `fallthrough` into its block'
      : 'take that type out of the line, or give it the zones alone that it is for'
  return args.how === 'excepted'
    ? `take ${args.zone} out of the line, or add a server block \`${args.zone}:53\` with a \`forward\` of its own`
    : `put \`fallthrough\` into the block of \`${args.plugin}\`, or give it the zones alone that it is for`
}

/** Of these types the probe asks for SRV alone: of the others the text says it. */
function ofType({ by, type, line, mark, takes }: TypeTaken, { dns, text, seen }: Around) {
  return finding({
    subject: corefileObject(dns),
    confidence: seen.kind === 'failing' ? 'observed' : 'inferred',
    severity: type === 'SRV' && seen.kind !== 'well' ? 'error' : 'warning',
    args: {
      ...serverArgs(dns),
      how: 'typed' as const,
      plugin: by as string,
      line,
      by: 'kubernetes' as const,
      zone: dns.domain,
      what: `questions of type ${type}` + (takes === 'name' ? ' and says that the names do not exist,' : ''),
      seen: seen.kind === 'not-asked' ? 'such questions were not asked' : wordsOf(seen),
    },
    evidence: [corefileEvidence(dns, text, { line, mark, label: `takes ${type}` })],
    causes: type === 'SRV' && seen.kind !== 'well' ? [srvWrong] : [],
  })
}

/** They say SERVFAIL of what they do not know; the others have a zone of their own, and say NXDOMAIN. */
const errs: readonly string[] = ['hosts', 'template']

/** What lookups of just these names say. */
type Seen =
  | { readonly kind: 'failing' | 'well'; readonly bad: number; readonly of: number }
  | { readonly kind: 'not-asked' }

function seenOfType({ type }: TypeTaken, names: Known<NameAnswers>): Seen {
  const its = names.known ? names.value.answers.filter((it) => it.type === type) : []
  const heard = its.filter((it) => it.answer !== 'timeout' && it.answer !== 'unreachable' && it.answer !== 'truncated')
  const bad = heard.filter((it) => it.answer !== 'ok').length
  if (heard.length === 0) return { kind: 'not-asked' }
  return { kind: bad > 0 ? 'failing' : 'well', bad, of: heard.length }
}

function seenOf(kept: KeptBack, probe: Known<DnsProbe>): Seen {
  if (!probe.known) return { kind: 'not-asked' }
  const zone = kept.whose === 'cluster' ? 'cluster' : 'external'
  const its = seriesOf(probe.value, { zone }).filter(
    (it) => it.server.role !== 'node-cache' && it.server.role !== 'upstream' && isAbout(it, kept),
  )
  const loss = lossOf(its)
  if (loss.of === 0) return { kind: 'not-asked' }
  if (notable(loss.erring, loss.of)) return { kind: 'failing', bad: loss.erring, of: loss.of }
  // The name that is asked for in the cluster's own zone is there.
  const denied =
    zone === 'cluster' ? its.reduce((sum, it) => sum + it.lookups.filter((one) => isDenial(one.a)).length, 0) : 0
  if (notable(denied, loss.of)) return { kind: 'failing', bad: denied, of: loss.of }
  // What they deny looks like any name that does not exist: only an error of the others would have shown.
  if (kept.how === 'taken' && !errs.includes(kept.plugin.name)) return { kind: 'not-asked' }
  return nearlyAll(loss.of - loss.failed, loss.of) ? { kind: 'well', bad: 0, of: loss.of } : { kind: 'not-asked' }
}

/** The C library does not tell an error from a denial. */
function isAbout({ method, name }: LookupSeries, { how, zone }: KeptBack): boolean {
  const bare = zoneOf(name)
  return method !== 'getaddrinfo' && ((how === 'taken' && zone === '') || bare === zone || bare.endsWith(`.${zone}`))
}

interface Around {
  readonly dns: ClusterDns
  readonly text: string
  readonly seen: Seen
}

function judge(kept: KeptBack, { dns, text, seen }: Around) {
  return finding({
    subject: corefileObject(dns),
    confidence: seen.kind === 'failing' ? 'observed' : 'inferred',
    // Another text may run, and a zone may be left out on purpose: then nobody looks for its names.
    severity: seen.kind === 'well' || (kept.how === 'excepted' && seen.kind !== 'failing') ? 'warning' : 'error',
    args: {
      ...serverArgs(dns),
      how: kept.how as KeptBack['how'] | 'typed',
      plugin: kept.plugin.name,
      line: kept.line,
      by: kept.by as KeptBack['by'],
      zone: kept.zone,
      what: whatOf(kept),
      seen: wordsOf(seen),
    },
    evidence: [
      corefileEvidence(dns, text, {
        line: kept.line,
        mark: kept.mark,
        label: kept.how === 'excepted' ? 'served by nobody' : 'passes nothing on',
      }),
    ],
    causes: seen.kind === 'well' ? [] : explained(kept),
  })
}

function whatOf({ how, whose, zone }: KeptBack): string {
  if (how === 'excepted') return `names under ${zone}`
  if (whose === 'outside') return 'names outside the cluster'
  return zone === '' ? 'all names' : `names under ${zone}`
}

function wordsOf(seen: Seen): string {
  if (seen.kind === 'not-asked') return 'such names were not asked for'
  return seen.kind === 'failing'
    ? `${seen.bad} of ${seen.of} lookups of such names are denied or answered with an error`
    : `${seen.of} lookups of such names are answered well: another text runs`
}

function explained({ whose, zone }: KeptBack): readonly string[] {
  const outside = ['dns-external:*']
  if (whose === 'outside') return outside
  const cluster = ['dns-loss:*', 'dns-slow:*', 'name-wrong:*', 'name-in-pod:*', dnsAnswersErrors, zoneLeftOut]
  return zone === '' ? [...cluster, ...outside, 'dns-server-dead:*'] : cluster
}
