// dnsperf, the yardstick: an independent client that counts its own losses.
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Place } from '../breaks/place.ts'
import { CLUSTER_NAME } from '../breaks/ask-dns.ts'

export interface DnsperfRun {
  readonly server: string
  readonly seconds: number
  /** Queries under way at most; dnsperf's default is 100. */
  readonly outstanding: number
  readonly sockets: number
  /** Queries a second at most; null = as fast as answers come. */
  readonly rate: number | null
  readonly timeoutSeconds: number
}

export interface Dnsperf {
  readonly perSecond: number
  readonly sent: number
  readonly completed: number
  readonly lost: number
}

/** One thread to send and one to receive (`-T 1`), A queries for one cluster name, answered from CoreDNS's cache. */
export async function dnsperf(
  place: Place,
  { server, seconds, outstanding, sockets, rate, timeoutSeconds }: DnsperfRun,
): Promise<Dnsperf> {
  const limits = rate === null ? [] : ['-Q', `${rate}`]
  // It reads its queries again and again, which a pipe does not let it.
  const queries = join(tmpdir(), 'hopscope-lab-queries')
  await writeFile(queries, `${CLUSTER_NAME} A\n`)
  const ran = await place.run(
    [
      'dnsperf',
      '-d',
      queries,
      '-s',
      server,
      '-c',
      `${sockets}`,
      '-q',
      `${outstanding}`,
      '-T',
      '1',
      '-t',
      `${timeoutSeconds}`,
      '-l',
      `${seconds}`,
      ...limits,
    ],
    { timeoutMs: (seconds + 20) * 1000 },
  )
  const number = (what: RegExp): number => {
    const found = what.exec(ran.stdout)
    if (found === null) throw new Error(`dnsperf: ${ran.stderr || ran.stdout}`)
    return Number(found[1])
  }
  return {
    perSecond: number(/Queries per second:\s+([\d.]+)/),
    sent: number(/Queries sent:\s+(\d+)/),
    completed: number(/Queries completed:\s+(\d+)/),
    lost: number(/Queries lost:\s+(\d+)/),
  }
}
