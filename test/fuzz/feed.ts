import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { encode } from 'dns-packet'
import { dnsQuery, pcapngOf, pcapOf, tcp, udp } from '../build/packets.ts'
import { bytesInput, random, textInput, valueInput } from './inputs.ts'
import { ofBytes, ofValues, textReaders } from './readers.ts'

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

/** `longest`: of the repeated alphabets. */
export function allFed(longest: number): readonly Fed[] {
  const texts = oncePerSeed((from) => textInput(from, longest))
  const values = oncePerSeed(valueInput)
  const bytes = oncePerSeed((from) => bytesInput([answer, denial, ...captures], from))
  return [
    ...textReaders.map(([name, read]) => ({ name, inputs: texts, read: read as Fed['read'] })),
    ...Object.entries(ofValues).map(([name, read]) => ({ name: `${name}, of values`, inputs: values, read })),
    ...Object.entries(ofBytes).map(([name, read]) => ({
      name: `${name}, of bytes`,
      inputs: bytes,
      read: read as Fed['read'],
    })),
  ]
}

function oncePerSeed(make: (from: ReturnType<typeof random>) => unknown): Fed['inputs'] {
  let last: { readonly seed: number; readonly inputs: readonly unknown[] } | null = null
  return (seed) => {
    const from = random(seed)
    if (last?.seed !== seed) last = { seed, inputs: Array.from({ length: chunk }, () => make(from)) }
    return last.inputs
  }
}

/** What one chunk was to one reader. */
export interface Meal {
  /** What it threw at, and what it took too long for. */
  readonly bad: readonly Bad[]
  /** Of one input, in milliseconds. */
  readonly slowest: number
}

export function feed({ name, inputs, read }: Fed, seed: number, slowestYet = 0): Meal {
  let slowest = slowestYet
  const bad = inputs(seed).flatMap((input): readonly Bad[] => {
    const began = performance.now()
    try {
      read(input)
    } catch (error) {
      return [
        {
          reader: name,
          why: `throws ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
          input,
        },
      ]
    }
    const took = performance.now() - began
    if (took <= slowest) return []
    // The machine is shared, and one of the calls is the one in which memory is tidied: a slow reader is slow each
    // time.
    const least = Math.min(took, ...Array.from({ length: 3 }, () => cpuOf(() => read(input))))
    slowest = Math.max(slowest, least)
    return least < slowMs ? [] : [{ reader: name, why: `takes ${least.toFixed(0)} ms`, input }]
  })
  return { bad, slowest }
}

function cpuOf(call: () => unknown): number {
  const before = process.threadCpuUsage()
  call()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Bytes in use once everything that nobody holds is gone. */
export function heldBytes(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}
