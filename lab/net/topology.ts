// One switch (a bridge in a namespace of its own), and everything plugged into it.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Layout } from '../layout.ts'
import {
  CONTROL_PLANE,
  HOST_IP,
  HOST_LINK,
  INTERNET,
  LOAD_BALANCER,
  SERVICE_CIDR,
  STATE,
  SWITCH,
  UPSTREAM_DNS,
  type Worker,
} from '../plan.ts'
import { must, run } from '../process.ts'
import { createNamespace, HOST, inNamespace, namespacePath } from './namespace.ts'

interface Plug {
  readonly name: string
  readonly ip: string
  /** The internet side of a load balancer knows the way to nodes only. */
  readonly routes: readonly string[]
}

function batch(namespace: string, lines: readonly string[]): Promise<string> {
  return must(inNamespace(namespace, ['ip', '-batch', '-']), { stdin: lines.join('\n') })
}

function podRoutes(workers: readonly Worker[], ownIp: string): readonly string[] {
  return workers.filter((worker) => worker.ip !== ownIp).map((worker) => `route add ${worker.podCidr} via ${worker.ip}`)
}

async function forwardPackets(worker: Worker): Promise<void> {
  await must(inNamespace(worker.netns, ['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']))
}

export async function createNetwork(workers: readonly Worker[], layout: Layout): Promise<void> {
  // Service traffic between two pods of a node crosses its bridge; kube-proxy's rules see it with this module only.
  await run(['modprobe', 'br_netfilter'])
  const plugs: readonly Plug[] = [
    { ...CONTROL_PLANE, routes: podRoutes(workers, CONTROL_PLANE.ip) },
    { ...UPSTREAM_DNS, routes: podRoutes(workers, UPSTREAM_DNS.ip) },
    ...(layout.stub === null ? [] : [{ ...layout.stub, routes: podRoutes(workers, layout.stub.ip) }]),
    { ...INTERNET, routes: [] },
    { ...LOAD_BALANCER, routes: [] },
    ...workers.map(({ name, ip }) => ({ name, ip, routes: podRoutes(workers, ip) })),
  ]
  await Promise.all([SWITCH, ...plugs.map((plug) => plug.name)].map(createNamespace))
  // Left by an `up` that was cut off.
  await run(['ip', 'link', 'delete', HOST_LINK])
  await batch(SWITCH, [
    'link set lo up',
    'link add br0 type bridge',
    'link set br0 up',
    `link add p-host type veth peer name ${HOST_LINK} netns /proc/${process.pid}/ns/net`,
    ...plugs.map((plug) => `link add p-${plug.name} type veth peer name eth0 netns ${namespacePath(plug.name)}`),
    ...['host', ...plugs.map((plug) => plug.name)].map((name) => `link set p-${name} master br0 up`),
  ])
  await batch(HOST, [
    `addr add ${HOST_IP}/24 dev ${HOST_LINK}`,
    `link set ${HOST_LINK} up`,
    ...podRoutes(workers, HOST_IP),
  ])
  await Promise.all([
    ...plugs.map((plug) =>
      batch(plug.name, ['link set lo up', `addr add ${plug.ip}/24 dev eth0`, 'link set eth0 up', ...plug.routes]),
    ),
    ...workers.map(forwardPackets),
    writeFile(join(STATE, 'resolv.conf'), `nameserver ${UPSTREAM_DNS.ip}\n`),
  ])
}

/**
 * Stands for a node's default route: without any, the kernel refuses a process of the node that asks for a Service,
 * before kube-proxy's rules see the packet. What they leave alone ends, as with a default route, where nobody answers;
 * so it comes when they are written, lest CoreDNS's first connection to the API server wait 30 s for an answer.
 */
export async function addServiceRoute(worker: Worker): Promise<void> {
  await batch(worker.netns, [`route add ${SERVICE_CIDR} via ${CONTROL_PLANE.ip}`])
}
