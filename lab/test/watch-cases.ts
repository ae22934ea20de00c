// `hopscope watch dns`: shows trouble come and go, costs what it says, and leaves nothing.
import { join } from 'node:path'
import type { Lab } from '../lab.ts'
import { corednsServes } from '../breaks/coredns.ts'
import { logSize, requests, writes } from './audit.ts'
import { measured } from './calm.ts'
import { hopscope, type Ran } from './hopscope.ts'
import { expectThat, type Result } from './result.ts'

const group = 'watch'
const deploy = join(import.meta.dirname, '../../deploy')

interface Line {
  readonly t: 'load' | 'sample' | 'event' | 'end'
  readonly requestsPerSecond?: number
  readonly kind?: string
  readonly text?: string | readonly string[]
  readonly totals?: object | null
  readonly missing?: Readonly<Record<string, string>>
  readonly numbers?: number
}

export async function watchCases(lab: Lab, tell: (result: Result) => void): Promise<readonly Result[]> {
  const results: Result[] = []
  const keep = async (result: Promise<Result>): Promise<void> => {
    results.push(await result)
    tell(await result)
  }
  await keep(measured(() => quietCase(lab)))
  await keep(measured(() => troubleCase(lab)))
  await keep(interruptCase(lab))
  await keep(gapCase(lab))
  return results
}

/** What the API server's own log counts, against what was stated before. */
function quietCase(lab: Lab): Promise<Result> {
  return expectThat(group, 'costs what it says, writes nothing', 'exit 0, within the stated rate', async () => {
    const from = await logSize(lab.auditLog)
    const ran = await hopscope(['watch', 'dns', '--interval', '2s', '--for', '20s', '-o', 'json'], {
      kubeconfig: lab.kubeconfig,
    })
    await new Promise((resolve) => setTimeout(resolve, 500))
    const made = await requests(lab.auditLog, from)
    const asked = new Set(made.map((it) => it.id)).size
    const all = linesOf(ran)
    const stated = Math.max(...all.flatMap((it) => it.requestsPerSecond ?? []))
    const samples = all.filter((it) => it.t === 'sample').length
    // The first reading comes before the first interval, and so do version and reachability.
    const allowed = stated * 20 + 12
    const numbers = all.findLast((it) => it.t === 'end')?.numbers ?? 0
    const passed =
      ran.code === 0 && stated > 0 && asked <= allowed && asked > samples && writes(made).length === 0 && numbers >= 5
    return {
      got: `exit ${ran.code}, ${asked} requests of ${allowed.toFixed(0)}, ${writes(made).length} writes`,
      passed,
      detail: ran.stdout + ran.stderr,
    }
  })
}

/** All servers gone while somebody watches, and back. */
function troubleCase(lab: Lab): Promise<Result> {
  return expectThat(group, 'a fault that comes and goes', 'found, lost lookups, gone', async () => {
    const scale = (replicas: number): Promise<string> =>
      lab.kubectl(['-n', 'kube-system', 'scale', 'deployment', 'coredns', `--replicas=${replicas}`])
    const watching = hopscope(['watch', 'dns', '--interval', '2s', '--for', '60s', '--probe', '-o', 'json'], {
      kubeconfig: lab.kubeconfig,
    })
    try {
      await pause(10_000)
      await scale(0)
      await pause(18_000)
    } finally {
      await scale(2)
      await corednsServes(lab)
    }
    const ran = await watching
    const events = linesOf(ran)
      .filter((it) => it.t === 'event')
      .map((it) => `${it.kind}: ${String(it.text)}`)
    const wanted = [
      /^change: Deployment coredns wants 0 pods, 2 before/,
      /^trouble: DNS107 /,
      /^trouble: canary on .* lost/,
      /^better: DNS107 .*gone/,
      /^better: canary on .* again/,
    ]
    const missed = wanted.filter((it) => !events.some((event) => it.test(event)))
    const left = await labelled(lab)
    return {
      got: `exit ${ran.code}, ${wanted.length - missed.length} of ${wanted.length} told, ${left.length} objects left`,
      passed: ran.code === 1 && missed.length === 0 && left.length === 0,
      detail: `not told: ${missed.map(String).join(' ')}\n${events.join('\n')}\n${ran.stderr}`,
    }
  })
}

function interruptCase(lab: Lab): Promise<Result> {
  return expectThat(group, 'Ctrl-C', 'exit 130, a summary, no object', async () => {
    const ran = await hopscope(['watch', 'dns', '--interval', '2s', '--probe'], {
      kubeconfig: lab.kubeconfig,
      interruptAfterMs: 9000,
    })
    const left = await labelled(lab)
    const summed =
      /watched for \d+ s: \d+ readings/.test(ran.stdout) && ran.stdout.includes('the canary pod is removed')
    const plain = !ran.stdout.includes('\u001B')
    return {
      got: `exit ${ran.code}, ${summed ? 'a summary' : 'no summary'}, ${left.length === 0 ? 'no object' : left.join()}`,
      passed: ran.code === 130 && summed && plain && left.length === 0,
      detail: ran.stdout + ran.stderr,
    }
  })
}

/** Without the right to read metrics: the objects are watched, and no number is ever shown. */
function gapCase(lab: Lab): Promise<Result> {
  return expectThat(group, 'metrics that may not be read', 'exit 2, named, no number', async () => {
    const file = join(deploy, 'rbac-read.yaml')
    await lab.kubectl(['apply', '-f', file])
    try {
      const ran = await hopscope(
        ['watch', 'dns', '--interval', '2s', '--for', '7s', '-o', 'json', '--as', 'hopscope'],
        { kubeconfig: lab.kubeconfig },
      )
      const samples = linesOf(ran).filter((it) => it.t === 'sample')
      const named =
        samples.length > 0 &&
        samples.every(
          (it) => it.totals === null && Object.values(it.missing ?? {}).some((why) => why.includes('pods/proxy')),
        )
      return {
        got: `exit ${ran.code}, ${named ? 'named' : 'not named'}`,
        passed: ran.code === 2 && named,
        detail: ran.stdout + ran.stderr,
      }
    } finally {
      await lab.kubectl(['delete', '--ignore-not-found', '-f', file])
    }
  })
}

function linesOf(ran: Ran): readonly Line[] {
  return ran.stdout.split('\n').flatMap((it) => (it.startsWith('{') ? [JSON.parse(it) as Line] : []))
}

async function labelled(lab: Lab): Promise<readonly string[]> {
  return (
    await lab.kubectl([
      'get',
      'pods',
      '-A',
      '-l',
      'app.kubernetes.io/managed-by=hopscope',
      '-o',
      'name',
      '--ignore-not-found',
    ])
  )
    .split('\n')
    .filter((it) => it !== '')
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
