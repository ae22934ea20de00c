import type { DnsProbe, DnsServer, LookupSeries } from '../../model/lookups.ts'
import type { Known } from '../../model/known.ts'
import type { NameAnswers } from '../../model/name-answers.ts'
import type { Service } from '../../model/service.ts'
import { once } from '../once.ts'
import { answersOfServices, judgeName, mayBeFromBefore } from '../service/service-names.ts'
import { isDenial, blindNodes, seriesOf } from './lookup-loss.ts'
import type { Named } from './unserved-names.ts'

/** What came from one address to one node, over UDP, for names of the cluster that are there. */
export interface Word {
  readonly node: string
  readonly ip: string
  readonly role: 'service' | 'endpoint'
  readonly right: number
  readonly wrong: number
}

/** A node on which another answers than the DNS servers do. */
export interface AnsweredByAnother {
  readonly node: string
  /** The addresses at which it answers, in the servers' place. */
  readonly words: readonly Word[]
  readonly wrong: number
  /** `other-nodes`: the same addresses answer rightly there. `servers`: the servers by themselves do, on this node. */
  readonly because: 'other-nodes' | 'servers'
  /** Services whose names were answered wrongly there, and nowhere else. */
  readonly services: readonly Service[]
  /** The same names over TCP from this node. */
  readonly tcp: 'right' | 'wrong' | 'not-asked'
}

export interface AnswersAsked {
  readonly probe: Known<DnsProbe>
  readonly names: Known<NameAnswers>
  /** With those of other namespaces, and the endpoints of each: a headless one is judged by them. */
  readonly named: Pick<Named, 'services' | 'slicesOf'>
}

/** One answer may be from a moment before a change. */
const least = 2

/**
 * A server keeps what it knows, whoever asks: an answer that only one node gets from it was not given by it. So it is
 * where all that a node hears from an address is wrong, and other nodes hear nothing wrong from the same one; and where
 * all that comes from the Service's address is wrong, and all servers behind it are right, from one and the same node.
 */
export function answeredByAnother(asked: AnswersAsked): readonly AnsweredByAnother[] {
  const { words, services } = wordsOf(asked)
  return [...Map.groupBy(words, (it) => it.node)].flatMap(([node, its]): readonly AnsweredByAnother[] => {
    const bad = its.filter(isWrong)
    const wrong = bad.reduce((sum, it) => sum + it.wrong, 0)
    if (wrong < least) return []
    const reasons = bad.map((it) => reasonFor(it, words))
    if (reasons.includes(null)) return []
    const places = new Set(bad.map((it) => placeOf(it)))
    return [
      {
        node,
        words: bad,
        wrong,
        because: reasons.includes('other-nodes') ? 'other-nodes' : 'servers',
        services: services.filter(({ at }) => at.some((it) => places.has(it))).map((it) => it.service),
        tcp: tcpOf(asked.probe, node, bad),
      },
    ]
  })
}

interface Place {
  readonly node: string
  readonly ip: string
  readonly role: DnsServer['role']
}

/**
 * Whether a wrong answer is not what its server says: a server's own address is right from another node. What comes
 * from the Service's address is of one server or another: there none that this node asked by itself may have said it.
 */
export function isRightElsewhere({
  right,
  wrong,
}: {
  readonly right: readonly Place[]
  readonly wrong: readonly Place[]
}) {
  const elsewhere = ({ node, ip }: Place): boolean => right.some((it) => it.ip === ip && it.node !== node)
  return (place: Place): boolean => {
    if (place.role !== 'service') return elsewhere(place)
    const behind = (it: Place): boolean => it.role === 'endpoint' && it.node === place.node
    const isAsked = right.some(behind) || wrong.some(behind)
    return isAsked && wrong.filter(behind).every(elsewhere)
  }
}

function isWrong({ right, wrong }: Word): boolean {
  return right === 0 && wrong > 0
}

