import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clusterDns, insideView, resolving } from '../../../test/build/dns.ts'
import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { checks } from '../../checks/registry.ts'
import { diagnose, type Diagnosis, exitCode } from '../../engine.ts'
import type { InsideName } from '../../model/inside.ts'
import { known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'

/*
 * A pod that does not find names of the cluster is told with its name, by whatever spec that came about, as soon as
 * there is somebody to call; and what is meant to find none, or has nobody to call, is let be.
 */
const cart = pod('cart-1', { ip: '10.2.1.20' })
const services = [service('cart')]
const vip = '10.96.0.10'

type Spec = Partial<Pod>
const own = (nameservers: readonly string[], searches: readonly string[]): Spec => ({
  dnsPolicy: 'None',
  dnsConfig: { nameservers, searches, options: [] },
})
const specs = fc.oneof(
  fc.constant<Spec>({ dnsPolicy: 'Default' }),
  fc.constant<Spec>({ dnsPolicy: 'ClusterFirst' }),
  fc.constant<Spec>({ dnsPolicy: 'ClusterFirst', hostNetwork: true }),
  fc
    .tuple(
      fc.constantFrom([vip], ['192.0.2.53'], ['192.0.2.53', '192.0.2.54']),
      fc.constantFrom([], ['corp.example'], ['corp.example', 'example']),
    )
    .map(([nameservers, searches]) => own(nameservers, searches)),
)

function textOf({ dnsPolicy, dnsConfig, hostNetwork }: Spec): string {
  if (hostNetwork === true) return 'nameserver 192.0.2.53\n'
  if (dnsPolicy === 'ClusterFirst')
    return `search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver ${vip}\n`
  if (dnsPolicy === 'Default') return 'nameserver 192.0.2.53\n'
  const search = dnsConfig?.searches.length === 0 ? '' : `search ${dnsConfig?.searches.join(' ')}\n`
  return `${search}${(dnsConfig?.nameservers ?? []).map((it) => `nameserver ${it}\n`).join('')}`
}

const toldTo = (host: string): Spec => ({
  containers: cart.containers.map((it) => ({ ...it, calls: [{ by: 'DOWNSTREAM', host, port: 8080 }] })),
})

function looked(spec: Spec): Diagnosis {
  // On its node's network it has the node's address.
  const on = node('worker-1')
  const web = pod('web-1', { ip: spec.hostNetwork === true ? on.ip : '10.2.1.30', ...spec })
  const short: InsideName = {
    service: { namespace: 'shop', name: 'cart' },
    typed: 'cart',
    tool: 'getent',
    result: 'nxdomain',
    addresses: [],
    ms: 1,
  }
  const isFirst = spec.dnsPolicy === 'ClusterFirst' && spec.hostNetwork !== true
  const asksCluster = isFirst || spec.dnsConfig?.nameservers.includes(vip) === true
  const view = insideView('web-1', {
    resolvConf: known(textOf(spec)),
    lookup: known({
      tool: 'getent',
      name: 'kubernetes.default.svc.cluster.local.',
      result: asksCluster ? 'ok' : 'nxdomain',
      ms: 1,
    }),
    resolving: resolving({ names: [short] }),
  })
  return diagnose(
    modelOf(
      {
        pods: [web, cart],
        services,
        endpointSlices: [slice('cart', [cart])],
        nodes: [on],
        clusterDns: clusterDns(),
        insideViews: [view],
      },
      {},
      { namespace: 'shop', level: 'probe' },
    ),
    { checks },
  )
}

const code = (it: Diagnosis): number => exitCode(it, { failOn: 'warning', strict: false })

describe('a pod that finds no Service beside it', () => {
  test('is told by name, whatever its spec says of DNS', () =>
    fc.assert(
      fc.property(specs, fc.constantFrom(null, 'cart', 'cart.shop', 'cart.shop.svc', 'example.com'), (spec, host) => {
        const diagnosis = looked(host === null ? spec : { ...spec, ...toldTo(host) })
        const namesCluster = host?.startsWith('cart') === true
        // Servers and suffixes of its own or its node's, and nobody tells it a name of the cluster: a choice, told so.
        const isChoice =
          spec.dnsPolicy === 'Default' ||
          (spec.dnsPolicy === 'None' && spec.dnsConfig?.nameservers.includes(vip) !== true)
        expect(code(diagnosis)).toBe(isChoice && !namesCluster ? 0 : 1)
        expect(diagnosis.roots.some(({ finding }) => /^web(?:-1)?$/.test(finding.subject.name))).toBe(true)
      }),
    ))
  test.each<[string, Spec]>([
    ['an agent that each node has', { owner: { kind: 'DaemonSet', name: 'web' } }],
    ['an agent on the network of its node', { hostNetwork: true, owner: { kind: 'DaemonSet', name: 'web' } }],
    ['a pod of the Service itself', { labels: { app: 'cart' } }],
  ])('is let be where it is %s', (_name, about) => {
    const diagnosis = looked({ dnsPolicy: 'Default', ...about })
    expect(code(diagnosis)).toBe(0)
  })
})
