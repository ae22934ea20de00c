import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { InsideServer } from '../../model/inside.ts'
import { type InsidePod, insidePods } from '../../relations/dns/inside-pods.ts'
import { dnsServerInPod } from '../../relations/symptom.ts'
import { isSilent } from '../../relations/troubles/inside-resolving.ts'
import { parseResolvConf } from '../../wire/resolv-conf.ts'
import { settingsOf } from '../../wire/resolver-walk.ts'
import { execInto, fileEvidence, judgeEach, seenHere, seenIn, unseenPods, whose } from './inside-words.ts'

/**
 * A list of nameservers hides a dead one: lookups work, late. Each was asked once by itself, from inside the pod; the
 * C library says what its silence costs.
 */
export default check({
  code: 'DNS169',
  slug: 'dns/nameserver-silent',
  title: "one nameserver of a pod's list does not answer",
  fine: "each nameserver of a pod's list answers",
  severity: 'error',
  needs: ['pods', 'insideViews'],
  remedies: [],
  decides: [],

  run({ pods, insideViews }) {
    const looked = insidePods(pods, insideViews)
    if (looked.length === 0)
      return unseenPods({ known: true, value: insideViews }) ?? notApplicable('no pod was looked into')
    return judgeEach(looked, judge)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${whose(on, args)} has a nameserver that does not answer: ${args.dead}, ` +
      `the ${args.place} of ${args.of}; ${args.cost}.`,
    detail: ({ args }) =>
      `asked by itself in ${seenIn(args)} · ${args.all} · ${args.libc}, timeout ${args.timeout} s, ` +
      `${args.attempts} attempts${args.rotate ? ', rotate' : ''}`,
    note: ({ args }) =>
      args.libc === 'musl'
        ? 'musl asks all nameservers at once and takes the first answer'
        : 'glibc asks the first, and the next after its timeout; with `rotate` it begins with each in turn',
    help: ({ subject: on, args }) => [
      `take ${args.dead} out of the list, or find out why it is silent: from this pod, and from its node`,
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep -A8 dnsConfig`,
      `kubectl -n ${on.namespace} exec ${execInto(args)} -- nslookup kubernetes.default ${args.dead}`,
    ],
  },
})

const places = ['first', 'second', 'third']

function judge(it: InsidePod) {
  const servers = it.resolving?.servers
  if (servers === undefined) return notApplicable('nameservers were not asked by themselves')
  if (!servers.known) return cannotTell(servers.why.reason, servers.why.detail)
  const asked = servers.value
  const dead = asked.filter(isSilent)
  if (dead.length === 0)
    return asked.some((one) => one.result === null)
      ? cannotTell('ambiguous', `${asked[0]?.tool ?? 'the tool'} does not say whether a nameserver answered`)
      : ok(asked.length)
  // Where none answers, it is the way there, or all of DNS: no list can fix that.
  if (dead.length === asked.length || !asked.some((one) => one.result !== null && !isSilent(one)))
    return cannotTell('ambiguous', noneAnswers(it, asked))
  return told(it, asked, dead)
}

/** nslookup asks for A and AAAA, and says nothing of the one before it has the other, or its time is over. */
function noneAnswers({ view }: InsidePod, asked: readonly InsideServer[]): string {
  const who = `${view.namespace}/${view.pod}: ${asked.map((one) => one.ip).join(', ')}`
  return asked.some((one) => one.tool === 'nslookup' && one.result === 'timeout')
    ? `no nameserver gives nslookup both answers, A and AAAA, in time in pod ${who}`
    : `no nameserver answers pod ${who}`
}

function told(it: InsidePod, asked: readonly InsideServer[], dead: readonly InsideServer[]) {
  const { view } = it
  const text = view.resolvConf.known ? view.resolvConf.value : ''
  const settings = settingsOf(view.libc ?? 'glibc', text)
  const rotates = view.libc !== 'musl' && parseResolvConf(text).options.includes('rotate')
  const [first] = dead
  const place = asked.findIndex((one) => one === first)
  const seconds = settings.timeoutMs / 1000
  const isFelt = view.libc !== 'musl' && (place === 0 || rotates)
  return finding({
    subject: it.workload,
    severity: isFelt ? 'error' : 'warning',
    confidence: 'observed',
    args: {
      dead: dead.map((one) => one.ip).join(', '),
      place: places[place] ?? 'last',
      of: asked.length,
      cost: costOf({ isFelt, rotates, seconds, isMusl: view.libc === 'musl' }),
      ...seenHere(it),
      all: asked.map((one) => `${one.ip} ${one.result ?? 'unclear'}`).join(', '),
      libc: view.libc ?? 'C library not known, taken for glibc',
      timeout: seconds,
      attempts: settings.attempts,
      rotate: rotates,
    },
    symptoms: dead.map((one) => dnsServerInPod({ namespace: view.namespace, name: view.pod }, one.ip)),
    evidence: [
      fileEvidence(it, {
        path: '/etc/resolv.conf',
        text,
        mark: first?.ip ?? 'nameserver',
        label: first?.result === 'unreachable' ? 'nothing listens there' : 'no answer',
      }),
      ...asked.map((one) => ({
        kind: 'fact' as const,
        label: `${one.ip} with ${one.tool}`,
        value: `${one.result ?? 'unclear'} after ${one.ms} ms`,
      })),
    ],
  })
}

interface Cost {
  readonly isFelt: boolean
  readonly rotates: boolean
  readonly seconds: number
  readonly isMusl: boolean
}

function costOf({ isFelt, rotates, seconds, isMusl }: Cost): string {
  if (isMusl) return 'others answer in its place, and there is one fewer of them'
  if (!isFelt) return `each lookup that the ones before it lose waits ${seconds} s more for it`
  return rotates ? `lookups that begin with it wait ${seconds} s` : `each lookup waits ${seconds} s for it first`
}
