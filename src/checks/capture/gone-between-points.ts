import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Comparison, Gone } from '../../model/capture.ts'
import { subject } from '../../model/subject.ts'
import { count, percent } from '../../phrases.ts'
import { captureSymptom } from '../../relations/capture/signs.ts'
import { trailText, was } from '../../relations/capture/words.ts'

const silent = {
  'no-overlap': 'they were not taken at the same time',
  'nothing-common':
    'they have no packet and no address in common: another filter, a proxy between them, or nothing of it passed there',
  clock: 'the clock of one of them was set while it listened, or its file is of several machines: capture it again',
  filter: 'what is missing at one of them may be kept out by its filter: capture with a filter that names ports alone',
  dropped: 'what is missing at one of them may be what its capture lost itself: capture less (--filter, --snaplen)',
  'cut-short': 'packets of one of them are cut so short that they can not be told: capture with a longer --snaplen',
  'too-many': 'they have more packets than are set against each other: capture with a filter',
} as const

const whatWords: Readonly<Record<Gone['what'], readonly [string, string]>> = {
  query: ['DNS query', 'DNS queries'],
  answer: ['DNS answer', 'DNS answers'],
  syn: ['SYN', 'SYNs'],
  'syn-ack': ['SYN-ACK', 'SYN-ACKs'],
  data: ['large segment', 'large segments'],
  segment: ['segment', 'segments'],
}

const causes = [
  'lookup-unanswered',
  'pair-half-lost',
  'lookup-late',
  'connect-unanswered',
  'handshake-late',
  'retransmitted',
  'large-lost',
  'went-silent',
  'fragment-lost',
] as const

/** What one point saw leave, and the next never saw arrive: the network between the two lost it. */
export default check({
  code: 'PKT731',
  slug: 'capture/gone-between-points',
  title: 'packets that were lost between two points',
  fine: 'each packet that passed one point passed the next',
  severity: 'error',
  remedies: [],
  decides: [],
  needs: ['capture'],
  run: ({ capture: { comparisons } }) =>
    comparisons.length === 0 ? [notApplicable('a single point was captured')] : comparisons.map(judge),
  words: {
    headline: ({ args }) =>
      `${args.count} ${whatOf(args.what, args.count)} ${was(args.count)} lost between ${args.seenAt} ` +
      `and ${args.missedAt}.`,
    detail: ({ args }) =>
      `${args.count} of ${args.of} (${percent(args.count, args.of)}) seen at ${args.seenAt} and never ` +
      `at ${args.missedAt}, from ${args.from} to ${args.to}; ${count(args.common, 'packet')} seen at ` +
      `both`,
    note: () =>
      'Where a Service has several servers, a packet may also have gone to one that was not captured. ' +
      'Matched by DNS id and TCP sequence number, which survive the translation of addresses, each time of sending ' +
      'by itself.',
    help: ({ args }) => [
      `Look at what stands between the two, in this direction: ${args.seenAt} is the last point that has it.`,
      `tshark -r ${fileOf(args.seenAt)} -Y 'frame.number in {${args.packets.join(', ')}}'`,
      'iptables-save -c | grep DROP',
      ...(args.what === 'query' ? raceHelp : []),
    ],
  },
})

/** What conntrack drops of two parallel queries is lost in the node: its counters tell it from a policy. */
const raceHelp = [
  'One of A and AAAA, between the pod and the uplink of its node: the race of DNS101, whose counters rise with it.',
  'hopscope dns --node-access',
  'hopscope explain DNS101',
]

/** A point of one file is named behind it. */
function fileOf(point: string): string {
  const file = point.replace(/(?<=.):[\w.+-]+$/, '')
  // What was not written anywhere (`-w FILE`) has no name.
  return file === 'capture' ? 'FILE' : file
}

function whatOf(what: string, n: number): string {
  const [one, many] = whatWords[what as Gone['what']] ?? [what, what]
  return n === 1 ? one : many
}

/** UDP has no numbers of its own: it is counted, and what is missing may be on another way. */
function datagramText({ near, far, common }: Comparison['datagrams'] & object): string {
  const seen = `of UDP that is no DNS ${near} and ${count(far, 'datagram')}, ${common} at both`
  if (near === 0 || far > 0) return seen
  return (
    `${seen}: what passed the first went elsewhere, or was lost: see to which address it goes there; an entry of ` +
    'conntrack for a pod that is gone leads there (conntrack -L -p udp)'
  )
}

function judge({ near, far, common, datagrams, gone, cannotTell: why }: Comparison) {
  if (common === 0 && datagrams !== undefined && (why === null || why === 'nothing-common') && gone.length === 0)
    return cannotTell('ambiguous', `${near} and ${far}: ${datagramText(datagrams)}`)
  if (why !== null) return cannotTell('ambiguous', `${near} and ${far}: ${silent[why]}`)
  const [worst] = gone
  if (worst === undefined)
    return common === 0
      ? cannotTell('too-few', `${near} and ${far}: nothing that can be set against each other`)
      : ok(common, `${near} and ${far}: ${count(common, 'packet')} at both`)
  const isForth = worst.way === 'forth'
  const [seenAt, missedAt] = isForth ? [near, far] : [far, near]
  // Who waits for it, and who sends it again, may stand at any point of its way.
  const along = worst.trails.flatMap((trail) => trail.map(({ point }) => point))
  const same = gone.filter((it) => it.way === worst.way)
  const { what, from, to, packets } = worst
  return finding({
    subject: subject('Capture', null, `${near}..${far}`),
    // Nothing at all in common: the other point may have listened elsewhere.
    confidence: common > 0 || worst.trails.length > 0 ? 'observed' : 'possible',
    args: { what, count: worst.count, of: worst.of, from, to, seenAt, missedAt, common, packets },
    evidence: [
      {
        kind: 'shares',
        label: `seen at ${seenAt}, not at ${missedAt}`,
        rows: same.slice(0, 8).map((it) => ({
          where: `${whatOf(it.what, 2)} ${it.from} > ${it.to}`,
          bad: it.count,
          of: it.of,
          note: `packet ${it.packets.slice(0, 4).join(', ')} of ${seenAt}`,
        })),
      },
      ...(same.length === gone.length
        ? []
        : [
            {
              kind: 'shares' as const,
              label: `seen at ${missedAt}, not at ${seenAt}`,
              rows: gone
                .filter((it) => it.way !== worst.way)
                .slice(0, 8)
                .map((it) => ({
                  where: `${whatOf(it.what, 2)} ${it.from} > ${it.to}`,
                  bad: it.count,
                  of: it.of,
                  note: `packet ${it.packets.slice(0, 4).join(', ')} of ${missedAt}`,
                })),
            },
          ]),
      ...worst.trails.map((trail, index) => ({
        kind: 'fact' as const,
        label: index === 0 ? `the first ${whatOf(what, 1)}` : 'another',
        value: trailText(trail),
      })),
    ],
    symptoms: [captureSymptom('gone', near)],
    causes: [...new Set([near, far, ...along])].flatMap((point) => causes.map((kind) => captureSymptom(kind, point))),
  })
}
