import { container, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { InsideView, Listener } from '../../model/inside.ts'
import { known, unknown } from '../../model/known.ts'
import type { Container, Pod } from '../../model/pod.ts'
import check from './port-of-two-programs.ts'

const on = (name: string, about: Partial<Container> = {}, more: Partial<Pod> = {}): Pod =>
  pod(name, {
    hostNetwork: true,
    ip: '192.0.2.12',
    containers: [container({ ports: [], readinessProbe: 'http-get :18080/healthz', ...about })],
    ...more,
  })
const licensed = on('licensed-1')
const agent = on('agent-1')
const services = [
  service('licensed', { selector: { app: 'licensed' }, ports: [port({ port: 80, targetPort: 18080 })] }),
]
const view = (name: string, listeners: readonly Listener[]): InsideView => ({
  namespace: 'shop',
  pod: name,
  container: 'app',
  resolvConf: unknown('not-there', 'no file'),
  lookup: unknown('not-there', 'no tool'),
  tcp53: unknown('not-there', 'no tool'),
  listeners: known(listeners),
})
const given = (pods: readonly Pod[], listeners: readonly Listener[] = []) => ({
  pods,
  services,
  insideViews: listeners.length === 0 ? [] : [view('licensed-1', listeners)],
})

describeCheck(check, [
  {
    it: 'both are probed there',
    given: given([licensed, agent]),
    expect: [
      {
        subject: 'Node/worker-1',
        severity: 'warning',
        confidence: 'possible',
        args: { port: 18080, services: ['shop/licensed'], sockets: 0 },
      },
    ],
  },
  {
    it: 'and two sockets listen',
    given: given([licensed, agent], [{ ip: '0.0.0.0', port: 18080, sockets: 2 }]),
    expect: [{ subject: 'Node/worker-1', confidence: 'inferred', args: { sockets: 2 }, says: /two programs/ }],
  },
  {
    it: 'one is probed there, the other declares it',
    given: given([
      licensed,
      on('agent-1', { ports: [{ name: null, port: 18080, protocol: 'TCP' }], readinessProbe: null }),
    ]),
    expect: [{ subject: 'Node/worker-1' }],
  },
  { it: 'two ports', given: given([licensed, on('agent-1', { readinessProbe: 'tcp-socket :9100' })]), expect: 'ok' },
  { it: 'two nodes', given: given([licensed, on('agent-1', {}, { node: 'worker-2' })]), expect: 'ok' },
  { it: 'two of one workload', given: given([licensed, on('licensed-2')]), expect: 'ok' },
  {
    it: 'its probe asks another host',
    given: given([licensed, on('agent-1', { probeHosts: { readiness: '127.0.0.1' } })]),
    expect: 'ok',
  },
  {
    it: 'over UDP',
    given: given([
      licensed,
      on('agent-1', { ports: [{ name: null, port: 18080, protocol: 'UDP' }], readinessProbe: null }),
    ]),
    expect: 'ok',
  },
  { it: 'one is over', given: given([licensed, { ...agent, phase: 'Failed' }]), expect: 'not-applicable' },
  { it: 'networks of their own', given: given([licensed, { ...agent, hostNetwork: false }]), expect: 'not-applicable' },
  {
    it: 'Pods forbidden',
    given: modelOf({ services }, { pods: unknown('forbidden', 'list pods in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
