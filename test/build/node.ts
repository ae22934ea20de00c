import { type Known, known } from '../../src/model/known.ts'
import type { Node, ProxyConfig } from '../../src/model/node.ts'

export function node(name: string, about: Partial<Node> = {}): Node {
  return {
    name,
    labels: { 'kubernetes.io/hostname': name },
    ip: addressOf(name),
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

/** Each its own: `worker-1` has 192.168.0.11. */
function addressOf(name: string): string {
  const [, stem = '', number = '0'] = /^(.*?)(\d{1,2})?$/.exec(name) ?? []
  const sum = [...stem].reduce((all, it) => (all * 31 + (it.codePointAt(0) ?? 0)) % 250, 0)
  return `192.168.${stem === 'worker-' ? 0 : sum + 1}.${10 + Number(number)}`
}

/** ConfigMap `kube-system/kube-proxy`, with what kubeadm writes into it. */
export function proxyConfig(about: Partial<ProxyConfig['config']> = {}): Known<ProxyConfig> {
  return known({
    namespace: 'kube-system',
    name: 'kube-proxy',
    config: {
      mode: null,
      nodePortRanges: [],
      detectLocalMode: 'ClusterCIDR',
      clusterRanges: [],
      maxPerCore: null,
      min: null,
      refused: [],
      ...about,
    },
  })
}
