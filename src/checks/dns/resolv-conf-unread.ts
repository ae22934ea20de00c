import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import { count, full } from '../../phrases.ts'
import { isFailed } from '../../relations/dns/inside-answers.ts'
import { type InsidePod, insidePods, libraryLookups } from '../../relations/dns/inside-pods.ts'
import type { Pod } from '../../model/pod.ts'
import type { Libc } from '../../model/resolution.ts'
import { dnsLossInPod } from '../../relations/symptom.ts'
import { parseResolvConf, readLines, type Unread, unreadLines } from '../../wire/resolv-conf.ts'
import { fileEvidence, inWhom, judgeEach, pathIn, seenHere, seenIn, unseenPods } from './inside-words.ts'

/**
 * A resolv.conf that somebody mounts or writes looks right in `cat`, and is not what the C library reads: without a
 * server that it takes, glibc and musl ask 127.0.0.1 (resolv.conf(5)), where nobody is. Of a file that the program's
 * user may not read they make as much as of none (glibc resolv/res_init.c and resolv_conf_load; musl
 * src/network/resolvconf.c: EACCES).
 */
export default check({
  code: 'DNS181',
  slug: 'dns/resolv-conf-unread',
  title: 'the C library passes over lines of resolv.conf',
  fine: 'the C library takes every line of the resolv.conf in these pods',
  severity: 'warning',
  needs: ['pods', 'insideViews'],
  remedies: [],
  decides: [],

  run({ pods, insideViews }) {
    const looked = insidePods(pods, insideViews).filter(
      ({ view }) => view.resolvConf.known || view.resolvConfUnread !== undefined,
    )
    if (looked.length === 0)
      return unseenPods({ known: true, value: insideViews }) ?? notApplicable('no pod was looked into')
    return judgeEach(looked, (it) =>
      it.view.resolvConfUnread === undefined ? judge(it) : judgeUnread(it, it.view.resolvConfUnread),
    )
  },

  words: {
    headline: ({ subject: on, args }) => {
      const who = inWhom(on, args)
      if (args.why === 'not-for-user')
        return (
          `/etc/resolv.conf in ${who} is not readable by ${userOf(args)}: ` +
          'its programs ask no server that stands there.'
        )
      return (
        `${isOfGlibcAlone(args) ? 'Where it is glibc, the' : 'The'} C library of ${who} passes over ` +
        `${count(args.lines, 'line')} of its resolv.conf` +
        `${args.servers === 0 ? ', and has no nameserver left' : ''}: ${says[args.why]}.`
      )
    },
    detail: ({ args }) =>
      `${seenIn(args)} · ${args.libc ?? 'C library not known'} · ` +
      (args.why === 'not-for-user'
        ? 'permission denied'
        : `${count(args.servers, 'nameserver')} left of ${args.written}`) +
      ` · ${args.failed} of ${args.of} lookups there failed`,
    note: ({ args }) =>
      (isOfGlibcAlone(args) ? 'musl and Go take such lines; which of them the programs there use is not known; ' : '') +
      (args.servers === 0 ? 'without a nameserver it asks 127.0.0.1, where nobody answers' : 'what is left counts'),
    help: ({ subject: on, args }) => [
      args.why === 'not-for-user' ? readableHelp(args) : textHelp(args),
      `kubectl -n ${on.namespace} exec ${args.pod} -c ${args.container} -- ` +
        (args.why === 'not-for-user' ? 'ls -lnL /etc/resolv.conf' : 'od -c /etc/resolv.conf'),
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep -B3 -A6 resolv.conf`,
    ],
  },
})

type Why = Unread | 'not-for-user'

interface Args {
  readonly uid: number | null
  readonly mount: string | null
}

function userOf({ uid }: Pick<Args, 'uid'>): string {
  return uid === null ? 'the user of its container' : `user ${uid}`
}

function readableHelp({ uid, mount }: Args): string {
  const reader = userOf({ uid })
  return mount === null
    ? `let ${reader} read it: see what writes the file with such a mode when the container starts`
    : `let ${reader} read it: defaultMode 0444 of the volume that ${mount} is mounted by, or no mount at all`
}

function textHelp({ mount }: Args): string {
  return mount === null ? 'write the lines as resolv.conf(5) has them' : `fix the text in ${mount}`
}

/**
 * musl and Go end an address at any white space, and `\r` is one (musl src/network/resolvconf.c; Go's
 * getFields in net/parse.go); an image of one static program shows no library.
 */
function isOfGlibcAlone({ libc, why }: { readonly libc: Libc | null; readonly why: Why }): boolean {
  return libc === null && why === 'line-end'
}

const says: Readonly<Record<Why, string>> = {
  'not-for-user': 'its user may not read the file',
  'line-end': 'they end as Windows ends lines (\\r\\n), which makes the \\r a part of the last word',
  indented: 'they do not begin at the start of the line',
  'unknown-word': 'their first word is none that it knows',
  'no-address': 'a nameserver is named there, and only addresses are taken',
}

function judge(it: InsidePod) {
  const { pod, view } = it
  const text = view.resolvConf.known ? view.resolvConf.value : ''
  const libc = view.libc ?? null
  const unread = unreadLines(text, libc)
  const [first] = unread.toSorted((a, b) => rank[a.keyword] - rank[b.keyword] || a.line - b.line)
  if (first === undefined) return ok(1)
  const lookups = libraryLookups(it)
  const failed = lookups.filter((one) => isFailed(one)).length
  const servers = parseResolvConf(readLines(text, libc)).nameservers.length
  const isCut = servers === 0 && failed > 0
  return finding({
    subject: it.workload,
    confidence: failed > 0 ? 'observed' : 'inferred',
    severity: isCut ? 'error' : 'warning',
    args: {
      why: first.why as Why,
      uid: null as number | null,
      lines: unread.length,
      servers,
      written: unread.filter((one) => one.keyword === 'nameserver').length + servers,
      ...seenHere(it),
      libc,
      failed,
      of: lookups.length,
      mount: mountOf(it),
    },
    evidence: [fileEvidence(it, { path: '/etc/resolv.conf', text, mark: first.text.trim(), label: labels[first.why] })],
    causes: inPod(pod),
  })
}

/** Nothing of the file reaches a program. */
function judgeUnread(it: InsidePod, { uid }: { readonly uid: number | null }) {
  const { pod, view } = it
  const lookups = libraryLookups(it)
  const failed = lookups.filter((one) => isFailed(one)).length
  const mount = mountOf(it)
  return finding({
    subject: it.workload,
    confidence: failed > 0 ? 'observed' : 'inferred',
    severity: failed > 0 ? 'error' : 'warning',
    args: {
      why: 'not-for-user' as Why,
      uid,
      lines: 0,
      servers: 0,
      written: 0,
      ...seenHere(it),
      libc: view.libc ?? null,
      failed,
      of: lookups.length,
      mount,
    },
    evidence: [
      {
        kind: 'fact',
        label: `${pathIn(it, '/etc/resolv.conf')} in ${view.pod}`,
        value: `not readable by ${userOf({ uid })}`,
      },
      ...(mount === null ? [] : [{ kind: 'fact' as const, label: 'mounted from', value: mount }]),
      ...(view.lookup.known
        ? [{ kind: 'fact' as const, label: `lookup of ${view.lookup.value.name}`, value: view.lookup.value.result }]
        : []),
    ],
    causes: inPod(pod),
  })
}

function mountOf({ pod }: InsidePod): string | null {
  return pod.resolvConfMount === undefined ? null : `${pod.resolvConfMount.kind} ${pod.resolvConfMount.name}`
}

function inPod(pod: Pod): readonly string[] {
  return [dnsLossInPod(pod), `name-in-pod:${full(pod)}/*`, `dns-server-in-pod:${full(pod)}/*`]
}

const rank = { nameserver: 0, search: 1, options: 2 } as const

const labels: Readonly<Record<Unread, string>> = {
  'line-end': 'a \\r follows',
  indented: 'something stands before it',
  'unknown-word': 'no word of resolv.conf',
  'no-address': 'no address',
}
