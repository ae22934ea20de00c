import { type ArgsOf, check } from '../../findings/check.ts'
import { type Confidence, finding, notApplicable, ok, type Severity } from '../../findings/verdict.ts'
import { subjectKey } from '../../model/subject.ts'
import { type PodResolver, podResolvers } from '../../relations/dns/pod-resolvers.ts'
import { searchAmplified } from '../../relations/symptom.ts'
import { seenInPart, unseenPods, whose } from './inside-words.ts'
import { resolverEvidence } from './resolver-words.ts'

/**
 * What the kubelet leaves in resolv.conf: kubernetes/kubernetes pkg/apis/core/validation (MaxDNSNameservers,
 * MaxDNSSearchPaths).
 */
const most = { nameservers: 3, searches: 32, characters: 2048 }

/** musl reads lines of at most 254 characters, and skips longer ones whole (src/network/resolvconf.c). */
const muslLine = 254

/** Limits on resolv.conf are silent: what is over them is left out, and nothing tells the application. */
export default check({
  code: 'DNS123',
  slug: 'dns/too-many-nameservers-or-searches',
  title: 'nameservers or search suffixes of pods are left out: too many',
  fine: 'nameservers and search suffixes are few enough to be read in full',
  severity: 'warning',
  needs: ['pods', 'clusterDns'],
  wants: ['insideViews'],
  remedies: [],
  decides: ['DNS-12', 'DNS-13'],

  run({ pods, clusterDns, insideViews }) {
    const asked = podResolvers(pods, clusterDns, { known: true, value: [] })
    const seen = podResolvers(pods, clusterDns, insideViews).filter((it) => it.seen !== null)
    if (asked.length + seen.length === 0) return notApplicable('no running pod whose resolv.conf is known')
    const kubelet = asked.flatMap(overKubelet)
    const told = new Set(kubelet.map(({ it }) => subjectKey(it.workload)))
    const shown = new Set(seen.map((it) => subjectKey(it.workload)))
    const musl = [...seen, ...asked.filter((it) => !shown.has(subjectKey(it.workload)))]
      .filter((it) => !told.has(subjectKey(it.workload)))
      .flatMap((it) => [...overOldGlibc(it), ...overMusl(it)].slice(0, 1))
    const found = [...kubelet, ...musl]
    const blind = unseenPods(insideViews)
    if (found.length === 0) return blind ?? ok(asked.length + seen.length)
    return [...found.map(verdict), ...(blind === null ? [] : [blind])]
  },

  words: {
    headline: ({ subject: on, args }) => `${whose(on, args)} ${headline(args)}.`,
    detail: ({ subject: on, args }) => `${on.kind} ${on.namespace}/${on.name} · ${detail(args)}${seenInPart(args)}`,
    note: ({ args }) => notes[args.case],
    help: ({ subject: on }) => [
      'shorten the list in dnsConfig; domains of other servers belong into the Corefile',
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep -A12 dnsConfig`,
      'kubectl get events -A --field-selector reason=DNSConfigForming',
    ],
  },
})

/** Whose limit it is. */
type Limit = 'kubelet-nameservers' | 'kubelet-searches' | 'old-glibc' | 'musl'

interface Over {
  readonly it: PodResolver
  readonly limit: Limit
  readonly severity: Severity
  readonly confidence: Confidence
}

type TooMany = ArgsOf<ReturnType<typeof verdict>>

function verdict({ it, limit, severity, confidence }: Over) {
  const [keyword, list] =
    limit === 'kubelet-nameservers' ? (['nameserver', it.nameservers] as const) : (['search', it.searches] as const)
  return finding({
    subject: it.workload,
    severity,
    confidence,
    args: {
      case: limit,
      nameservers: it.nameservers,
      searches: it.searches.length,
      characters: it.searches.join(' ').length,
      glibc: it.view?.resolving?.glibc ?? null,
      pods: it.pods.length,
      ...it.seenIn,
    },
    evidence: [resolverEvidence(it, keyword, list.at(-1) ?? '', 'left out')],
    causes: keyword === 'search' ? [searchAmplified(it.workload)] : [],
  })
}

function headline({ case: limit, nameservers, searches, characters, glibc }: TooMany): string {
  switch (limit) {
    case 'kubelet-nameservers':
      return (
        `names ${nameservers.length} nameservers, ` +
        `and the last ${nameservers.length - most.nameservers} are left out`
      )
    case 'kubelet-searches':
      return `has ${searches} search suffixes, and the last are left out`
    case 'old-glibc':
      return `has ${searches} search suffixes, of which its C library (glibc ${glibc}) reads ${oldGlibc.searches}`
    case 'musl':
      return `has a search line of ${lineLength(characters)} characters, which musl (Alpine) does not read at all`
  }
}

function detail({ case: limit, nameservers, searches, characters }: TooMany): string {
  switch (limit) {
    case 'kubelet-nameservers':
      return `${nameservers.join(', ')} · at most ${most.nameservers}`
    case 'kubelet-searches':
      return `${searches} suffixes, ${characters} characters · at most ${most.searches} and ${most.characters}`
    case 'old-glibc':
      return (
        `${searches} suffixes, ${characters} characters · ` +
        `glibc before 2.26 reads ${oldGlibc.searches} and ${oldGlibc.characters}`
      )
    case 'musl':
      return `search line of ${lineLength(characters)} characters · musl reads ${muslLine} · glibc reads it all`
  }
}

const notes: Readonly<Record<Limit, string>> = {
  'kubelet-nameservers':
    "the cluster's DNS counts as one; the kubelet leaves out the rest, because resolvers read three",
  'kubelet-searches': 'the three of the cluster come first; the kubelet leaves out the rest',
  'old-glibc': 'names that need one of the last suffixes are not found; a newer image reads them all',
  musl:
    'musl skips a longer line whole: short names of Services are then not found. ' +
    'Images with glibc are not affected',
}

/** Of the line `search …` with suffixes of this length. */
function lineLength(characters: number): number {
  return 'search '.length + characters
}

/** The node's own suffixes come on top, and can't be seen from here. */
function overKubelet(it: PodResolver): readonly Over[] {
  const base = { it, severity: 'warning', confidence: 'inferred' } as const
  if (it.nameservers.length > most.nameservers) return [{ ...base, limit: 'kubelet-nameservers' }]
  const characters = it.searches.join(' ').length
  const isOver = it.searches.length > most.searches || characters > most.characters
  return isOver ? [{ ...base, limit: 'kubelet-searches' }] : []
}

/** glibc before 2.26 keeps six suffixes of 256 characters in all (resolv.h, MAXDNSRCH), and skips what is more. */
const oldGlibc = { searches: 6, characters: 256 }

function overOldGlibc(it: PodResolver): readonly Over[] {
  const version = it.view?.resolving?.glibc ?? null
  if (version === null || Number(version.slice(2)) >= 26) return []
  const characters = it.searches.join(' ').length
  if (it.searches.length <= oldGlibc.searches && characters <= oldGlibc.characters) return []
  return [{ it, limit: 'old-glibc', severity: 'warning', confidence: 'observed' }]
}

/** For information, unless musl is seen in the container. */
function overMusl(it: PodResolver): readonly Over[] {
  if (lineLength(it.searches.join(' ').length) <= muslLine || it.view?.libc === 'glibc') return []
  const isMusl = it.view?.libc === 'musl'
  return [{ it, limit: 'musl', severity: isMusl ? 'warning' : 'info', confidence: isMusl ? 'observed' : 'possible' }]
}
