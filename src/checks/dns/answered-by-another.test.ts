import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { absent, answered, type Asked, coreDnsWindow, type Network, probe } from '../../../test/build/lookups.ts'
import { dnsServers, nameAnswers, rightAnswers } from '../../../test/build/name-answers.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { known, unknown } from '../../model/known.ts'
import type { NameAnswer } from '../../model/name-answers.ts'
import { corefileVersionText } from '../../wire/corefile-version.ts'
import { sha512 } from '../../wire/sha512.ts'
import { checks } from '../registry.ts'
import check from './answered-by-another.ts'

/** What each server says that it runs. */
const runs = (text: string) =>
  clusterDns().pods.map((it) => ({
    ...coreDnsWindow(it.name, it.ip ?? '', 0.02),
    config: sha512(corefileVersionText(text, 'unknown') ?? ''),
  }))

const cart = service('cart', { clusterIP: '10.96.44.7' })
const nodes = ['worker-1', 'worker-2', 'worker-3']
const text = '.:53 {\n    errors\n    kubernetes cluster.local\n    forward . 192.0.2.53\n    cache 30\n}\n'

const denial = { answer: 'nxdomain', rcode: 'NXDOMAIN', addresses: [], ttl: 60 } as const
/** What two of the nodes heard of cart, from the Service and each server. */
const names = (isDenied: (it: NameAnswer) => boolean) =>
  nameAnswers(
    ['worker-1', 'worker-3'].flatMap((node) =>
      rightAnswers(cart).map((it): NameAnswer => {
        const at = { ...it, node }
        return isDenied(at) ? { ...at, ...denial } : at
      }),
    ),
  )
const given = (network: Network, isDenied: (it: NameAnswer) => boolean, corefile = text) => ({
  dnsProbe: probe({ nodes, network }),
  nameAnswers: names(isDenied),
  clusterDns: clusterDns({ corefile: known(corefile) }),
  services: [cart],
  coreDnsWindows: runs(corefile),
})
const hashed = (corefile: string) =>
  clusterDns({ corefile: known(corefile), corefileHash: sha512(corefileVersionText(corefile, 'unknown') ?? '') })
const isClusters = (it: Asked): boolean => it.zone === 'cluster'
const onWorker3: Network = (it) =>
  isClusters(it) && it.node === 'worker-3' && it.transport === 'udp' ? absent : answered()
const isOn3 = (it: NameAnswer): boolean => it.node === 'worker-3'
const found = (args: Readonly<Record<string, string | number | readonly string[]>>) => [
  { subject: 'Node/worker-3', severity: 'error' as const, confidence: 'observed' as const, args },
]

/** A headless Service of another namespace: its endpoints stand beside it, not among those of the scope. */
const beyond = service('db', { namespace: 'data', clusterIP: 'None' })
const beyondSlice = slice('db', [pod('db-0', { ip: '10.2.1.9' })], { namespace: 'data' })
const withBeyond = {
  ...given(onWorker3, isOn3),
  clusterDns: clusterDns({
    corefile: known(text),
    elsewhere: known({ services: [beyond], slices: [beyondSlice] }),
  }),
  nameAnswers: nameAnswers([
    ...names(isOn3).answers,
    ...['worker-1', 'worker-3'].flatMap((node) =>
      rightAnswers(beyond, ['10.2.1.9']).map((it) => ({ ...it, node, ...(node === 'worker-3' ? denial : {}) })),
    ),
  ]),
  endpointSlices: [],
}

describeCheck(check, [
  {
    it: 'no server tells which text it runs: that they say the same to all is read in the stored one alone',
    given: { ...given(onWorker3, isOn3), coreDnsWindows: [] },
    expect: [{ subject: 'Node/worker-3', severity: 'error', confidence: 'inferred', args: { text: 'unsaid' } }],
  },
  {
    it: 'the Corefile may not be read',
    given: { ...given(onWorker3, isOn3), clusterDns: clusterDns({ corefile: unknown('forbidden', 'no permission') }) },
    expect: [{ subject: 'Node/worker-3', severity: 'error', confidence: 'inferred', args: { text: 'unread' } }],
  },
  {
    it: 'an acl was taken out of the ConfigMap, and the servers run the text that has it still',
    given: {
      ...given(onWorker3, isOn3),
      clusterDns: hashed(text),
      coreDnsWindows: runs(text.replace('errors', 'errors\n    acl {\n        block\n    }')),
    },
    expect: 'cannot-tell',
    says: /run another Corefile than is stored/,
  },
  {
    it: 'a nat rule of one node leads UDP elsewhere',
    given: given(onWorker3, isOn3),
    expect: found({ node: 'worker-3', because: 'other-nodes', tcp: 'right' }),
  },
  {
    it: 'the same, and a headless Service of another namespace is right on the other nodes',
    given: withBeyond,
    expect: found({ node: 'worker-3', because: 'other-nodes', tcp: 'right' }),
  },
  {
    it: 'the Service alone leads elsewhere, on every node',
    given: given(
      (it) => (isClusters(it) && it.server.role === 'service' ? absent : answered()),
      (it) => it.server.role === 'service',
    ),
    expect: nodes.map((node) => ({
      subject: `Node/${node}`,
      severity: 'error' as const,
      confidence: 'observed' as const,
      args: { because: 'servers', tcp: 'wrong' },
    })),
  },
  {
    it: 'all servers deny it to all nodes',
    given: given(
      (it) => (isClusters(it) ? absent : answered()),
      () => true,
    ),
    expect: 'ok',
  },
  {
    it: 'one server denies it to all nodes',
    given: given(
      (it) => (isClusters(it) && it.server.pod === 'coredns-0' ? absent : answered()),
      (it) => it.server.pod === 'coredns-0',
    ),
    expect: 'ok',
  },
  {
    it: 'the Corefile answers by who asks',
    given: given(onWorker3, isOn3, text.replace('    errors\n', '    acl {\n        filter net 10.2.3.0/24\n    }\n')),
    expect: 'cannot-tell',
    says: /`acl`/,
  },
  {
    it: 'all is well',
    given: given(
      () => answered(),
      () => false,
    ),
    expect: 'ok',
  },
  { it: 'no probe', given: modelOf({}, { dnsProbe: unknown('failed', 'no pod came up') }), expect: 'cannot-tell' },
])

test('what one node hears, whichever, is never told as a denial that the servers keep', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('worker-1', 'worker-3'),
      fc.subarray([...dnsServers], { minLength: 1 }),
      fc.boolean(),
      (node, servers, alone) => {
        const ips = servers.map((it): string => it.ip)
        const isBad = (it: Pick<NameAnswer, 'node' | 'server'>): boolean =>
          it.node === node && ips.includes(it.server.ip)
        const network: Network = (it) => (isClusters(it) && it.transport === 'udp' && isBad(it) ? absent : answered())
        const diagnosis = diagnose(modelOf(given(alone ? () => answered() : network, isBad)), { checks })
        const all = diagnosis.roots.map((it) => it.finding)
        for (const it of all.filter((one) => one.code === 'DNS165'))
          expect(it).not.toMatchObject({ args: { how: 'cache' } })
        if (!alone) expect(all[0]).toMatchObject({ code: 'DNS195', subject: { kind: 'Node', name: node } })
      },
    ),
    { numRuns: 20 },
  )
})
