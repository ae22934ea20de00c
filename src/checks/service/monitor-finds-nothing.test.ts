import { beside } from '../../../test/build/beside.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Monitor } from '../../model/monitor.ts'
import check from './monitor-finds-nothing.ts'

const selector = (matchLabels: Record<string, string>) => ({ matchLabels, matchExpressions: [] })
const monitor = (about: Partial<Monitor> = {}): Monitor => ({
  kind: 'ServiceMonitor',
  namespace: 'shop',
  name: 'cart',
  labels: {},
  selector: selector({ app: 'cart' }),
  among: ['shop'],
  ports: [{ of: 'service', port: 'http' }],
  asks: [],
  ...about,
})
const ofPods = (about: Partial<Monitor> = {}): Monitor => monitor({ kind: 'PodMonitor', ports: [], ...about })
const probe = (asks: Monitor['asks']): Monitor => monitor({ kind: 'Probe', selector: null, ports: [], asks })
const cart = service('cart', { labels: { app: 'cart' } })
const [shop, pay] = [
  { name: 'shop', labels: {} },
  { name: 'pay', labels: {} },
]
const given = (monitors: readonly Monitor[], services = [cart], pods = [pod('cart-1')]) => ({
  beside: beside({ monitors }),
  services,
  pods,
  namespaces: [shop, pay],
})
const metrics = { of: 'service', port: 'metrics' } as const
const found = (why: string, more: object = {}) => [
  { subject: 'ServiceMonitor/shop/cart', confidence: 'inferred' as const, args: { why }, ...more },
]
const asked = (host: string, at: number | null, as: 'prober' | 'target' = 'target') => ({ as, host, port: at })
const warned = { severity: 'warning' } as const

describeCheck(check, [
  { it: 'a Service and its port', given: given([monitor()]), expect: 'ok' },
  { it: 'no port is named: each is asked', given: given([monitor({ ports: [] })]), expect: 'ok' },
  {
    it: 'a port that the Service does not have',
    given: given([monitor({ ports: [metrics] })]),
    expect: found('ports', {
      ...warned,
      says: /asks by port metrics, which none of the Services.*\n.*ports there: http/,
    }),
  },
  {
    it: 'one of two ports: who is selected may have either',
    given: given([monitor({ ports: [metrics, { of: 'service', port: 'http' }] })]),
    expect: found('some-ports', { severity: 'info' }),
  },
  {
    it: 'one of two Services has it',
    given: given(
      [monitor({ ports: [metrics] })],
      [cart, service('cart-metrics', { labels: { app: 'cart' }, ports: [port({ name: 'metrics' })] })],
    ),
    expect: 'ok',
  },
  {
    it: 'a port without a name',
    given: given([monitor()], [service('cart', { labels: { app: 'cart' }, ports: [port({ name: null })] })]),
    expect: found('ports', { says: /80, without a name/ }),
  },
  {
    it: "a port of the pods, by its number, that they don't declare",
    given: given([monitor({ ports: [{ of: 'container', port: 9090 }] })]),
    expect: found('ports', warned),
  },
  {
    it: 'the same, and nobody stands behind the Service',
    given: given([monitor({ ports: [{ of: 'container', port: 9090 }] })], [cart], []),
    expect: 'ok',
  },
  {
    it: 'labels that no Service bears: those of its selector are not its own',
    given: given([monitor()], [service('cart')]),
    expect: found('nothing', { severity: 'info' }),
  },
  {
    it: 'they are in another namespace',
    given: given([monitor()], [service('cart', { namespace: 'pay', labels: { app: 'cart' } })]),
    expect: found('elsewhere', { ...warned, says: /in namespace pay/ }),
  },
  {
    it: 'every namespace is looked into',
    given: given([monitor({ among: null })], [service('cart', { namespace: 'pay', labels: { app: 'cart' } })]),
    expect: 'ok',
  },
  {
    it: 'a namespace that is not there',
    given: given([monitor({ among: ['payments'] })]),
    expect: found('namespace', { ...warned, says: /namespace payments, which is not there/ }),
  },
  {
    it: 'one of a namespace that was not read',
    given: given([monitor({ among: ['pay'] })]),
    scope: { namespace: 'shop' },
    expect: 'cannot-tell',
    says: /was not read/,
  },
  { it: 'pods, and a port that they declare', given: given([ofPods()]), expect: 'ok' },
  {
    it: 'a port that no container declares',
    given: given([ofPods({ ports: [{ of: 'container', port: 'prom' }] })]),
    expect: [{ subject: 'PodMonitor/shop/cart', args: { why: 'ports', names: ['prom'], theirs: ['http'] }, ...warned }],
  },
  {
    it: 'a sidecar declares it',
    given: given(
      [ofPods({ ports: [{ of: 'container', port: 'prom' }] })],
      [],
      [
        pod('cart-1', {
          containers: [container(), container({ ports: [{ name: 'prom', port: 9, protocol: 'TCP' }] })],
        }),
      ],
    ),
    expect: 'ok',
  },
  {
    it: 'no pod at all',
    given: given([ofPods({ selector: selector({ app: 'gone' }) })]),
    expect: [{ subject: 'PodMonitor/shop/cart', args: { why: 'nothing' }, severity: 'info' }],
  },
  {
    it: 'a Probe of what is there, of the world, of an address by one word, of an alias',
    given: given(
      [
        probe([
          asked('cart.shop', 80),
          asked('cart.shop.svc.cluster.local', null),
          asked('shop.example.com', 443),
          asked('example.com', 443),
          asked('cart', 1),
          asked('out.shop', 443),
        ]),
      ],
      [cart, service('out', { type: 'ExternalName', clusterIP: null, ports: [] })],
    ),
    expect: 'ok',
  },
  {
    it: 'a prober in a namespace that is not there',
    given: given([probe([asked('blackbox-exporter.monitoring', 9115, 'prober')])]),
    expect: [
      { subject: 'Probe/shop/cart', confidence: 'possible', args: { why: 'no-service' }, says: /monitoring:9115/ },
    ],
  },
  {
    it: 'a Service that is not there, by its whole name',
    given: given([probe([asked('orders.shop.svc', 80)])]),
    expect: [{ subject: 'Probe/shop/cart', confidence: 'inferred', args: { why: 'no-service' }, ...warned }],
  },
  {
    it: 'a port that the Service does not have, of a Probe',
    given: given([probe([asked('cart.shop', 8080)])]),
    expect: [{ subject: 'Probe/shop/cart', args: { why: 'no-port', names: ['cart.shop:8080'], theirs: ['80'] } }],
  },
  { it: 'none', given: given([]), expect: 'not-applicable' },
])
