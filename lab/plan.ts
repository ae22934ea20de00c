// Where everything of the lab is. Addresses come from 198.18.0.0/15, the range kept for benchmarks (RFC 2544), and no
// lab namespace has a default route, so that no packet of the lab can leave the machine.
import { homedir } from 'node:os'
import { join } from 'node:path'

export const STATE = '/var/lib/hopscope-lab'
export const KUBECONFIG = join(STATE, 'kubeconfig')
export const AUDIT_LOG = join(STATE, 'log', 'audit.log')
export const BIN = join(STATE, 'bin')
export const CACHE = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'hopscope-lab')

export const HOST_LINK = 'hopscope-lab'
export const HOST_IP = '198.18.0.1'
export const CONTROL_PLANE = { name: 'control-plane', ip: '198.18.0.10' }
export const UPSTREAM_DNS = { name: 'upstream-dns', ip: '198.18.0.53' }
export const INTERNET = { name: 'internet', ip: '198.18.0.200' }
/** Before the ingress controller: the one address that users outside know. */
export const LOAD_BALANCER = { name: 'load-balancer', ip: '198.18.0.100' }
export const SWITCH = 'switch'
export const API_SERVER = `https://${CONTROL_PLANE.ip}:6443`
export const POD_CIDR = '198.18.96.0/19'
export const SERVICE_CIDR = '198.19.0.0/16'
export const CLUSTER_DNS = '198.19.0.10'
export const INGRESS_PORT = 30080
export const INGRESS_TLS_PORT = 30443
export const INGRESS_URL = `http://198.18.0.11:${INGRESS_PORT}`

export const DEFAULT_WORKERS = 3
export const MOST_WORKERS = 20

export interface Worker {
  readonly name: string
  readonly netns: string
  readonly ip: string
  readonly podCidr: string
}

export function workers(count: number): readonly Worker[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `worker-${index + 1}`
    return { name, netns: name, ip: `198.18.0.${11 + index}`, podCidr: `198.18.${101 + index}.0/24` }
  })
}
