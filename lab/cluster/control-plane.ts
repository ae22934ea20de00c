// etcd, API server, controller manager and scheduler: processes in a namespace of their own, and no node.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { daemonPid, logPath, startDaemon } from '../daemons.ts'
import { LabError } from '../errors.ts'
import { inNamespace } from '../net/namespace.ts'
import { AUDIT_LOG, BIN, CONTROL_PLANE, KUBECONFIG, POD_CIDR, SERVICE_CIDR, STATE } from '../plan.ts'
import { run } from '../process.ts'
import { certificate, kubeconfigPath, writeKubeconfig } from './certificates.ts'

const ETCD = 'http://127.0.0.1:2379'
const KUBE = join(BIN, 'kube')
const AUDIT_POLICY = join(STATE, 'audit-policy.json')

function start(name: string, argv: readonly string[]): Promise<number> {
  return startDaemon(name, inNamespace(CONTROL_PLANE.name, argv))
}

function flags(values: Readonly<Record<string, string | number | boolean>>): string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`)
}

export async function startApiServer(): Promise<void> {
  const policy = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [{ level: 'Metadata' }],
  }
  await writeFile(AUDIT_POLICY, JSON.stringify(policy))
  await writeKubeconfig('admin', KUBECONFIG)
  await start('etcd', [
    'etcd',
    ...flags({
      'data-dir': join(STATE, 'etcd'),
      'listen-client-urls': ETCD,
      'advertise-client-urls': ETCD,
      // Its data is worth nothing after a crash of the machine.
      'unsafe-no-fsync': true,
    }),
  ])
  await start('kube-apiserver', [
    KUBE,
    'kube-apiserver',
    ...flags({
      'etcd-servers': ETCD,
      'advertise-address': CONTROL_PLANE.ip,
      'service-cluster-ip-range': SERVICE_CIDR,
      'tls-cert-file': certificate('apiserver').crt,
      'tls-private-key-file': certificate('apiserver').key,
      'client-ca-file': certificate('ca').crt,
      'service-account-key-file': certificate('service-account').key,
      'service-account-signing-key-file': certificate('service-account').key,
      'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
      'authorization-mode': 'Node,RBAC',
      'enable-admission-plugins': 'NodeRestriction',
      'allow-privileged': true,
      'kubelet-client-certificate': certificate('kubelet-client').crt,
      'kubelet-client-key': certificate('kubelet-client').key,
      'kubelet-certificate-authority': certificate('ca').crt,
      // The default asks the resolver for the node's name first, and no DNS server knows it.
      'kubelet-preferred-address-types': 'InternalIP',
      'audit-policy-file': AUDIT_POLICY,
      'audit-log-path': AUDIT_LOG,
    }),
  ])
}

export async function apiServerIsReady(): Promise<boolean> {
  const answer = await run(['kubectl', '--kubeconfig', KUBECONFIG, 'get', '--raw', '/readyz'], { timeoutMs: 5000 })
  return answer.code === 0
}

export async function waitForApiServer(): Promise<void> {
  const until = Date.now() + 60_000
  while (Date.now() < until) {
    if (await apiServerIsReady()) return
    for (const name of ['etcd', 'kube-apiserver']) {
      if ((await daemonPid(name)) === undefined)
        throw new LabError(`${name} ended while starting`, `see ${logPath(name)}`)
    }
    await sleep(200)
  }
  throw new LabError('the API server is not ready after 60 s', `see ${logPath('kube-apiserver')}`)
}

export async function startControllers(): Promise<void> {
  for (const name of ['controller-manager', 'scheduler']) await writeKubeconfig(name, kubeconfigPath(name))
  await start('kube-controller-manager', [
    KUBE,
    'kube-controller-manager',
    ...flags({
      kubeconfig: kubeconfigPath('controller-manager'),
      'service-account-private-key-file': certificate('service-account').key,
      'root-ca-file': certificate('ca').crt,
      'cluster-signing-cert-file': certificate('ca').crt,
      'cluster-signing-key-file': certificate('ca').key,
      'use-service-account-credentials': true,
      'leader-elect': false,
      'cluster-cidr': POD_CIDR,
      // Each node's range is known beforehand and part of its Node object.
      'allocate-node-cidrs': false,
    }),
  ])
  await start('kube-scheduler', [
    KUBE,
    'kube-scheduler',
    ...flags({ kubeconfig: kubeconfigPath('scheduler'), 'leader-elect': false }),
  ])
}
