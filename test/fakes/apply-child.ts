import { clusterOver } from '../../src/kube/connect.ts'
import { openTransport } from '../../src/kube/transport.ts'
import { targetAt } from './api-server.ts'
import { apply } from '../../src/plan/apply.ts'
import { openJournal } from '../../src/plan/journal.ts'
import { thisRun } from '../../src/plan/lock.ts'
import { loadPlan } from '../../src/plan/store.ts'

/** Applies a plan in a process of its own, so that a test can kill it. */
const [url = '', folder = '', id = ''] = process.argv.slice(2)
const plan = await loadPlan(id, folder, 'any')
const outcome = await apply(
  {
    cluster: clusterOver(openTransport(targetAt(url), {}, {}), 5000),
    plan,
    journal: await openJournal(folder, id),
    run: thisRun('child'),
    now: () => new Date(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms / 100)),
    signal: new AbortController().signal,
    say: () => {},
    warn: () => {},
    step: () => {},
    rolloutMs: 2000,
  },
  () => Promise.resolve(true),
)
process.stderr.write(`not killed: ${JSON.stringify(outcome)}\n`)
