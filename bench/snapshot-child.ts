import { statSync } from 'node:fs'
import { readSnapshot } from '../src/snapshot/read.ts'
import { writeSnapshot } from '../src/snapshot/write.ts'
import { modelOfPods } from './model-of-pods.ts'

/** One direction in a process of its own, so that its peak memory is its own: `write|read FILE PODS`. Prints JSON. */
const [direction, file = '', pods = '0'] = process.argv.slice(2)
const model = direction === 'write' ? modelOfPods(Number(pods)) : null
const before = process.memoryUsage.rss()
const started = performance.now()
if (model !== null) await writeSnapshot(file, model, { t0: new Date(0) })
const read = model ?? (await readSnapshot(file))
const ms = performance.now() - started
const { pods: source } = read.sources
process.stdout.write(
  JSON.stringify({
    ms,
    pods: source.known ? source.value.length : 0,
    beforeBytes: before,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    fileBytes: statSync(file).size,
  }),
)
