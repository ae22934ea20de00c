import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runOnce } from './measure.ts'
import { cpuSeconds } from './pcap.ts'
import { mib, type Row } from './table.ts'

const lines = 1_000_000
const perSecond = 100_000
const mostMemory = 300 * 1024 * 1024

/** A million lines of a busy ingress controller into `logs --summary`: the least CPU time of the runs. */
export async function logLines(hopscope: string, runs: number): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hopscope-bench-'))
  try {
    const file = join(folder, 'access.log')
    writeFileSync(file, Array.from({ length: lines }, (_, at) => line(at)).join('\n'))
    const command = [process.execPath, hopscope, 'logs', '--summary', '--from', file, '-o', 'json']
    let best = Infinity
    for (let round = 0; round < runs; round++) best = Math.min(best, cpuSeconds(command) ?? Infinity)
    const { peakBytes } = await runOnce(process.execPath, command.slice(1))
    return [
      {
        what: `logs --summary, lines a second of one core`,
        ours: String(Math.round(lines / best)),
        rival: '',
        goal: String(perSecond),
        met: lines / best >= perSecond,
      },
      {
        what: 'logs --summary, peak memory',
        ours: mib(peakBytes),
        rival: '',
        goal: mib(mostMemory),
        met: peakBytes !== null && peakBytes < mostMemory,
      },
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const agents = ['curl/8.5.0', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0']

/** As ingress-nginx writes it: one in fifty is tried again, one in a hundred fails. */
function line(at: number): string {
  const server = (n: number): string => `10.244.${n % 7}.${n % 23}:8080`
  const [isBad, isRetried] = [at % 100 === 0, at % 50 === 1]
  const second = String(Math.floor(at / 1000) % 60).padStart(2, '0')
  const minute = String(Math.floor(at / 60_000) % 60).padStart(2, '0')
  const status = isBad ? 502 : 200
  const took = (0.001 * ((at * 7919) % 400)).toFixed(3)
  const tries = isRetried
    ? `${server(at)}, ${server(at + 1)} 0, 1534 0.001, ${took} 502, 200`
    : `${server(at)} ${isBad ? 0 : 1534} ${took} ${status}`
  return (
    `10.0.${at % 200}.${at % 250} - - [28/Nov/2026:10:${minute}:${second} +0000] ` +
    `"GET /shop/items/${at % 5000}/view?page=${at % 9} HTTP/1.1" ${status} 1534 "https://web.example.com/" ` +
    `"${agents[at % 2]}" 512 ${took} [shop-web-${8000 + (at % 12)}] [] ${tries} ${(at * 2654435761).toString(16)}`
  )
}
