import * as v from 'valibot'
import { walkEnds } from '../../wire/resolver-walk.ts'
import { answer, known, maybeNumber, maybeText, number, run, subject, text, texts } from './parts.ts'

const libc = v.picklist(['glibc', 'musl'])
const end = v.picklist(walkEnds)
const own = v.strictObject({
  tool: text,
  result: v.union([answer, v.literal('nothing')]),
  addresses: texts,
  ms: number,
})

const query = v.strictObject({
  at: v.pipe(number, v.description('milliseconds since the walk began')),
  server: text,
  transport: v.picklist(['udp', 'tcp']),
  name: text,
  type: text,
  answer: v.union([answer, v.literal('unheeded')]),
  rcode: maybeText,
  records: v.array(v.strictObject({ name: text, type: text, ttl: number, data: text })),
  denialTtl: v.exactOptional(number),
  ms: number,
})

const service = v.strictObject({ namespace: text, name: text, clusterIP: maybeText })

const outcome = v.variant('kind', [
  v.strictObject({ kind: v.literal('found') }),
  v.strictObject({ kind: v.literal('in-hosts') }),
  v.strictObject({ kind: v.literal('slow'), lost: number, ms: number }),
  v.strictObject({ kind: v.literal('not-found'), end }),
  v.strictObject({ kind: v.literal('denied'), policy: text }),
  v.strictObject({ kind: v.literal('fails-inside'), own }),
  v.strictObject({ kind: v.literal('disagree') }),
  v.strictObject({ kind: v.literal('by-turns'), name: text, server: text }),
  v.strictObject({ kind: v.literal('not-the-service'), service, says: texts }),
  v.strictObject({ kind: v.literal('won-by-suffix'), name: text, says: texts, itself: texts }),
  v.strictObject({ kind: v.literal('other-fails'), libc, end }),
  v.strictObject({ kind: v.literal('unread'), why: text }),
  v.strictObject({ kind: v.literal('not-asked'), why: text }),
])

const decision = v.variant('kind', [
  v.strictObject({ kind: v.literal('allowed') }),
  v.strictObject({ kind: v.literal('denied'), direction: text, by: v.array(subject) }),
  v.strictObject({ kind: v.literal('unknown'), direction: text, by: v.array(subject), why: text }),
])
const decisions = known(v.strictObject({ udp: decision, tcp: decision }))

export const resolve = v.strictObject({
  schema: v.literal('hopscope/resolve/v1'),
  verdict: v.pipe(text, v.description('the kind of `outcome`')),
  exitCode: number,
  outcome,
  ...run,
  asked: v.pipe(text, v.description('as it was typed')),
  name: v.pipe(text, v.description('what was looked up')),
  types: texts,
  winner: v.pipe(maybeText, v.description('the name of the search list that was found')),
  addresses: texts,
  from: v.strictObject({ namespace: text, pod: maybeText, container: maybeText, node: text }),
  resolvConf: v.strictObject({
    text,
    how: v.picklist(['read', 'computed', 'probe-pod']),
    why: maybeText,
    doubtful: v.exactOptional(v.literal(true)),
  }),
  hosts: v.strictObject({ addresses: texts, how: v.picklist(['read', 'computed', 'not-known']) }),
  libc: v.nullable(libc),
  getaddrinfo: known(own),
  policies: v.strictObject({ pod: v.nullable(decisions), probePod: decisions }),
  walks: v.pipe(
    v.array(
      v.strictObject({
        libc,
        candidates: texts,
        queries: v.array(query),
        end,
        winner: maybeText,
        ms: number,
      }),
    ),
    v.description('every query that a library sends, in its order'),
  ),
  servers: v.pipe(
    v.array(v.strictObject({ ip: text, pod: maybeText, queries: v.array(query) })),
    v.description('each server asked by itself'),
  ),
  disagreements: v.array(
    v.strictObject({ name: text, says: v.array(v.strictObject({ answer: text, servers: texts })) }),
  ),
  queries: v.pipe(number, v.description('sent in all')),
  left: v.pipe(texts, v.description('pods that could not be removed')),
  seconds: v.pipe(maybeNumber, v.description('durationMs in seconds')),
})
