// The lab's one ingress controller: what its ConfigMap says, and where it runs.
import type { Lab } from '../lab.ts'
import type { Fault } from '../faults/fault.ts'
import { pods, type RunningPod } from './place.ts'

const NAMESPACE = 'ingress-nginx'
const CONFIG_MAP = 'ingress-nginx-controller'

export function controllerPods(lab: Lab): Promise<readonly RunningPod[]> {
  return pods(lab, NAMESPACE, 'app.kubernetes.io/component=controller')
}

type Options = Readonly<Record<string, string>>

/** null takes an option out. */
export async function setOptions(lab: Lab, data: Readonly<Record<string, string | null>>): Promise<void> {
  const patch = JSON.stringify({ data })
  await lab.kubectl(['-n', NAMESPACE, 'patch', 'configmap', CONFIG_MAP, '--type', 'merge', '-p', patch])
}

/** A fault of a namespace that needs the controller to be told something; it meets all Ingresses then. */
export function withControllerOptions(fault: Fault, options: Options, before: Options): Fault {
  const off = Object.fromEntries(Object.keys(options).map((key) => [key, before[key] ?? null]))
  return {
    ...fault,
    reach: { kind: 'cluster' },
    async inject(lab) {
      await setOptions(lab, options)
      await fault.inject(lab)
    },
    async takeBack(lab) {
      // First, for the application may not be well again before.
      await setOptions(lab, off)
      await fault.takeBack(lab)
    },
    async remove(lab) {
      await fault.remove(lab)
      await setOptions(lab, off)
    },
  }
}
