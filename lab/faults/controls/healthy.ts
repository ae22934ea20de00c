import type { Fault } from '../fault.ts'
import { ask } from '../../breaks/request.ts'
import { until } from '../../breaks/until.ts'

const fault: Fault = {
  name: 'healthy',
  kind: 'control',
  breaks: 'nothing',
  symptom: 'none',
  cause: null,
  reach: { kind: 'cluster' },
  diagnose: ['-n', 'shop'],
  async inject(lab) {
    await until('the shop answers', async () => (await ask(lab, 'shop', 'web')) === 200)
  },
  async takeBack() {},
  async remove() {},
}

export default fault
