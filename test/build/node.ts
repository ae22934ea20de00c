import type { Node } from '../../src/model/node.ts'

export function node(name: string, about: Partial<Node> = {}): Node {
  return {
    name,
    labels: { 'kubernetes.io/hostname': name },
    ip: '192.168.0.11',
    ready: 'True',
    readyMessage: 'kubelet is posting ready status',
    unschedulable: false,
    taints: [],
    kernel: '6.12.9',
    os: 'Debian GNU/Linux 13',
    kubelet: 'v1.34.1',
    cpus: 4,
    ...about,
  }
}
