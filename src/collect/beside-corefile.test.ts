import { expect, test } from 'vitest'
import { clusterDns } from '../../test/build/dns.ts'
import { pod } from '../../test/build/pod.ts'
import { service, slice } from '../../test/build/service.ts'
import { type Known, known, unknown } from '../model/known.ts'
import type { EndpointSlice, Service } from '../model/service.ts'
import { parseCorefile } from '../wire/corefile.ts'
import { bindsIn, collectForwardedTo, forwardsIn, placeholdersIn } from './beside-corefile.ts'

const dnsTo = (...to: readonly string[]) =>
  clusterDns({ corefile: known(`.:53 {\n kubernetes cluster.local\n forward . ${to.join(' ')}\n}\n`) })
const consul = service('consul-dns', { namespace: 'data', clusterIP: '10.96.30.53' })
const others = [consul, service('web', { clusterIP: '10.96.30.54' })]

function scopeOf(services: Known<readonly Service[]>, slices: Known<readonly EndpointSlice[]>) {
  const asked: string[] = []
  return {
    asked,
    allServices: () => {
      asked.push('services')
      return Promise.resolve(services)
    },
    slicesOf: (namespace: string, name: string) => {
      asked.push(`${namespace}/${name}`)
      return Promise.resolve(slices)
    },
  }
}

const behind = [slice('consul-dns', [pod('consul-0')], { namespace: 'data' })]

test('the Services at addresses that the Corefile forwards to, with their slices, and no others', async () => {
  const scope = scopeOf(known(others), known(behind))
  expect(await collectForwardedTo(dnsTo('10.96.30.53', '192.0.2.53'), scope)).toEqual(
    known({ services: [consul], slices: behind }),
  )
  expect(scope.asked).toEqual(['services', 'data/consul-dns'])
})

test.each([['192.0.2.53'], ['/etc/resolv.conf'], ['10.96.0.10']])('nothing is read for %s', async (to) => {
  const scope = scopeOf(known(others), known(behind))
  expect(await collectForwardedTo(dnsTo(to), scope)).toBeNull()
  expect(scope.asked).toEqual([])
})

test('what may not be read is unknown', async () => {
  const no = unknown('forbidden', 'list it')
  expect(await collectForwardedTo(dnsTo('10.96.30.53'), scopeOf(no, known(behind)))).toEqual(no)
  expect(await collectForwardedTo(dnsTo('10.96.30.53'), scopeOf(known(others), no))).toEqual(no)
})

test('addresses that blocks are bound to, without devices', () => {
  const text = 'cluster.local:53 {\n  bind 169.254.20.10 10.96.0.10\n}\n.:53 {\n  bind lo\n}\n'
  expect(bindsIn(parseCorefile(text))).toEqual([{ line: 2, ips: ['169.254.20.10', '10.96.0.10'] }])
})

test('placeholders with their lines; those that the cache replaces itself are none', () => {
  const text = [
    'cluster.local:53 {',
    '  bind __PILLAR__LOCAL__DNS__ __PILLAR__DNS__SERVER__',
    '  forward . __PILLAR__CLUSTER__DNS__',
    '}',
    '.:53 {',
    '  forward . __PILLAR__UPSTREAM__SERVERS__',
    '  health __PILLAR__LOCAL__DNS__:8080',
    '}',
  ].join('\n')
  expect(placeholdersIn(text)).toEqual([
    { word: '__PILLAR__LOCAL__DNS__', line: 2 },
    { word: '__PILLAR__DNS__SERVER__', line: 2 },
    { word: '__PILLAR__LOCAL__DNS__', line: 7 },
  ])
  expect(placeholdersIn('cluster.local:53 {\n  bind 169.254.20.10\n}\n')).toEqual([])
  expect(placeholdersIn('# bind __PILLAR__LOCAL__DNS__\nforward . __PILLAR__UPSTREAM__SERVER__ # of the node')).toEqual(
    [{ word: '__PILLAR__UPSTREAM__SERVER__', line: 2 }],
  )
})

test('lines that pass names on, by the zones of their block or their own', () => {
  const text =
    'cluster.local:53 {\n forward . 10.96.7.7 {\n force_tcp\n }\n}\n.:53 {\n forward corp.example 10.0.0.53\n}\n'
  expect(forwardsIn(parseCorefile(text))).toEqual([
    { line: 2, zones: ['cluster.local'], to: ['10.96.7.7'], isTcp: true },
    { line: 7, zones: ['corp.example'], to: ['10.0.0.53'], isTcp: false },
  ])
})
