import { check } from '../../findings/check.ts'
import type { Trouble } from '../../findings/trouble.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { asDnsName } from '../../wire/dns-name.ts'
import { type ComplaintKind, isOfName, longestSaid, ownLacks } from '../../wire/program-words.ts'
import { count, full, some } from '../../phrases.ts'
import type { ProgramLog } from '../../model/program-log.ts'
import { isHostKey } from '../../relations/symptom.ts'
import { severities } from './weights.ts'

/** Of more complaints the loudest are told. */
const most = 12

/**
 * The net under what programs complain of themselves. They see what no probe does: their own connections, at their own
 * time, with their own names and ports. Nothing of a log is shown but a kind, a host, how often, and of what it
 * lacks itself words that are known.
 */
export default check({
  code: 'TRB905',
  slug: 'trouble/programs-say',
  title: 'a program says that its connections fail',
  fine: 'no program whose log was read says that a connection of its own fails now',
  severity: 'warning',
  judges: 'leftovers',
  needs: ['programLogs'],
  remedies: [],
  decides: [],

  run({ programLogs, troubles }) {
    const own = troubles.filter((it) => it.source === 'programLogs')
    const silent = cutOff(programLogs)
    if (own.length === 0) {
      if (silent.length > 0) return silent
      return programLogs.length > 0 ? ok(programLogs.length) : notApplicable('no container here has written a log')
    }
    const groups = [...Map.groupBy(own, (it) => `${full(it.sufferer)} ${it.how} ${it.asked} ${it.weight}`).values()]
    return [...groups.slice(0, most).flatMap(together), ...silent]
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} says that ${args.how}` +
      (args.asked === '' ? `${args.isOwn ? '' : ', of whom it does not say'}.` : `: ${args.asked}.`),
    detail: ({ args }) =>
      (args.quoted.length === 0 ? '' : `“… ${args.quoted.join(' … ')} …” · `) +
      `${some(args.said, 3)} · ${some(args.from, 3)}`,
    note: ({ args }) => noteOf(args),
    help: ({ args }) => [
      firstOf(args),
      ...(args.isOwn
        ? [
            `kubectl -n ${args.namespace} exec ${args.pod} -c ${args.container} -- ` +
              `sh -c 'grep "open files" /proc/1/limits; ls /proc/1/fd | wc -l'`,
          ]
        : []),
      ...(args.isBadPort ? [`kubectl -n ${args.namespace} exec ${args.pod} -c ${args.container} -- env`] : []),
      `kubectl -n ${args.namespace} logs ${args.pod} -c ${args.container} --since=5m`,
      // Which servers CoreDNS asks for it, and whether they agree (DNS188).
      ...(args.outside === null ? [] : [`hopscope diagnose -n ${args.namespace} --probe --probe-name ${args.outside}`]),
      ...(args.called === null
        ? []
        : [`hopscope trace pod/${args.pod} svc/${args.called} -n ${args.namespace} --probe`]),
    ],
  },
})

interface First {
  readonly isBadPort: boolean
  readonly isOwn: boolean
  readonly kind: ComplaintKind | null
}

const ownCures: Readonly<Partial<Record<ComplaintKind, string>>> = {
  'no-space':
    'see what is full: `df` in its container; an emptyDir of medium Memory at /dev/shm makes that larger, and counts ' +
    'as memory',
  'no-memory': 'see its limit of memory, and what it holds',
  'no-pool': 'find what holds connections for long, or raise the size of the pool, as far as the server takes it',
}

function firstOf({ isBadPort, isOwn, kind }: First): string {
  const own = kind === null ? undefined : ownCures[kind]
  if (own !== undefined) return own
  if (isBadPort)
    return (
      'see which variables Kubernetes sets for Services (NAME_PORT=tcp://…); enableServiceLinks: false in the ' +
      'pod template leaves them out'
    )
  return isOwn
    ? 'find what it does not close; a higher limit (`ulimit -n`) and a restart help for a while'
    : 'read what it says around that, and try the way from its own pod'
}

interface Noted {
  readonly isNow: boolean
  readonly isShort: boolean
  /** So seldom, or by a program that is so new, that no rhythm is to be seen. */
  readonly isRare: boolean
  readonly isOwn: boolean
  readonly kind: ComplaintKind | null
  /** '': it does not say of whom. */
  readonly asked: string
}

function noteOf({ isNow, isShort, isRare, isOwn, kind, asked }: Noted): string {
  if (isNow && isOwn && kind !== 'no-files')
    return 'so says the program of itself: what it answers with 5xx meanwhile is for want of that, as a rule'
  if (isNow && isOwn)
    return 'so says the program of itself: what it opens and does not close takes one each, such as pooled connections'
  // What is not named can't be held against anything else that was found.
  if (isNow && asked === '') return 'so says the program; as it does not say of whom, any other finding here may be why'
  if (isNow) return `so says the program; no other finding accounts for ${asked}`
  if (isShort && isRare)
    return (
      'so said the program, and not while the probe was at work: it says it too seldom for a rhythm, so that whether ' +
      'it is over is not known'
    )
  return isShort
    ? 'so said the program; counted over all that was read of its log, it need not have come again while the ' +
        'probe was at work: whether it is over is not known'
    : 'so said the program, and not since, though it was due: whatever it was may be over'
}

/** Two times have one pause between them, which is no rhythm, and how long the program was there is not known. */
const leastOfRhythm = 5

/** What comes three times on average comes not at all in one of twenty cases (Poisson). */
const surelyDue = 3

/** Logs that were not looked at, or of whose lines the better part was longer than is read. */
function cutOff(logs: readonly ProgramLog[]) {
  const cut = logs.filter(({ unread, cut: long = 0, lines }) => unread !== undefined || (long > 0 && 2 * long >= lines))
  if (cut.length === 0) return []
  const whose = cut.map((it) => `container ${it.container} of pod ${it.namespace}/${it.pod}`)
  const why = cut.every((it) => it.unread !== undefined)
    ? 'longer than is read, and nothing of it was looked at'
    : `of lines that are longer than is read of one (${longestSaid} characters): what stands further on was not ` +
      'looked at'
  return [cannotTell('cut-off', `the log of ${some(whose, 3)} is ${why}`)]
}

function together(its: readonly Trouble[]) {
  const [first] = its
  if (first === undefined) return []
  const { sufferer, involved, asked, how, weight } = first
  const said = its.flatMap((it) => it.log?.times ?? [])
  const from = its.map((it) => it.from)
  return [
    finding({
      subject: sufferer,
      also: involved.filter((it) => it.kind === 'Service'),
      confidence: 'observed',
      severity: severities[weight],
      dueTo: [...new Set(its.flatMap((it) => it.keys.filter(isHostKey)))],
      args: {
        how,
        asked,
        said,
        quoted: first.log?.words ?? [],
        from,
        isNow: weight !== 'sign',
        isRare: its.every((it) => it.bad < leastOfRhythm),
        isShort: !its.some(({ log }) => (log?.due ?? 0) >= surelyDue),
        outside: outsideOf(first),
        ...placeOf(first),
      },
      evidence: [
        ...its
          .filter((it) => (it.log?.words ?? []).length > 0)
          .slice(0, mostQuoted)
          .map((it) => ({
            kind: 'fact' as const,
            label: `log of ${it.from}`,
            value: `“… ${(it.log?.words ?? []).join(' … ')} …”`,
          })),
        {
          kind: 'shares',
          label: `${how}${asked === '' ? '' : `: ${asked}`}, says ${count(its.length, 'container')}`,
          rows: its.map((it) => ({ where: it.from, bad: it.bad, of: it.of, note: it.log?.times ?? '' })),
        },
      ],
    }),
  ]
}

const mostQuoted = 3

/** A name of two labels or more that is no Service's, and gets no address. */
function outsideOf({ asked, involved, log }: Trouble): string | null {
  const name = asDnsName(asked.replace(/:\d+$/, ''))
  if (name === null || log === undefined || !isOfName(log.kind)) return null
  const isInside = involved.some((it) => it.kind === 'Service') || /\.svc(?:\.|$)/.test(asked)
  return isInside || !asked.includes('.') ? null : asked.replace(/:\d+$/, '')
}

function placeOf({ sufferer, involved, log }: Trouble) {
  const service = involved.find((it) => it.kind === 'Service')
  return {
    namespace: log?.namespace ?? sufferer.namespace ?? 'default',
    pod: log?.pod ?? sufferer.name,
    container: log?.container ?? '',
    /** It says it of itself, and of nobody whom it calls. */
    isOwn: log !== undefined && ownLacks.has(log.kind),
    kind: log?.kind ?? null,
    isBadPort: log?.kind === 'bad-port',
    called: service === undefined ? null : `${service.name}.${service.namespace}`,
  }
}
