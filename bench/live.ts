import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inTurns, runOnce } from './measure.ts'
import { type Row, mib, ms } from './table.ts'

const timesKubectl = 1.3

/** The kinds that the read level lists. */
const kinds =
  'nodes,namespaces,pods,services,endpointslices,ingresses,ingressclasses,networkpolicies,' +
  'deployments,statefulsets,daemonsets,replicasets,jobs'

const namespace = 'hopscope-bench'
const pods = 1500

/**
 * `diagnose` of every namespace, reading only, against kubectl getting the same kinds from the same API server. The
 * goal is held on a cluster with 1500 pods, which never run: no scheduler has their name. With a dozen pods both sides
 * measure their own start, and Node's and OpenSSL's take longer than kubectl's; that row is shown without a goal.
 * Writes to the cluster of `kubeconfig`, the lab's unless told otherwise, and takes it back.
 */
export async function live(hopscope: string, kubeconfig: string, times: number): Promise<readonly Row[]> {
  const state = await mkdtemp(join(tmpdir(), 'hopscope-bench-'))
  const env = { ...process.env, KUBECONFIG: kubeconfig, XDG_STATE_HOME: state, NO_COLOR: '1' }
  const kubectl = (args: readonly string[], input?: string): void =>
    void execFileSync('kubectl', args, { env, input, stdio: ['pipe', 'ignore', 'inherit'] })
  try {
    const asItIs = await measured('live, the cluster as it is', null, { hopscope, env, times })
    try {
      kubectl(['create', 'namespace', namespace])
      kubectl(
        ['create', '--validate=false', '-f', '-'],
        JSON.stringify({ apiVersion: 'v1', kind: 'List', items: Array.from({ length: pods }, (_, i) => pending(i)) }),
      )
      return [...asItIs, ...(await measured(`live, with ${pods} pods more`, timesKubectl, { hopscope, env, times }))]
    } finally {
      kubectl(['delete', 'namespace', namespace, '--wait=false'])
    }
  } finally {
    await rm(state, { recursive: true })
  }
}

interface Runs {
  readonly hopscope: string
  readonly env: NodeJS.ProcessEnv
  readonly times: number
}

async function measured(what: string, goal: number | null, { hopscope, env, times }: Runs): Promise<readonly Row[]> {
  const [ours, whole, shown] = await inTurns(
    [
      { run: () => runOnce(process.execPath, [hopscope, 'diagnose', '-A'], env), codes: [0, 1] },
      { run: () => runOnce('kubectl', ['get', kinds, '-A', '-o', 'json'], env), codes: [0] },
      { run: () => runOnce('kubectl', ['get', kinds, '-A'], env), codes: [0] },
    ],
    times,
  )
  if (ours === undefined || whole === undefined || shown === undefined) return []
  return [
    { against: 'kubectl get -o json', rival: whole },
    { against: 'kubectl get', rival: shown },
  ].map(({ against, rival }) => {
    const ratio = ours.ms / rival.ms
    return {
      what: `${what}: diagnose -A`,
      ours: `${ms(ours.ms)}, ${mib(ours.peakBytes)}`,
      rival: `${against}: ${ms(rival.ms)}, ${mib(rival.peakBytes)}`,
      goal: goal === null ? `start-up rules: ${ratio.toFixed(2)} x time` : `<= ${goal} x time (${ratio.toFixed(2)})`,
      met: goal === null ? 'no goal' : ratio <= goal,
    }
  })
}

function pending(index: number): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod-${index}`, namespace, labels: { app: `app-${index % 50}`, tier: 'bench' } },
    spec: {
      schedulerName: 'none',
      containers: [{ name: 'main', image: 'busybox:1.36', ports: [{ containerPort: 8080 }] }],
    },
  }
}
