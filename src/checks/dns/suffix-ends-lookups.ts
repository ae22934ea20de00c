import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { NameAnswer, NameAnswers } from '../../model/name-answers.ts'
import { dnsServerSubject } from '../../relations/dns/dns-servers.ts'
import { some } from '../../phrases.ts'

/**
 * A search list is gone through as long as each suffix says NXDOMAIN. musl ends at a suffix that says "this name is
 * here, and has no address" (src/network/lookup_name.c, name_from_dns_search), and waits in vain where one answers
 * SERVFAIL or REFUSED (res_msend.c takes neither for an answer); silence ends it in glibc, too (resolv/res_query.c,
 * TRY_AGAIN). The name itself, which would be found, is then never asked for.
 */
export default check({
  code: 'DNS183',
  slug: 'dns/suffix-ends-lookups',
  title: 'a suffix of the search list ends the lookup of outside names',
  fine: 'each suffix of the search list says of names that it lacks that they are not there',
  severity: 'warning',
  needs: ['nameAnswers', 'clusterDns'],
  remedies: [],
  decides: [],

  run({ nameAnswers, clusterDns }) {
    const below = nameAnswers.answers.filter((it) => suffixOf(it) !== null)
    if (below.length === 0) return notApplicable('no name was asked for below a suffix')
    const bySuffix = Map.groupBy(below, (it) => suffixOf(it) ?? '')
    const on = dnsServerSubject(clusterDns)
    const found = [...bySuffix].flatMap(([suffix, its]): readonly Verdict<Ends>[] => {
      const bad = its.filter((it) => ends[it.answer] !== undefined && isReached(it, nameAnswers))
      const [first] = bad
      if (first === undefined || isMereLoss(bad, its)) return []
      return [
        finding({
          subject: on,
          confidence: 'observed',
          args: {
            suffix,
            names: [...new Set(bad.map((it) => it.name.replace(/\.$/, '')))],
            says: first.answer === 'nodata' ? 'NOERROR without an address' : (first.rcode ?? first.answer),
            answer: first.answer,
            bad: bad.length,
            of: its.length,
            nodes: [...new Set(bad.map((it) => it.node))],
          },
          evidence: bad.slice(0, 4).map((it): Evidence => ({
            kind: 'fact',
            label: `${it.name.replace(/\.$/, '')} from ${it.node}`,
            value: it.rcode === null ? it.answer : `${it.rcode}, ${it.addresses.length} addresses`,
          })),
        }),
      ]
    })
    return found.length === 0 ? ok(below.length) : found
  },

  words: {
    headline: ({ args }) =>
      `Suffix ${args.suffix} of the search list answers ${args.says} for names that it does not have: ` +
      `${ends[args.answer]?.who ?? 'programs'} do not come to the name itself.`,
    detail: ({ args }) =>
      `${args.bad} of ${args.of} names below it, from ${some(args.nodes)} · NXDOMAIN is what lets a resolver go on`,
    note: ({ args }) => ends[args.answer]?.why ?? null,
    help: ({ args }) => [
      `let the server of zone ${args.suffix} answer NXDOMAIN, or take the suffix out of the search list ` +
        "(of the node's resolv.conf, or dnsConfig)",
      'a last dot, or ndots:1 in dnsConfig, helps one program',
      ...args.names.slice(0, 1).map((it) => `hopscope resolve ${it}`),
    ],
  },
})

type Ends = {
  readonly suffix: string
  readonly names: readonly string[]
  readonly says: string
  readonly answer: NameAnswer['answer']
  readonly bad: number
  readonly of: number
  readonly nodes: readonly string[]
}

/** Answers after which a resolver does not go on to the next suffix: whose, and what becomes of it. */
const ends: Readonly<Partial<Record<NameAnswer['answer'], { readonly who: string; readonly why: string }>>> = {
  nodata: {
    who: 'Alpine (musl) images',
    why: 'musl takes it for an answer: the name exists and has no address. glibc goes on',
  },
  servfail: { who: 'Alpine (musl) images', why: 'musl waits 5 s for a better answer, and gives up. glibc goes on' },
  refused: { who: 'Alpine (musl) images', why: 'musl waits 5 s for a better answer, and gives up. glibc goes on' },
  timeout: { who: 'programs', why: 'both C libraries give up at a suffix that nobody answers for' },
  unreachable: { who: 'programs', why: 'both C libraries give up at a suffix that nobody answers for' },
}

function suffixOf({ reason }: NameAnswer): string | null {
  return reason.kind === 'outside' || reason.kind === 'random' ? reason.suffix : null
}

/** Silence is a suffix's own where all nodes meet it, and nothing below it was answered; else packets were lost. */
function isMereLoss(bad: readonly NameAnswer[], of: readonly NameAnswer[]): boolean {
  const isSilent = (it: NameAnswer): boolean => it.answer === 'timeout' || it.answer === 'unreachable'
  return bad.every(isSilent) && (new Set(bad.map((it) => it.node)).size < 2 || !of.every(isSilent))
}

/**
 * A suffix that a pod of that node has in its list, and a name that has an answer without it: where outside names fail
 * as they are, the suffix is not what ends them.
 */
function isReached(it: NameAnswer, { answers, searches }: NameAnswers): boolean {
  const own = searches.find((one) => one.node === it.node)
  const suffix = suffixOf(it)
  if (own !== undefined && (own.ndots < 2 || !own.suffixes.some((one) => one.replace(/\.$/, '') === suffix)))
    return false
  return answers.some(
    (one) => one.node === it.node && one.reason.kind === 'outside' && one.reason.suffix === null && one.answer === 'ok',
  )
}
