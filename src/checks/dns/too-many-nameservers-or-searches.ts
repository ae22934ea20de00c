import { check } from '../../findings/check.ts'
import {
  type Args,
  type Confidence,
  finding,
  notApplicable,
  ok,
  type Severity,
  type Verdict,
} from '../../findings/verdict.ts'
import { subjectKey } from '../../model/subject.ts'
import { type PodResolver, podResolvers } from '../../relations/dns/pod-resolvers.ts'
import { searchAmplified } from '../../relations/symptom.ts'
import { unseenPods } from './inside-words.ts'
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
    headline: ({ subject: on, args }) => `${on.kind} ${on.namespace}/${on.name} ${args['headline']}.`,
    detail: ({ subject: on, args }) => `${on.kind} ${on.namespace}/${on.name} · ${args['detail']}`,
    note: ({ args }) => `${args['note']}`,
    help: ({ subject: on }) => [
      'shorten the list in dnsConfig; domains of other servers belong into the Corefile',
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep -A12 dnsConfig`,
      'kubectl get events -A --field-selector reason=DNSConfigForming',
    ],
  },
})

interface Over {
  readonly it: PodResolver
  readonly severity: Severity
  readonly confidence: Confidence
  readonly keyword: 'nameserver' | 'search'
  readonly mark: string
  readonly args: Args
}

function verdict({ it, severity, confidence, keyword, mark, args }: Over): Verdict {
  return finding({
    subject: it.workload,
    severity,
    confidence,
    args: { ...args, pods: it.pods.length },
    evidence: [resolverEvidence(it, keyword, mark, 'left out')],
    explains: keyword === 'search' ? [searchAmplified(it.workload)] : [],
  })
}

/** The node's own suffixes come on top, and can't be seen from here. */
function overKubelet(it: PodResolver): readonly Over[] {
  const characters = it.searches.join(' ').length
  const base = { it, severity: 'warning', confidence: 'inferred' } as const
  if (it.nameservers.length > most.nameservers) {
    const args = {
      headline:
        `names ${it.nameservers.length} nameservers, ` +
        `and the last ${it.nameservers.length - most.nameservers} are left out`,
      detail: `${it.nameservers.join(', ')} · at most ${most.nameservers}`,
      note: "the cluster's DNS counts as one; the kubelet leaves out what is more, because resolvers read three",
    }
    return [{ ...base, keyword: 'nameserver', mark: it.nameservers.at(-1) ?? '', args }]
  }
  if (it.searches.length > most.searches || characters > most.characters) {
    const args = {
      headline: `has ${it.searches.length} search suffixes, and the last are left out`,
      detail:
        `${it.searches.length} suffixes, ${characters} characters · ` +
        `at most ${most.searches} and ${most.characters}`,
      note: 'the three of the cluster come first; the kubelet leaves out what is more',
    }
    return [{ ...base, keyword: 'search', mark: it.searches.at(-1) ?? '', args }]
  }
  return []
}

/** glibc before 2.26 keeps six suffixes of 256 characters in all (resolv.h, MAXDNSRCH), and skips what is more. */
const oldGlibc = { searches: 6, characters: 256 }

function overOldGlibc(it: PodResolver): readonly Over[] {
  const version = it.view?.resolving?.glibc ?? null
  if (version === null || Number(version.slice(2)) >= 26) return []
  const characters = it.searches.join(' ').length
  if (it.searches.length <= oldGlibc.searches && characters <= oldGlibc.characters) return []
  const args = {
    headline:
      `has ${it.searches.length} search suffixes, ` +
      `of which its C library (glibc ${version}) reads ${oldGlibc.searches}`,
    detail:
      `${it.searches.length} suffixes, ${characters} characters · ` +
      `glibc before 2.26 reads ${oldGlibc.searches} and ${oldGlibc.characters}`,
    note: 'names that need one of the last suffixes are not found; a newer image reads them all',
  }
  return [{ it, severity: 'warning', confidence: 'observed', keyword: 'search', mark: it.searches.at(-1) ?? '', args }]
}

/** For information, unless musl is seen in the container. */
function overMusl(it: PodResolver): readonly Over[] {
  const line = `search ${it.searches.join(' ')}`
  if (line.length <= muslLine || it.view?.libc === 'glibc') return []
  const args = {
    headline: `has a search line of ${line.length} characters, which musl (Alpine) does not read at all`,
    detail: `search line of ${line.length} characters · musl reads ${muslLine} · glibc reads it all`,
    note:
      'musl skips a longer line whole: short names of Services are then not found. ' +
      'Images with glibc are not concerned',
  }
  const isMusl = it.view?.libc === 'musl'
  return [
    {
      it,
      severity: isMusl ? 'warning' : 'info',
      confidence: isMusl ? 'observed' : 'possible',
      keyword: 'search',
      mark: it.searches.at(-1) ?? '',
      args,
    },
  ]
}
