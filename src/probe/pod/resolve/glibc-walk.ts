import type { WalkEnd } from '../../../wire/resolver-walk.ts'
import type { ResolverSettings } from '../../../wire/resolver-walk.ts'
import { type Connected, type Notebook, openLine, type Place, round } from '../dns/ask-and-note.ts'
import { questionsOf, type Reply, type TypedQuestion } from '../dns/typed-message.ts'

/** What is looked up. */
export interface Asking {
  readonly name: string
  readonly types: readonly string[]
}

/** Where servers listen, until when they are asked, and where each query is noted. */
export interface Walking {
  readonly port: number
  /** As performance.now() counts. */
  readonly deadline: number
  readonly notes: Notebook
}

interface Tried {
  readonly end: WalkEnd
}

/**
 * One name as glibc asks for it (resolv/res_send.c): both questions at once to one server, the next server after
 * silence or a refusal, `attempts` times through the list; TCP when an answer was cut. Server k waits
 * `timeout << k / servers`.
 */
export async function glibcName(
  { name, types }: Asking,
  rules: ResolverSettings,
  { port, deadline, notes }: Walking,
): Promise<Tried> {
  let rejected: WalkEnd | null = null
  let silent = false
  for (let attempt = 0; attempt < rules.attempts; attempt++) {
    for (const [index, ip] of rules.nameservers.entries()) {
      if (performance.now() >= deadline) return { end: 'cut-off' }
      const seconds = Math.max(
        1,
        Math.floor(((rules.timeoutMs / 1000) * 2 ** index) / (index === 0 ? 1 : rules.nameservers.length)),
      )
      const waitMs = Math.min(1000 * seconds, Math.max(1, deadline - performance.now()))
      const asked = await oneServer({ ip, port }, questionsOf(name, types), rules, { waitMs, notes })
      const end = endOf(asked.replies)
      if (end !== null && end !== 'servfail' && end !== 'refused') return { end }
      if (end !== null) rejected = end
      else if (!asked.refused) silent = true
    }
  }
  return { end: rejected ?? (silent ? 'timeout' : 'unreachable') }
}

interface Asked {
  readonly replies: ReadonlyMap<string, Reply>
  readonly refused: boolean
}

/** How long an answer is waited for, and where each query is noted. */
interface Patience {
  readonly waitMs: number
  readonly notes: Notebook
}

async function oneServer(
  place: Place,
  questions: readonly TypedQuestion[],
  rules: ResolverSettings,
  patience: Patience,
): Promise<Asked> {
  const transport = rules.overTcp ? 'tcp' : 'udp'
  const line = await openLine(place, transport)
  if (line === null) return { replies: new Map(), refused: true }
  try {
    const to = { line, place, transport } as const
    const asked = rules.oneAtATime ? await oneByOne(to, questions, patience) : await together(to, questions, patience)
    const cut = [...asked.replies.values()].some((it) => it.answer === 'truncated')
    return cut && transport === 'udp' ? await overTcp(place, questions, patience) : asked
  } finally {
    line.close()
  }
}

/** Half an answer makes glibc careful: the same questions again, one after the other, from the same socket. */
async function together(to: Connected, questions: readonly TypedQuestion[], patience: Patience): Promise<Asked> {
  const first = await round(to, questions, patience.waitMs, patience.notes)
  const half = first.replies.size > 0 && first.replies.size < questions.length && !first.refused
  return half ? oneByOne(to, questions, patience) : first
}

async function oneByOne(
  to: Connected,
  questions: readonly TypedQuestion[],
  { waitMs, notes }: Patience,
): Promise<Asked> {
  const replies = new Map<string, Reply>()
  for (const it of questions) {
    const { replies: got, refused } = await round(to, [it], waitMs, notes)
    if (refused) return { replies, refused }
    for (const [type, reply] of got) replies.set(type, reply)
    if (got.size === 0) break
  }
  return { replies, refused: false }
}

async function overTcp(place: Place, questions: readonly TypedQuestion[], { waitMs, notes }: Patience): Promise<Asked> {
  const line = await openLine(place, 'tcp')
  if (line === null) return { replies: new Map(), refused: true }
  try {
    return await round({ line, place, transport: 'tcp' }, questions, waitMs, notes)
  } finally {
    line.close()
  }
}

/** One name's end from the answers to its questions; null without any. */
function endOf(replies: ReadonlyMap<string, Reply>): WalkEnd | null {
  const answers = [...replies.values()].map((it) => it.answer)
  const order = ['ok', 'other-name', 'nodata', 'nxdomain', 'servfail', 'refused'] as const
  const best = order.find((it) => answers.includes(it))
  if (best === undefined) return null
  return best === 'ok' ? 'found' : best
}
