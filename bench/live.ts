import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inTurns, runOnce } from './measure.ts'
import { type Row, mib, ms } from './table.ts'

const timesKubectl = 1.3

/** The kinds that the read level lists. */
const kinds = 'nodes,namespaces,pods,services,endpointslices,ingresses,ingressclasses,networkpolicies,deployments,statefulsets,daemonsets,replicasets,jobs'

/** `diagnose` of every namespace, reading only, against kubectl getting the same kinds from the same API server. */
export async function live(hopscope: string, kubeconfig: string, times: number): Promise<readonly Row[]> {
  const state = await mkdtemp(join(tmpdir(), 'hopscope-bench-'))
  const env = { ...process.env, KUBECONFIG: kubeconfig, XDG_STATE_HOME: state, NO_COLOR: '1' }
  try {
    const [ours, whole, shown] = await inTurns(
      [
        { run: () => runOnce(process.execPath, [hopscope, 'diagnose', '-A'], env), codes: [0, 1] },
        { run: () => runOnce('kubectl', ['get', kinds, '-A', '-o', 'json'], env), codes: [0] },
        { run: () => runOnce('kubectl', ['get', kinds, '-A'], env), codes: [0] },
      ],
      times,
    )
    if (ours === undefined || whole === undefined || shown === undefined) return []
    const row = (against: string, rival: typeof whole): Row => ({
      what: 'live: diagnose -A',
      ours: `${ms(ours.ms)}, ${mib(ours.peakBytes)}`,
      rival: `${against}: ${ms(rival.ms)}, ${mib(rival.peakBytes)}`,
      goal: `<= ${timesKubectl} x time (${(ours.ms / rival.ms).toFixed(2)})`,
      met: ours.ms / rival.ms <= timesKubectl,
    })
    return [row('kubectl get -o json', whole), row('kubectl get', shown)]
  } finally {
    await rm(state, { recursive: true })
  }
}
