import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { LargeRequest } from '../../model/contacts.ts'
import type { Ingress } from '../../model/ingress.ts'
import { lateOf } from '../../model/http-error.ts'
import { subjectKey } from '../../model/subject.ts'
import { textOrder } from '../../model/text-order.ts'
import { count, some } from '../../phrases.ts'
import { routesTo } from '../../relations/ingress/http-of-ingress.ts'
import { judgedOf, servedBy } from '../../relations/service/large-requests.ts'
import { largeLost, largeRequestsLost } from '../../relations/symptom.ts'

/**
 * A handshake and a short GET are a few hundred bytes: a firewall that drops large segments, or a link that carries
 * less than the interfaces believe, lets both pass. Users' cookies and forms fill packets (RFC 2923).
 */
export default check({
  code: 'SVC238',
  slug: 'service/large-requests-lost',
  title: 'a port answers small requests, and none that fills a packet',
  fine: 'requests that fill a packet are answered as small ones are',
  severity: 'error',
  needs: ['contacts'],
  wants: ['pods', 'ingresses', 'ingressControllers', 'dnsProbe'],
  remedies: [],
  decides: ['NET-01'],

  run({ contacts: { large = [] }, pods, ingresses, ingressControllers, dnsProbe }) {
    if (large.length === 0)
      return notApplicable('no port answered small HTTP requests in time: none that fills a packet was sent')
    const placed = [...(pods.known ? pods.value : []), ...(ingressControllers.known ? ingressControllers.value : [])]
    const homes = new Map(
      placed.flatMap(({ ip, node = null }) => (node === null || ip === null ? [] : [[ip, node] as const])),
    )
    const routes = ingresses.known ? ingresses.value : []
    const groups = Map.groupBy(large, (it) => `${subjectKey(servedBy(it))} ${it.port}`)
    return [...groups.values()].flatMap((all) => {
      const { judged, lost } = judgedOf(all, dnsProbe)
      const [first] = all
      const blind =
        judged.length === all.length || first === undefined
          ? []
          : [
              cannotTell(
                'ambiguous',
                `${count(all.length - judged.length, 'large request')} of ${all.length} to ${first.ip}:${first.port} ` +
                  'got no answer, and a small one after it got none either, or the probe was late',
              ),
            ]
      return [...blind, ...judge({ its: judged, lost }, homes, routes)]
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${args.who} on port ${args.port} ${args.ended ? 'hangs up at' : 'gives no answer to'} requests ` +
      `that fill a packet (${args.bytes} bytes) ` +
      `${args.through === null ? `from ${some(args.from)}` : `that leave or reach node ${args.through}`}; ` +
      `small ones are answered (${on.kind} ${on.namespace}/${on.name}).`,
    detail: ({ args }) =>
      `${args.lost} of ${args.of} requests of ${args.bytes} bytes were lost · ${args.error} · ` +
      'a small request right after each was answered',
    note: ({ args }) =>
      args.ended
        ? 'the connection was ended without an answer: a server that takes few bytes of headers, or a firewall'
        : 'handshakes and short requests pass: what drops the large ones looks at the size, ' +
          `such as a firewall rule, or a link of a smaller MTU that says nothing of it${where(args)}`,
    help: ({ args }) => [
      args.ended
        ? 'see how many bytes of headers this server takes, and what stands before it'
        : 'look for what drops packets by their size: a rule, or a link of a smaller MTU',
      `on ${args.through ?? some(sorted([...args.from, ...args.homes]))}:  ` +
        'iptables-save -c | grep -E "length|DROP|REJECT"    ' +
        'ip link show',
      `from a node that gets none:  curl -sS -m 5 -H "X-Padding: ` +
        `$(head -c ${args.bytes - 200} /dev/zero | tr '\\0' x)" ` +
        `http://${args.address}/ -o /dev/null -w '%{http_code}\\n'`,
      `from a node that gets none:  tracepath -n ${args.ip}    ping -M do -s ${args.bytes - 28} -c 3 ${args.ip}`,
    ],
  },
})

interface Places {
  readonly lost: number
  readonly of: number
  readonly through: string | null
  readonly well: readonly string[]
  readonly homes: readonly string[]
}

function where({ lost, of, through, well, homes }: Places): string {
  if (through !== null && lost === of) return `; each of them had to pass node ${through}: none went past it`
  if (through !== null) return `; each that was lost had to pass node ${through}, and none that was answered had to`
  const home = homes.length === 0 ? '' : `; it runs on ${some(homes)}`
  return well.length === 0 ? home : `; from ${some(well)} they are answered${home}`
}

/** The one node that each lost request leaves or reaches, and no other does. */
function throughOf(
  its: readonly LargeRequest[],
  lost: readonly LargeRequest[],
  homes: ReadonlyMap<string, string>,
): string | null {
  const touches = (it: LargeRequest, node: string): boolean => it.node === node || homes.get(it.ip) === node
  const all = sorted([...its.map((it) => it.node), ...its.flatMap((it) => homes.get(it.ip) ?? [])])
  const found = all.filter((node) => its.every((it) => touches(it, node) === lost.includes(it)))
  return lost.length > 1 && found.length === 1 ? (found[0] ?? null) : null
}

interface Judged {
  readonly its: readonly LargeRequest[]
  readonly lost: readonly LargeRequest[]
}

function judge({ its, lost }: Judged, homes: ReadonlyMap<string, string>, ingresses: readonly Ingress[]) {
  const [worst] = lost
  if (worst === undefined) {
    const [first] = its
    return first === undefined ? [] : [ok(its.length, `${first.bytes} bytes to port ${first.port}`)]
  }
  const self = servedBy(worst)
  const named = { namespace: self.namespace ?? '', name: self.name }
  const ended = lost.every((it) => lateOf(it.error) === null)
  const from = sorted(lost.map((it) => it.node))
  const kind = worst.of.kind === 'endpoint' ? 'Service' : 'Ingress'
  return [
    finding({
      subject: self,
      confidence: 'observed',
      severity: ended ? 'warning' : 'error',
      args: {
        who: some(sorted(lost.map((it) => it.of.pod ?? it.ip))),
        port: worst.port,
        bytes: worst.bytes,
        ended,
        through: throughOf(its, lost, homes),
        lost: lost.length,
        of: its.length,
        error: worst.error ?? 'no answer',
        from,
        well: sorted(its.filter((it) => !lost.includes(it)).map((it) => it.node)).filter((it) => !from.includes(it)),
        homes: sorted(lost.flatMap((it) => homes.get(it.ip) ?? [])),
        ip: worst.ip,
        address: worst.ip.includes(':') ? `[${worst.ip}]:${worst.port}` : `${worst.ip}:${worst.port}`,
      },
      evidence: [
        {
          kind: 'shares',
          label: 'requests that fill a packet, and were lost',
          rows: its.map((it) => ({
            where: `${it.of.pod ?? it.ip} ${it.ip}:${it.port} from ${it.node}`,
            bad: lost.includes(it) ? 1 : 0,
            of: 1,
            note: it.error ?? `${it.status}`,
          })),
        },
      ],
      symptoms: [
        largeRequestsLost(kind, named),
        ...lost.flatMap((it) => {
          const home = homes.get(it.ip)
          return home === undefined || home === it.node ? [] : [largeLost(it.node, home)]
        }),
      ],
      causes: [
        largeRequestsLost(kind, named),
        ...(worst.of.kind === 'endpoint'
          ? routesTo(ingresses, worst.of.service).map((it) => largeRequestsLost('Ingress', it))
          : []),
      ],
    }),
  ]
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted(textOrder)
}
