import { askedCorefile } from '../../relations/dns/asked-blocks.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { NameAnswer, NameAnswers } from '../../model/name-answers.ts'
import { corefileEvidence, corefileObject, importsFiles } from '../../relations/dns/corefile-text.ts'
import { denialTime, type DenialTime } from '../../relations/dns/denial-time.ts'
import { hostUnknown } from '../../relations/symptom.ts'
import { isWithin } from '../../wire/dns-name.ts'

/** What kubeadm, the Helm chart and the clouds ship is 30 s at most: `ttl 30` with `cache 30`, or the usual 5 s. */
const usualSeconds = 30

/** From here on who waits for a Service that was asked for too early gives up: rollouts, health checks, people. */
const longSeconds = 120

/**
 * Whoever asks for a Service before it is made is told that there is no such name, and CoreDNS tells everybody so until
 * the denial is over. Nothing is wrong in that cluster until a deployment comes in the wrong order.
 */
export default check({
  code: 'DNS198',
  slug: 'dns/denial-kept',
  title: 'denials of names of the cluster are kept for long',
  fine: 'a denial of a name of the cluster is forgotten within half a minute',
  severity: 'warning',
  needs: ['clusterDns'],
  wants: ['nameAnswers'],
  remedies: [],
  decides: [],

  run({ clusterDns, nameAnswers }) {
    const text = clusterDns.corefile.known ? clusterDns.corefile.value : null
    const corefile = text === null ? null : askedCorefile(text, clusterDns)
    const said = corefile === null ? null : denialTime(corefile, clusterDns.domain)
    const measured = longestDenial(nameAnswers, clusterDns.domain)
    if (said === null && measured === null)
      return clusterDns.corefile.known
        ? notApplicable(
            'the Corefile has no `kubernetes` for the domain of the cluster, and no such name was asked for',
          )
        : cannotTell(
            clusterDns.corefile.why.reason,
            `the Corefile was not read, and no such name was asked for: ${clusterDns.corefile.why.detail}`,
          )
    // An answer may be a cache's, which has had it for a while, or that of somebody who answers in CoreDNS's place.
    const isWhole = said !== null && corefile !== null && !importsFiles(corefile)
    const seconds = isWhole ? said.seconds : Math.max(said?.seconds ?? 0, measured?.ttl ?? 0)
    if (seconds <= usualSeconds) {
      if (measured === null && corefile !== null && importsFiles(corefile))
        return nameAnswers.known ? cannotTell('ambiguous', imported) : cannotTell('not-asked', imported, '--probe')
      return ok(1, `${seconds} s`)
    }
    return longFor(clusterDns, { seconds, said, measured, denied: deniedMembers(nameAnswers) })
  },

  words: {
    headline: ({ args }) =>
      `CoreDNS keeps denials of names of the cluster for ${args.seconds} s: a Service that was asked for before it ` +
      'was made is unknown for as long.',
    detail: ({ args }) =>
      [
        ...(args.said === null ? [] : [`${args.said} s by the Corefile`]),
        ...(args.measured === null ? [] : [`${args.measured} s in an answer`]),
        'a name that does not exist',
      ].join(' · '),
    note: () =>
      'a denial is kept for the TTL of the SOA beside it, which is the `ttl` of `kubernetes` (300 s at most), within ' +
      'the bounds that `cache` sets; a Service that nobody asked for before is known at once',
    help: ({ subject: on, args }) => [
      'let denials of the cluster be kept for some seconds: `denial 9984 5` in the block of `cache`' +
        (args.isLeast ? '' : ', or `ttl 30` in that of `kubernetes`'),
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
    ],
  },
})

interface Kept {
  readonly seconds: number
  /** By the Corefile. */
  readonly said: DenialTime | null
  readonly measured: NameAnswer | null
  /** Of pods that are ready: their names are there, and a server denies them still. */
  readonly denied: readonly NameAnswer[]
}

function longFor(dns: ClusterDns, { seconds, said, measured, denied }: Kept) {
  const text = dns.corefile.known ? dns.corefile.value : null
  const isSeen = measured !== null && (measured.ttl ?? 0) >= seconds
  return finding({
    subject: corefileObject(dns),
    confidence: isSeen ? 'observed' : 'inferred',
    severity: seconds >= longSeconds ? 'warning' : 'info',
    args: {
      seconds,
      measured: measured?.ttl ?? null,
      said: said?.seconds ?? null,
      isLeast: isLeast(said),
      ttl: ttlOf(said),
      cache: said?.cache === null || said === null ? null : ['cache', ...said.cache.args].join(' '),
    },
    evidence: [
      ...(text === null || said === null ? [] : lines(said).map((it) => corefileEvidence(dns, text, it))),
      ...(measured === null ? [] : [seen(measured)]),
      ...denied.slice(0, 3).map(seen),
    ],
    causes: [...new Set(denied.flatMap(spellings))].map(hostUnknown),
  })
}

const imported = 'the Corefile imports files that hopscope does not read: `cache` may stand there'

/** The probe asks for the names of pods that were ready when it began. */
function deniedMembers(answers: Known<NameAnswers>): readonly NameAnswer[] {
  if (!answers.known) return []
  return answers.value.answers.filter(
    ({ reason, answer, ttl }) => reason.kind === 'member' && answer === 'nxdomain' && (ttl ?? 0) > usualSeconds,
  )
}

/** `db-0.db`, `db-0.db.shop`, … as programs may spell it. */
function spellings({ name }: NameAnswer): readonly string[] {
  const [host = '', service = '', namespace = ''] = name.split('.')
  const short = `${host}.${service}`
  return [short, `${short}.${namespace}`, `${short}.${namespace}.svc`, name]
}

/** Of names that nobody made, below the domain: who answers them NXDOMAIN says how long that holds. */
function longestDenial(answers: Known<NameAnswers>, domain: string): NameAnswer | null {
  if (!answers.known) return null
  const its = answers.value.answers.filter(
    ({ reason, answer, ttl }) =>
      reason.kind === 'random' && answer === 'nxdomain' && ttl !== null && isWithin(reason.suffix, domain),
  )
  return its.toSorted((a, b) => (b.ttl ?? 0) - (a.ttl ?? 0))[0] ?? null
}

/** The least that `cache` keeps is what counts, whatever TTL a denial comes with. */
function isLeast(said: DenialTime | null): boolean {
  return said !== null && said.soa <= usualSeconds && said.seconds > said.soa
}

function ttlOf(said: DenialTime | null): string | null {
  return said?.kubernetes.block?.find((it) => it.name === 'ttl')?.args[0] ?? null
}

function lines(said: DenialTime): readonly { line: number; mark: string; label: string }[] {
  const { kubernetes, cache } = said
  const ttl = isLeast(said) ? undefined : kubernetes.block?.find((it) => it.name === 'ttl')
  const denial = cache?.block?.find((it) => it.name === 'denial') ?? cache
  return [
    ...(ttl === undefined ? [] : [{ line: ttl.line, mark: 'ttl', label: 'the TTL of a denial, too, up to 300 s' }]),
    ...(denial === null ? [] : [{ line: denial.line, mark: denial.name, label: 'how long denials are kept' }]),
    ...(ttl === undefined && denial === null
      ? [{ line: kubernetes.line, mark: 'kubernetes', label: 'keeps its denials for so long' }]
      : []),
  ]
}

function seen({ server, name, node, ttl }: NameAnswer): Evidence {
  return {
    kind: 'fact',
    label: `${name.replace(/\.$/, '')} at ${server.pod ?? server.ip}, from ${node}`,
    value: `NXDOMAIN, kept for ${ttl} s`,
  }
}
