import { expect, test } from 'vitest'
import { kubeletClusterDns, kubeletClusterDomain } from './kubelet-config.ts'

test.each([
  ['kind: KubeletConfiguration\nclusterDNS:\n- 10.96.0.10\nclusterDomain: cluster.local\n', ['10.96.0.10']],
  ['clusterDNS:\n  - "169.254.20.10"  # the cache\n  - fd00::a\ncgroupDriver: systemd\n', ['169.254.20.10', 'fd00::a']],
  ["clusterDNS: ['10.96.0.10', 10.96.0.11]\n", ['10.96.0.10', '10.96.0.11']],
  ['clusterDNS:\n- name.example\n- 10.96.0.10\n', ['10.96.0.10']],
  ['clusterDNS: []\n', []],
  ['clusterDNS:\n', []],
  ['  clusterDNS:\n  - 10.96.0.10\n', []],
  ['clusterDomain: cluster.local\n', []],
])('%j', (text, servers) => {
  expect(kubeletClusterDns(text)).toEqual(servers)
})

test.each([
  ['clusterDNS:\n- 10.96.0.10\nclusterDomain: cluster.local\n', 'cluster.local'],
  ['clusterDomain: "K8s.Corp.Local."  # ours\n', 'k8s.corp.local'],
  ['clusterDomain: ""\n', null],
  ['  clusterDomain: a.b\n', null],
  ['clusterDomain: a b\n', null],
  ['', null],
])('the domain of %j', (text, domain) => {
  expect(kubeletClusterDomain(text)).toBe(domain)
})
