// kube-proxy taken from one node, as a nodeSelector or a taint takes it: the node keeps the rules that it has.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Lab } from '../lab.ts'
import { until } from './until.ts'

const MANIFEST = join(import.meta.dirname, '../manifests/kube-proxy.yaml')
const rollout = ['-n', 'kube-system', 'rollout', 'status', 'daemonset/kube-proxy', '--timeout=120s']

export async function proxyRunsOn(lab: Lab, node: string): Promise<boolean> {
  const which = ['-l', 'k8s-app=kube-proxy', '--field-selector', `spec.nodeName=${node}`]
  return (await lab.kubectl(['-n', 'kube-system', 'get', 'pods', ...which, '-o', 'name'])) !== ''
}

export async function proxyGoneFrom(lab: Lab, node: string): Promise<void> {
  const elsewhere = { key: 'kubernetes.io/hostname', operator: 'NotIn', values: [node] }
  const nodeAffinity = {
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [elsewhere] }] },
  }
  const change = { spec: { template: { spec: { affinity: { nodeAffinity } } } } }
  await lab.kubectl(['-n', 'kube-system', 'patch', 'daemonset/kube-proxy', '--patch', JSON.stringify(change)])
  await lab.kubectl(rollout)
  await until(`no kube-proxy runs on ${node}`, async () => !(await proxyRunsOn(lab, node)))
}

export async function proxyBack(lab: Lab): Promise<void> {
  const all = (await readFile(MANIFEST, 'utf8')).split(/^---$/m)
  const daemonSet = all.find((it) => it.includes('kind: DaemonSet')) ?? ''
  await lab.kubectl(['replace', '--validate=false', '-f', '-'], daemonSet)
  await lab.kubectl(rollout)
}
