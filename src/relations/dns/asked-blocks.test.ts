import { describe, expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { askedCorefile } from './asked-blocks.ts'

const block = (keys: string, forward = '10.0.0.2'): string => `${keys} {\n  forward . ${forward}\n}\n`
const leadingTo = (targetPort: number | string) =>
  clusterDns({
    service: service('kube-dns', {
      namespace: 'kube-system',
      ports: [port({ port: 53, protocol: 'UDP', targetPort })],
    }),
    pods: [pod('coredns-1', { containers: [container({ ports: [{ name: 'dns', port: 1053, protocol: 'UDP' }] })] })],
  })
const keysOf = (text: string, dns = clusterDns()) => askedCorefile(text, dns).servers.flatMap((it) => it.keys)

describe('blocks that pods ask', () => {
  test.each([
    ['port 53, and none', block('.:53') + block('corp.example'), ['.:53', 'corp.example']],
    ['another port', block('.:53') + block('.:5353'), ['.:53']],
    ['two ports in one block', block('.:53 .:5353'), ['.:53']],
    ['another transport', block('.') + block('tls://.') + block('grpc://.:53'), ['.']],
    ['what the environment says', block('.:53') + block('a.example:{$PORT}'), ['.:53', 'a.example:{$PORT}']],
    ['nothing would be left', block('.:5353') + block('tls://.'), ['.:5353', 'tls://.']],
    ['behind another block', block('.:53', '127.0.0.1:5353') + block('.:5353'), ['.:53', '.:5353']],
    ['behind another, over IPv6', block('.:53', '[::1]:5353') + block('.:5353'), ['.:53', '.:5353']],
    ['an upstream of that port elsewhere', block('.:53', '10.0.0.2:5353') + block('.:5353'), ['.:53']],
  ])('%s', (_, text, kept) => expect(keysOf(text)).toEqual(kept))

  test.each([
    ['by number', leadingTo(1053), ['.:1053']],
    ['by name', leadingTo('dns'), ['.:1053']],
    ['by a name that no pod has', leadingTo('other'), ['.:53']],
    ['a Service that is not known', clusterDns({ service: null }), ['.:53']],
  ])('where the DNS Service leads: %s', (_, dns, kept) =>
    expect(keysOf(block('.:53') + block('.:1053'), dns)).toEqual(kept),
  )
})
