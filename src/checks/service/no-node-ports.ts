import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Service } from '../../model/service.ts'
import { full } from '../../phrases.ts'
import { serviceSubject } from './words.ts'

/**
 * Load balancers that stand outside send to node ports. `allocateLoadBalancerNodePorts: false` is for those that reach
 * pods themselves, as MetalLB's announcers and some clouds' with targets by address do.
 */
export default check({
  code: 'SVC233',
  slug: 'service/no-node-ports',
  title: 'a load balancer has no node port to send to',
  fine: 'load balancers have node ports',
  severity: 'info',
  needs: ['services'],
  remedies: [],
  decides: ['LB-13'],

  run({ services }) {
    const balanced = services.filter((it) => it.type === 'LoadBalancer')
    if (balanced.length === 0) return notApplicable('no Service here is of type LoadBalancer')
    const found = balanced
      .filter(({ loadBalancer, ports }) => {
        const isBare = loadBalancer?.nodePorts === 'none' && ports.some((port) => port.nodePort === null)
        return isBare && loadBalancer.sendsTo !== 'pods'
      })
      .map(verdict)
    return found.length > 0 ? found : ok(balanced.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Load balancer of Service ${full(on)} has no node port for ${args.ports}: it must reach pods or cluster ` +
      'addresses itself.',
    detail: ({ args }) => `allocateLoadBalancerNodePorts: false${args.class === null ? '' : ` · class ${args.class}`}`,
    note: () => 'with a load balancer that sends to nodes nothing arrives, and connections from outside time out',
    help: ({ subject: on }) => [
      'where the load balancer sends to nodes, let it have node ports: allocateLoadBalancerNodePorts: true',
      `kubectl -n ${on.namespace} get service ${on.name} -o yaml`,
    ],
  },
})

function verdict(service: Service) {
  const bare = service.ports.filter((it) => it.nodePort === null)
  return finding({
    subject: serviceSubject(service),
    confidence: 'possible',
    args: {
      ports: bare.map((it) => it.port).join(', '),
      class: service.loadBalancer?.class ?? null,
    },
    evidence: [
      {
        kind: 'config',
        object: serviceSubject(service),
        path: 'spec.allocateLoadBalancerNodePorts',
        lines: ['allocateLoadBalancerNodePorts: false'],
        at: 0,
        mark: 'false',
        label: 'nodes do not forward it',
      },
    ],
  })
}
