import { node } from '../../../test/build/node.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Pod, Protocol } from '../../model/pod.ts'
import { unknown } from '../../model/known.ts'
import check from './takes-node-port.ts'

const nodes = [
  node('cp-1', { ip: '192.0.2.10', labels: { 'node-role.kubernetes.io/control-plane': '' } }),
  node('worker-1', { ip: '192.0.2.11' }),
]
const taking = (ip: string, number: number, protocol: Protocol = 'TCP') => [
  service('web', { externalIPs: [ip], ports: [port({ port: number, protocol })] }),
]
const given = (services: ReturnType<typeof taking>, ...pods: readonly Pod[]) => ({ services, nodes, pods })
const web = { subject: 'Service/shop/web', severity: 'error', confidence: 'inferred' } as const
const onHost = (number: number, about: Partial<Pod> = {}) =>
  pod('proxy-1', {
    hostNetwork: true,
    containers: [container({ ports: [{ name: null, port: number, protocol: 'TCP' }] })],
    ...about,
  })

describeCheck(check, [
  {
    it: 'the API server of a control plane',
    given: given(taking('192.0.2.10', 6443)),
    expect: [{ ...web, args: { at: '192.0.2.10:6443', node: 'cp-1', user: 'the API server' } }],
  },
  {
    it: 'the kubelet of a worker',
    given: given(taking('192.0.2.11', 10250)),
    expect: [{ ...web, args: { node: 'worker-1', user: 'its kubelet' } }],
  },
  {
    it: "a pod on the host's network",
    given: given(taking('192.0.2.11', 9100), onHost(9100)),
    expect: [{ ...web, args: { user: 'pod shop/proxy-1' } }],
  },
  {
    it: 'a port of the host',
    given: given(
      taking('192.0.2.11', 80),
      pod('proxy-1', {
        containers: [container({ ports: [{ name: null, port: 8080, protocol: 'TCP', hostPort: 80 }] })],
      }),
    ),
    expect: [{ ...web, args: { user: 'pod shop/proxy-1' } }],
  },
  { it: 'that port, of a worker', given: given(taking('192.0.2.11', 6443)), expect: 'ok' },
  { it: 'that port over UDP', given: given(taking('192.0.2.11', 10250, 'UDP')), expect: 'ok' },
  { it: 'a port that nobody has', given: given(taking('192.0.2.11', 80)), expect: 'ok' },
  {
    it: 'of a pod on another node',
    given: given(taking('192.0.2.11', 9100), onHost(9100, { node: 'cp-1' })),
    expect: 'ok',
  },
  {
    it: 'of a pod of the Service itself',
    given: given(taking('192.0.2.11', 9100), onHost(9100, { labels: { app: 'web' } })),
    expect: 'ok',
  },
  { it: 'an address of no node', given: given(taking('198.51.100.7', 6443)), expect: 'not-applicable' },
  {
    it: 'nodes forbidden',
    given: modelOf({ services: taking('192.0.2.10', 6443) }, { nodes: unknown('forbidden', 'list nodes') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
