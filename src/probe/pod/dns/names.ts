import { readFileSync } from 'node:fs'
import type { NameAnswer } from '../../../model/name-answers.ts'
import type { DnsRecord } from '../../../model/resolution.ts'
import { parseResolvConf, type ResolvConf } from '../../../wire/resolv-conf.ts'
import { notebook, openLine, type Place, round } from './ask-and-note.ts'
import type { Emit } from '../records.ts'
import { type NameQuestion, type NamesSpec, suffixesAtMost } from '../spec.ts'
import { tokenBucket } from './token-bucket.ts'
import { questionsOf } from './typed-message.ts'

/** CoreDNS gives its upstream 2 s for one try (plugin/forward, readTimeout): an outside name may take that long. */
const waitMs = 2500
const tries = 2

/**
 * Each server is asked one name after the other, all servers at once. Resolves to the number of queries that were sent.
 */
export async function names(
  spec: NamesSpec,
  emit: Emit,
  signal: AbortSignal,
  conf: ResolvConf | null = ownResolvConf(),
): Promise<number> {
  if (conf !== null) emit({ t: 'searches', suffixes: conf.search, ndots: conf.ndots })
  const own = conf?.nameservers[0]
  const known = spec.servers.find((it) => it.server.ip === own)
  const toOwn =
    own === undefined
      ? []
      : [
          {
            server: known?.server ?? ({ role: 'node-cache', ip: own, pod: null } as const),
            port: known?.port ?? 53,
            names: outsideNames(spec, conf?.search ?? []),
          },
        ]
  const bucket = tokenBucket(spec.queriesPerSecond)
  const asked = await Promise.all(
    [...spec.servers.map((it) => ({ ...it, names: spec.names })), ...toOwn, ...(spec.upstreams ?? [])].map((it) =>
      askOne(it, emit, bucket, signal),
    ),
  )
  return asked.reduce((sum, it) => sum + it, 0)
}

/** Of whoever runs this: null where it can't be read. */
export function ownResolvConf(): ResolvConf | null {
  try {
    return parseResolvConf(readFileSync('/etc/resolv.conf', 'utf8'))
  } catch {
    return null
  }
}

/** The names as they are, then what a search list makes of them, and a label that nobody made below each suffix. */
function outsideNames(spec: NamesSpec, search: readonly string[]): readonly NameQuestion[] {
  const suffixes = [
    ...new Set([...search, ...spec.suffixes].map((it) => it.replace(/\.$/, '')).filter((it) => it !== '')),
  ].slice(0, suffixesAtMost)
  const types = ['A'] as const
  return [
    ...spec.outside.map((typed): NameQuestion => ({
      name: `${typed}.`,
      types,
      reason: { kind: 'outside', typed, suffix: null },
    })),
    ...suffixes.flatMap((suffix): readonly NameQuestion[] => [
      ...spec.outside.map((typed): NameQuestion => ({
        name: `${typed}.${suffix}.`,
        types,
        reason: { kind: 'outside', typed, suffix },
      })),
      { name: `${spec.label}.${suffix}.`, types, reason: { kind: 'random', suffix } },
    ]),
  ]
}

interface Asked {
  readonly server: NameAnswer['server']
  readonly port: number
  readonly names: readonly NameQuestion[]
}

/** A server that said nothing to a name, twice, is not waited for again. */
async function askOne(
  { server, port, names: wanted }: Asked,
  emit: Emit,
  bucket: ReturnType<typeof tokenBucket>,
  signal: AbortSignal,
): Promise<number> {
  const notes = notebook(performance.now())
  const place = { ip: server.ip, port }
  for (const { name, types, reason } of wanted) {
    const before = notes.queries().length
    for (let attempt = 0; attempt < tries; attempt++) {
      const mayAsk = await bucket.take(types.length, signal)
      if (!mayAsk && attempt === 0) return notes.queries().length
      // That it was silent once is told, though the time for a second try is over.
      if (!mayAsk) break
      if (await isAnswered(place, name, types, notes)) break
    }
    const queries = notes.queries().slice(before)
    const last = types.flatMap(
      (type) =>
        queries.findLast((it) => it.type === type && it.answer !== 'timeout') ??
        queries.findLast((it) => it.type === type) ??
        [],
    )
    emit({ t: 'names', answers: last.map((it) => answerOf(server, reason, it)) })
    if (last.length > 0 && last.every((it) => it.answer === 'timeout' || it.answer === 'unreachable')) break
  }
  return notes.queries().length
}

async function isAnswered(
  place: Place,
  name: string,
  types: readonly string[],
  notes: ReturnType<typeof notebook>,
): Promise<boolean> {
  const line = await openLine(place, 'udp')
  if (line === null) return false
  try {
    return (
      (await round({ line, place, transport: 'udp' }, questionsOf(name, types), waitMs, notes)).replies.size ===
      types.length
    )
  } finally {
    line.close()
  }
}

function answerOf(
  server: NameAnswer['server'],
  reason: NameAnswer['reason'],
  it: ReturnType<ReturnType<typeof notebook>['queries']>[number],
): Omit<NameAnswer, 'node'> {
  const ttls = it.records.map((record) => record.ttl)
  return {
    server,
    reason,
    name: it.name,
    type: typeOf(it.type),
    answer: it.answer === 'unheeded' ? 'timeout' : it.answer,
    rcode: it.rcode,
    addresses: it.records
      .filter((record) => record.type === it.type)
      .map((record) => record.data)
      .toSorted(),
    aliases: it.records.filter((record) => record.type === 'CNAME').map((record) => record.data.replace(/\.$/, '')),
    ...(it.type === 'SRV' ? { ports: portsOf(it.records) } : {}),
    ttl: ttls.length > 0 ? Math.min(...ttls) : (it.denialTtl ?? null),
    ms: it.ms,
  }
}

function typeOf(type: string): NameAnswer['type'] {
  return type === 'AAAA' || type === 'SRV' ? type : 'A'
}

/** `PRIORITY WEIGHT PORT TARGET` (RFC 2782). */
function portsOf(records: readonly DnsRecord[]): NonNullable<NameAnswer['ports']> {
  return records
    .filter((it) => it.type === 'SRV')
    .map(({ data }) => {
      const [, , port = '', target = ''] = data.split(' ')
      return { port: Number(port), target: target.replace(/\.$/, '') }
    })
}
