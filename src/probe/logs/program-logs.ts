import type { Cluster } from '../../kube/cluster.ts'
import { known, type Known, unknown } from '../../model/known.ts'
import type { Complaint, ProgramLog } from '../../model/program-log.ts'
import { type LackWord, lackWordsIn } from '../../wire/lack-words.ts'
import { longestSaid, ownLacks, type Said, saidIn } from '../../wire/program-words.ts'
import type { ProgramLogSpec } from '../plan/plan-program-logs.ts'

/** What was said before may be of a fault that is gone: it is told as such. */
const seconds = 300
const mostLines = 500
/** Different hosts and kinds of one container; a tenant writes them. */
const mostComplaints = 12
const atOnce = 6

interface Read {
  /** Seconds since the probe began. */
  readonly during: number
  readonly signal: AbortSignal
}

/**
 * Known when one log at least was read; a container without one is left out. Of a log nothing is kept but what
 * `Complaint` has.
 */
export async function readProgramLogs(
  cluster: Cluster,
  specs: readonly ProgramLogSpec[],
  { during, signal }: Read,
): Promise<Known<readonly ProgramLog[]>> {
  if (specs.length === 0) return unknown('not-there', 'no container of an application is in question')
  const logs: Known<ProgramLog>[] = []
  for (let at = 0; at < specs.length; at += atOnce)
    logs.push(
      ...(await Promise.all(specs.slice(at, at + atOnce).map((it) => readOne(cluster, it, { during, signal })))),
    )
  const read = logs.flatMap((it) => (it.known ? [it.value] : []))
  const refused = logs.find((it) => !it.known)
  return read.length > 0 || refused === undefined ? known(read) : refused
}

async function readOne(cluster: Cluster, spec: ProgramLogSpec, { during, signal }: Read): Promise<Known<ProgramLog>> {
  const { namespace, pod, container, hosts } = spec
  const whose = { namespace, pod, container, seconds: Math.max(seconds, during), during }
  const read = async (sinceSeconds: number): Promise<Known<readonly string[]>> => {
    const log = await cluster.logs(namespace, pod, { container, tailLines: mostLines, sinceSeconds, signal })
    return log.known ? known(await Array.fromAsync(log.value)) : log
  }
  const all = await read(Math.max(seconds, during))
  if (!all.known)
    return all.why.reason === 'cut-off'
      ? known({ ...whose, lines: 0, complaints: [], unread: 'too-long' as const })
      : all
  const complaints = complaintsIn(all.value, hosts)
  // The kubelet's clock tells what was said since, and no clock of ours.
  const recent = complaints.length === 0 ? known([]) : await read(during)
  const lately = recent.known ? complaintsIn(recent.value, hosts) : []
  const cut = all.value.filter((it) => it.length > longestSaid).length
  return known({
    ...whose,
    lines: all.value.length,
    ...(cut === 0 ? {} : { cut }),
    complaints: complaints.slice(0, mostComplaints).map(({ said, times, words }) => ({
      ...said,
      ...(words.length === 0 ? {} : { words }),
      times,
      during: Math.min(times, lately.find((it) => keyOf(it.said) === keyOf(said))?.times ?? 0),
    })),
  })
}

interface Counted {
  readonly said: Said
  /** Of the first such line. */
  readonly words: readonly LackWord[]
  readonly times: Complaint['times']
}

function wordsOf({ kind }: Said, line: string): readonly LackWord[] {
  return ownLacks.has(kind) ? lackWordsIn(line) : []
}

/** Each kind and host once, the most frequent first. */
function complaintsIn(lines: readonly string[], hosts: ReadonlySet<string>): readonly Counted[] {
  const found = new Map<string, Counted & { times: number }>()
  for (const line of lines) {
    const said = saidIn(line, hosts)
    if (said === null) continue
    const before = found.get(keyOf(said))
    if (before === undefined) found.set(keyOf(said), { said, words: wordsOf(said, line), times: 1 })
    else before.times += 1
  }
  return [...found.values()].toSorted((a, b) => b.times - a.times)
}

function keyOf({ kind, host, port }: Said): string {
  return `${kind} ${host} ${port}`
}
