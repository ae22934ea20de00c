// Where pods of ours are not welcome, and where a run is ended in an unkind way: said in a line, and nothing left.
import type { Lab } from '../lab.ts'
import { type Ran, hopscope, intoPipe } from './hopscope.ts'
import { expectThat, type Result } from './result.ts'
import { labelled } from './safety-cases.ts'

const group = 'narrow'
const NAMESPACE = 'r-narrow'

/** What a namespace may have against pods. */
const obstacles: readonly { readonly name: string; readonly labels?: object; readonly items: readonly object[] }[] = [
  { name: 'no obstacle', items: [] },
  { name: 'a quota that is used up', items: [item('v1', 'ResourceQuota', { hard: { pods: '0' } })] },
  {
    name: 'a quota of CPU and memory that wants limits',
    items: [item('v1', 'ResourceQuota', { hard: { 'limits.cpu': '8', 'limits.memory': '8Gi', 'requests.cpu': '8' } })],
  },
  {
    name: 'a quota of ephemeral storage that wants limits',
    items: [
      item('v1', 'ResourceQuota', {
        hard: { 'requests.ephemeral-storage': '1Gi', 'limits.ephemeral-storage': '2Gi' },
      }),
    ],
  },
  {
    name: 'a LimitRange that wants more than is asked for',
    items: [item('v1', 'LimitRange', { limits: [{ type: 'Container', min: { cpu: '2', memory: '4Gi' } }] })],
  },
  {
    name: 'a LimitRange that allows less than is asked for',
    items: [item('v1', 'LimitRange', { limits: [{ type: 'Container', max: { cpu: '10m', memory: '8Mi' } }] })],
  },
  { name: 'Pod Security restricted', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' }, items: [] },
]

const commands: readonly (readonly string[])[] = [
  ['diagnose', 'dns', '--probe', '--timeout', '90s'],
  ['watch', 'dns', '--probe', '--node-access', '--interval', '2s', '--for', '8s'],
]

export async function narrowCases(lab: Lab, tell: (result: Result) => void): Promise<readonly Result[]> {
  const results: Result[] = []
  const keep = async (
    name: string,
    expected: string,
    run: () => Promise<{ readonly got: string; readonly passed: boolean; readonly detail?: string }>,
  ): Promise<void> => {
    const result = await expectThat(group, name, expected, run)
    results.push(result)
    tell(result)
  }
  const look = async (ran: Ran, ok: boolean): Promise<{ got: string; passed: boolean; detail: string }> => {
    const left = await labelled(lab)
    const errors = ran.stderr.split('\n').filter((it) => it.startsWith('error:'))
    return {
      got: `exit ${ran.code}, ${left.length === 0 ? 'no object' : left.join(', ')}`,
      passed: ok && left.length === 0 && errors.length < 2 && !/this is a bug/.test(ran.stderr),
      detail: `exit ${ran.code}\n${ran.stdout}${ran.stderr}`,
    }
  }
  try {
    for (const { name, labels = {}, items } of obstacles) {
      await makeNamespace(lab, labels, items)
      for (const args of commands)
        await keep(`${args[0]} in a namespace with ${name}`, 'exit 0, or the obstacle by name; no object', async () => {
          const ran = await hopscope([...args, '--probe-namespace', NAMESPACE], { kubeconfig: lab.kubeconfig })
          const said = `${ran.stdout}${ran.stderr}`
          const named =
            /quota|LimitRange|(?:minimum|maximum) (?:cpu|memory)|PodSecurity|violates|forbidden|Insufficient/i.test(
              said,
            )
          return look(
            ran,
            items.length === 0 && Object.keys(labels).length === 0 ? ran.code === 0 : ran.code === 0 || named,
          )
        })
    }
    for (const from of ['', 'kube-proxy']) {
      const way = from === '' ? [] : ['--conntrack-from', from]
      await keep(`watch --node-access ${from}`, 'counters of each node in JSON, no object', async () => {
        const ran = await hopscope(
          ['watch', 'dns', '--node-access', ...way, '--interval', '2s', '--for', '12s', '-o', 'json'],
          { kubeconfig: lab.kubeconfig },
        )
        // In which order is a matter of where the pods of the scope happen to run.
        const counted = lab.nodes.every(({ name }) =>
          ran.stdout.includes(`{"known":true,"value":{"node":"${name}","insertFailed":`),
        )
        const { got, passed, detail } = await look(ran, counted)
        return { got: `${got}, ${counted ? 'counted' : 'NOT counted'}`, passed, detail }
      })
    }
    for (const args of commands) {
      await keep(`${args[0]}: Ctrl-C three times`, 'exit 130, no object', async () => {
        let kill: (signal: NodeJS.Signals) => void = () => {}
        const going = hopscope(args, { kubeconfig: lab.kubeconfig, started: (it) => (kill = it) })
        for (const wait of [5000, 200, 200]) {
          await new Promise((resolve) => setTimeout(resolve, wait))
          kill('SIGINT')
        }
        const ran = await going
        // The last one may come when all is done: then it ends the process itself, which a shell calls 130 as well.
        return look(ran, ran.code === 130 || ran.code === null)
      })
      await keep(`${args[0]}: the connection drops (SIGHUP)`, 'exit 130, no object', async () => {
        const ran = await hopscope(args, {
          kubeconfig: lab.kubeconfig,
          started: (kill) => void setTimeout(() => kill('SIGHUP'), 5000),
        })
        return look(ran, ran.code === 130)
      })
      await keep(`${args[0]}: nobody reads the output`, 'no object', async () => {
        const ran = await intoPipe('nothing', args, { KUBECONFIG: lab.kubeconfig })
        return look(ran, ran.code !== null)
      })
    }
  } finally {
    await lab.kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--timeout=120s'])
  }
  return results
}

function item(apiVersion: string, kind: string, spec: object): object {
  return { apiVersion, kind, metadata: { name: 'narrow', namespace: NAMESPACE }, spec }
}

async function makeNamespace(lab: Lab, labels: object, items: readonly object[]): Promise<void> {
  await lab.kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--timeout=120s'])
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE, labels } }
  await lab.kubectl(
    ['apply', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [namespace, ...items] }),
  )
  // A quota counts, and a pod may be made, once the controllers have seen the namespace.
  await new Promise((resolve) => setTimeout(resolve, 2000))
}
