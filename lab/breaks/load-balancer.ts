// What stands before the ingress controller in a company: HAProxy in a network of its own, with one address for all of
// the cluster, and each node's port as a target.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Fault } from '../faults/fault.ts'
import type { Lab } from '../lab.ts'
import { INGRESS_PORT, LOAD_BALANCER } from '../plan.ts'
import { hostOf } from './app.ts'
import { hasNamespace, namespaceFault, type NamespaceFault } from './namespace-fault.ts'
import { onNode } from './place.ts'
import { askIngress } from './request.ts'
import { until } from './until.ts'

export interface LoadBalancer {
  /** What its health check asks of each target; `connects`: whether the port is open; null: it does not look. */
  readonly check: string | 'connects' | null
  /** Seconds that it waits for an answer: its idle timeout. */
  readonly waits: number
  readonly speaksProxy: boolean
}

/** As it ought to be: ingress-nginx answers this path itself, for whoever checks it. */
export const wellMade: LoadBalancer = { check: '/healthz', waits: 30, speaksProxy: false }

const daemon = 'load-balancer'
const lbAddress = `${LOAD_BALANCER.ip}:80`

async function startLoadBalancer(lab: Lab, how: LoadBalancer): Promise<void> {
  const file = join(lab.stateDir, 'haproxy.cfg')
  await writeFile(file, configOf(lab, how))
  await lab.stop(daemon)
  await lab.spawn(LOAD_BALANCER.name, daemon, ['haproxy', '-db', '-f', file])
}

function configOf({ nodes }: Lab, { check, waits, speaksProxy }: LoadBalancer): string {
  const isPath = check !== null && check !== 'connects'
  const options = [
    ...(check === null ? [] : ['check inter 500ms fall 2 rise 1']),
    ...(speaksProxy ? ['send-proxy'] : []),
  ]
  return [
    'global',
    '  maxconn 200',
    'defaults',
    '  mode http',
    '  retries 0',
    '  timeout connect 2s',
    '  timeout client 60s',
    `  timeout server ${waits}s`,
    'frontend users',
    `  bind ${LOAD_BALANCER.ip}:80`,
    '  default_backend nodes',
    'backend nodes',
    '  balance roundrobin',
    ...(isPath ? [`  option httpchk GET ${check}`, '  http-check expect status 200'] : []),
    ...nodes.map(({ name, ip }) => `  server ${name} ${ip}:${INGRESS_PORT} ${options.join(' ')}`),
    '',
  ].join('\n')
}

/** Statuses of so many requests through it; 0 where nothing came. */
async function askThroughIt(lab: Lab, namespace: string, times: number): Promise<readonly number[]> {
  const one = ['-s', '-o', '/dev/null', '-w', '%{http_code}\\n', '--max-time', '8', '-H', `Host: ${hostOf(namespace)}`]
  const statuses: number[] = []
  for (let n = 0; n < times; n += 1) {
    const { stdout } = await onNode(lab, 'host').run(['curl', ...one, `http://${lbAddress}/`])
    statuses.push(Number.parseInt(stdout, 10) || 0)
  }
  return statuses
}

export interface LoadBalancerFault extends Omit<NamespaceFault, 'inEffect' | 'healthy'> {
  readonly balancer: LoadBalancer
  /** Whether these statuses, of one request a node, are what users complain about. */
  readonly complains: (statuses: readonly number[]) => boolean
  readonly before?: (lab: Lab) => Promise<void>
  readonly after?: (lab: Lab) => Promise<void>
}

/** A healthy application, and a load balancer before it that is not; with a control the other way round. */
export function loadBalancerFault({ balancer, complains, before, after, ...it }: LoadBalancerFault): Fault {
  const url = `http://${hostOf(it.namespace)}/`
  const app = namespaceFault({ ...it, diagnose: [url, '--lb', lbAddress], inEffect: () => Promise.resolve(true) })
  return {
    ...app,
    reach: { kind: 'cluster' },
    async inject(lab) {
      await app.inject(lab)
      // Behind the balancer nobody would notice that the controller has not read the Ingress (404) or its endpoints
      // (503) yet.
      await until('the controller knows the host and its endpoints', async () => {
        const status = await askIngress(lab, it.namespace)
        return status !== 404 && status !== 503
      })
      await before?.(lab)
      await startLoadBalancer(lab, balancer)
      await until(`${it.name} is in effect`, async () =>
        complains(await askThroughIt(lab, it.namespace, lab.nodes.length)),
      )
    },
    // Users still come by its address, so it stays, and is right.
    async takeBack(lab) {
      await after?.(lab)
      await app.takeBack(lab)
      if (!(await hasNamespace(lab, it.namespace))) return
      await startLoadBalancer(lab, wellMade)
      await until('the load balancer is right', async () =>
        (await askThroughIt(lab, it.namespace, lab.nodes.length)).every((status) => status === 200),
      )
    },
    async remove(lab) {
      await after?.(lab)
      await lab.stop(daemon)
      await app.remove(lab)
    },
  }
}
