// Seen: on worker-2 cart's Service leads to a pod that is gone; kube-proxy's log there says every second that
// iptables-restore failed: CHAIN_DEL failed (Device or resource busy).
import { app, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { nodeNamed } from '../../breaks/node.ts'
import { onNode, type Place } from '../../breaks/place.ts'
import { ask, askFrom } from '../../breaks/request.ts'
import { until } from '../../breaks/until.ts'
import { LabError, type Lab } from '../../lab.ts'
import type { Fault } from '../fault.ts'

const NAMESPACE = 'f-refused'
const NODE = 'worker-2'
const CHAIN = 'ACCOUNTING'

const base = namespaceFault({
  name: 'proxy-rule-refused',
  kind: 'fault',
  breaks: `a rule of somebody else's on ${NODE} jumps to a chain that kube-proxy wants to delete`,
  symptom: `on ${NODE} cart does not answer since its rollout; its pods answer there`,
  cause: { code: 'NOD534', subject: `Node/${NODE}` },
  namespace: NAMESPACE,
  broken: objectsOf(app(NAMESPACE)),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})

const here = (lab: Lab): Place => onNode(lab, nodeNamed(lab, NODE).netns)

/** kube-proxy's chain for the one endpoint of cart. */
async function endpointChain(lab: Lab): Promise<string> {
  const { stdout } = await here(lab).run(['iptables-save', '-t', 'nat'])
  const line = stdout.split('\n').find((it) => it.startsWith('-A KUBE-SEP-') && it.includes(`${NAMESPACE}/cart`))
  const chain = line?.split(' ')[1]
  if (chain === undefined) throw new LabError(`${NODE} has no rules for cart`)
  return chain
}

/** It writes all of its rules at once, so that one which is refused costs all. */
async function holdChain(lab: Lab): Promise<void> {
  const chain = await endpointChain(lab)
  await here(lab).run(['iptables', '-t', 'nat', '-N', CHAIN])
  await here(lab).run(['iptables', '-t', 'nat', '-A', CHAIN, '-d', '203.0.113.7/32', '-j', chain])
}

async function letGo(lab: Lab): Promise<void> {
  await here(lab).run(['iptables', '-t', 'nat', '-F', CHAIN])
  await here(lab).run(['iptables', '-t', 'nat', '-X', CHAIN])
  await until('kube-proxy is well', async () => (await health(lab)) === '200')
}

async function health(lab: Lab): Promise<string> {
  const url = 'http://127.0.0.1:10256/healthz'
  return (await here(lab).run(['curl', '-s', '-m', '2', '-o', '/dev/null', '-w', '%{http_code}', url])).stdout
}

export default {
  ...base,
  reach: { kind: 'cluster' },
  async inject(lab) {
    await base.inject(lab)
    await holdChain(lab)
    await lab.kubectl(['-n', NAMESPACE, 'rollout', 'restart', 'deployment/cart'])
    await lab.kubectl(['-n', NAMESPACE, 'rollout', 'status', 'deployment/cart', '--timeout=60s'])
    await until(`${NODE} asks a pod that is gone`, async () => (await askFrom(lab, NODE, NAMESPACE, 'cart')) !== 200)
    // Twice its sync period, and it says so.
    await until('kube-proxy says that it is not well', async () => (await health(lab)) === '503', { seconds: 120 })
  },
  async takeBack(lab) {
    await letGo(lab)
    await base.takeBack(lab)
    await until(`${NODE} asks the right pod`, async () => (await askFrom(lab, NODE, NAMESPACE, 'cart')) === 200)
  },
  async remove(lab) {
    await letGo(lab)
    await base.remove(lab)
  },
} satisfies Fault
