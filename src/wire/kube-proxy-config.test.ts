import { describe, expect, test } from 'vitest'
import { readKubeProxyConfig, type KubeProxyConfig } from './kube-proxy-config.ts'

const head = 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n'
const nothing: KubeProxyConfig = {
  mode: null,
  nodePortRanges: [],
  detectLocalMode: 'ClusterCIDR',
  clusterRanges: [],
  maxPerCore: null,
  min: null,
  strictArp: null,
  refused: [],
}

/** As kubeadm 1.34 writes it. */
const kubeadm = `apiVersion: kubeproxy.config.k8s.io/v1alpha1
bindAddress: 0.0.0.0
bindAddressHardFail: false
clientConnection:
  acceptContentTypes: ""
  burst: 0
  kubeconfig: /var/lib/kube-proxy/kubeconfig.conf
clusterCIDR: 10.244.0.0/16
configSyncPeriod: 0s
conntrack:
  maxPerCore: null
  min: null
  tcpBeLiberal: false
detectLocal:
  bridgeInterface: ""
  interfaceNamePrefix: ""
detectLocalMode: ""
enableProfiling: false
healthzBindAddress: ""
iptables:
  masqueradeAll: false
  minSyncPeriod: 0s
ipvs:
  excludeCIDRs: null
  strictARP: false
kind: KubeProxyConfiguration
metricsBindAddress: ""
mode: ""
nodePortAddresses: null
winkernel:
  networkName: ""
`

describe('a file of kube-proxy', () => {
  test.each<[string, string, Partial<KubeProxyConfig>]>([
    ['as kubeadm writes it', kubeadm, { clusterRanges: ['10.244.0.0/16'], strictArp: false }],
    ['with nothing', head, {}],
    ['a mode', `${head}mode: "ipvs"\n`, { mode: 'ipvs' }],
    ['a mode with a comment', `${head}mode: ipvs # was iptables\n`, { mode: 'ipvs' }],
    ['a mode that there is not', `${head}mode: iptable\n`, { mode: 'iptable', refused: ['mode'] }],
    ['what is no word', `${head}mode: "a b"\n`, { mode: 'unreadable', refused: ['mode'] }],
    [
      'a list of ranges, line by line',
      `${head}nodePortAddresses:\n- 127.0.0.1/32\n- "10.0.0.0/8"\nmode: ipvs\n`,
      { nodePortRanges: ['127.0.0.1/32', '10.0.0.0/8'], mode: 'ipvs' },
    ],
    [
      'a list of ranges, indented, Windows line ends',
      `${head}nodePortAddresses:\r\n  - 127.0.0.1/32\r\n`.replace(/(?<!\r)\n/g, '\r\n'),
      { nodePortRanges: ['127.0.0.1/32'] },
    ],
    [
      'a list of ranges in one line',
      `${head}nodePortAddresses: ["fd00::/8", 10.0.0.0/8]\n`,
      {
        nodePortRanges: ['fd00::/8', '10.0.0.0/8'],
      },
    ],
    ['primary alone', `${head}nodePortAddresses: [primary]\n`, {}],
    [
      'primary and a range',
      `${head}nodePortAddresses: [primary, 10.0.0.0/8]\n`,
      {
        nodePortRanges: ['10.0.0.0/8'],
        refused: ['nodePortAddresses'],
      },
    ],
    ['an address without bits', `${head}nodePortAddresses: [10.0.0.1]\n`, { refused: ['nodePortAddresses'] }],
    ['too many bits', `${head}nodePortAddresses: [10.0.0.0/33]\n`, { refused: ['nodePortAddresses'] }],
    ['as many bits as there are', `${head}nodePortAddresses: [10.0.0.0/32]\n`, { nodePortRanges: ['10.0.0.0/32'] }],
    [
      'two families',
      `${head}clusterCIDR: 10.244.0.0/16,fd00::/56\n`,
      {
        clusterRanges: ['10.244.0.0/16', 'fd00::/56'],
      },
    ],
    ['a range that is none', `${head}clusterCIDR: 10.244.0.0\n`, { refused: ['clusterCIDR'] }],
    [
      'a range that nobody heeds',
      `${head}clusterCIDR: x\ndetectLocalMode: NodeCIDR\n`,
      { detectLocalMode: 'NodeCIDR' },
    ],
    [
      'how to tell pods, misspelt',
      `${head}detectLocalMode: nodecidr\n`,
      {
        detectLocalMode: 'nodecidr',
        refused: ['detectLocalMode'],
      },
    ],
    [
      'connections',
      `${head}conntrack:\n  maxPerCore: 10\n  min: 0\nmode: ipvs\n`,
      { maxPerCore: 10, min: 0, mode: 'ipvs' },
    ],
    ['min of another block', `${head}logging:\n  min: 5\n  mode: x\n`, {}],
    ['a list of another block', `${head}nodePortAddresses: null\nipvs:\n  excludeCIDRs:\n  - 10.0.0.0/8\n`, {}],
    ['an address to listen on that is none', `${head}bindAddress: node-1\n`, { refused: ['bindAddress'] }],
    ['a port alone', `${head}healthzBindAddress: ":10256"\n`, { refused: ['healthzBindAddress'] }],
    ['an address without a port', `${head}metricsBindAddress: 0.0.0.0\nhealthzBindAddress: "::"\n`, {}],
    ['a name with a port', `${head}metricsBindAddress: localhost:10249\n`, { refused: ['metricsBindAddress'] }],
    [
      'two ranges of one family',
      `${head}clusterCIDR: 10.0.0.0/8,11.0.0.0/8\n`,
      {
        clusterRanges: ['10.0.0.0/8', '11.0.0.0/8'],
        refused: ['clusterCIDR'],
      },
    ],
    ['addresses and ports', `${head}healthzBindAddress: 0.0.0.0:10256\nmetricsBindAddress: "[::]:10249"\n`, {}],
    ['port 65536', `${head}healthzBindAddress: 0.0.0.0:65536\n`, { refused: ['healthzBindAddress'] }],
    ['port 65535', `${head}healthzBindAddress: 0.0.0.0:65535\n`, {}],
    ['strict ARP', `${head}ipvs:\n  excludeCIDRs: null\n  strictARP: true\n`, { strictArp: true }],
    ['no strict ARP', `${head}ipvs:\n  strictARP: false\n`, { strictArp: false }],
  ])('%s', (_, text, its) => expect(readKubeProxyConfig(text)).toEqual({ ...nothing, ...its }))

  test.each([
    ['another kind', 'kind: KubeletConfiguration\nmode: x\n'],
    ['a kubeconfig', 'apiVersion: v1\nkind: Config\nclusters: []\n'],
    ['nothing', ''],
    ['the kind in a block of another', 'x:\n  kind: KubeProxyConfiguration\n'],
    ['more than any', head + '#'.repeat(64 * 1024)],
  ])('%s is none', (_, text) => expect(readKubeProxyConfig(text)).toBeNull())
})
