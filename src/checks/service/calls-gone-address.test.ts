import { clusterDns } from '../../../test/build/dns.ts'
import { node } from '../../../test/build/node.ts'
import { container, cronJob, pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import check from './calls-gone-address.ts'

const nodes = [node('worker-1', { podCidrs: ['10.2.1.0/24'] }), node('worker-2', { podCidrs: ['10.2.2.0/24'] })]
const calling = (ip: string, port: number | null = null): Pod =>
  pod('web-1', { containers: [container({ addresses: [{ by: 'REDIS_HOST', ip, port }] })] })
const given = (caller: Pod, ...others: readonly Pod[]) => ({
  pods: [caller, ...others],
  nodes,
  services: [service('redis', { clusterIP: '10.96.44.7' })],
  endpointSlices: [],
  clusterDns: clusterDns(),
})
const web = { subject: 'Deployment/shop/web', severity: 'warning' } as const

const nodeIp = nodes[0]?.ip ?? ''
const exposed = service('cart', {
  ports: [{ name: null, port: 80, protocol: 'TCP', targetPort: 80, nodePort: 32_123 }],
})

describeCheck(check, [
  {
    it: 'beside all addresses of Services, of which there are many: a database of the VPC',
    given: {
      ...given(calling('10.96.200.3')),
      services: Array.from({ length: 9 }, (_, at) => service(`s${at}`, { clusterIP: `10.96.${at}.7` })),
    },
    expect: 'ok',
  },
  {
    it: 'of few Services nobody knows how wide their range is',
    given: given(calling('10.96.200.3')),
    expect: [{ ...web, confidence: 'possible' }],
  },
  {
    it: "a node's address at a nodePort that no Service has",
    given: given(calling(nodeIp, 32_123)),
    expect: [{ ...web, confidence: 'possible', args: { nodePort: 32_123 }, says: /no Service has the nodePort 32123/ }],
  },
  {
    it: 'at one that a Service has',
    given: { ...given(calling(nodeIp, 32_123)), services: [exposed] },
    expect: 'ok',
  },
  ...(['scheduled', 'suspended'] as const).map((idle) => ({
    it: `the next pod of a CronJob calls an address of a pod that is gone (${idle})`,
    given: {
      ...given(calling('10.96.44.7')),
      workloads: [
        cronJob('report', idle, container({ addresses: [{ by: 'REDIS_HOST', ip: '10.2.1.77', port: null }] })),
      ],
    },
    expect: [
      {
        subject: 'CronJob/shop/report',
        severity: idle === 'scheduled' ? ('warning' as const) : ('info' as const),
        says: 'The next pod of CronJob shop/report would call 10.2.1.77',
      },
    ],
  })),
  { it: 'at a port of the node itself', given: given(calling(nodeIp, 9100)), expect: 'ok' },
  {
    it: 'at one that a pod on the network of nodes declares',
    given: given(
      calling(nodeIp, 32_123),
      pod('agent-1', {
        hostNetwork: true,
        containers: [container({ ports: [{ name: null, port: 32_123, protocol: 'TCP' }] })],
      }),
    ),
    expect: 'ok',
  },
  {
    it: 'an address of pods that no pod has',
    given: given(calling('10.2.2.250', 8080)),
    expect: [
      {
        ...web,
        confidence: 'inferred',
        args: { host: '10.2.2.250:8080', node: 'worker-2', range: '10.2.2.0/24', by: 'REDIS_HOST' },
        says: /that no pod has/,
      },
    ],
  },
  {
    it: 'the same, of the workload that is asked about',
    given: modelOf(
      given(calling('10.2.2.250')),
      {},
      { target: { kind: 'object', object: subject('Deployment', 'shop', 'web'), url: null } },
    ),
    expect: [{ subject: 'Deployment/shop/web', severity: 'error' }],
  },
  {
    it: 'the same, where pods of other namespaces were not read',
    given: modelOf(given(calling('10.2.2.250')), {}, { namespace: 'shop' }),
    expect: [{ ...web, confidence: 'possible', says: /that no pod here has/ }],
  },
  {
    it: 'what looks like the address of a Service, and is none',
    given: given(calling('10.96.20.199')),
    expect: [{ ...web, confidence: 'possible', args: { node: null }, says: /no Service has it/ }],
  },
  {
    it: 'the same, where Services of other namespaces were not read',
    given: modelOf(given(calling('10.96.20.199')), {}, { namespace: 'shop' }),
    expect: 'ok',
  },
  {
    it: 'the same, where a Service has a second address that is not known',
    given: { ...given(calling('10.96.20.199')), services: [service('a', { families: ['IPv6', 'IPv4'] })] },
    expect: 'ok',
  },
  { it: 'the address of a Service', given: given(calling('10.96.44.7')), expect: 'ok' },
  { it: 'the address of the DNS Service', given: given(calling('10.96.0.10')), expect: 'ok' },
  {
    it: 'the address of a pod',
    given: given(calling('10.2.2.250'), pod('redis-1', { ip: '10.2.2.250' })),
    expect: 'ok',
  },
  {
    it: 'the address of an endpoint',
    given: {
      ...given(calling('10.2.2.250')),
      endpointSlices: [slice('redis', [pod('redis-1', { ip: '10.2.2.250' })])],
    },
    expect: 'ok',
  },
  { it: 'just behind the ranges of pods', given: given(calling('10.2.3.0')), expect: 'ok' },
  { it: "a bridge's own address, the first of its range", given: given(calling('10.2.2.1')), expect: 'ok' },
  { it: 'an address elsewhere', given: given(calling('172.16.9.9')), expect: 'ok' },
  { it: 'no address is told', given: given(pod('web-1')), expect: 'not-applicable' },
  {
    it: 'of a pod that is over',
    given: given({ ...calling('10.2.2.250'), phase: 'Succeeded' }),
    expect: 'not-applicable',
  },
  {
    it: 'nodes forbidden',
    given: modelOf({ pods: [calling('10.2.2.250')] }, { nodes: unknown('forbidden', 'list nodes') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
