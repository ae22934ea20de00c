import { INGRESS_PORT, INGRESS_TLS_PORT, workers } from '../plan.ts'

/**
 * How a user of this machine reaches a URL of the lab: no DNS knows its hosts, and a node's port is its load balancer.
 */
export function throughNode(diagnose: readonly string[]): readonly string[] {
  const [target = ''] = diagnose
  const [node] = workers(1)
  if (node === undefined || !/^https?:/.test(target) || diagnose.includes('--lb')) return diagnose
  return [...diagnose, '--lb', `${node.ip}:${target.startsWith('https:') ? INGRESS_TLS_PORT : INGRESS_PORT}`]
}
