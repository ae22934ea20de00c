import { node, proxyConfig } from '../../../test/build/node.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Service } from '../../model/service.ts'
import check from './node-ports-bound.ts'

const web = service('web', { type: 'NodePort', families: ['IPv4'], ports: [port({ nodePort: 30_500 })] })
const bound = (nodePortRanges: readonly string[], services: readonly Service[] = [web]) => ({
  services,
  nodes: ['192.168.0.11', '192.168.9.12'].map((ip, at) =>
    node(`worker-${at + 1}`, { ip, proxy: 'ready', proxyConfig: proxyConfig({ nodePortRanges }) }),
  ),
})
const config = { subject: 'ConfigMap/kube-system/kube-proxy' }
const error = { ...config, severity: 'error' as const, confidence: 'inferred' as const }
const warning = { ...config, severity: 'warning' as const, confidence: 'possible' as const }

describeCheck(check, [
  ...['127.0.0.1/32', '127.0.0.0/8', '127.8.0.0/16'].map((range) => ({
    it: `${range} alone`,
    given: bound([range]),
    expect: [{ ...error, args: { kind: 'loopback', services: ['shop/web'] }, says: /cannot be reached by them/ }],
  })),
  {
    it: '127.0.0.0/1, which holds much else, and no node',
    given: bound(['127.0.0.0/1']),
    expect: [{ ...warning, args: { kind: 'outside' } }],
  },
  {
    it: '::1 for a Service of IPv6',
    given: bound(['::1/128'], [{ ...web, families: ['IPv6'] }]),
    expect: [{ ...error, args: { family: 'IPv6' } }],
  },
  { it: '::1 for a Service of IPv4: each IPv4 address serves', given: bound(['::1/128']), expect: 'ok' },
  {
    it: 'a load balancer that sends to node ports',
    given: bound(['127.0.0.1/32'], [{ ...web, type: 'LoadBalancer' }]),
    expect: [error],
  },
  {
    it: 'a load balancer without node ports',
    given: bound(['127.0.0.1/32'], [{ ...web, type: 'LoadBalancer', ports: [port()] }]),
    expect: 'not-applicable',
  },
  {
    it: 'a range that no node has',
    given: bound(['10.0.0.0/8']),
    expect: [
      { ...warning, says: /Node ports are served on 10\.0\.0\.0\/8 alone, and no node has a known address there/ },
    ],
  },
  {
    it: 'a range that one of two has',
    given: bound(['192.168.0.0/24']),
    expect: [{ ...warning, args: { out: ['worker-2'], of: 2 }, says: /and worker-2 has no known address there/ }],
  },
  { it: 'a range that both have', given: bound(['192.168.0.0/16']), expect: 'ok' },
  { it: 'loopback and the range that both have', given: bound(['127.0.0.0/8', '192.168.0.0/16']), expect: 'ok' },
  { it: 'no ranges: on each address', given: bound([]), expect: 'ok' },
  { it: 'no node port', given: bound(['127.0.0.1/32'], [service('web')]), expect: 'not-applicable' },
  {
    it: 'a recording that does not say the families',
    given: bound(['127.0.0.1/32'], [service('web', { type: 'NodePort', ports: [port({ nodePort: 30_500 })] })]),
    expect: [error],
  },
  {
    it: 'the configuration may not be read',
    given: {
      services: [web],
      nodes: [node('worker-1', { proxyConfig: unknown('forbidden', 'get configmaps in kube-system') })],
    },
    expect: 'cannot-tell',
    says: /get configmaps/,
  },
  { it: 'no kube-proxy', given: { services: [web], nodes: [node('worker-1')] }, expect: 'not-applicable' },
])
