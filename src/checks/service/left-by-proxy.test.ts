import { contacts, repeat, toService } from '../../../test/build/contacts.ts'
import { node } from '../../../test/build/node.ts'
import { container, deployment, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Scope } from '../../model/sources.ts'
import check from './left-by-proxy.ts'

const proxyName = 'service.kubernetes.io/service-proxy-name'
const to = (value: string) => service('api', { labels: { app: 'api', [proxyName]: value } })
const headless = service('api', { labels: { 'service.kubernetes.io/headless': '' } })
const nodes = [node('worker-1', { proxy: 'ready' }), node('worker-2', { proxy: 'ready' })]
const whole: Partial<Scope> = { namespace: null }
const sure = { subject: 'Service/shop/api', severity: 'error' as const, confidence: 'inferred' as const }
const perhaps = { ...sure, severity: 'warning' as const, confidence: 'possible' as const }
const api = pod('api-1')

describeCheck(check, [
  {
    it: 'a proxy that nobody runs',
    given: { services: [to('kube-router')], nodes, pods: [api] },
    scope: whole,
    expect: [{ ...sure, args: { proxies: 2 }, says: /left to a proxy called kube-router, and none was seen\./ }],
  },
  {
    it: 'no value: kube-proxy leaves it all the same',
    given: { services: [to('')], nodes, pods: [api] },
    scope: whole,
    expect: [{ ...sure, says: /a proxy called ""/ }],
  },
  {
    it: 'only the pods of its own namespace were seen',
    given: { services: [to('kube-router')], nodes, pods: [api] },
    scope: { namespace: 'shop' },
    expect: [{ ...perhaps, says: /none was seen in what was read/ }],
  },
  {
    it: 'pods forbidden',
    given: modelOf({ services: [to('kube-router')], nodes }, { pods: unknown('forbidden', 'list pods') }, whole),
    expect: [perhaps],
  },
  {
    it: 'kube-proxy was not seen: another proxy may heed no such label',
    given: { services: [to('kube-router')], nodes: [node('worker-1')], pods: [api] },
    scope: whole,
    expect: [{ ...perhaps, says: /whether kube-proxy runs here is not known/ }],
  },
  ...[
    ['by its name', pod('kube-router-x2k4p', { owner: null })],
    ['by its owner', pod('x', { owner: { kind: 'DaemonSet', name: 'kube-router' } })],
    ['by a label', pod('x', { labels: { 'k8s-app': 'kube-router' } })],
    ['by its image', pod('x', { containers: [container({ image: 'registry.example:5000/x/kube-router:v2' })] })],
  ].map(([it, its]) => ({
    it: `the proxy runs, ${String(it)}`,
    given: { services: [to('kube-router')], nodes, pods: [its as typeof api] },
    scope: whole,
    expect: 'ok' as const,
    says: /is left to kube-router, which runs here/,
  })),
  {
    it: "the proxy is the network's agent on the nodes",
    given: {
      services: [to('kube-router')],
      nodes: nodes.map((it) => ({
        ...it,
        agent: { namespace: 'kube-system', pod: 'kube-router-x', state: 'ready' as const, why: null },
      })),
      pods: [api],
    },
    scope: { namespace: 'shop' },
    expect: 'ok',
  },
  {
    it: 'the proxy is a workload without a pod that was seen',
    given: { services: [to('kube-router')], nodes, pods: [api], workloads: [deployment('kube-router', 1)] },
    scope: whole,
    expect: 'ok',
  },
  {
    it: 'a pod whose name has it elsewhere',
    given: { services: [to('router')], nodes, pods: [pod('kube-router-1')] },
    scope: whole,
    expect: [sure],
  },
  {
    it: 'its address answers: something serves it',
    given: {
      services: [to('kube-router')],
      nodes,
      pods: [api],
      contacts: contacts([toService('api', 'worker-1', repeat(4, 'open'))]),
    },
    scope: whole,
    expect: 'ok',
  },
  {
    it: 'its address does not answer',
    given: {
      services: [to('kube-router')],
      nodes,
      pods: [api],
      contacts: contacts([toService('api', 'worker-1', repeat(4, 'timeout'))]),
    },
    scope: whole,
    expect: [sure],
  },
  {
    it: 'the label of headless ones on a Service with an address',
    given: { services: [headless], nodes, pods: [api] },
    scope: { namespace: 'shop' },
    expect: [{ ...sure, says: /a label that says it is headless/ }],
  },
  {
    it: 'the same, and no kube-proxy was seen',
    given: { services: [headless], nodes: [node('worker-1')], pods: [api] },
    expect: [perhaps],
  },
  {
    it: 'the label of headless ones on a headless Service',
    given: { services: [{ ...headless, clusterIP: 'None' }, service('web')], nodes, pods: [api] },
    expect: 'ok',
  },
  { it: 'no such label', given: { services: [service('api')], nodes, pods: [api] }, expect: 'ok' },
  { it: 'no Service', given: { services: [], nodes, pods: [api] }, expect: 'not-applicable' },
  {
    it: 'Services forbidden',
    given: modelOf({ nodes }, { services: unknown('forbidden', 'list services in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
