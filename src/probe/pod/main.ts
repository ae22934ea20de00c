/** What runs in a probe pod: reads HOPSCOPE_SPEC, prints records (records.ts), one JSON object a line. */
import { betweenAnswers } from './node/between-answers.ts'
import { canary } from './dns/canary.ts'
import { conntrackWatch } from './node/conntrack-watch.ts'
import { libcHere, nameserversHere } from './resolve/libc-lookup.ts'
import { dnsLoad } from './load/dns-load.ts'
import { measure } from './measure.ts'
import { untilAlone } from './node/hold.ts'
import type { Emit } from './records.ts'
import { resolve } from './resolve/resolve.ts'
import type { ProbeSpec, SpecInPod } from './spec.ts'

const emit: Emit = (record) => void process.stdout.write(`${JSON.stringify(record)}\n`)

async function probe(spec: ProbeSpec, began: number): Promise<void> {
  const answersForMs = spec.between?.answersForMs ?? 0
  if (spec.between !== undefined && answersForMs > 0) await betweenAnswers(spec.between.token, emit)
  await measure(spec, emit, began)
  // Others began later, and whoever made this pod takes it away when the last of them is done.
  if (answersForMs > 0) await new Promise((resolve) => setTimeout(resolve, answersForMs))
}

async function work(spec: SpecInPod, began: number): Promise<void> {
  if (spec.kind === 'hold') await new Promise((resolve) => setTimeout(resolve, spec.forMs))
  else if (spec.kind === 'conntrack') await conntrackWatch(spec, emit)
  else if (spec.kind === 'load') await dnsLoad(spec, emit)
  else if (spec.kind === 'canary')
    emit({
      t: 'end',
      ...(await canary(spec, emit, began)),
      ms: Math.round(performance.now() - began),
      throttledMs: null,
      lagMs: 0,
    })
  else if (spec.kind === 'resolve')
    emit({
      t: 'end',
      ms: Math.round(performance.now() - began),
      queries: await resolve(spec, emit),
      lookups: 1,
      throttledMs: null,
      lagMs: 0,
    })
  else await probe(spec, began)
}

async function main(): Promise<void> {
  const began = performance.now()
  const spec = JSON.parse(process.env['HOPSCOPE_SPEC'] ?? 'null') as SpecInPod | null
  if (spec === null) throw new Error('HOPSCOPE_SPEC is empty')
  emit({ t: 'hello', libc: libcHere(), nameservers: nameserversHere(), node: process.version })
  let came = (): void => {}
  const held = new Promise<void>((resolve) => (came = resolve))
  const alone = untilAlone(spec.held, { came }).then(() => {
    emit({ t: 'alone' })
  })
  // Its own watchdog looks after others' lookups; that somebody looks after it is waited for all the same.
  const begins = spec.kind === 'load' && spec.held.aloneFirstMs !== null ? held : Promise.resolve()
  await Promise.race([alone, begins.then(() => work(spec, began))])
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    emit({ t: 'broken', why: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    process.exit(1)
  },
)
