import { describe, expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { answered, type Network, never, probe } from '../../../test/build/lookups.ts'
import { egressPolicy, onPort, peer, rule } from '../../../test/build/policy.ts'
import { modelOf } from '../../../test/describe-check.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { answeredOtherwise, closedToProbe, usersAskService } from './users-way.ts'

const nodes = ['worker-1']

/** The same, with another server in the probe pod's own resolv.conf. */
function withOwn(of: DnsProbe, ip: string): DnsProbe {
  return {
    ...of,
    series: of.series.map((it) =>
      it.method === 'getaddrinfo' ? { ...it, server: { role: 'node-cache', ip, pod: null } } : it,
    ),
  }
}

describe('whether pods ask the address of the DNS Service', () => {
  const dead = probe({ nodes, network: ({ method }) => (method === 'getaddrinfo' ? answered() : never()) })
  test.each([
    ['it stands in resolv.conf', dead, true],
    ['another one stands there, and answers', withOwn(dead, '169.254.169.254'), false],
    [
      'another one stands there, and does not answer',
      withOwn(probe({ nodes, network: () => never() }), '169.254.20.10'),
      true,
    ],
    ['nobody looked', { ...dead, series: dead.series.filter((it) => it.method !== 'getaddrinfo') }, true],
  ])('%s', (_it, of, asked) => expect(usersAskService(of, 'worker-1')).toBe(asked))
})

describe('ways that are closed to the probe and not to users', () => {
  const measured = probe({ nodes })
  const direct = measured.series.find((it) => it.server.role === 'endpoint')!
  const six = { ...direct, server: { ...direct.server, ip: 'fd00::7' } }
  const only = (cidr: string) => [
    egressPolicy('cache-only', [rule([peer({ ipBlock: { cidr, except: [] } })], [onPort(53, 'UDP')])]),
  ]
  const given = (networkPolicies: ReturnType<typeof only>) =>
    modelOf({ clusterDns: clusterDns(), dnsProbe: measured, networkPolicies, namespaces: [] })
  test('another family than that of the Service', () => {
    expect(closedToProbe(given([]), six)).toBe(true)
    expect(closedToProbe(given([]), direct)).toBe(false)
  })
  test('a policy that lets it to a cache alone', () =>
    expect(closedToProbe(given(only('169.254.20.10/32')), direct)).toBe(true))
  test('what users ask is never closed to the probe alone', () => {
    const service = measured.series.find((it) => it.server.role === 'service')!
    expect(closedToProbe(given(only('169.254.20.10/32')), service)).toBe(false)
  })
})

describe('servers that are silent to the probe, and answer users', () => {
  const of = (network: Network) => {
    const measured = probe({ nodes, network })
    const direct = measured.series.find((it) => it.server.ip === '10.2.2.2')
    return direct !== undefined && answeredOtherwise(measured, direct)
  }
  test.each<[string, Network, boolean]>([
    ['all of them, and no user loses a lookup', (it) => (it.server.role === 'endpoint' ? never() : answered()), true],
    ['one of two: that one may be dead', (it) => (it.server.ip === '10.2.2.2' ? never() : answered()), false],
    [
      'all of them, and users lose some',
      (it) => (it.server.role === 'endpoint' || it.index % 4 === 0 ? never() : answered()),
      false,
    ],
  ])('%s', (_it, network, expected) => expect(of(network)).toBe(expected))
})
