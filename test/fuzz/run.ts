// npm run fuzz -- [inputs of each reader] [--seed N] [--only part of a reader's name] [--resume FILE] [--workers N]
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { allFed, type Bad, chunk, type Fed, feed, heldBytes } from './feed.ts'

/** Of an alphabet: a container's file may be as long as what is read of it. */
const longest = 100_000
/** So many share an input. */
const batchSize = 12
/** A reader that says nothing for so long will never. */
const hungMs = 60_000
/** What caches and the compiler keep for good; a leak of a hundred bytes an input would be a hundred times as much. */
const flatBytes = 24 * 2 ** 20

interface Work {
  readonly inputs: number
  readonly seed: number
}

interface Done {
  readonly reader: string
  /** Its place among all: two may have one name. */
  readonly index: number
  readonly inputs: number
  readonly seed: number
  readonly ms: number
  readonly slowest: number
  readonly bad: number
  /** Of all that were fed together. */
  readonly grown: number
}

type Said = { readonly at: string } | { readonly bad: Bad } | { readonly done: readonly Done[] }

if (isMainThread) await lead()
else work(workerData as Work)

/** Some readers at a time, as the leader names them. */
function work(asked: Work): void {
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port has no origin
  const say = (said: Said): void => parentPort?.postMessage(said)
  const all = allFed(longest)
  parentPort?.on('message', (batch: readonly number[]) => {
    if (batch.length === 0) process.exit()
    say({ done: read(batch, all, asked, say) })
  })
}

interface Tally {
  readonly fed: Fed
  readonly index: number
  ms: number
  slowest: number
  bad: number
}

/** An input costs more to make than most readers take for it: those of a batch share it. */
function read(
  batch: readonly number[],
  all: readonly Fed[],
  { inputs, seed }: Work,
  say: (said: Said) => void,
): readonly Done[] {
  const chunks = Math.ceil(inputs / chunk)
  const tallies = batch.flatMap((index): Tally[] => {
    const fed = all[index]
    return fed === undefined ? [] : [{ fed, index, ms: 0, slowest: 0, bad: 0 }]
  })
  let warm = 0
  for (let nth = 0; nth < chunks; nth++) {
    if (nth === Math.ceil(chunks / 10)) warm = heldBytes()
    for (const tally of tallies) {
      say({ at: `${tally.fed.name}, chunk ${seed + nth}` })
      tally.fed.inputs(seed + nth)
      const began = performance.now()
      const meal = feed(tally.fed, seed + nth, tally.slowest)
      tally.ms += performance.now() - began
      tally.slowest = meal.slowest
      tally.bad += meal.bad.length
      for (const it of meal.bad) say({ bad: it })
    }
  }
  const grown = warm === 0 ? 0 : heldBytes() - warm
  return tallies.map(({ fed, index, ms, slowest, bad }) => ({
    reader: fed.name,
    index,
    inputs,
    seed,
    ms,
    slowest,
    bad,
    grown,
  }))
}

async function lead(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: '1' },
      only: { type: 'string', default: '' },
      resume: { type: 'string' },
      workers: { type: 'string', default: String(availableParallelism()) },
    },
  })
  const asked: Work = { inputs: Number(positionals[0] ?? 1_000_000), seed: Number(values.seed) }
  const before = values.resume === undefined ? [] : doneBefore(values.resume, asked)
  const queue = batches(
    quickestFirst(asked.seed)
      .filter(({ fed }) => fed.name.includes(values.only))
      .filter(({ index, fed }) => !before.some((it) => it.index === index && it.reader === fed.name)),
  )
  const kept = new Map<string, number>()
  const failures: string[] = []
  const done = [...before]
  for (const it of before) tell(it)
  const began = performance.now()
  await Promise.all(Array.from({ length: Number(values.workers) }, () => lane()))
  const slowest = Math.max(0, ...done.map((it) => it.slowest))
  process.stdout.write(
    `${done.length} readers, ${asked.inputs} inputs each, seed ${asked.seed}, ` +
      `${((performance.now() - began) / 1000).toFixed(0)} s, ` +
      `the slowest input ${slowest.toFixed(1)} ms: ` +
      `${failures.length === 0 ? 'none threw, none took long, none kept memory' : `${failures.length} FAILED`}\n`,
  )
  for (const it of failures) process.stdout.write(`  ${it}\n`)
  process.exitCode = failures.length === 0 ? 0 : 1

  /** A worker, and another in its place when it hangs or dies. */
  async function lane(): Promise<void> {
    while (queue.length > 0) {
      const worker = new Worker(new URL(import.meta.url), { workerData: asked })
      let at = 'its start'
      let heard = performance.now()
      const watch = setInterval(() => {
        if (performance.now() - heard < hungMs) return
        failures.push(`${at}: no end`)
        void worker.terminate()
      }, 1000)
      // Nobody: the worker ends.
      // eslint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
      const next = (): void => worker.postMessage(queue.shift() ?? [])
      worker.on('message', (said: Said) => {
        heard = performance.now()
        if ('at' in said) at = said.at
        else if ('bad' in said) keep(said.bad)
        else {
          for (const it of said.done) {
            done.push(it)
            tell(it)
            if (values.resume !== undefined && it.bad === 0) appendFileSync(values.resume, `${JSON.stringify(it)}\n`)
          }
          next()
        }
      })
      next()
      await new Promise<void>((resolve) => {
        worker.on('error', (error) => failures.push(`${at}: ${String(error)}`))
        worker.on('exit', () => {
          clearInterval(watch)
          resolve()
        })
      })
    }
  }

  function tell({ reader, ms, inputs, slowest: most, grown }: Done): void {
    process.stdout.write(
      `${reader.padEnd(70)} ${((ms * 1000) / inputs).toFixed(1).padStart(8)} µs each  ` +
        `${most.toFixed(1).padStart(6)} ms at most  ${(grown / 2 ** 20).toFixed(1).padStart(6)} MiB kept\n`,
    )
    if (grown > flatBytes) failures.push(`${reader}: keeps ${(grown / 2 ** 20).toFixed(0)} MiB`)
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

/** What an earlier run finished well with the same inputs. */
function doneBefore(file: string, { inputs, seed }: Work): readonly Done[] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((it) => it !== '')
    .map((it) => JSON.parse(it) as Done)
    .filter((it) => it.inputs === inputs && it.seed === seed)
}

interface Place {
  readonly fed: Fed
  readonly index: number
}

/** A run that is cut short has then finished with most of them. */
function quickestFirst(seed: number): readonly Place[] {
  const slowness = ({ fed }: Place): number => {
    const began = performance.now()
    feed(fed, seed)
    return performance.now() - began
  }
  return allFed(1000)
    .map((fed, index) => ({ fed, index }))
    .map((place) => ({ place, ms: slowness(place) }))
    .toSorted((a, b) => a.ms - b.ms)
    .map((it) => it.place)
}

/** Those that are fed the same, a dozen at a time. */
function batches(places: readonly Place[]): (readonly number[])[] {
  return [...Map.groupBy(places, (it) => it.fed.inputs).values()].flatMap((alike) =>
    Array.from({ length: Math.ceil(alike.length / batchSize) }, (_, nth) =>
      alike.slice(nth * batchSize, (nth + 1) * batchSize).map((it) => it.index),
    ),
  )
}
