// The lab's one ingress controller: what its ConfigMap says, and where it runs.
import { type Lab, LabError } from '../lab.ts'
import type { Fault } from '../faults/fault.ts'
import { inPod, type Place, pods, type RunningPod } from './place.ts'

const NAMESPACE = 'ingress-nginx'
const CONFIG_MAP = 'ingress-nginx-controller'

export function controllerPods(lab: Lab): Promise<readonly RunningPod[]> {
  return pods(lab, NAMESPACE, 'app.kubernetes.io/component=controller')
}

/** What nginx's Lua code sends requests by; the rest of a back end is not looked at here. */
export interface ControllerBackend {
  readonly name: string
  readonly endpoints?: readonly { readonly address: string; readonly port: string }[]
}

/** The controller's own status server, which listens inside of its pod alone. */
const BACKENDS = 'http://127.0.0.1:10246/configuration/backends'

export async function controllerBackends(lab: Lab): Promise<readonly ControllerBackend[]> {
  const { stdout } = await (await inController(lab)).run(['curl', '-s', '--max-time', '5', BACKENDS])
  return JSON.parse(stdout) as readonly ControllerBackend[]
}

/** Whether nginx knows a pod of that namespace's Service `web`: until then it answers 503, whatever it is asked. */
export async function knowsWeb(lab: Lab, namespace: string): Promise<boolean> {
  const its = (await controllerBackends(lab)).find((it) => it.name === `${namespace}-web-80`)
  return (its?.endpoints ?? []).length > 0
}

export async function setControllerBackends(lab: Lab, backends: readonly ControllerBackend[]): Promise<void> {
  const post = ['-H', 'Content-Type: application/json', '--data-binary', '@-']
  const { code, stderr } = await (
    await inController(lab)
  ).run(['curl', '-sf', '--max-time', '5', ...post, BACKENDS], { stdin: JSON.stringify(backends) })
  if (code !== 0) throw new LabError(`nginx did not take its list of back ends: ${stderr}`)
}

async function inController(lab: Lab): Promise<Place> {
  const [controller] = await controllerPods(lab)
  if (controller === undefined) throw new LabError('no ingress controller runs')
  return inPod(lab, controller)
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
