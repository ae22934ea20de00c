import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { beside } from '../../../test/build/beside.ts'
import { backend, gateway, parent, route } from '../../../test/build/gateway.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { completed, container, deployment, notReady, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { diagnose } from '../../engine.ts'
import type { Finding } from '../../findings/finding.ts'
import { unknown } from '../../model/known.ts'
import type { Scaler } from '../../model/beside.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import type { Workload } from '../../model/workload.ts'
import check from './scaled-to-zero.ts'

const services = [service('cart')]

const kinds = ['Deployment', 'StatefulSet', 'ReplicaSet', 'DaemonSet', 'Job', 'CronJob', 'Rollout', 'Cluster'] as const
const ofKind = (kind: string): Workload =>
  isListed(kind)
    ? deployment('cart', 0, { kind })
    : deployment('cart', 0, { kind: 'ReplicaSet', name: 'cart-1', owner: { kind, name: 'cart' } })

function isListed(kind: string): kind is Workload['kind'] {
  return ['Deployment', 'StatefulSet', 'ReplicaSet', 'DaemonSet', 'Job', 'CronJob'].includes(kind)
}

const checkOf = (it: Finding) => ({
  headline: check.words.headline(it as never),
  detail: check.words.detail(it as never),
  note: check.words.note(it as never) ?? '',
  help: check.words.help(it as never),
})

test('each sentence holds for the kind of the workload and the type of the Service, and each command exists', () => {
  const types = fc.constantFrom<Partial<Service>>(
    {},
    { clusterIP: 'None' },
    { type: 'NodePort' },
    { type: 'LoadBalancer' },
    { clusterIP: 'None', publishNotReadyAddresses: true },
  )
  fc.assert(
    fc.property(fc.constantFrom(...kinds), types, fc.boolean(), (kind, type, isRouted) => {
      const sources = modelOf({
        services: [service('cart', type)],
        pods: [],
        workloads: [ofKind(kind)],
        ingresses: isRouted ? [ingress([['/', 'cart', 80]])] : [],
      })
      const [root] = diagnose(sources, { checks: [check] }).roots
      if (root === undefined) return expect(root).toBeDefined()
      const { headline, detail, note, help } = checkOf(root.finding)
      const text = [headline, detail, note, ...help].join('\n')
      const scale = / scale (\w+)\//.exec(text)?.[1]
      expect(scale !== undefined).toBe(['Deployment', 'StatefulSet', 'ReplicaSet'].includes(kind))
      expect(scale ?? kind.toLowerCase()).toBe(kind.toLowerCase())
      expect(/scaled to 0/.test(text)).toBe(scale !== undefined)
      expect(/refused/.test(text)).toBe(type.clusterIP !== 'None')
      expect(/NXDOMAIN/.test(text)).toBe(type.clusterIP === 'None')
      expect(/503/.test(text)).toBe(isRouted)
    }),
  )
})

const hpa: Scaler = {
  kind: 'HorizontalPodAutoscaler',
  namespace: 'shop',
  name: 'cart',
  target: { kind: 'Deployment', name: 'cart' },
  least: 2,
}
const keda: Scaler = { ...hpa, kind: 'ScaledObject', least: 0 }
const scaledBy = (scalers: readonly Scaler[], isRouted = true) => ({
  services,
  pods: [],
  workloads: [deployment('cart', 0)],
  ingresses: isRouted ? [ingress([['/', 'cart', 80]])] : [],
  beside: beside({ scalers }),
})

const calling = pod('web-1', { containers: [container({ calls: [{ by: 'CART_URL', host: 'cart', port: 80 }] })] })
const sharing = service('other', { selector: null, externalIPs: ['198.18.0.80'] })
const alias = service('basket', {
  namespace: 'pay',
  type: 'ExternalName',
  selector: null,
  clusterIP: null,
  externalName: 'cart.shop.svc.cluster.local.',
})

