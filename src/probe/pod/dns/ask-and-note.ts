import type { AskedQuery, DnsRecord } from '../../../model/resolution.ts'
import type { Line } from './exchange.ts'
import { since } from './lookup.ts'
import { tcpLine } from './tcp-line.ts'
import { type Reply, replyTo, type TypedQuestion } from './typed-message.ts'
import { udpLine } from './udp-line.ts'

/** Every query of a walk with what came of it, in the order of sending. */
export interface Notebook {
  readonly sent: (
    server: string,
    transport: 'udp' | 'tcp',
    question: TypedQuestion,
  ) => (answer: AskedQuery['answer'], reply: Reply | null) => void
  readonly queries: () => readonly AskedQuery[]
}

export function notebook(began: number): Notebook {
  const rows: AskedQuery[] = []
  return {
    sent(server, transport, { name, type }) {
      const start = performance.now()
      const index = rows.length
      const row = { at: Math.round((start - began) * 10) / 10, server, transport, name, type }
      rows.push({ ...row, answer: 'timeout', rcode: null, records: [], ms: 0 })
      return (answer, reply) => {
        rows[index] = {
          ...row,
          answer,
          rcode: reply?.rcode ?? null,
          ...bounded(reply?.records ?? []),
          ...(reply === null || reply.denialTtl === null ? {} : { denialTtl: reply.denialTtl }),
          ms: since(start),
        }
      }
    },
    queries: () => rows,
  }
}

/**
 * Of one answer. Whoever answers may send 64 KB over TCP, and each walk and each server tells it again: the report has
 * an end, and what is past it is lost with all else that was learnt.
 */
const mostRecords = 32
const mostChars = 4096
const mostData = 400

/** The first records, with aliases before addresses as they come, and how many were left out. */
export function bounded(records: readonly DnsRecord[]): Pick<AskedQuery, 'records' | 'more'> {
  const kept: DnsRecord[] = []
  let chars = 0
  for (const it of records.slice(0, mostRecords)) {
    const one = { ...it, name: shortened(it.name), data: shortened(it.data) }
    chars += one.name.length + one.data.length
    if (chars > mostChars) break
    kept.push(one)
  }
  return kept.length === records.length ? { records: kept } : { records: kept, more: records.length - kept.length }
}

function shortened(text: string): string {
  return text.length <= mostData ? text : `${text.slice(0, mostData)}…`
}

export interface Place {
  readonly ip: string
  readonly port: number
}

/** null when not even a socket could be had: no route to that address. */
export async function openLine({ ip, port }: Place, transport: 'udp' | 'tcp'): Promise<Line | null> {
  if (transport === 'tcp') return tcpLine(ip, port)
  return udpLine(ip, port).catch(() => null)
}

/** A line, and where it leads. */
export interface Connected {
  readonly line: Line
  readonly place: Place
  readonly transport: 'udp' | 'tcp'
}

/**
 * Sends `questions` at the same moment, and waits until each is answered, `waitMs` are over or the other side said
 * that nobody is there. Answers by question type; what is missing had none.
 */
export function round(
  { line, place, transport }: Connected,
  questions: readonly TypedQuestion[],
  waitMs: number,
  notes: Notebook,
): Promise<{ readonly replies: ReadonlyMap<string, Reply>; readonly refused: boolean }> {
  return new Promise((resolve) => {
    const replies = new Map<string, Reply>()
    const open = new Map<TypedQuestion, ReturnType<Notebook['sent']>>()
    const finish = (rest: 'timeout' | 'unreachable'): void => {
      clearTimeout(timer)
      line.onMessage = () => {}
      line.onRefusal = () => {}
      for (const note of open.values()) note(rest, null)
      resolve({ replies, refused: rest === 'unreachable' })
    }
    const timer = setTimeout(() => finish('timeout'), waitMs)
    line.onMessage = (bytes) => {
      const found = replyTo([...open.keys()], bytes)
      if (found === null) return
      open.get(found.question)?.(found.reply.answer, found.reply)
      open.delete(found.question)
      replies.set(found.question.type, found.reply)
      if (open.size === 0) finish('timeout')
    }
    line.onRefusal = () => finish('unreachable')
    for (const it of questions) {
      open.set(it, notes.sent(place.ip, transport, it))
      line.send(it.bytes)
    }
  })
}
