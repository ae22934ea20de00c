import { clusterDns } from '../../../test/build/dns.ts'
import { node, proxyConfig } from '../../../test/build/node.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import check from './proxy-asks-service.ts'

const kubernetes = service('kubernetes', { namespace: 'default', clusterIP: '10.96.0.1', selector: null })
const told = (host: string, about: Partial<Node> = {}) => {
  const config = proxyConfig({})
  const api = { host, port: 443 }
  const own = config.known ? known({ ...config.value, api }) : config
  return {
    nodes: [node('worker-1', { proxy: 'ready', proxyConfig: own, ...about })],
    services: [kubernetes],
    apiSlices: [],
  }
}
const found = { subject: 'ConfigMap/kube-system/kube-proxy', confidence: 'inferred' as const }

describeCheck(check, [
  {
    it: 'the address of the Service, and kube-proxy still runs',
    given: told('10.96.0.1'),
    expect: [{ ...found, severity: 'warning', says: /at 10\.96\.0\.1:443 .* which it has to serve first/ }],
  },
  {
    it: 'the same, and it is not ready',
    given: told('10.96.0.1', { proxy: 'not-ready' }),
    expect: [{ ...found, severity: 'error', args: { ready: 0, waiting: ['worker-1'] } }],
  },
  { it: 'by its name', given: told('kubernetes.default.svc'), expect: [found] },
  { it: 'the API server, or a load balancer before it', given: told('10.0.1.5'), expect: 'ok' },
  { it: 'a name outside', given: told('api.example.com'), expect: 'ok' },
  {
    it: 'Services of that namespace were not read',
    given: { ...told('10.96.0.1'), services: [] },
    expect: 'cannot-tell',
    says: /was not read -A/,
  },
  {
    it: 'the same, and it is nothing like a Service',
    given: { ...told('10.0.1.5'), services: [], clusterDns: clusterDns() },
    expect: 'ok',
  },
  {
    it: 'it may not be read',
    given: {
      ...told(''),
      nodes: [node('worker-1', { proxy: 'ready', proxyConfig: unknown('forbidden', 'get configmaps') })],
    },
    expect: 'cannot-tell',
    says: /get configmaps/,
  },
  { it: 'no kubeconfig', given: { ...told(''), nodes: [node('worker-1')] }, expect: 'not-applicable' },
])
