import { clusterOver } from '../../kube/connect.ts'
import { openTransport } from '../../kube/transport.ts'
import { targetAt } from '../../kube/testdata/api-server.ts'
import { apply } from '../apply.ts'
import { openJournal } from '../journal.ts'
import { thisRun } from '../lock.ts'
import { loadPlan } from '../store.ts'

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
    step: () => {},
    rolloutMs: 2000,
  },
  () => Promise.resolve(true),
)
process.stderr.write(`not killed: ${JSON.stringify(outcome)}\n`)
