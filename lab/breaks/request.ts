// Requests as a node and as a client outside would send them: the last word on whether a fault is in effect.
import type { Lab } from '../lab.ts'
import { INGRESS_URL } from '../plan.ts'
import { hostOf } from './app.ts'

/** An HTTP status, or what curl says of a connection that never was: `refused`, `timeout`, `error`. */
export type Answer = number | 'refused' | 'timeout' | 'error'

async function get(lab: Lab, netns: string, url: string, headers: readonly string[] = []): Promise<Answer> {
  const outcome = await lab.run(netns, [
    'curl',
    '-s',
    '-o',
    '/dev/null',
    '-w',
    '%{http_code}',
    '--max-time',
    '6',
    ...headers.flatMap((it) => ['-H', it]),
    url,
  ])
  if (outcome.code === 0) return Number(outcome.stdout)
  if (outcome.code === 7) return 'refused'
  return outcome.code === 28 ? 'timeout' : 'error'
}

interface ServiceJson {
  readonly spec: { readonly clusterIP: string; readonly ports: readonly { readonly port: number }[] }
}

/**
 * Asks a Service through its cluster address, from a node, where kube-proxy's rules apply and NetworkPolicies do not.
 */
export function ask(lab: Lab, namespace: string, service: string): Promise<Answer> {
  return askFrom(lab, lab.nodes[0]?.name ?? '', namespace, service)
}

export async function askFrom(lab: Lab, from: string, namespace: string, service: string): Promise<Answer> {
  const { spec } = JSON.parse(
    await lab.kubectl(['-n', namespace, 'get', 'service', service, '-o', 'json']),
  ) as ServiceJson
  const node = lab.nodes.find((it) => it.name === from)
  return node === undefined ? 'error' : get(lab, node.netns, `http://${spec.clusterIP}:${spec.ports[0]?.port}/`)
}

/** Asks the ingress controller for the host of that namespace, from outside of the cluster. */
export function askIngress(lab: Lab, namespace: string, path = ''): Promise<Answer> {
  return get(lab, 'host', `${INGRESS_URL.replace(/\/$/, '')}${path === '' ? '/' : path}`, [
    `Host: ${hostOf(namespace)}`,
  ])
}
