// npm run fuzz -- [inputs of each reader] [--seed N] [--only part of a reader's name] [--resume FILE] [--workers N]
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { allFed, type Bad, chunk, type Fed, feed, heldBytes, machine, noClock } from './feed.ts'

/** Of an alphabet: a container's file may be as long as what is read of it. */
const longest = 100_000
/** So many share an input. */
const batchSize = 12
/** A reader that says nothing for so long will never. */
const hungMs = 60_000
/** What caches and the compiler keep for good; a leak of a hundred bytes an input would be a hundred times as much. */
const flatBytes = 24 * 2 ** 20

/** So often is told, and written down, how far it is: what is cut short then loses little. */
const chunksOfAStep = 50

interface Work {
  readonly inputs: number
  readonly seed: number
}

/** Readers that are fed together, and how many inputs they have had. */
interface Batch {
  readonly readers: readonly number[]
  readonly had: number
}

interface Done {
  readonly reader: string
  /** So many up to now, all from `seed` on. */
  readonly inputs: number
  readonly seed: number
  readonly ms: number
  readonly slowest: number
  readonly bad: number
  /** Of all that were fed together. */
  readonly grown: number
}

type Said = { readonly at: string } | { readonly bad: Bad } | { readonly step: readonly Done[]; readonly last: boolean }

if (isMainThread) await lead()
else work(workerData as Work)

/** Some readers at a time, as the leader names them. */
function work(asked: Work): void {
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port has no origin
  const say = (said: Said): void => parentPort?.postMessage(said)
  const all = allFed(longest)
  parentPort?.on('message', (batch: Batch) => {
    if (batch.readers.length === 0) process.exit()
    read(batch, all, asked, say)
  })
}

interface Tally {
  readonly fed: Fed
  ms: number
  slowest: number
  bad: number
}

/** An input costs more to make than most readers take for it: those of a batch share it. */
function read(batch: Batch, all: readonly Fed[], { inputs, seed }: Work, say: (said: Said) => void): void {
  const chunks = Math.ceil(inputs / chunk)
  const first = batch.had / chunk
  const tallies = batch.readers.flatMap((index): Tally[] => {
    const fed = all[index]
    return fed === undefined ? [] : [{ fed, ms: 0, slowest: 0, bad: 0 }]
  })
  let warm = 0
  for (let nth = first; nth < chunks; nth++) {
    if (nth === first + Math.ceil(chunks / 20)) warm = heldBytes()
    for (const tally of tallies) {
      say({ at: `${tally.fed.name}, chunk ${seed + nth}` })
      tally.fed.inputs(seed + nth)
      const began = performance.now()
      const meal = feed(tally.fed, seed + nth, machine, tally.slowest)
      tally.ms += performance.now() - began
      tally.slowest = meal.slowest
      tally.bad += meal.bad.length
      for (const it of meal.bad) say({ bad: it })
    }
    const last = nth + 1 === chunks
    if (!last && (nth + 1) % chunksOfAStep !== 0) continue
    const grown = warm === 0 ? 0 : heldBytes() - warm
    const step = tallies.map(({ fed, ms, slowest, bad }) => ({
      reader: fed.name,
      inputs: (nth + 1) * chunk,
      seed,
      ms,
      slowest,
      bad,
      grown,
    }))
    say({ step, last })
  }
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
  const before = values.resume === undefined ? new Map<string, Done>() : doneBefore(values.resume, asked)
  const had = ({ name }: Fed): number => before.get(name)?.inputs ?? 0
  const toDo = quickestFirst(asked.seed)
    .filter(({ fed }) => fed.name.includes(values.only))
    .filter(({ fed }) => had(fed) < asked.inputs)
  const queue = [...batches(toDo, had)]
  const kept = new Map<string, number>()
  const failures: string[] = []
  const done = [...before.values()].filter((it) => it.inputs >= asked.inputs)
  for (const it of done) tell(it)
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
        clearInterval(watch)
        failures.push(`${at}: no end`)
        void worker.terminate()
      }, 1000)
      // Nobody: the worker ends.
      // eslint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
      const next = (): void => worker.postMessage(queue.shift() ?? { readers: [], had: 0 })
      worker.on('message', (said: Said) => {
        heard = performance.now()
        if ('at' in said) at = said.at
        else if ('bad' in said) keep(said.bad)
        else {
          for (const step of said.step) {
            const it = together(before.get(step.reader), step)
            if (values.resume !== undefined && it.bad === 0) appendFileSync(values.resume, `${JSON.stringify(it)}\n`)
            if (!said.last) continue
            done.push(it)
            tell(it)
          }
          if (said.last) next()
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

/** How far an earlier run came with the same inputs, by reader. */
function doneBefore(file: string, { seed }: Work): ReadonlyMap<string, Done> {
  if (!existsSync(file)) return new Map()
  const all = readFileSync(file, 'utf8')
    .split('\n')
    .filter((it) => it !== '')
    .map((it) => JSON.parse(it) as Done)
    .filter((it) => it.seed === seed)
  return new Map(all.toSorted((a, b) => a.inputs - b.inputs).map((it) => [it.reader, it]))
}

/** What it had before, and what it has had since. */
function together(before: Done | undefined, since: Done): Done {
  if (before === undefined) return since
  return {
    ...since,
    ms: before.ms + since.ms,
    slowest: Math.max(before.slowest, since.slowest),
    grown: Math.max(before.grown, since.grown),
  }
}

interface Place {
  readonly fed: Fed
  readonly index: number
}

/** A run that is cut short has then finished with most of them. */
function quickestFirst(seed: number): readonly Place[] {
  const slowness = ({ fed }: Place): number => {
    const began = machine.own()
    feed({ ...fed, inputs: () => fed.inputs(seed).slice(0, 100) }, seed, noClock)
    return machine.own() - began
  }
  return allFed(1000)
    .map((fed, index) => ({ fed, index }))
    .map((place) => ({ place, ms: slowness(place) }))
    .toSorted((a, b) => a.ms - b.ms)
    .map((it) => it.place)
}

/** Those that are fed the same, and are equally far, a dozen at a time. */
function batches(places: readonly Place[], had: (fed: Fed) => number): readonly Batch[] {
  const alike = Map.groupBy(places, (it) => it.fed.inputs).values()
  return [...alike]
    .flatMap((group) => [...Map.groupBy(group, (it) => had(it.fed))])
    .flatMap(([inputs, group]) =>
      Array.from({ length: Math.ceil(group.length / batchSize) }, (_, nth) => ({
        readers: group.slice(nth * batchSize, (nth + 1) * batchSize).map((it) => it.index),
        had: inputs,
      })),
    )
}
