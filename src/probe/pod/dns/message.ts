import { randomInt } from 'node:crypto'
import { decode, encode, RECURSION_DESIRED } from 'dns-packet'
import type { Answer } from '../../../model/lookups.ts'

export type QueryType = 'A' | 'AAAA'

export interface Question {
  readonly id: number
  readonly type: QueryType
  readonly name: string
  readonly bytes: Buffer
}

/** As Go sends it (net/dnsclient_unix.go): 1232 bytes, no options, no DNSSEC. */
const opt = { type: 'OPT', name: '.', udpPayloadSize: 1232, flags: 0, options: [] } as const

function question(name: string, type: QueryType, edns: boolean): Question {
  const id = randomInt(1, 0x10000)
  return {
    id,
    type,
    name,
    bytes: encode({
      id,
      type: 'query',
      flags: RECURSION_DESIRED,
      questions: [{ type, name, class: 'IN' }],
      additionals: edns ? [opt] : [],
    }),
  }
}

/**
 * The two questions of one lookup; their IDs differ, or their answers could not be told apart. `edns`: with an OPT
 * record.
 */
export function pairOf(name: string, edns = false): readonly [Question, Question] {
  const a = question(name, 'A', edns)
  for (;;) {
    const aaaa = question(name, 'AAAA', edns)
    if (aaaa.id !== a.id) return [a, aaaa]
  }
}

interface Asked {
  readonly id: number
  readonly type: string
  readonly name: string
}

/**
 * The message that answers one of `questions`, and which; null when it answers none of them (other ID, other name,
 * other type, a query, or not DNS at all), which a resolver ignores and waits on. The source address is checked by the
 * kernel: the socket is connected.
 */
export function heard<Q extends Asked>(
  questions: readonly Q[],
  bytes: Buffer,
): { readonly question: Q; readonly message: ReturnType<typeof decode> } | null {
  if (!countsFit(bytes)) return null
  let message
  try {
    message = decode(bytes)
  } catch {
    return null
  }
  if (message.type !== 'response') return null
  const question = questions.find((it) => it.id === message.id)
  const echoed = message.questions[0]
  if (question === undefined) return null
  if (echoed !== undefined && (echoed.type !== question.type || bare(echoed.name) !== bare(question.name))) return null
  return { question, message }
}

/** RFC 1035, 4.1: a header, the least question (a root, type, class) and the least record. */
const [headBytes, questionBytes, recordBytes] = [12, 5, 11]

/** The decoder makes room for as many as the header says, before it looks for one. */
function countsFit(bytes: Buffer): boolean {
  if (bytes.length < headBytes) return false
  const records = bytes.readUInt16BE(6) + bytes.readUInt16BE(8) + bytes.readUInt16BE(10)
  return headBytes + bytes.readUInt16BE(4) * questionBytes + records * recordBytes <= bytes.length
}

/** What a message says to one of `questions`; null as for `heard`. */
export function answerTo(
  questions: readonly Question[],
  bytes: Buffer,
): { readonly question: Question; readonly answer: Answer } | null {
  const found = heard(questions, bytes)
  return found === null ? null : { question: found.question, answer: meaning(found.message, found.question) }
}

/**
 * A CNAME whose target has no record of the type that was asked for is `nodata`, as for every resolver. Records of the
 * type are an answer under the name that was asked for, or under the one that the CNAMEs before them lead to: glibc
 * takes no other (resolv/nss_dns/dns-host.c, since 2.36 for getaddrinfo too), and looks at the owner of no CNAME.
 * Rcodes other than NOERROR, NXDOMAIN and REFUSED read as `servfail`.
 */
export function meaning(message: ReturnType<typeof decode>, { name, type }: Pick<Asked, 'name' | 'type'>): Answer {
  if (message.flag_tc) return 'truncated'
  if (message.rcode === 'NOERROR') return inAnswers(message.answers, bare(name), type)
  if (message.rcode === 'NXDOMAIN') return 'nxdomain'
  return message.rcode === 'REFUSED' ? 'refused' : 'servfail'
}

function inAnswers(answers: ReturnType<typeof decode>['answers'], name: string, type: string): Answer {
  let expected = name
  let isThere = false
  for (const it of answers) {
    if (it.type === type) {
      if (bare(it.name) === expected) return 'ok'
      isThere = true
    } else if (it.type === 'CNAME') expected = bare(String(it.data))
  }
  return isThere ? 'other-name' : 'nodata'
}

/** DNS names compare without case, and dns-packet drops the trailing dot. */
function bare(name: string): string {
  return name.replace(/\.$/, '').toLowerCase()
}
