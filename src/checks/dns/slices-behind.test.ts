import { clusterDns } from '../../../test/build/dns.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Endpoint, EndpointSlice } from '../../model/service.ts'
import check from './slices-behind.ts'

const base = clusterDns()
const pods = base.pods.map((it) => ({ ...it, standing: 'settled' as const }))
const given = (about: Partial<ClusterDns>) => ({ clusterDns: clusterDns({ pods, ...about }) })
const endpoints = (of: (it: Endpoint, index: number) => Endpoint | null): readonly EndpointSlice[] =>
  base.slices.map((it) => ({ ...it, endpoints: it.endpoints.flatMap((one, index) => of(one, index) ?? []) }))

describeCheck(check, [
  { it: 'as it should be', given: given({}), expect: 'ok' },
  {
    it: 'one server is left out',
    given: given({ slices: endpoints((it, index) => (index === 0 ? it : null)) }),
    expect: [
      {
        subject: 'Service/kube-system/kube-dns',
        severity: 'warning',
        args: { what: ['ready server coredns-1 is in none of them'] },
      },
    ],
  },
  {
    it: 'one server stands at an address that it does not have',
    given: given({ slices: endpoints((it, index) => (index === 0 ? it : { ...it, ip: '10.2.2.99' })) }),
    expect: [{ subject: 'Service/kube-system/kube-dns', severity: 'error', args: { kinds: ['moved'] } }],
  },
  {
    it: 'they lead elsewhere than to port 53',
    given: given({
      slices: base.slices.map((it) => ({ ...it, ports: it.ports.map((one) => ({ ...one, port: 54 })) })),
    }),
    expect: [
      {
        subject: 'Service/kube-system/kube-dns',
        severity: 'error',
        args: {
          what: [
            'they lead port 53 (dns) to 54, and the Service to 53',
            'they lead port 53 (dns-tcp) to 54, and the Service to 53',
          ],
        },
      },
    ],
  },
  {
    it: 'servers that became ready just now',
    given: { clusterDns: clusterDns({ slices: endpoints((it, index) => (index === 0 ? it : null)) }) },
    expect: 'not-applicable',
  },
  { it: 'no slice: DNS106 says so', given: given({ slices: [] }), expect: 'not-applicable' },
  { it: 'no Service', given: given({ service: null }), expect: 'not-applicable' },
  {
    it: 'DNS not read',
    given: modelOf({}, { clusterDns: unknown('forbidden', 'get services in kube-system') }),
    expect: 'cannot-tell',
  },
])
