// A program of `shop` that is told to call somebody, and whom it may mean.
import { known } from '../../src/model/known.ts'
import type { ClusterDns } from '../../src/model/cluster-dns.ts'
import type { Call, ContainerPort, Pod } from '../../src/model/pod.ts'
import type { Service } from '../../src/model/service.ts'
import { clusterDns } from './dns.ts'
import { container, pod } from './pod.ts'
import { service } from './service.ts'

export const calling = (host: string, port: number | null = null, about: Partial<Pod> = {}): Pod => {
  const call: Call = { by: 'PAY_URL', host, port }
  return pod('web-1', { containers: [container({ calls: [call] })], ...about })
}
export const ledger = service('ledger', {
  ports: [{ name: null, port: 80, protocol: 'TCP', targetPort: 8080, nodePort: null }],
})
export const of80 = { name: null, port: 80, protocol: 'TCP', targetPort: 8080, nodePort: null } as const
export const headless = { ...ledger, clusterIP: 'None' }
export const listening: readonly ContainerPort[] = [{ name: 'http', port: 8080, protocol: 'TCP' }]
export const namespaces = ['shop', 'pay', 'dev'].map((name) => ({ name, labels: {} }))
export const given = (caller: Pod, services: readonly Service[] = [ledger]) => ({
  pods: [caller],
  services,
  namespaces,
})
export const withBack = (caller: Pod, called: Service, ports = listening) => ({
  ...given(caller, [called]),
  pods: [caller, pod('ledger-1', { containers: [container({ ports })] })],
})
export const found = (args: Readonly<Record<string, string | number | boolean | null>>) => [
  { subject: 'Deployment/shop/web', severity: 'warning' as const, confidence: 'inferred' as const, args },
]
export const plain = '.:53 {\n errors\n kubernetes cluster.local in-addr.arpa {\n }\n forward . /etc/resolv.conf\n}'
export const within = (line: string): string => plain.replace(' errors', ` ${line}`)
export const asking = (host: string, corefile: string, dns: Partial<ClusterDns> = {}) => ({
  ...given(calling(host, 80)),
  clusterDns: clusterDns({ corefile: known(corefile), ...dns }),
})
