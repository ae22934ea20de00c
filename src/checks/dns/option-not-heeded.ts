import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Severity } from '../../findings/verdict.ts'
import { isFailed } from '../../relations/dns/inside-answers.ts'
import { type InsidePod, insidePods, isByLibrary } from '../../relations/dns/inside-pods.ts'
import { dnsLossInPod, nameInPod } from '../../relations/symptom.ts'
import { parseResolvConf } from '../../wire/resolv-conf.ts'
import { fileEvidence, judgeEach, seenHere, seenIn, unseenPods, whose } from './inside-words.ts'

/**
 * The two C libraries read the same file and take other things from it. musl knows ndots, timeout and attempts alone,
 * and takes no search list for a name with ndots dots (src/network/resolvconf.c, lookup_name.c).
 */
export default check({
  code: 'DNS172',
  slug: 'dns/option-not-heeded',
  title: 'the C library does not do what an option of resolv.conf asks for',
  fine: 'options of resolv.conf do what they are meant to in these containers',
  severity: 'info',
  needs: ['pods', 'insideViews'],
  remedies: [],
  decides: [],

  run({ pods, insideViews }) {
    const looked = insidePods(pods, insideViews).filter((it) => it.view.resolvConf.known)
    if (looked.length === 0)
      return unseenPods({ known: true, value: insideViews }) ?? notApplicable('no pod was looked into')
    return judgeEach(looked, judge)
  },

  words: {
    headline: ({ subject: on, args }) => `${whose(on, args)} ${args.what}.`,
    detail: ({ args }) => `${seenIn(args)} · ${args.libc} · options ${args.options} · ${args.seen}`,
    note: ({ args }) => notes[args.how] ?? null,
    help: ({ subject: on, args }) => [
      helps[args.how] ?? 'take the option out',
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep -A8 dnsConfig`,
      `hopscope resolve ${args.name} -n ${on.namespace} --from pod/${args.pod}`,
    ],
  },
})

const notes: Readonly<Record<string, string>> = {
  'use-vc': 'glibc then sends every query over TCP, and asks nobody over UDP',
  ndots: 'glibc tries the search list after the name itself; musl tries the name alone once it has ndots dots',
  ignored: 'the option is meant for glibc: what it was to cure is not cured here',
  once: 'one lost packet is then a failed lookup: nothing is sent again',
}

const helps: Readonly<Record<string, string>> = {
  'use-vc': 'open TCP port 53 to the DNS Service, or take use-vc out',
  ndots: 'raise ndots above the dots of the names that are used, or write full names',
  ignored: 'take the option out, or use an image with glibc where it is needed',
  once: 'leave attempts at 2 or more',
}

/** What musl passes over without a word, and somebody may count on. */
const glibcOnly = ['single-request', 'single-request-reopen', 'use-vc', 'rotate', 'no-aaaa', 'no-tld-query']

interface Odd {
  readonly how: 'use-vc' | 'ndots' | 'ignored' | 'once'
  readonly what: string
  readonly severity: Severity
  readonly seen: string
  readonly name: string
  readonly symptoms: readonly string[]
}

function judge(it: InsidePod) {
  const { view } = it
  const text = view.resolvConf.known ? view.resolvConf.value : ''
  const conf = parseResolvConf(text)
  const odd =
    tcpAlone(it, conf.options) ??
    dotsOf(it, conf.ndots, conf.search.length) ??
    ignoredBy(it, conf.options) ??
    once(conf.options)
  if (odd === null) return ok(1)
  const { how, what, severity, seen, name, symptoms } = odd
  return finding({
    subject: it.workload,
    severity,
    confidence: symptoms.length > 0 ? 'observed' : 'inferred',
    args: {
      how,
      what,
      ...seenHere(it),
      libc: view.libc ?? 'C library not known',
      options: conf.options.join(' ') || 'none',
      seen,
      name,
    },
    symptoms,
    evidence: [
      fileEvidence(it, {
        path: '/etc/resolv.conf',
        text,
        mark: 'options',
        label: how === 'ignored' ? 'not read by musl' : how,
      }),
    ],
  })
}

function tcpAlone({ view }: InsidePod, options: readonly string[]): Odd | null {
  if (view.libc === 'musl' || !options.includes('use-vc') || !view.tcp53.known || view.tcp53.value === 'open')
    return null
  const what =
    'asks DNS over TCP alone (use-vc), and TCP port 53 of the DNS Service is ' +
    `${view.tcp53.value === 'refused' ? 'closed' : 'silent'} to it`
  return {
    how: 'use-vc',
    what,
    severity: 'error',
    seen: `TCP port 53: ${view.tcp53.value}`,
    name: 'kubernetes.default',
    symptoms: [dnsLossInPod({ namespace: view.namespace, name: view.pod })],
  }
}

function dotsOf({ view, resolving }: InsidePod, ndots: number, suffixes: number): Odd | null {
  if (view.libc !== 'musl' || suffixes === 0) return null
  const dots = (name: string): number => name.split('.').length - 1
  const inReach = (resolving?.names ?? []).filter(
    (it) => isByLibrary(it.tool) && !it.typed.endsWith('.') && dots(it.typed) > 0 && dots(it.typed) < 3,
  )
  const lost = inReach.find((it) => isFailed(it) && dots(it.typed) >= ndots)
  if (lost === undefined) return null
  const what =
    `does not find ${lost.typed}: with ndots:${ndots} musl takes no search list for a name with ` +
    `${dots(lost.typed) === 1 ? 'a dot' : 'two dots'}`
  return {
    how: 'ndots',
    what,
    severity: 'error',
    seen: `${lost.typed}: ${lost.result}`,
    name: lost.typed,
    symptoms: [nameInPod({ namespace: view.namespace, name: view.pod }, lost.service)],
  }
}

function ignoredBy({ view }: InsidePod, options: readonly string[]): Odd | null {
  const its = view.libc === 'musl' ? options.filter((one) => glibcOnly.includes(one)) : []
  return its.length === 0
    ? null
    : {
        how: 'ignored',
        what: `sets ${its.join(', ')}, which its C library (musl) does not read`,
        severity: 'info',
        seen: 'musl reads ndots, timeout and attempts alone',
        name: 'kubernetes.default',
        symptoms: [],
      }
}

function once(options: readonly string[]): Odd | null {
  const attempts = options.findLast((one) => /^attempts:\d+$/.test(one))
  return attempts !== 'attempts:1' && attempts !== 'attempts:0'
    ? null
    : {
        how: 'once',
        what: `sends each query once (${attempts})`,
        severity: 'info',
        seen: 'a lost packet is a failed lookup',
        name: 'kubernetes.default',
        symptoms: [],
      }
}
