import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { encode } from 'dns-packet'
import { dnsQuery, pcapngOf, pcapOf, tcp, udp } from '../build/packets.ts'
import { captureInput } from './captures.ts'
import { bytesInput, random, textInput, valueInput } from './inputs.ts'
import { ofBytes, ofCaptures, ofValues, textReaders } from './readers.ts'

/** A reader as the fuzzer calls it: what it is fed is its own affair. */
export interface Fed {
  /** One of a kind: the ledger of a long run goes by it. */
  readonly name: string
  /** Inputs `seed * chunk` and so on, made once for all readers of a kind. */
  readonly inputs: (seed: number) => readonly unknown[]
  readonly read: (input: unknown) => unknown
}

export interface Bad {
  readonly reader: string
  readonly why: string
  readonly input: unknown
}

export const chunk = 1000
/** Nobody waits so long for one text, whatever stands in it. */
export const slowMs = 100

const answer = encode({
  id: 1,
  type: 'response',
  flags: 384,
  questions: [{ type: 'A', name: 'cart.shop.svc.cluster.local', class: 'IN' }],
  answers: [
    { type: 'A', name: 'cart.shop.svc.cluster.local', ttl: 5, data: '10.0.0.1' },
    { type: 'TXT', name: 'a', ttl: 1, data: ['x', 'y'] },
    { type: 'SRV', name: 'a', ttl: 1, data: { port: 1, target: 'b' } },
  ],
  authorities: [
    {
      type: 'SOA',
      name: 'cluster.local',
      ttl: 5,
      data: { mname: 'ns', rname: 'h', serial: 1, refresh: 2, retry: 3, expire: 4, minimum: 5 },
    },
  ],
})
const denial = encode({
  id: 1,
  type: 'response',
  flags: 3,
  questions: [{ type: 'AAAA', name: 'cart.shop.svc.cluster.local', class: 'IN' }],
})

const ends = { from: '10.0.0.1', to: '10.0.0.2', sport: 9, dport: 53 }
const frames = [
  { at: 0, ip: udp({ ...ends, payload: dnsQuery(1, 'cart.shop') }) },
  { at: 1, ip: tcp({ ...ends, flags: 'S', mss: 1460 }) },
]
const captures = [pcapOf(frames), pcapOf(frames, { link: 276 }), pcapngOf([{ name: 'eth0', frames }])]

/** `longest`: of the repeated alphabets. `kept`: so many chunks of inputs are not made anew for each reader. */
export function allFed(longest: number, kept = 1): readonly Fed[] {
  const texts = oncePerSeed((from) => textInput(from, longest), kept)
  const values = oncePerSeed(valueInput, kept)
  const bytes = oncePerSeed((from) => bytesInput([answer, denial, ...captures], from), kept)
  const ofPackets = oncePerSeed(captureInput, kept)
  return [
    ...textReaders.map(([name, read]) => ({ name, inputs: texts, read: read as Fed['read'] })),
    ...Object.entries(ofValues).map(([name, read]) => ({ name: `${name}, of values`, inputs: values, read })),
    ...Object.entries(ofBytes).map(([name, read]) => ({
      name: `${name}, of bytes`,
      inputs: bytes,
      read: read as Fed['read'],
    })),
    ...Object.entries(ofCaptures).map(([name, read]) => ({
      name: `${name}, of captures`,
      inputs: ofPackets,
      read: read as Fed['read'],
    })),
  ]
}

function oncePerSeed(make: (from: ReturnType<typeof random>) => unknown, kept: number): Fed['inputs'] {
  const made = new Map<number, readonly unknown[]>()
  return (seed) => {
    const there = made.get(seed)
    if (there !== undefined) return there
    const from = random(seed)
    const inputs = Array.from({ length: chunk }, () => make(from))
    for (const oldest of [...made.keys()].slice(0, Math.max(0, made.size - kept + 1))) made.delete(oldest)
    made.set(seed, inputs)
    return inputs
  }
}

/** What one chunk was to one reader. */
export interface Meal {
  /** What it threw at, and what it took too long for. */
  readonly bad: readonly Bad[]
  /** Of one input, in milliseconds. */
  readonly slowest: number
}

/** Milliseconds, from any beginning: the wall's, and of this thread's own work. */
export interface Clock {
  readonly wall: () => number
  readonly own: () => number
}

export const machine: Clock = {
  wall: () => performance.now(),
  own: () => {
    const { user, system } = process.threadCpuUsage()
    return (user + system) / 1000
  },
}

/** For whoever asks for no time: a busy machine is then no slow reader. */
export const noClock: Clock = { wall: () => 0, own: () => 0 }

export function feed({ name, inputs, read }: Fed, seed: number, clock: Clock, slowestYet = 0): Meal {
  let slowest = slowestYet
  const bad = inputs(seed).flatMap((input): readonly Bad[] => {
    const began = clock.wall()
    const thrown = thrownBy(read, input)
    if (thrown !== null) return [{ reader: name, why: `throws ${thrown}`, input }]
    const took = clock.wall() - began
    if (took <= slowest) return []
    // The machine is shared, and one of the calls is the one in which memory is tidied: a slow reader is slow each
    // time.
    const again = (): number => {
      const before = clock.own()
      read(input)
      return clock.own() - before
    }
    const least = Math.min(took, ...Array.from({ length: 3 }, again))
    slowest = Math.max(slowest, least)
    return least < slowMs ? [] : [{ reader: name, why: `takes ${least.toFixed(0)} ms`, input }]
  })
  return { bad, slowest }
}

/** Noting the place of each error that a reader catches itself takes longer than most readers do. */
function thrownBy(read: Fed['read'], input: unknown): string | null {
  const error = errorOf(read, input, 0)
  if (error === null) return null
  const placed = errorOf(read, input, 10)
  return `${error.text}${placed === null ? ' (once)' : `\n${placed.text}`}`
}

function errorOf(read: Fed['read'], input: unknown, frames: number): { readonly text: string } | null {
  const usual = Error.stackTraceLimit
  Error.stackTraceLimit = frames
  try {
    read(input)
    return null
  } catch (error) {
    return { text: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  } finally {
    Error.stackTraceLimit = usual
  }
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Bytes in use once everything that nobody holds is gone. */
export function heldBytes(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}
