// npm run fuzz -- [inputs of each reader] [seed] [part of a reader's name]
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { allFed, type Bad, chunk, type Fed, feed, heldBytes } from './feed.ts'

/** Of an alphabet: a container's file may be as long as what is read of it. */
const longest = 100_000
/** A reader that says nothing for so long will never. */
const hungMs = 60_000
/** What caches and the compiler keep for good; a leak of a hundred bytes an input would be a hundred times as much. */
const flatBytes = 24 * 2 ** 20

interface Work {
  readonly inputs: number
  readonly seed: number
  readonly like: string
  readonly share: number
  readonly shares: number
}

type Said =
  | { readonly at: string }
  | { readonly bad: Bad }
  | { readonly done: string; readonly ms: number; readonly grown: number }

if (isMainThread) await lead()
else work(workerData as Work)

function work({ inputs, seed, like, share, shares }: Work): void {
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port has no origin
  const say = (said: Said): void => parentPort?.postMessage(said)
  const mine = allFed(longest).filter((it, index) => it.name.includes(like) && index % shares === share)
  for (const fed of mine) say(read(fed, inputs, seed, say))
}

function read(fed: Fed, inputs: number, seed: number, say: (said: Said) => void): Said {
  const chunks = Math.ceil(inputs / chunk)
  let [ms, warm] = [0, 0]
  for (let nth = 0; nth < chunks; nth++) {
    say({ at: `${fed.name}, chunk ${seed + nth}` })
    fed.inputs(seed + nth)
    if (nth === Math.ceil(chunks / 10)) warm = heldBytes()
    const began = performance.now()
    for (const bad of feed(fed, seed + nth)) say({ bad })
    ms += performance.now() - began
  }
  return { done: fed.name, ms, grown: warm === 0 ? 0 : heldBytes() - warm }
}

async function lead(): Promise<void> {
  const [inputs = '1000000', seed = '1', like = ''] = process.argv.slice(2)
  const shares = availableParallelism()
  const kept = new Map<string, number>()
  const failures: string[] = []
  let readers = 0
  const began = performance.now()
  await Promise.all(
    Array.from({ length: shares }, (_, share) => {
      const worker = new Worker(new URL(import.meta.url), {
        workerData: { inputs: Number(inputs), seed: Number(seed), like, share, shares } satisfies Work,
      })
      let at = 'its start'
      let heard = performance.now()
      const watch = setInterval(() => {
        if (performance.now() - heard < hungMs) return
        failures.push(`${at}: no end`)
        void worker.terminate()
      }, 1000)
      worker.on('message', (said: Said) => {
        heard = performance.now()
        if ('at' in said) at = said.at
        else if ('bad' in said) keep(said.bad)
        else done(said)
      })
      return new Promise<void>((resolve) => {
        worker.on('error', (error) => failures.push(`${at}: ${String(error)}`))
        worker.on('exit', () => {
          clearInterval(watch)
          resolve()
        })
      })
    }),
  )
  process.stdout.write(
    `${readers} readers, ` +
      `${inputs} inputs each, seed ${seed}, ${((performance.now() - began) / 1000).toFixed(0)} s: ` +
      (failures.length === 0 ? 'none threw, none took long, none kept memory' : `${failures.length} FAILED`) +
      '\n',
  )
  for (const it of failures) process.stdout.write(`  ${it}\n`)
  process.exitCode = failures.length === 0 ? 0 : 1

  function done({ done: name, ms, grown }: Extract<Said, { done: string }>): void {
    readers += 1
    process.stdout.write(
      `${name.padEnd(70)} ${((ms * 1000) / Number(inputs)).toFixed(1).padStart(8)} ` +
        `µs each  ${(grown / 2 ** 20).toFixed(1).padStart(6)} MiB kept\n`,
    )
    if (grown > flatBytes) failures.push(`${name}: keeps ${(grown / 2 ** 20).toFixed(0)} MiB`)
  }

  /** What broke a reader is a seed from then on: three of each, so that a flood is none. */
  function keep({ reader, why, input }: Bad): void {
    const times = kept.get(reader) ?? 0
    kept.set(reader, times + 1)
    if (times >= 3) return
    const text = typeof input === 'string' ? input : (JSON.stringify(input) ?? '')
    const name = `found-${createHash('sha256').update(text).digest('hex').slice(0, 8)}.txt`
    writeFileSync(join(import.meta.dirname, 'seeds', name), text)
    failures.push(`${reader} ${why} (test/fuzz/seeds/${name})`)
  }
}
