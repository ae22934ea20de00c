import { existsSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { bigCluster } from './big-cluster.ts'
import { live } from './live.ts'
import { logLines } from './log-lines.ts'
import { pcapFile } from './pcap.ts'
import { snapshots } from './snapshots.ts'
import { startUp } from './start-up.ts'
import { table } from './table.ts'

/**
 * Measures hopscope against what it is held to, both sides in one run, and ends with 1 when a goal is missed.
 * Usage: npm run bench -- [--runs N] [--kubeconfig FILE] [start-up] [live] [snapshot] [big] [pcap] [logs]
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '15' },
    kubeconfig: { type: 'string', default: '/var/lib/hopscope-lab/kubeconfig' },
  },
})
const runs = Number(values.runs)
const wanted = (part: string): boolean => positionals.length === 0 || positionals.includes(part)
const hopscope = new URL('../dist/hopscope.js', import.meta.url).pathname

if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs takes a whole number from 1')
if ((wanted('start-up') || wanted('live') || wanted('pcap') || wanted('logs')) && !existsSync(hopscope))
  throw new Error('dist/hopscope.js is not built: npm run build')

const rows = []
if (wanted('start-up')) rows.push(...(await startUp(hopscope, runs)))
if (wanted('live') && existsSync(values.kubeconfig)) rows.push(...(await live(hopscope, values.kubeconfig, runs)))
if (wanted('pcap')) rows.push(...(await pcapFile(hopscope, Math.min(runs, 3))))
if (wanted('logs')) rows.push(...(await logLines(hopscope, Math.min(runs, 3))))
if (wanted('big')) rows.push(...(await bigCluster(hopscope, Math.min(runs, 3))))
if (wanted('snapshot')) rows.push(...(await snapshots(Math.min(runs, 3))))

process.stdout.write(
  `${table(rows)}\n\nmedians of ${runs} runs (snapshot: ${Math.min(runs, 3)}), peak memory the highest; ` +
    `Node ${process.version}, ${cpus().length} cores\n`,
)
if (wanted('live') && !existsSync(values.kubeconfig))
  process.stdout.write(`live: not measured, no cluster (${values.kubeconfig} is not there)\n`)
process.exitCode = rows.every((it) => it.met !== false) ? 0 : 1
