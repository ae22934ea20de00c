import { beside } from '../../../test/build/beside.ts'
import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { IpPool } from '../../model/beside.ts'
import type { Node } from '../../model/node.ts'
import check from './pool-holds-nodes.ts'

const pool = (about: Partial<IpPool> = {}): IpPool => ({
  name: 'default-ipv4-ippool',
  cidr: '192.168.0.0/16',
  nat: 'on',
  encapsulated: 'always',
  ...about,
})
const inside = [node('worker-1', { ip: '192.168.0.11' }), node('worker-2', { ip: '192.168.0.12' })]
const web = pod('web-1', { ip: '192.168.44.7' })
const given = (ipPools: readonly IpPool[], nodes: readonly Node[] = inside, pods = [web]) => ({
  beside: beside({ ipPools }),
  nodes,
  pods,
})
const subject = 'IPPool/default-ipv4-ippool'

describeCheck(check, [
  {
    it: 'nodes have addresses of it',
    given: given([pool()]),
    expect: [
      {
        subject,
        severity: 'warning',
        confidence: 'inferred',
        also: ['Node/worker-1', 'Node/worker-2'],
        says: /2 of 2/,
      },
    ],
  },
  {
    it: 'one of them has',
    given: given([pool()], [...inside.slice(0, 1), node('worker-2', { ip: '172.16.0.12' })]),
    expect: [{ subject, args: { nodes: ['worker-1'], of: 2 } }],
  },
  { it: 'none has', given: given([pool()], [node('worker-1', { ip: '172.16.0.11' })]), expect: 'ok' },
  { it: 'disabled, so that nothing is translated', given: given([pool({ disabled: true })]), expect: 'not-applicable' },
  {
    it: 'beside the one that is in use',
    given: given([pool({ name: 'hosts', disabled: true }), pool({ cidr: '192.168.44.0/24' })]),
    expect: 'ok',
  },
  {
    it: 'no pod has an address of it, as of one for load balancers',
    given: given([pool()], inside, [pod('web-1', { ip: '10.2.1.7' })]),
    expect: 'not-applicable',
  },
  {
    it: "pods on their node's network do not count",
    given: given([pool()], inside, [pod('agent-1', { ip: '192.168.0.11', hostNetwork: true })]),
    expect: 'not-applicable',
  },
  { it: 'no pool', given: given([]), expect: 'not-applicable' },
])
