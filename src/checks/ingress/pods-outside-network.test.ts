import { beside } from '../../../test/build/beside.ts'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Sources } from '../../model/sources.ts'
import check from './pods-outside-network.ts'

const alb = (about: Partial<Ingress> = {}): Ingress =>
  ingress([['/', 'web', 80]], { className: 'alb', albTarget: 'ip', ...about })
const agent = { namespace: 'kube-system', pod: 'aws-node-x', state: 'ready', why: null } as const
const given = (more: Partial<Sources> = {}): Partial<Sources> => ({
  ingresses: [alb()],
  ingressClasses: [ingressClass('alb', { controller: 'ingress.k8s.aws/alb' })],
  ingressControllers: [],
  services: [service('web')],
  pods: [pod('web-a', { ip: '10.244.1.9' })],
  nodes: [node('worker-1', { podCidrs: ['10.244.1.0/24'] })],
  beside: beside(),
  ...more,
})
const found = [{ subject: 'Ingress/shop/web', severity: 'warning', confidence: 'possible' }] as const
const nlb = service('web', {
  type: 'LoadBalancer',
  loadBalancer: { addresses: [], class: null, problem: null, sendsTo: 'pods' },
})

describeCheck(check, [
  { it: 'addresses of the nodes among themselves', given: given(), expect: found },
  {
    it: 'of a pool of Calico that encapsulates',
    given: given({
      nodes: [node('worker-1')],
      beside: beside({ ipPools: [{ name: 'a', cidr: '10.244.0.0/16', nat: 'on', encapsulated: 'always' }] }),
    }),
    expect: found,
  },
  {
    it: 'by the default of the controller',
    given: given({
      ingresses: [alb({ albTarget: 'unset' })],
      ingressControllers: [controller({ controller: 'ingress.k8s.aws/alb', defaultTarget: 'ip' })],
    }),
    expect: found,
  },
  {
    it: 'an NLB',
    given: given({ ingresses: [], services: [nlb] }),
    expect: [{ subject: 'Service/shop/web' }],
  },
  {
    it: 'addresses of the VPC',
    given: given({ nodes: [node('worker-1', { agent })], pods: [pod('web-a', { ip: '10.0.3.9' })] }),
    expect: 'ok',
  },
  { it: 'nobody knows whose', given: given({ nodes: [node('worker-1')] }), expect: 'cannot-tell' },
  { it: 'on the network of the nodes', given: given({ pods: [pod('web-a', { hostNetwork: true })] }), expect: 'ok' },
  { it: 'by node ports', given: given({ ingresses: [alb({ albTarget: 'instance' })] }), expect: 'not-applicable' },
  {
    it: 'of another class',
    given: given({ ingresses: [alb({ className: 'nginx' })], ingressClasses: [ingressClass('nginx')] }),
    expect: 'not-applicable',
  },
])
