// Seen: 300 of 300 parallel lookups complete, clash_resolve +297, insert_failed +0; 30 of 30 glibc lookups under 0.1
// s.
import type { Fault } from '../fault.ts'
import { hold, release } from '../../breaks/held-queries.ts'
import { burst } from '../../breaks/pair-burst.ts'
import { until } from '../../breaks/until.ts'

const NODE = 'worker-1'

const fault: Fault = {
  name: 'race-healed',
  kind: 'control',
  breaks: `nothing: the A/AAAA race happens all the time on ${NODE}, and its kernel heals it`,
  symptom: 'clash_resolve rises on one node, and somebody has read about the 5 second race',
  cause: null,
  reach: { kind: 'node', node: NODE },
  diagnose: ['dns', '--node', NODE],
  async inject(lab) {
    await hold(lab, NODE, 1)
    await until('clash_resolve rises and nothing is lost', async () => {
      const seen = await burst(lab, NODE, 60)
      return seen.complete === seen.pairs && seen.clashResolve >= 10 && seen.insertFailed === 0
    })
  },
  async takeBack(lab) {
    await release(lab, NODE)
    await until('clash_resolve is at rest', async () => (await burst(lab, NODE, 30)).clashResolve <= 1)
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
