// Pods with different resolvers, in a namespace of their own: what `hopscope resolve` is tried on.
import type { Pod, PodSpec } from 'kubernetes-types/core/v1.d.ts'
import type { Lab } from '../lab.ts'
import { until } from '../breaks/until.ts'

export const RESOLVE_NAMESPACE = 'r-lookup'
const IMAGE = 'docker.io/lab/lookup:1'

function pod(name: string, spec: Partial<PodSpec> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: RESOLVE_NAMESPACE, labels: { app: name } },
    spec: {
      terminationGracePeriodSeconds: 0,
      ...spec,
      containers: [
        {
          name: 'app',
          image: IMAGE,
          imagePullPolicy: 'IfNotPresent',
          command: ['sleep', '100000'],
          resources: { requests: { cpu: '1m', memory: '4Mi' }, limits: { memory: '64Mi' } },
        },
      ],
    },
  }
}

const objects = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: RESOLVE_NAMESPACE } },
  pod('plain'),
  pod('two-dots', { dnsConfig: { options: [{ name: 'ndots', value: '2' }] } }),
  pod('suffixed', { dnsConfig: { searches: ['shop.svc.cluster.local'] } }),
  pod('aliased', { hostAliases: [{ ip: '198.18.9.9', hostnames: ['pay.example.com'] }] }),
  pod('closed'),
  pod('silent', {
    dnsPolicy: 'None',
    dnsConfig: {
      nameservers: ['198.18.0.99'],
      options: [
        { name: 'timeout', value: '1' },
        { name: 'attempts', value: '1' },
      ],
    },
  }),
  pod('homeless', { nodeSelector: { 'hopscope.dev/nowhere': 'yes' } }),
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'closed', namespace: RESOLVE_NAMESPACE },
    spec: {
      podSelector: { matchLabels: { app: 'closed' } },
      policyTypes: ['Egress'],
      egress: [{ to: [{ podSelector: {} }] }],
    },
  },
]

export async function makeResolvePlace(lab: Lab): Promise<void> {
  await lab.kubectl(
    ['apply', '--validate=false', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
  )
  await until('the pods of the resolver place run', async () => {
    const phases = (
      await lab.kubectl([
        '-n',
        RESOLVE_NAMESPACE,
        'get',
        'pods',
        '-o',
        'jsonpath={range .items[*]}{.metadata.name}={.status.phase} {end}',
      ])
    )
      .trim()
      .split(' ')
    return phases.length === 7 && phases.every((it) => it.endsWith('=Running') || it.startsWith('homeless='))
  })
}

export async function removeResolvePlace(lab: Lab): Promise<void> {
  await lab.kubectl(['delete', 'namespace', RESOLVE_NAMESPACE, '--ignore-not-found', '--timeout=120s'])
}
