// Seen: on worker-2 the DNS Service leads to pods that are no more: its rules are those of yesterday.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Lab } from '../../lab.ts'
import { isAnswered } from '../../breaks/ask-dns.ts'
import { corednsServes } from '../../breaks/coredns.ts'
import { dnsServes, restartServers } from '../../breaks/coredns-manifest.ts'
import type { Fault } from '../fault.ts'
import { clientOn } from '../../breaks/node.ts'
import { until } from '../../breaks/until.ts'

const NODE = 'worker-2'
const MANIFEST = join(import.meta.dirname, '../../manifests/kube-proxy.yaml')
const rollout = ['-n', 'kube-system', 'rollout', 'status', 'daemonset/kube-proxy', '--timeout=120s']
const elsewhere = { key: 'kubernetes.io/hostname', operator: 'NotIn', values: [NODE] }
const nodeAffinity = {
  requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [elsewhere] }] },
}
const change = { spec: { template: { spec: { affinity: { nodeAffinity } } } } }

async function podsOn(lab: Lab): Promise<string> {
  const which = ['-l', 'k8s-app=kube-proxy', '--field-selector', `spec.nodeName=${NODE}`]
  return lab.kubectl(['-n', 'kube-system', 'get', 'pods', ...which, '-o', 'name'])
}

const fault: Fault = {
  name: 'kube-proxy-gone',
  kind: 'fault',
  breaks: `kube-proxy runs on every node but ${NODE}, and the DNS servers have moved since`,
  symptom: 'no lookup works on one node, and each server answers there by its own address',
  cause: { code: 'NOD502', subject: `Node/${NODE}` },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  async inject(lab) {
    if ((await podsOn(lab)) !== '') {
      await lab.kubectl(['-n', 'kube-system', 'patch', 'daemonset/kube-proxy', '--patch', JSON.stringify(change)])
      await lab.kubectl(rollout)
      await until(`no kube-proxy runs on ${NODE}`, async () => (await podsOn(lab)) === '')
      await restartServers(lab)
      await corednsServes(lab)
    }
    const client = await clientOn(lab, NODE)
    await until(`${NODE} asks servers that are gone`, async () => !(await isAnswered(client)))
  },
  async takeBack(lab) {
    await lab.kubectl(['replace', '--validate=false', '-f', '-'], await daemonSet())
    await lab.kubectl(rollout)
    await dnsServes(lab)
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

async function daemonSet(): Promise<string> {
  const all = (await readFile(MANIFEST, 'utf8')).split(/^---$/m)
  return all.find((it) => it.includes('kind: DaemonSet')) ?? ''
}

export default fault
