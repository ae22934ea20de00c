// What a fault, a recording or a test may ask of the running lab.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startDaemon, stopDaemon } from './daemons.ts'
import { LabError } from './errors.ts'
import { type Layout, layouts } from './layout.ts'
import { inNamespace } from './net/namespace.ts'
import { AUDIT_LOG, BIN, CACHE, KUBECONFIG, STATE, workers } from './plan.ts'
import { run, type Outcome } from './process.ts'

export { LabError } from './errors.ts'

export interface LabNode {
  readonly name: string
  /**
   * The name that `run` and `spawn` take. The others are `control-plane`, `upstream-dns`, `internet`, `load-balancer`
   * and `host`.
   */
  readonly netns: string
  readonly ip: string
  readonly podCidr: string
}

export interface Lab {
  readonly stateDir: string
  readonly kubeconfig: string
  readonly auditLog: string
  /** The workers; the control plane is processes in a namespace of its own, and no node. */
  readonly nodes: readonly LabNode[]
  readonly cacheDir: string
  readonly layout: Layout
  /** Holds `nfqdelay` (and kube, coredns). */
  readonly binDir: string
  /** Standard output; throws a LabError that carries standard error. */
  kubectl(args: readonly string[], stdin?: string): Promise<string>
  run(netns: string, argv: readonly string[], options?: { stdin?: string; timeoutMs?: number }): Promise<Outcome>
  /** A daemon in that namespace: it survives this process, and ends with `stop` or with the lab. Returns its pid. */
  spawn(netns: string, name: string, argv: readonly string[]): Promise<number>
  stop(name: string): Promise<void>
}

/** Written when `up` has finished, so its presence is what "the lab is up" means. */
export const READY_FILE = join(STATE, 'lab.json')

export interface Ready {
  readonly workers: number
  readonly layout: Layout['name']
}

function labOf({ workers: count, layout }: Ready): Lab {
  return {
    stateDir: STATE,
    kubeconfig: KUBECONFIG,
    auditLog: AUDIT_LOG,
    nodes: workers(count),
    cacheDir: CACHE,
    layout: layouts[layout],
    binDir: BIN,
    async kubectl(args, stdin) {
      const outcome = await run(['kubectl', '--kubeconfig', KUBECONFIG, ...args], stdin === undefined ? {} : { stdin })
      if (outcome.code === 0) return outcome.stdout
      throw new LabError(`kubectl ${args.join(' ')}: ${outcome.stderr.trim() || `exit code ${outcome.code}`}`)
    },
    run: (netns, argv, options = {}) => run(inNamespace(netns, argv), options),
    spawn: (netns, name, argv) => startDaemon(name, inNamespace(netns, argv)),
    stop: stopDaemon,
  }
}

export async function openLab(): Promise<Lab> {
  const text = await readFile(READY_FILE, 'utf8').catch(() => undefined)
  if (text === undefined) throw new LabError('the lab is not up', 'npm run lab -- up')
  return labOf(JSON.parse(text) as Ready)
}
