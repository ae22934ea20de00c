import { node } from '../../../test/build/node.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { InternalAsk } from '../../model/service.ts'
import check from './internal-unheeded.ts'

const azure: InternalAsk = {
  by: 'service.beta.kubernetes.io/azure-load-balancer-internal',
  cloud: 'azure',
  wants: 'internal',
}
const given = (internal: readonly InternalAsk[], addresses: readonly string[], provider = 'azure') => ({
  services: [
    service('web', { type: 'LoadBalancer', loadBalancer: { addresses, class: null, problem: null, internal } }),
  ],
  nodes: [node('worker-1', { provider })],
})
const found = { subject: 'Service/shop/web', severity: 'warning', confidence: 'inferred' } as const
const world = ['203.0.113.9']

describeCheck(check, [
  {
    it: 'of another cloud than the nodes',
    given: given([azure], world, 'gce'),
    expect: [{ ...found, args: { why: 'other-cloud' }, says: /public address 203\.0\.113\.9/ }],
  },
  {
    it: 'a value that its controller does not know',
    given: given([{ ...azure, wants: 'unread' }], world),
    expect: [{ ...found, args: { why: 'value' } }],
  },
  {
    it: 'nearly its name',
    given: given([{ ...azure, written: 'service.beta.kubernetes.io/azure-loadbalancer-internal' }], world),
    expect: [{ ...found, args: { why: 'name' } }],
  },
  { it: 'it came too late', given: given([azure], world), expect: [{ ...found, args: { why: 'kept' } }] },
  {
    it: 'GKE heeds it: its network has such addresses for its own, or nobody knows',
    given: given([{ ...azure, cloud: 'gce', by: 'networking.gke.io/load-balancer-type' }], world, 'gce'),
    expect: 'cannot-tell',
  },
  { it: 'it is internal', given: given([azure], ['10.0.9.20']), expect: 'ok' },
  { it: 'by another annotation', given: given([azure], ['10.0.9.20'], 'gce'), expect: 'ok' },
  { it: 'a public one is meant', given: given([{ ...azure, wants: 'public' }], world), expect: 'not-applicable' },
  {
    it: 'one says the contrary',
    given: given([azure, { ...azure, by: 'x', wants: 'public' }], world),
    expect: 'not-applicable',
  },
  { it: 'a name tells nothing', given: given([azure], ['lb-1.elb.eu-west-1.amazonaws.com']), expect: 'not-applicable' },
  {
    it: 'nodes have addresses like it',
    given: { ...given([azure], world), nodes: [node('worker-1', { ip: '203.0.113.4', provider: 'azure' })] },
    expect: 'not-applicable',
  },
  { it: 'no address yet', given: given([azure], []), expect: 'not-applicable' },
  { it: 'nothing is asked', given: given([], world), expect: 'not-applicable' },
])
