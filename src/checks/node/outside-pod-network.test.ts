import { beside } from '../../../test/build/beside.ts'
import { node } from '../../../test/build/node.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './outside-pod-network.ts'

const given = (ranges: readonly string[], ...cidrs: readonly string[]) => ({
  beside: beside({
    podNetworks: ranges.length === 0 ? [] : [{ namespace: 'kube-flannel', name: 'kube-flannel-cfg', ranges }],
  }),
  nodes: cidrs.map((it, at) => node(`worker-${at + 1}`, { podCidrs: [it] })),
})
const found = [{ subject: 'ConfigMap/kube-flannel/kube-flannel-cfg', confidence: 'inferred' as const }]

describeCheck(check, [
  { it: 'within', given: given(['10.244.0.0/16'], '10.244.0.0/24', '10.244.1.0/24'), expect: 'ok' },
  { it: 'outside', given: given(['10.244.0.0/16'], '10.200.0.0/24', '10.200.1.0/24'), expect: found },
  { it: 'one of two', given: given(['10.244.0.0/16'], '10.244.0.0/24', '10.200.1.0/24'), expect: found },
  { it: 'of both families', given: given(['10.244.0.0/16', 'fd00:10::/56'], 'fd00:10:0:1::/64'), expect: 'ok' },
  {
    it: 'of a family that it was not told of',
    given: given(['10.244.0.0/16'], 'fd00:10::/64'),
    expect: 'not-applicable',
  },
  { it: 'no flannel', given: given([], '10.200.0.0/24'), expect: 'not-applicable' },
  {
    it: 'a cluster',
    given: modelOf({ nodes: [] }, { beside: unknown('not-asked', 'of files alone') }),
    expect: 'not-applicable',
  },
])
