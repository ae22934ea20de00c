import { lookup } from 'node:dns'
import { readFileSync } from 'node:fs'
import type { Libc, OwnLookup, ResolverWalk, ServerAnswer } from '../../../model/resolution.ts'
import {
  afterwards,
  type Candidate,
  candidates,
  type ResolverSettings,
  settingsOf,
  verdict,
  type WalkEnd,
} from '../../../wire/resolver-walk.ts'
import { notebook, openLine, round } from '../dns/ask-and-note.ts'
import { glibcName } from './glibc-walk.ts'
import { since } from '../dns/lookup.ts'
import { muslName } from './musl-walk.ts'
import type { Emit } from '../records.ts'
import type { ResolveSpec } from '../spec.ts'
import { questionsOf, replyTo } from '../dns/typed-message.ts'

/** Both walks at the same time, then each server by itself. Resolves to the number of queries that were sent. */
export async function resolve(spec: ResolveSpec, emit: Emit): Promise<number> {
  const text = spec.resolvConf ?? readFileSync('/etc/resolv.conf', 'utf8')
  await warmUp()
  const ownLook = spec.resolvConf === null && isPair(spec) ? await getaddrinfo(spec.typed) : null
  emit({ t: 'resolver', resolvConf: text, own: ownLook })
  // A word now and then, so that a long silence of the server's is not taken for the pod's.
  const alive = setInterval(() => emit({ t: 'progress', done: 0, of: 1 }), 5000)
  const walks = await Promise.all((['glibc', 'musl'] as const).map((libc) => walk(libc, text, spec)))
  for (const it of walks) emit({ t: 'walk', walk: it })
  const winner = walks.map((it) => it.winner).find((it) => it !== null)
  const names =
    winner === undefined
      ? [...new Set(walks.flatMap((it) => it.candidates))].slice(0, mostNames)
      : [...new Set([winner, ...asTyped(spec)])]
  const answers = await Promise.all(spec.servers.map((it) => oneServer(it, names, spec)))
  clearInterval(alive)
  for (const it of answers) emit({ t: 'server', server: it })
  const sent = [...walks, ...answers].reduce((sum, it) => sum + it.queries.length, 0)
  return sent + (ownLook === null ? 0 : (walks[0]?.queries.length ?? 0))
}

/** A name with a dot may be somebody's by itself, whatever a suffix makes of it. */
function asTyped({ typed }: ResolveSpec): readonly string[] {
  return typed.replace(/\.$/, '').includes('.') ? [typed.endsWith('.') ? typed : `${typed}.`] : []
}

/** Without a winner each name that was tried is asked of each server, so many at most. */
const mostNames = 6

function isPair(spec: ResolveSpec): boolean {
  return spec.types.includes('A') && spec.types.includes('AAAA')
}

/** Node calls getaddrinfo for this; with no flags, so that both types are asked. */
function getaddrinfo(name: string): Promise<OwnLookup> {
  const start = performance.now()
  return new Promise((done) => {
    lookup(name, { all: true }, (error, list) => {
      const ms = since(start)
      done({
        tool: 'getaddrinfo',
        result: libraryAnswer(error, ms),
        addresses: (list ?? []).map((it) => it.address),
        ms,
      })
    })
  })
}

/** res_search of musl's is res_query: only getaddrinfo knows its search list. */
function candidatesFor(libc: Libc, settings: ResolverSettings, spec: ResolveSpec): readonly Candidate[] {
  return candidates(
    libc,
    libc === 'musl' && !isPair(spec) && spec.types.every((it) => it !== 'A' && it !== 'AAAA')
      ? { ...settings, search: [] }
      : settings,
    spec.typed,
  )
}

const byLibc: Readonly<Record<Libc, typeof glibcName>> = { glibc: glibcName, musl: muslName }

async function walk(libc: Libc, resolvConf: string, spec: ResolveSpec): Promise<ResolverWalk> {
  const settings = settingsOf(libc, resolvConf)
  const tries = candidatesFor(libc, settings, spec)
  const began = performance.now()
  const deadline = began + spec.budgetMs
  const notes = notebook(began)
  const asked = settings.noAaaa && isPair(spec) ? spec.types.filter((it) => it !== 'AAAA') : spec.types
  const ends: { end: WalkEnd; candidate: Candidate }[] = []
  const rest = [...tries]
  for (let candidate = rest.shift(); candidate !== undefined; candidate = rest.shift()) {
    const question = { name: candidate.name, types: asked }
    // musl's query for a name below `.` ends in two dots, and no server takes it (kubernetes/kubernetes#112135).
    const isBroken = libc === 'musl' && candidate.suffix === '.'
    const { end } = isBroken
      ? { end: 'timeout' as const }
      : await byLibc[libc](question, settings, { port: spec.port, deadline, notes })
    ends.push({ end, candidate })
    const then = afterwards(libc, end, candidate)
    if (then === 'stop') break
    if (then === 'as-is') rest.splice(0, rest.length, ...rest.filter((it) => it.suffix === null))
  }
  const last = ends.at(-1)
  return {
    libc,
    candidates: tries.map((it) => it.name),
    queries: notes.queries(),
    end: verdict(libc, ends),
    winner: last?.end === 'found' ? last.candidate.name : null,
    // From the first query on: what comes before is this program's own.
    ms: Math.round((since(began) - (notes.queries()[0]?.at ?? 0)) * 10) / 10,
  }
}

/** What a fresh process does for the first time costs milliseconds that are no server's: it is done once before. */
async function warmUp(): Promise<void> {
  await getaddrinfo('localhost')
  const [question] = questionsOf('example.com.', ['A'])
  if (question !== undefined) replyTo([question], question.bytes)
  const line = await openLine({ ip: '127.0.0.1', port: 9 }, 'udp')
  line?.close()
}

/** Silence counts after the second try: one lost packet is no disagreement. */
async function oneServer(
  { ip, port, pod }: ResolveSpec['servers'][number],
  wanted: readonly string[],
  spec: ResolveSpec,
): Promise<ServerAnswer> {
  const notes = notebook(performance.now())
  for (const name of wanted) {
    const before = notes.queries().length
    for (let attempt = 0; attempt < 2; attempt++) {
      const line = await openLine({ ip, port }, 'udp')
      if (line === null) break
      const { replies } = await round(
        { line, place: { ip, port }, transport: 'udp' },
        questionsOf(name, spec.types),
        1500,
        notes,
      )
      line.close()
      if (replies.size === spec.types.length) break
    }
    // The same silence is not waited for twice.
    if (
      notes
        .queries()
        .slice(before)
        .every((it) => it.answer === 'timeout' || it.answer === 'unreachable')
    )
      break
  }
  return { ip, pod, queries: notes.queries() }
}

function libraryAnswer(error: NodeJS.ErrnoException | null, ms: number): 'ok' | 'timeout' | 'servfail' | 'nxdomain' {
  if (error === null) return 'ok'
  if (ms >= 4500) return 'timeout'
  return error.code === 'EAI_AGAIN' ? 'servfail' : 'nxdomain'
}
