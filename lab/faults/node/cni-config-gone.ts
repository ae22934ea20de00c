// Seen: worker-3 is NotReady, `cni plugin not initialized`; pods that run there run on.
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Lab } from '../../lab.ts'
import { nodeIsWell } from '../../breaks/node-ready.ts'
import { until } from '../../breaks/until.ts'
import type { Fault } from '../fault.ts'

const NODE = 'worker-3'
const place = (lab: Lab): string => join(lab.stateDir, 'nodes', NODE, 'cni', '10-lab.conflist')

async function readiness(lab: Lab): Promise<string> {
  return lab.kubectl(['get', 'node', NODE, '-o', `jsonpath={.status.conditions[?(@.type=="Ready")].status}`])
}

const fault: Fault = {
  name: 'cni-config-gone',
  kind: 'fault',
  breaks: `the configuration of the CNI is gone from ${NODE}`,
  symptom: 'pods on one node wait in ContainerCreating for ever',
  cause: { code: 'NOD520', subject: `Node/${NODE}` },
  reach: { kind: 'cluster' },
  diagnose: ['-n', 'shop'],
  async inject(lab) {
    await rename(place(lab), `${place(lab)}.away`).catch(() => {})
    await until(`${NODE} is not ready`, async () => (await readiness(lab)) === 'False')
  },
  async takeBack(lab) {
    await rename(`${place(lab)}.away`, place(lab)).catch(() => {})
    await nodeIsWell(lab, NODE)
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
