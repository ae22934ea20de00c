import { container, cronJob, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Container, NearbyCall, Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import check from './nobody-beside.ts'

const of = (port: number): Container['ports'] => [{ name: null, port, protocol: 'TCP' }]
const proxy = (by: string | null, port: number, about: Partial<Container> = {}): Container =>
  container({ name: 'proxy', ports: of(4180), nearby: [{ by, of: 'pod', port }], ...about })
const app = container({ name: 'app', ports: of(8080) })
const given = (containers: readonly Container[], about: Partial<Pod> = {}) => ({
  pods: [pod('web-1', { containers, ...about })],
  services: [],
})
const onNode: readonly NearbyCall[] = [{ by: 'DD_AGENT_HOST', of: 'node', port: 8126 }]
const agent = (about: Partial<Pod> = {}, hostPort?: number): Pod =>
  pod('agent-1', {
    labels: {},
    owner: { kind: 'DaemonSet', name: 'agent' },
    containers: [
      container({ ports: of(8126).map((it) => ({ ...it, ...(hostPort === undefined ? {} : { hostPort }) })) }),
    ],
    ...about,
  })
const traced = pod('web-1', { containers: [container({ nearby: onNode })] })

describeCheck(check, [
  {
    it: 'a proxy before a port that the other container does not declare',
    given: given([proxy('--upstream', 3000), app]),
    expect: [
      {
        subject: 'Deployment/shop/web',
        severity: 'warning',
        confidence: 'possible',
        says: 'port 3000 of its own pod (localhost), and no container there declares that port',
      },
    ],
  },
  ...(['scheduled', 'suspended'] as const).map((idle) => ({
    it: `the next pod of a CronJob calls its node, where the agent has no port (${idle})`,
    given: { pods: [agent()], services: [], workloads: [cronJob('report', idle, container({ nearby: onNode }))] },
    expect: [
      {
        subject: 'CronJob/shop/report',
        severity: idle === 'scheduled' ? ('warning' as const) : ('info' as const),
        says: 'The next pod of CronJob shop/report would call port 8126 of its node',
      },
    ],
  })),
  { it: 'before the one that it declares', given: given([proxy('--upstream', 8080), app]), expect: 'ok' },
  {
    it: 'before one on which the other is told to listen',
    given: given([proxy('--upstream', 3000), { ...app, listens: [{ by: 'PORT', host: null, port: 3000 }] }]),
    expect: 'ok',
  },
  {
    it: 'before one that the kubelet asks',
    given: given([proxy('--upstream', 3000), { ...app, readinessProbe: 'http-get :3000/ready' }]),
    expect: 'ok',
  },
  {
    it: 'beside one that declares no port',
    given: given([proxy('--upstream', 3000), { ...app, ports: [] }]),
    expect: 'cannot-tell',
  },
  { it: 'on the node', given: given([proxy('--upstream', 3000), app], { hostNetwork: true }), expect: 'cannot-tell' },
  {
    it: 'a server of data in a pod of one container',
    given: given([proxy('DATABASE_URL', 5432)]),
    expect: [{ subject: 'Deployment/shop/web', severity: 'info' }],
  },
  {
    it: 'asked for, and a Service of its namespace offers that port',
    given: modelOf(
      {
        ...given([proxy('DATABASE_URL', 5432)]),
        services: [
          service('pg', { ports: [{ name: null, port: 5432, protocol: 'TCP', targetPort: 5432, nodePort: null }] }),
        ],
      },
      {},
      { target: { kind: 'object', object: subject('Deployment', 'shop', 'web'), url: null } },
    ),
    expect: [
      { subject: 'Deployment/shop/web', severity: 'warning', confidence: 'possible', args: { offering: 'pg.shop' } },
    ],
  },
  {
    it: 'a port that many have is of nobody by its number alone',
    given: modelOf(
      { ...given([proxy('ORDERS_URL', 80)]), services: [service('cart')] },
      {},
      { target: { kind: 'object', object: subject('Deployment', 'shop', 'web'), url: null } },
    ),
    expect: [{ subject: 'Deployment/shop/web', severity: 'info', args: { offering: null } }],
  },
  { it: 'its own page of health', given: given([proxy('HEALTH_URL', 9000), app]), expect: 'not-applicable' },
  { it: 'the proxy of a mesh', given: given([proxy('ISTIO_URL', 15_000), app]), expect: 'not-applicable' },
  {
    it: 'a port of the node that the agent has not',
    given: { pods: [traced, agent()], services: [] },
    expect: [{ subject: 'Deployment/shop/web', severity: 'warning', args: { agent: 'DaemonSet shop/agent' } }],
  },
  { it: 'one that it has by hostPort', given: { pods: [traced, agent({}, 8126)], services: [] }, expect: 'ok' },
  {
    it: 'one that it has by the network',
    given: { pods: [traced, agent({ hostNetwork: true })], services: [] },
    expect: 'ok',
  },
  {
    it: 'one that a Service has',
    given: {
      pods: [traced, agent()],
      services: [
        service('agent', { ports: [{ name: null, port: 1, protocol: 'TCP', targetPort: 1, nodePort: 8126 }] }),
      ],
    },
    expect: 'ok',
  },
  {
    it: 'one of nobody, which the node itself may have',
    given: { pods: [traced], services: [] },
    expect: 'cannot-tell',
  },
  {
    it: 'pods of other namespaces not read',
    given: { pods: [traced, agent()], services: [] },
    scope: { namespace: 'shop' },
    expect: 'cannot-tell',
  },
])