function reasonFor(it: Word, all: readonly Word[]): AnsweredByAnother['because'] | null {
  const elsewhere = all.filter((one) => one.ip === it.ip && one.node !== it.node)
  if (elsewhere.some((one) => one.right > 0) && elsewhere.every((one) => one.wrong === 0 || isWrong(one)))
    return 'other-nodes'
  if (it.role !== 'service') return null
  const servers = all.filter((one) => one.role === 'endpoint' && one.node === it.node)
  return servers.length > 0 && servers.every((one) => one.right > 0 && one.wrong === 0) ? 'servers' : null
}

function placeOf({ node, ip }: Pick<Word, 'node' | 'ip'>): string {
  return `${node} ${ip}`
}

interface Words {
  readonly words: readonly Word[]
  /** With where its name was answered wrongly. */
  readonly services: readonly { readonly service: Service; readonly at: readonly string[] }[]
}

export function wordsOf({ probe, names, named }: AnswersAsked): Words {
  const ofNames = names.known ? judgedNames(names.value, named) : []
  const all = [...(probe.known ? seriesWords(probe.value) : []), ...ofNames.map((it) => it.word)]
  const words = [...Map.groupBy(all, placeOf).values()].flatMap((its): readonly Word[] => {
    const [first] = its
    if (first === undefined) return []
    const sum = (of: 'right' | 'wrong'): number => its.reduce((total, it) => total + it[of], 0)
    return [{ ...first, right: sum('right'), wrong: sum('wrong') }]
  })
  const wrong = Map.groupBy(
    ofNames.filter((it) => it.word.wrong > 0),
    (it) => it.service,
  )
  return {
    words,
    services: [...wrong].map(([service, its]) => ({ service, at: its.map((it) => placeOf(it.word)) })),
  }
}

const seriesWords = once((probe: DnsProbe): readonly Word[] =>
  seriesOf(probe, { zone: 'cluster', transport: 'udp' }).flatMap((it) => wordOfSeries(it)),
)

/** The C library does not tell a denial from silence, and labels that the probe makes up exist nowhere. */
function wordOfSeries({ node, server, method, name, lookups }: LookupSeries): readonly Word[] {
  const { role, ip } = server
  if (method === 'getaddrinfo' || name.startsWith('hopscope-') || (role !== 'service' && role !== 'endpoint')) return []
  const right = lookups.filter((it) => it.a === 'ok' || it.aaaa === 'ok').length
  // REFUSED is what a server says to a client that it does not serve, and no other's answer: DNS160, DNS179.
  const wrong = lookups.filter((it) => isDenial(it.a) && (isDenial(it.aaaa) || it.aaaa === 'not-asked')).length
  return [{ node, ip, role, right, wrong }]
}

function judgedNames(
  names: NameAnswers,
  { services, slicesOf }: AnswersAsked['named'],
): readonly { readonly service: Service; readonly word: Word }[] {
  const answers = answersOfServices(names)
  return services.flatMap((service) =>
    (answers.get(`${service.namespace}/${service.name}`) ?? []).flatMap((its) => {
      const [first] = its
      const judged = judgeName(service, its, slicesOf(service))
      if (first === undefined || judged.kind === 'unknown') return []
      const { role, ip } = first.server
      if (role !== 'service' && role !== 'endpoint') return []
      if (judged.kind === 'right') return [{ service, word: { node: first.node, ip, role, right: 1, wrong: 0 } }]
      const isOther = judged.kind === 'denied' || judged.kind === 'address'
      if (!isOther || mayBeFromBefore(service, judged)) return []
      return [{ service, word: { node: first.node, ip, role, right: 0, wrong: 1 } }]
    }),
  )
}

function tcpOf(probe: Known<DnsProbe>, node: string, bad: readonly Word[]): AnsweredByAnother['tcp'] {
  if (!probe.known || blindNodes(probe.value).has(node)) return 'not-asked'
  const lookups = seriesOf(probe.value, { node, zone: 'cluster', transport: 'tcp' })
    .filter((it) => it.method !== 'getaddrinfo' && bad.some((one) => one.ip === it.server.ip))
    .flatMap((it) => it.lookups)
  if (lookups.some((it) => it.a === 'ok' || it.aaaa === 'ok')) return 'right'
  return lookups.some((it) => isDenial(it.a)) ? 'wrong' : 'not-asked'
}
