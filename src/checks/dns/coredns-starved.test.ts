import { answered, lost } from '../../../test/build/lookups.ts'
import {
  blackHoleOn,
  cluster,
  limitedDns,
  replicaDead,
  slowButAnswering,
  starved,
} from '../../../test/build/dns-faults.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './coredns-starved.ts'

const deployment = { subject: 'Deployment/kube-system/coredns' }

describeCheck(check, [
  {
    it: 'late and lossy, at the limit',
    given: cluster({ network: starved, dns: limitedDns(100), cores: 0.1 }),
    expect: [{ ...deployment, confidence: 'observed', args: { starved: 2, pods: 2, limitMilli: 100 } }],
  },
  {
    it: 'late without a loss',
    given: cluster({ network: slowButAnswering, dns: limitedDns(100), cores: 0.09 }),
    expect: [{ ...deployment, args: { lost: 0 } }],
  },
  {
    it: 'lossy without being late',
    given: cluster({
      network: ({ index }) => (index % 20 === 0 ? lost('both') : answered(1)),
      dns: limitedDns(100),
      cores: 0.1,
    }),
    expect: [deployment],
  },
  {
    it: 'the workload not found',
    given: cluster({ network: starved, dns: { ...limitedDns(100), workload: null }, cores: 0.1 }),
    expect: [{ ...deployment, subject: 'Service/kube-system/kube-dns' }],
  },

  {
    it: 'metrics forbidden',
    given: modelOf(cluster({ network: starved, dns: limitedDns(100), cores: 0.1 }), {
      coreDnsWindows: unknown('forbidden', 'get pods/proxy'),
    }),
    expect: 'cannot-tell',
    says: /metrics could not be read/,
  },
  {
    it: 'metrics without CPU time',
    given: {
      ...cluster({ network: starved, dns: limitedDns(100) }),
      coreDnsWindows: cluster().coreDnsWindows.map((it) => ({ ...it, cpuSeconds: null })),
    },
    expect: 'cannot-tell',
    says: /metrics could not be read/,
  },
  {
    it: 'too few lookups',
    given: cluster({
      nodes: ['worker-1'],
      network: starved,
      dns: limitedDns(100),
      cores: 0.1,
      counts: { endpointPairs: 5, endpointSequential: 4 },
    }),
    expect: 'cannot-tell',
    says: /18 lookups sent to a DNS server itself; 20 are needed/,
  },
  { it: 'no lookups at all', given: modelOf({}), expect: 'cannot-tell', says: /--probe/ },

  {
    it: 'fast, though at the limit: the limit does no harm now',
    given: cluster({ dns: limitedDns(100), cores: 0.1 }),
    expect: 'ok',
    says: /p95 0\.60 ms/,
  },
  {
    it: 'slow without a limit',
    given: cluster({ network: slowButAnswering, dns: limitedDns(null), cores: 1.4 }),
    expect: 'ok',
    says: /no CPU limit/,
  },
  {
    it: 'slow, far below the limit',
    given: cluster({ network: slowButAnswering, dns: limitedDns(500), cores: 0.1 }),
    expect: 'ok',
    says: /below its CPU limit/,
  },
  {
    it: 'a dead replica: losses, and an idle CoreDNS',
    given: cluster({ network: replicaDead('10.2.2.2'), dns: limitedDns(100) }),
    expect: 'ok',
  },
  {
    it: 'a node cut off: losses, and an idle CoreDNS',
    given: cluster({ network: blackHoleOn('worker-2'), dns: limitedDns(100) }),
    expect: 'ok',
  },
])
