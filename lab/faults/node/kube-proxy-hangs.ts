// Seen: kube-proxy's pod is Running and Ready with no restart; cart's Service leads to pods that are gone on worker-3
// alone; 127.0.0.1:10256 there takes a connection and says nothing.
import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import { app, objectsOf } from '../../breaks/app.ts'
import { brokenBeside } from '../../breaks/broken-beside.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { nodeNamed } from '../../breaks/node.ts'
import { ask, askFrom } from '../../breaks/request.ts'
import { until } from '../../breaks/until.ts'
import { type Lab, LabError } from '../../lab.ts'
import { namespacePath } from '../../net/namespace.ts'

const NAMESPACE = 'f-hangs'
const NODE = 'worker-3'

const base = namespaceFault({
  name: 'kube-proxy-hangs',
  kind: 'fault',
  breaks: `kube-proxy on ${NODE} hangs: it runs, and does nothing any more`,
  symptom: `on ${NODE} cart does not answer since its rollout; its pods answer there`,
  cause: { code: 'NOD534', subject: `Node/${NODE}` },
  namespace: NAMESPACE,
  broken: objectsOf(app(NAMESPACE)),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})

/** In the network namespace of this lab's node: another lab's are none of ours. */
async function pids(lab: Lab): Promise<readonly number[]> {
  const { ino } = await stat(namespacePath(nodeNamed(lab, NODE).netns))
  const all = (await readdir('/proc')).filter((it) => /^\d+$/.test(it))
  const found = await Promise.all(
    all.map(async (pid) => {
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      if (!line.includes('kube-proxy') || !line.includes('--hostname-override')) return []
      const net = await readlink(`/proc/${pid}/ns/net`).catch(() => '')
      return net === `net:[${ino}]` ? [Number(pid)] : []
    }),
  )
  return found.flat()
}

async function signal(lab: Lab, what: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
  for (const pid of await pids(lab)) process.kill(pid, what)
}

export default brokenBeside(base, {
  async damage(lab) {
    if ((await pids(lab)).length === 0) throw new LabError(`no kube-proxy runs on ${NODE}`)
    await signal(lab, 'SIGSTOP')
    await lab.kubectl(['-n', NAMESPACE, 'rollout', 'restart', 'deployment/cart'])
    await lab.kubectl(['-n', NAMESPACE, 'rollout', 'status', 'deployment/cart', '--timeout=60s'])
    await until(`${NODE} asks a pod that is gone`, async () => (await askFrom(lab, NODE, NAMESPACE, 'cart')) !== 200)
  },
  mend: (lab) => signal(lab, 'SIGCONT'),
})
