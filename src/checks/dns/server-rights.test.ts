import { clusterDns } from '../../../test/build/dns.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { ServerRights } from '../../model/cluster-dns.ts'
import { unknown } from '../../model/known.ts'
import check from './server-rights.ts'

const rights = (about: Partial<ServerRights> = {}): ServerRights => ({
  account: 'coredns',
  role: 'system:coredns',
  lacks: ['endpointslices'],
  ...about,
})
const down = clusterDns().pods.map((it) => ({ ...it, ready: false }))

describeCheck(check, [
  {
    it: 'its role does not name EndpointSlices, and no server is ready',
    given: { clusterDns: clusterDns({ pods: down, rights: rights() }) },
    expect: [
      {
        subject: 'ClusterRole/system:coredns',
        severity: 'error',
        confidence: 'inferred',
        says: /may not read endpointslices: ClusterRole system:coredns does not name it/,
      },
    ],
  },
  {
    it: 'the same, and servers answer',
    given: { clusterDns: clusterDns({ rights: rights() }) },
    expect: [{ subject: 'ClusterRole/system:coredns', severity: 'warning' }],
  },
  {
    it: 'no role at all',
    given: {
      clusterDns: clusterDns({ pods: down, rights: rights({ role: null, lacks: ['endpointslices', 'services'] }) }),
    },
    expect: [{ subject: 'Deployment/kube-system/coredns', says: /no ClusterRole is bound/ }],
  },
  { it: 'it lacks nothing', given: { clusterDns: clusterDns({ rights: rights({ lacks: [] }) }) }, expect: 'ok' },
  { it: 'roles were not read', given: { clusterDns: clusterDns() }, expect: 'not-applicable' },
  {
    it: 'DNS forbidden',
    given: modelOf({}, { clusterDns: unknown('forbidden', 'get services in kube-system') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
