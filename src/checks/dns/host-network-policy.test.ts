import { insideView } from '../../../test/build/dns.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import type { Answer } from '../../model/lookups.ts'
import type { Pod } from '../../model/pod.ts'
import check from './host-network-policy.ts'

const web = (about: Partial<Pod> = {}): readonly Pod[] => [pod('web-1', { hostNetwork: true, ...about })]
const agent = { owner: { kind: 'DaemonSet', name: 'web' } } as const
const looked = (result: Answer) => [
  insideView('web-1', {
    lookup: known({ tool: 'getent', name: 'kubernetes.default.svc.cluster.local.', result, ms: 1 }),
  }),
]
const found = { subject: 'Deployment/shop/web', severity: 'info' } as const

describeCheck(check, [
  {
    it: 'a Deployment on the host network, its policy left out',
    given: { pods: [...web(), pod('web-2', { hostNetwork: true })] },
    expect: [{ ...found, confidence: 'inferred', args: { pods: 2, lookup: 'not looked into' } }],
  },
  {
    it: 'names of the cluster are not found in it',
    given: { pods: web(), insideViews: looked('nxdomain') },
    expect: [{ ...found, confidence: 'observed' }],
  },
  {
    it: 'the same, and it is what was asked about',
    given: { pods: web(), insideViews: looked('nxdomain') },
    scope: { target: { kind: 'object', object: { kind: 'Deployment', namespace: 'shop', name: 'web' }, url: null } },
    expect: [{ ...found, severity: 'warning', confidence: 'observed' }],
  },
  {
    it: 'a DaemonSet in the namespace asked about',
    given: { pods: web(agent) },
    scope: { namespace: 'shop' },
    expect: [{ subject: 'DaemonSet/shop/web' }],
  },

  { it: 'ClusterFirstWithHostNet', given: { pods: web({ dnsPolicy: 'ClusterFirstWithHostNet' }) }, expect: 'ok' },
  { it: 'Default, said so', given: { pods: web({ dnsPolicy: 'Default' }) }, expect: 'ok' },
  {
    it: 'the servers of the node know the names',
    given: { pods: web(), insideViews: looked('ok') },
    expect: 'ok',
    says: /servers of the node know/,
  },
  { it: 'a DaemonSet, when everything is asked about', given: { pods: web(agent) }, expect: 'not-applicable' },
  {
    it: 'static pods and kube-system',
    given: { pods: [...web({ owner: { kind: 'Node', name: 'worker-1' } }), ...web({ namespace: 'kube-system' })] },
    expect: 'not-applicable',
  },
  { it: 'pods with a network of their own', given: { pods: [pod('web-1')] }, expect: 'not-applicable' },
  {
    it: 'pods forbidden',
    given: modelOf({}, { pods: unknown('forbidden', 'list pods in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
