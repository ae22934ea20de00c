import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import check from './no-common-family.ts'

const six = pod('web-1', { ip: 'fd00:10:244:1::9' })
const dual = pod('api-1', { ip: 'fd00:10:244:1::7', ips: ['fd00:10:244:1::7', '10.2.1.7'] })
const both = clusterDns({
  slices: [...clusterDns().slices, { ...clusterDns().slices[0]!, name: 'kube-dns-6', addressType: 'IPv6' }],
})

describeCheck(check, [
  {
    it: 'IPv6 alone, and a DNS Service of before',
    given: { pods: [six, dual], clusterDns: clusterDns() },
    expect: [
      {
        subject: 'Deployment/shop/web',
        severity: 'error',
        confidence: 'inferred',
        args: { theirs: 'IPv6', offered: 'IPv4', pods: 1 },
      },
    ],
  },
  {
    it: 'the other way round',
    given: {
      pods: [pod('web-1')],
      clusterDns: clusterDns({
        service: service('kube-dns', { namespace: 'kube-system', clusterIP: 'fd00:10:96::a' }),
        slices: [],
      }),
    },
    expect: [{ subject: 'Deployment/shop/web', args: { offered: 'IPv6' } }],
  },
  { it: 'a DNS Service of both', given: { pods: [six, pod('api-1')], clusterDns: both }, expect: 'ok' },
  { it: 'pods of both, whichever comes first', given: { pods: [dual], clusterDns: clusterDns() }, expect: 'ok' },
  {
    it: "a pod on the host's network takes the node's address",
    given: {
      pods: [pod('agent-1', { ip: '2001:db8::11', hostNetwork: true }), pod('web-1')],
      clusterDns: clusterDns(),
    },
    expect: 'ok',
  },
  {
    it: 'a pod that asks another server',
    given: { pods: [pod('web-1', { ip: 'fd00::9', dnsPolicy: 'Default' })], clusterDns: clusterDns() },
    expect: 'not-applicable',
  },
  { it: 'no DNS Service', given: { pods: [six], clusterDns: clusterDns({ service: null }) }, expect: 'not-applicable' },
  { it: 'pods were not read', given: modelOf({ clusterDns: clusterDns() }), expect: 'cannot-tell' },
])

test('pods are cut off exactly where no address of theirs is of a family of the Service', () => {
  const families = fc.subarray(['10.2.1.9', 'fd00::9'], { minLength: 1 })
  fc.assert(
    fc.property(families, fc.constantFrom('10.96.0.10', 'fd00:10:96::a'), (ips, vip) => {
      const it = pod('web-1', { ip: ips[0] ?? null, ...(ips.length > 1 ? { ips } : {}) })
      const dns = clusterDns({ service: service('kube-dns', { namespace: 'kube-system', clusterIP: vip }), slices: [] })
      const found = diagnose(modelOf({ pods: [it], clusterDns: dns }), { checks: [check] }).results[0]?.findings ?? []
      expect(found.length).toBe(ips.some((ip) => ip.includes(':') === vip.includes(':')) ? 0 : 1)
    }),
  )
})
