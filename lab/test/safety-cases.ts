// Never harm the cluster: reading writes nothing, and what a probe starts is gone however the probe ends.
import type { Lab } from '../lab.ts'
import { logSize, requests, writes } from './audit.ts'
import { hopscope, type Ran, type RunOptions } from './hopscope.ts'
import { expectThat, type Result } from './result.ts'

const group = 'safety'
/** Printed just before the pods are asked for. */
const started = /^creates \d+ pods/m

export async function safetyCases(lab: Lab, tell: (result: Result) => void): Promise<readonly Result[]> {
  const results: Result[] = []
  const keep = async (result: Promise<Result>): Promise<void> => {
    results.push(await result)
    tell(await result)
  }

  await keep(
    expectThat(group, 'reading writes nothing', '0 writes, some reads', async () => {
      const from = await logSize(lab.auditLog)
      const ran = await hopscope(['diagnose', '-A'], { kubeconfig: lab.kubeconfig })
      await settle()
      const made = await requests(lab.auditLog, from)
      const wrote = writes(made)
      return {
        got: `${wrote.length} writes, ${made.length} requests`,
        passed: ran.code === 0 && wrote.length === 0 && made.length > 5,
        detail: [ran.stdout, ran.stderr, ...wrote.map((it) => `${it.verb} ${it.resource}`)].join('\n'),
      }
    }),
  )

  const endings: readonly {
    readonly name: string
    readonly options: Partial<RunOptions>
    readonly code: number | null
  }[] = [
    { name: 'a normal end', options: {}, code: 0 },
    { name: 'Ctrl-C', options: { interrupt: { signal: 'SIGINT', when: started, delayMs: 4000 } }, code: 130 },
    { name: 'SIGTERM', options: { interrupt: { signal: 'SIGTERM', when: started, delayMs: 4000 } }, code: 130 },
    { name: 'SIGHUP', options: { interrupt: { signal: 'SIGHUP', when: started, delayMs: 4000 } }, code: 130 },
    { name: 'Ctrl-C at once', options: { interrupt: { signal: 'SIGINT', when: started, delayMs: 50 } }, code: 130 },
  ]
  for (const ending of endings) {
    await keep(
      expectThat(group, `nothing left after ${ending.name}`, `exit ${ending.code}, no object`, async () => {
        const ran = await hopscope(['diagnose', 'dns', '--probe', '--node-access'], {
          kubeconfig: lab.kubeconfig,
          ...ending.options,
        })
        const left = await labelled(lab)
        return {
          got: `exit ${ran.code}, ${left.length === 0 ? 'no object' : left.join(', ')}`,
          passed: ran.code === ending.code && left.length === 0,
          detail: both(ran),
        }
      }),
    )
  }

  await keep(
    expectThat(group, 'kill -9, then cleanup', 'pods, then none', async () => {
      const killed = await hopscope(['diagnose', 'dns', '--probe', '--node-access'], {
        kubeconfig: lab.kubeconfig,
        interrupt: { signal: 'SIGKILL', when: started, delayMs: 4000 },
      })
      const before = await labelled(lab)
      // The run is young, so that it must be named: anybody's may still go on.
      const run = /hopscope-([0-9a-f]{8})-/.exec(before.join(' '))?.[1] ?? ''
      const cleaned = await hopscope(['cleanup', '--run', run, '--yes'], { kubeconfig: lab.kubeconfig })
      const after = await labelled(lab)
      return {
        got: `${before.length} objects, then ${after.length}`,
        passed: before.length > 0 && after.length === 0 && cleaned.code === 0,
        detail: both(killed) + both(cleaned),
      }
    }),
  )
  return results
}

/** After all that the faults made hopscope start: one look for all the runs that ended with a finding. */
export function leftoverCase(lab: Lab): Promise<Result> {
  return expectThat(group, 'nothing left after every finding', 'no object', async () => {
    const left = await labelled(lab)
    return { got: left.length === 0 ? 'no object' : left.join(', '), passed: left.length === 0 }
  })
}

/** Every object of any kind that carries hopscope's label. */
export async function labelled(lab: Lab): Promise<readonly string[]> {
  const kinds = (await lab.kubectl(['api-resources', '--verbs=list', '-o', 'name']))
    .trim()
    .split('\n')
    .filter((it) => !it.startsWith('events'))
  const names = await lab.kubectl([
    'get',
    kinds.join(','),
    '-A',
    '-l',
    'app.kubernetes.io/managed-by=hopscope',
    '-o',
    'name',
    '--ignore-not-found',
  ])
  return names.split('\n').filter((it) => it !== '')
}

/** The audit log is written in the background. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 500))
}

function both(ran: Ran): string {
  return `exit ${ran.code}\n${ran.stdout}${ran.stderr}`
}
