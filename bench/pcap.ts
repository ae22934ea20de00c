import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeLargePcap } from './large-pcap.ts'
import { runOnce } from './measure.ts'
import { mib, type Row } from './table.ts'

const packets = 1_000_000
/** Of tcpdump's CPU time, and of tshark's. */
const ofTcpdump = 10
const ofTshark = 40
const mostMemory = 300 * 1024 * 1024

/** One file of a million packets, read by each in turn: the least CPU time of the runs, as the machine is shared. */
export async function pcapFile(hopscope: string, runs: number): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hopscope-bench-'))
  try {
    const file = join(folder, 'million.pcap')
    writeLargePcap(file, packets)
    const commands = [
      [process.execPath, hopscope, 'pcap', file, '-o', 'json'],
      ['tcpdump', '-nn', '-r', file],
      ['tshark', '-nn', '-r', file],
    ] as const
    const best = commands.map(() => Infinity)
    for (let round = 0; round < runs; round++)
      for (const [index, command] of commands.entries())
        best[index] = Math.min(best[index] ?? Infinity, cpuSeconds(command) ?? Infinity)
    const { peakBytes } = await runOnce(process.execPath, [hopscope, 'pcap', file, '-o', 'json'])
    const [ours = Infinity, tcpdump = Infinity, tshark = Infinity] = best
    const against = (rival: number, name: string, share: number): readonly Row[] =>
      rival === Infinity
        ? []
        : [
            {
              what: `pcap, ${packets} packets, CPU against ${name}`,
              ours: seconds(ours),
              rival: seconds(rival),
              goal: `1/${share}`,
              met: ours * share <= rival,
            },
          ]
    return [
      ...against(tcpdump, 'tcpdump -nn -r', ofTcpdump),
      ...against(tshark, 'tshark -nn -r', ofTshark),
      {
        what: 'pcap, peak memory',
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

const seconds = (it: number): string => `${it.toFixed(2)} s`

/** User and system time of the child and its threads; null where there is no such program. */
export function cpuSeconds(command: readonly string[]): number | null {
  const script = `const { spawnSync } = require('node:child_process')
    const [name, ...args] = JSON.parse(process.argv[1])
    if (spawnSync(name, args, { stdio: 'ignore' }).error) process.exit(9)
    const stat = require('node:fs').readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')
    console.log((Number(stat[13]) + Number(stat[14])) / 100)`
  const { status, stdout } = spawnSync(process.execPath, ['-e', script, JSON.stringify(command)], { encoding: 'utf8' })
  return status === 0 ? Number(stdout) : null
}
