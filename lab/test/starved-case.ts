// Starved CoreDNS: `dns capacity` says what it needs, the remedy gives it the same, and the same load does no harm
// then.
import fault from '../faults/dns/dns-starved.ts'
import { COREDNS } from '../breaks/coredns.ts'
import type { Lab } from '../lab.ts'
import { hopscope, type Ran } from './hopscope.ts'
import { expectThat, type Result } from './result.ts'

interface Capacity {
  readonly usedUp: readonly unknown[]
  readonly queriesPerSecond: number | null
  readonly sizing: {
    readonly replicas: { readonly value: number | null }
    readonly cpuRequestMilli: { readonly value: number | null }
  }
}

export function starvedCase(lab: Lab): Promise<Result> {
  return expectThat(
    'capacity',
    'starved, cured under the same load',
    'numbers, cured, undone, seen again',
    async () => {
      const told: string[] = []
      const run = async (...args: readonly string[]): Promise<Ran> => {
        const ran = await hopscope(args, { kubeconfig: lab.kubeconfig })
        told.push(`$ hopscope ${args.join(' ')}\n${ran.stdout}${ran.stderr}exit ${ran.code}`)
        return ran
      }
      const capacity = async (): Promise<{ readonly code: number | null; readonly seen: Capacity }> => {
        const ran = await run('dns', 'capacity', '-o', 'json')
        return { code: ran.code, seen: JSON.parse(ran.stdout) as Capacity }
      }
      try {
        await fault.inject(lab)
        const before = await capacity()
        const plan = /^Plan (\w+)/m.exec((await run('fix', 'DNS103', '--probe', '--plan')).stdout)?.[1] ?? 'none'
        const applied = await run('fix', '--apply', plan, '--yes-context', 'hopscope-lab')
        // On a busy machine a percentile may need a second look; the finding itself may not.
        const verified = applied.code === 0 || (await run('fix', '--verify', plan)).code === 0
        const deployed = await resources(lab)
        const loaded = await loadRuns(lab)
        const after = await capacity()
        const undone = (await run('fix', '--undo', plan, '--yes-context', 'hopscope-lab')).code === 0
        const again = (await run('diagnose', 'dns', '--probe', '--only', 'DNS103', '-o', 'json')).code === 1
        const { replicas, cpuRequestMilli } = before.seen.sizing
        // One step of the request more or less: the probe and the metrics see the same load at different moments.
        const enough =
          deployed.limit === null &&
          deployed.replicas === replicas.value &&
          Math.abs(deployed.requestMilli - (cpuRequestMilli.value ?? Number.NaN)) <= 100
        const cured = verified && loaded && after.code === 0 && after.seen.usedUp.length === 0
        const got =
          `needs ${replicas.value} x ${cpuRequestMilli.value}m, ` +
          `given ${deployed.replicas} x ${deployed.requestMilli}m; ` +
          `${Math.round(before.seen.queriesPerSecond ?? 0)} ` +
          `then ${Math.round(after.seen.queriesPerSecond ?? 0)} answers/s; ` +
          `${cured ? 'cured' : 'not cured'}, ${undone ? 'undone' : 'not undone'}, ` +
          (again ? 'seen again' : 'not seen again')
        return {
          got,
          passed: before.code === 1 && before.seen.usedUp.length > 0 && enough && cured && undone && again,
          detail: told.join('\n'),
        }
      } finally {
        await fault.takeBack(lab)
      }
    },
  )
}

async function resources(
  lab: Lab,
): Promise<{ readonly replicas: number; readonly limit: string | null; readonly requestMilli: number }> {
  const deployment = JSON.parse(
    await lab.kubectl(['-n', COREDNS.namespace, 'get', 'deployment', COREDNS.deployment, '-o', 'json']),
  ) as {
    readonly spec: {
      readonly replicas: number
      readonly template: {
        readonly spec: {
          readonly containers: readonly {
            readonly resources: {
              readonly limits?: { readonly cpu?: string }
              readonly requests?: { readonly cpu?: string }
            }
          }[]
        }
      }
    }
  }
  const [container] = deployment.spec.template.spec.containers
  const request = container?.resources.requests?.cpu ?? '0m'
  return {
    replicas: deployment.spec.replicas,
    limit: container?.resources.limits?.cpu ?? null,
    requestMilli: request.endsWith('m') ? Number.parseInt(request, 10) : Number(request) * 1000,
  }
}

async function loadRuns(lab: Lab): Promise<boolean> {
  return (
    (await lab.kubectl(['-n', 'f-starved', 'get', 'job', 'load', '-o', 'jsonpath={.status.active}'])).trim() === '1'
  )
}
