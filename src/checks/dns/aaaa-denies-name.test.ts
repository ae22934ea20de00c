import { aaaaDenied, cluster, filterOn, upstreamDead, workers } from '../../../test/build/dns-faults.ts'
import { answered, denied } from '../../../test/build/lookups.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import check from './aaaa-denies-name.ts'

const coredns = { subject: 'ConfigMap/kube-system/coredns', confidence: 'observed' } as const

describeCheck(check, [
  {
    it: 'an outside name',
    given: cluster({ network: aaaaDenied }),
    expect: [{ ...coredns, args: { names: 'example.com', where: 'outside', denied: 90, of: 90 } }],
  },
  {
    it: 'a name of the cluster: a plugin of the Corefile',
    given: cluster({ network: ({ zone }) => (zone === 'cluster' ? denied : answered()) }),
    expect: [{ ...coredns, args: { where: 'cluster' } }],
  },
  {
    it: 'at one server of two',
    given: cluster({
      network: ({ server, zone }) => (server.ip === '10.2.2.2' && zone === 'cluster' ? denied : answered()),
    }),
    expect: [coredns],
  },

  { it: 'no lookups at all', given: modelOf({}), expect: 'cannot-tell', says: /--probe/ },
  {
    it: 'no name with an address',
    given: cluster({ network: filterOn('a', ...workers), counts: { serviceTcp: 0, endpointTcp: 0 } }),
    expect: 'cannot-tell',
  },

  { it: 'AAAA not answered at all', given: cluster({ network: filterOn('aaaa', ...workers) }), expect: 'ok' },
  {
    it: 'a few of many: an answer from before the change',
    given: cluster({ network: ({ index, zone }) => (zone === 'external' && index < 3 ? denied : answered()) }),
    expect: 'ok',
  },
  { it: 'a dead upstream', given: cluster({ network: upstreamDead }), expect: 'ok' },
  { it: 'all well', given: cluster(), expect: 'ok' },
])
