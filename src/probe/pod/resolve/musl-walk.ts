import type { WalkEnd } from '../../../wire/resolver-walk.ts'
import type { ResolverSettings } from '../../../wire/resolver-walk.ts'
import { type Notebook, openLine, type Place, round } from '../dns/ask-and-note.ts'
import type { Line } from '../dns/exchange.ts'
import type { Asking, Walking } from './glibc-walk.ts'
import { questionsOf, type Reply, replyTo, type TypedQuestion } from '../dns/typed-message.ts'

/**
 * One name as musl asks for it (src/network/res_msend.c, since 1.2.4): both questions to all servers at once; the
 * first NOERROR or NXDOMAIN counts, SERVFAIL is asked again at once for a while, all else is passed over; what is
 * open is sent again every `timeout / attempts`, and `timeout` is for all of it. A cut answer is fetched over TCP.
 */
export async function muslName(
  { name, types }: Asking,
  rules: ResolverSettings,
  { port, deadline, notes }: Walking,
): Promise<{ readonly end: WalkEnd }> {
  const lines = (
    await Promise.all(rules.nameservers.map(async (ip) => ({ ip, line: await openLine({ ip, port }, 'udp') })))
  ).flatMap(({ ip, line }) => (line === null ? [] : [{ ip, line }]))
  if (lines.length === 0) return { end: 'timeout' }
  const questions = questionsOf(name, types)
  try {
    const replies = await gather(lines, questions, rules, { deadline, notes })
    for (const [question, { ip, reply }] of replies) {
      if (reply.answer !== 'truncated') continue
      const again = await fetchOverTcp({ ip, port }, question, rules.timeoutMs, notes)
      if (again === null) replies.delete(question)
      else replies.set(question, { ip, reply: again })
    }
    return { end: endOf(questions, replies) }
  } finally {
    for (const { line } of lines) line.close()
  }
}

type Replies = Map<TypedQuestion, { readonly ip: string; readonly reply: Reply }>

function gather(
  lines: readonly { readonly ip: string; readonly line: Line }[],
  questions: readonly TypedQuestion[],
  rules: ResolverSettings,
  { deadline, notes }: Pick<Walking, 'deadline' | 'notes'>,
): Promise<Replies> {
  return new Promise((resolve) => {
    const replies: Replies = new Map()
    const waiting: {
      readonly question: TypedQuestion
      readonly ip: string
      readonly note: ReturnType<Notebook['sent']>
    }[] = []
    let spare = 2 * questions.length
    const send = (to: (typeof lines)[number], question: TypedQuestion): void => {
      waiting.push({ question, ip: to.ip, note: notes.sent(to.ip, 'udp', question) })
      to.line.send(question.bytes)
    }
    const open = (): readonly TypedQuestion[] => questions.filter((it) => !replies.has(it))
    const settle = (ip: string, question: TypedQuestion, reply: Reply): void => {
      for (const it of waiting.splice(0)) {
        if (it.question !== question) waiting.push(it)
        else if (it.ip === ip) it.note(reply.answer, reply)
        else if (accepted(reply)) it.note('unheeded', null)
        else waiting.push(it)
      }
    }
    const finish = (): void => {
      clearInterval(again)
      clearTimeout(end)
      for (const { line } of lines) line.onMessage = () => {}
      for (const it of waiting) it.note('timeout', null)
      resolve(replies)
    }
    let sendings = 0
    const everybody = (): void => {
      if (++sendings > rules.attempts) return
      for (const question of open()) for (const to of lines) send(to, question)
    }
    for (const to of lines) {
      to.line.onMessage = (bytes) => {
        const found = replyTo(open(), bytes)
        if (found === null) return
        const { question, reply } = found
        settle(to.ip, question, reply)
        if (accepted(reply)) replies.set(question, { ip: to.ip, reply })
        else if (reply.answer === 'servfail' && spare-- > 0) send(to, question)
        if (open().length === 0) finish()
      }
      // An unconnected socket hears nothing of ICMP.
      to.line.onRefusal = () => {}
    }
    const again = setInterval(everybody, rules.timeoutMs / rules.attempts)
    const end = setTimeout(finish, Math.max(1, Math.min(rules.timeoutMs, deadline - performance.now())))
    everybody()
  })
}

const taken: ReadonlySet<string> = new Set(['ok', 'other-name', 'nodata', 'nxdomain', 'truncated'])

function accepted(reply: Reply): boolean {
  return taken.has(reply.answer)
}

async function fetchOverTcp(
  place: Place,
  question: TypedQuestion,
  waitMs: number,
  notes: Notebook,
): Promise<Reply | null> {
  const line = await openLine(place, 'tcp')
  if (line === null) return null
  try {
    const { replies } = await round({ line, place, transport: 'tcp' }, [question], waitMs, notes)
    return replies.get(question.type) ?? null
  } finally {
    line.close()
  }
}

/**
 * src/network/lookup_name.c: an answer that is missing is "try again", NXDOMAIN to either question is "no such name".
 * Whose name a record bears is not looked at (dns_parse_callback).
 */
function endOf(questions: readonly TypedQuestion[], replies: Replies): WalkEnd {
  const answers = questions.map((it) => replies.get(it)?.reply.answer ?? 'timeout')
  if (answers.includes('timeout')) return 'timeout'
  if (answers.includes('nxdomain')) return 'nxdomain'
  return answers.includes('ok') || answers.includes('other-name') ? 'found' : 'nodata'
}
