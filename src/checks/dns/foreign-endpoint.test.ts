import { answered, never } from '../../../test/build/lookups.ts'
import { cluster } from '../../../test/build/dns-faults.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import check from './foreign-endpoint.ts'

const all = clusterDns()
const [first] = all.slices
if (first === undefined) throw new Error('the DNS Service has a slice')
const dead = { ip: '10.2.9.250', ready: true, serving: true, terminating: false, node: null, pod: null }
const left = { ...first, name: 'kube-dns-old', endpoints: [dead] }
const dns = { ...all, slices: [first, left] }

describeCheck(check, [
  {
    it: 'its address is silent',
    given: cluster({ dns, network: ({ server }) => (server.ip === dead.ip ? never() : answered()) }),
    expect: [
      {
        subject: 'EndpointSlice/kube-system/kube-dns-old',
        severity: 'error',
        confidence: 'observed',
        args: { ip: dead.ip, servers: 3 },
      },
    ],
  },
  {
    it: 'nobody asked it',
    given: { clusterDns: dns },
    expect: [{ subject: 'EndpointSlice/kube-system/kube-dns-old', severity: 'warning', confidence: 'inferred' }],
  },
  { it: 'it answers, whoever it is', given: cluster({ dns }), expect: 'ok' },
  { it: 'every endpoint is a pod', given: cluster(), expect: 'ok' },
  {
    it: 'a Service without a selector',
    given: { clusterDns: { ...dns, service: all.service === null ? null : { ...all.service, selector: null } } },
    expect: 'not-applicable',
  },
  { it: 'the DNS could not be read', given: modelOf({}), expect: 'cannot-tell' },
])
