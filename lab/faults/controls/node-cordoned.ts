// Seen: nothing at all: what runs there runs on.
import type { Lab } from '../../lab.ts'
import type { Fault } from '../fault.ts'

const NODE = 'worker-3'

const fault: Fault = {
  name: 'node-cordoned',
  kind: 'control',
  breaks: `nothing: ${NODE} is cordoned, so no new pod goes there`,
  symptom: 'a node that says SchedulingDisabled',
  cause: null,
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  inject: (lab: Lab) => lab.kubectl(['cordon', NODE]).then(() => undefined),
  takeBack: (lab: Lab) => lab.kubectl(['uncordon', NODE]).then(() => undefined),
  remove: (lab: Lab) => lab.kubectl(['uncordon', NODE]).then(() => undefined),
}

export default fault