describeCheck(check, [
  {
    it: 'a file without lists of all kinds of workloads, and one at 0 that is in it',
    given: modelOf(
      { services, pods: [], beside: beside({ heldWorkloads: [{ ...deployment('cart', 0), ready: 0 }] }) },
      { workloads: unknown('not-there', 'no statefulsets') },
    ),
    expect: [{ subject: 'Service/shop/cart', severity: 'info' }],
  },
  {
    it: 'a file without lists of all kinds of workloads, and none in it',
    given: modelOf({ services, pods: [] }, { workloads: unknown('not-there', 'no statefulsets') }),
    expect: 'cannot-tell',
  },
  {
    it: 'an autoscaler wants two at least, leaves it at 0, and an Ingress sends requests there',
    given: scaledBy([hpa]),
    expect: [{ subject: 'Service/shop/cart', severity: 'warning', says: /leaves so, though it wants 2 at least/ }],
  },
  {
    it: 'KEDA is paused at 0, and its own autoscaler is there',
    given: scaledBy([hpa, { ...keda, pausedAt: 0 }]),
    expect: [{ subject: 'Service/shop/cart', severity: 'warning', says: /ScaledObject cart of KEDA is paused at 0/ }],
  },
  {
    it: 'paused at 0, and an HTTPRoute sends requests there',
    given: { ...scaledBy([{ ...keda, pausedAt: 0 }], false), gatewayRoutes: [route([backend('cart')])] },
    expect: [{ subject: 'Service/shop/cart', severity: 'warning' }],
  },
  {
    it: 'KEDA scales it to 0 itself, as it was told',
    given: scaledBy([hpa, keda]),
    expect: [{ subject: 'Service/shop/cart', severity: 'info', args: { held: null } }],
  },
  {
    it: 'KEDA by its ScaledObject, asked for: nobody is told to scale it by hand',
    given: modelOf(
      scaledBy([keda]),
      {},
      { target: { kind: 'object', object: subject('Service', 'shop', 'cart'), url: null } },
    ),
    expect: [
      {
        subject: 'Service/shop/cart',
        severity: 'warning',
        says: 'KEDA has it so by ScaledObject cart',
      },
    ],
  },
  {
    it: "KEDA's HTTP add-on, whose interceptor wakes it, asked for",
    given: modelOf(
      scaledBy([{ ...keda, kind: 'HTTPScaledObject' }]),
      {},
      { target: { kind: 'object', object: subject('Service', 'shop', 'cart'), url: null } },
    ),
    expect: [{ subject: 'Service/shop/cart', severity: 'info', says: 'by HTTPScaledObject cart' }],
  },
  {
    it: 'Flagger, of which the Service was to select the primary',
    given: scaledBy([{ ...keda, kind: 'Canary' }]),
    expect: [{ subject: 'Service/shop/cart', severity: 'warning', says: 'Flagger keeps it so by Canary cart' }],
  },
  {
    it: "the Service of Flagger's canary between two releases",
    given: {
      ...scaledBy([{ ...keda, kind: 'Canary', name: 'cart' }], false),
      services: [service('cart-canary', { selector: { app: 'cart' } })],
      ingresses: [ingress([['/', 'cart-canary', 80]])],
    },
    expect: [{ subject: 'Service/shop/cart-canary', severity: 'info' }],
  },
  {
    it: 'paused at 0, and nobody sends requests there',
    given: scaledBy([{ ...keda, pausedAt: 0 }], false),
    expect: [{ subject: 'Service/shop/cart', severity: 'info' }],
  },
  {
    it: 'the autoscaler of another workload',
    given: scaledBy([{ ...hpa, target: { kind: 'Deployment', name: 'web' } }]),
    expect: [{ subject: 'Service/shop/cart', severity: 'warning', args: { held: null } }],
  },
  {
    it: 'a canary of an Ingress that has no requests',
    given: {
      ...scaledBy([], false),
      ingresses: [
        ingress([['/', 'cart', 80]], {
          nginx: { rewrite: null, regex: false, canary: true, idle: true, protocol: null },
        }),
      ],
    },
    expect: [{ subject: 'Service/shop/cart', severity: 'info' }],
  },
  {
    it: 'an Ingress sends requests there, and who scales it was not read',
    given: { services, pods: [], workloads: [deployment('cart', 0)], ingresses: [ingress([['/', 'cart', 80]])] },
    expect: [{ subject: 'Service/shop/cart', severity: 'info' }],
  },
  {
    it: 'a Job has ended, and an Ingress sends requests there',
    given: { ...scaledBy([]), workloads: [deployment('cart', 0, { kind: 'Job' })] },
    expect: [{ subject: 'Service/shop/cart', severity: 'info' }],
  },
  {
    it: 'all requests of a Gateway come through it',
    given: {
      ...scaledBy([], false),
      services: [service('cart', { labels: { 'gateway.networking.k8s.io/gateway-name': 'edge' } })],
      gateways: [gateway([], { namespace: 'shop' })],
      gatewayRoutes: [route([backend('web')], { parents: [parent({ namespace: 'shop' })] })],
    },
    expect: [{ subject: 'Service/shop/cart', severity: 'error', args: { plane: 'gateway', below: 1 } }],
  },
  ...[true, false].map((isOnly) => ({
    it: isOnly ? 'it alone has the address of a Gateway' : 'another Service has the address as well',
    given: {
      ...scaledBy([], false),
      services: [service('cart', { externalIPs: ['198.18.0.80'] }), ...(isOnly ? [] : [sharing])],
      gateways: [gateway()],
      gatewayRoutes: [route([backend('web')])],
    },
    expect: [{ subject: 'Service/shop/cart', severity: isOnly ? ('error' as const) : ('info' as const) }],
  })),
  {
    it: 'a Gateway without routes',
    given: {
      ...scaledBy([], false),
      services: [service('cart', { labels: { 'gateway.networking.k8s.io/gateway-name': 'edge' } })],
      gateways: [gateway([], { namespace: 'shop' })],
      gatewayRoutes: [],
    },
    expect: [{ subject: 'Service/shop/cart', severity: 'warning', args: { plane: 'gateway', below: 0 } }],
  },
  ...[true, false].map((isInMesh) => ({
    it: isInMesh ? 'the proxies of a mesh are told by it' : 'a mesh in which nobody is',
    given: {
      services: [service('istiod', { namespace: 'istio-system' })],
      pods: isInMesh
        ? [pod('web-1', { containers: [container(), container({ name: 'istio-proxy' })] })]
        : [pod('web-1')],
      workloads: [deployment('istiod', 0, { namespace: 'istio-system' })],
    },
    expect: [{ subject: 'Service/istio-system/istiod', severity: isInMesh ? ('warning' as const) : ('info' as const) }],
  })),
  {
    it: 'a program is told to call it: worth knowing, beside its name',
    given: { ...scaledBy([], false), pods: [calling] },
    expect: [{ subject: 'Service/shop/cart', severity: 'info', args: { callers: ['Deployment shop/web'] } }],
  },
  {
    it: 'who calls it was asked about',
    given: { ...scaledBy([], false), pods: [calling] },
    scope: { target: { kind: 'object', object: { kind: 'Deployment', namespace: 'shop', name: 'web' }, url: null } },
    expect: [{ subject: 'Service/shop/cart', severity: 'warning' }],
  },
  {
    it: 'an ExternalName that leads to it was asked about',
    given: { ...scaledBy([], false), services: [...services, alias] },
    scope: { target: { kind: 'object', object: { kind: 'Service', namespace: 'pay', name: 'basket' }, url: null } },
    expect: [{ subject: 'Service/shop/cart', severity: 'warning', args: { callers: ['Service pay/basket'] } }],
  },
  {
    it: 'a program is told to call such a name',
    given: {
      ...scaledBy([], false),
      services: [...services, alias],
      pods: [pod('web-1', { containers: [container({ calls: [{ by: 'URL', host: 'basket.pay', port: 80 }] })] })],
    },
    scope: { target: { kind: 'object', object: { kind: 'Deployment', namespace: 'shop', name: 'web' }, url: null } },
    expect: [{ subject: 'Service/shop/cart', severity: 'warning' }],
  },
  {
    it: 'asked about by name: here is why it does not answer',
    given: { services: [service('cart')], pods: [], workloads: [deployment('cart', 0)] },
    scope: { target: { kind: 'object', object: { kind: 'Service', namespace: 'shop', name: 'cart' }, url: null } },
    expect: [{ subject: 'Service/shop/cart', severity: 'warning' }],
  },
  ...(
    [
      ['the Ingress', null, 'warning'],
      ['a URL that ends there', 'https://web.example.com/cart/7', 'warning'],
      ['a URL that ends elsewhere', 'https://web.example.com/', 'info'],
    ] as const
  ).map(([what, url, severity]) => ({
    it: `asked about by ${what}`,
    given: {
      services: [service('cart')],
      pods: [],
      workloads: [deployment('cart', 0)],
      ingresses: [
        ingress([
          ['/', 'web', 80],
          ['/cart', 'cart', 80],
        ]),
      ],
    },
    scope: {
      target: { kind: 'object' as const, object: { kind: 'Ingress', namespace: 'shop', name: 'web' }, url },
    },
    expect: [{ subject: 'Service/shop/cart', severity }],
  })),
  {
    it: 'the same between the runs of a CronJob',
    given: { services: [service('cart')], pods: [], workloads: [deployment('cart', 0, { kind: 'CronJob' })] },
    scope: { target: { kind: 'object', object: { kind: 'Service', namespace: 'shop', name: 'cart' }, url: null } },
    expect: [{ subject: 'Service/shop/cart', severity: 'info' }],
  },
  {
    it: 'a Deployment at 0',
    given: { services, pods: [], workloads: [deployment('cart', 0)] },
    expect: [{ subject: 'Service/shop/cart', severity: 'info', args: { workload: 'cart' } }],
  },
  {
    it: 'its last pod is leaving',
    given: { services, pods: [pod('cart-1', { deleting: true })], workloads: [deployment('cart', 0)] },
    expect: [{ subject: 'Service/shop/cart' }],
  },
  {
    it: 'a completed Job pod stays behind',
    given: { services, pods: [completed('cart-migrate')], workloads: [deployment('cart', 0)] },
    expect: [{ subject: 'Service/shop/cart' }],
  },
  {
    it: 'a DaemonSet that fits no node',
    given: { services, pods: [], workloads: [deployment('cart', 0, { kind: 'DaemonSet' })] },
    expect: [{ subject: 'Service/shop/cart', args: { kind: 'DaemonSet' } }],
  },
  { it: 'pods wanted', given: { services, pods: [pod('cart-1')], workloads: [deployment('cart', 1)] }, expect: 'ok' },
  {
    it: 'pods wanted and none ready is another check',
    given: { services, pods: [notReady('cart-1', 'x')], workloads: [deployment('cart', 1)] },
    expect: 'ok',
  },
  {
    it: 'an old ReplicaSet at 0',
    given: {
      services,
      pods: [pod('cart-1')],
      workloads: [
        deployment('cart', 1),
        deployment('cart', 0, { kind: 'ReplicaSet', name: 'cart-old', owner: { kind: 'Deployment', name: 'cart' } }),
      ],
    },
    expect: 'ok',
  },
  {
    it: 'no selector',
    given: { services: [service('cart', { selector: null })], pods: [], workloads: [deployment('cart', 0)] },
    expect: 'not-applicable',
  },
  { it: 'workloads that could not be read', given: { services, pods: [] }, expect: 'cannot-tell' },
])
