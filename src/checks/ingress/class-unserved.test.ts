import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { node } from '../../../test/build/node.ts'
import { container, deployment, pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import type { Ingress } from '../../model/ingress.ts'
import check from './class-unserved.ts'

const of = (about: Partial<Ingress>) => [ingress([['/', 'front', 80]], about)]
const classes = [ingressClass('nginx')]
const running = [controller()]
const gke = [node('gke-1', { labels: { 'cloud.google.com/gke-nodepool': 'pool-1' } })]
const byProvider = [node('n-1', { provider: 'gce' })]
const cloud = [ingressClass('alb', { controller: 'ingress.k8s.aws/alb' })]

/** An ingress-nginx of another --controller-class, behind a load balancer of this address. */
const otherClass = (address: string) =>
  controller({
    product: 'ingress-nginx',
    controller: 'k8s.io/internal-nginx',
    byName: 'off',
    fronts: [
      {
        namespace: 'ingress-nginx',
        name: 'nginx',
        type: 'LoadBalancer',
        addresses: [address],
        ports: [],
        wants: [],
        ready: 1,
      },
    ],
  })

const traefik = controller({ pod: 'traefik-1', controller: 'traefik.io/ingress-controller', classNames: ['traefik'] })

const withMaker = (desired: number, ready: number, classNames: readonly string[] = ['nginx']) => ({
  ingresses: of({}),
  ingressClasses: classes,
  ingressControllers: [],
  nodes: [node('worker-1')],
  pods: [],
  workloads: [deployment('nginx', desired, { ready, serves: { controllers: ['k8s.io/ingress-nginx'], classNames } })],
})

describeCheck(check, [
  {
    it: 'a class that nobody bears',
    given: { ingresses: of({ className: 'ngnix' }), ingressClasses: classes, ingressControllers: running },
    expect: [
      {
        subject: 'Ingress/shop/web',
        severity: 'error',
        confidence: 'inferred',
        args: { near: 'nginx', class: 'ngnix' },
      },
    ],
  },
  {
    it: 'a class whose controller is not to be seen',
    given: { ingresses: of({}), ingressClasses: classes, ingressControllers: [] },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', confidence: 'possible' }],
  },
  {
    it: 'the ingress-nginx that gave it its address serves another class by now',
    given: {
      ingresses: of({ addresses: ['192.0.2.1'] }),
      ingressClasses: classes,
      ingressControllers: [otherClass('192.0.2.1')],
    },
    expect: [
      {
        subject: 'Ingress/shop/web',
        severity: 'warning',
        confidence: 'possible',
        says: /the ingress-nginx that is here \(ingress-nginx\/controller-1\) serves `k8s.io\/internal-nginx`/,
      },
    ],
  },
  {
    it: 'an address of somebody out of sight',
    given: {
      ingresses: of({ addresses: ['192.0.2.9'] }),
      ingressClasses: classes,
      ingressControllers: [otherClass('192.0.2.1')],
    },
    expect: 'cannot-tell',
  },
  {
    it: 'its controller went, and another one came: the address is left from before',
    given: {
      ingresses: of({ addresses: ['192.0.2.1'] }),
      ingressClasses: classes,
      ingressControllers: [traefik],
      pods: [pod('traefik-1')],
    },
    expect: [
      {
        subject: 'Ingress/shop/web',
        severity: 'warning',
        confidence: 'possible',
        says: /no pod of its controller `k8s.io\/ingress-nginx` is here, and another controller is/,
      },
    ],
  },
  {
    it: 'a pod that may be its controller, under labels of its own',
    given: {
      ingresses: of({ addresses: ['192.0.2.1'] }),
      ingressClasses: classes,
      ingressControllers: [traefik],
      pods: [pod('edge-1', { containers: [container({ name: 'edge', image: 'registry.example.com/ingress:7' })] })],
    },
    expect: 'cannot-tell',
  },
  {
    it: 'a class of a controller that may run outside',
    given: {
      ingresses: of({ addresses: ['192.0.2.1'] }),
      ingressClasses: [ingressClass('nginx', { controller: 'example.com/edge' })],
      ingressControllers: [traefik],
      pods: [pod('web-1')],
    },
    expect: 'cannot-tell',
  },
  {
    it: 'beside the one that serves it',
    given: {
      ingresses: of({ addresses: ['192.0.2.1'] }),
      ingressClasses: classes,
      ingressControllers: [otherClass('192.0.2.1'), controller()],
    },
    expect: 'ok',
  },
  {
    it: 'a class whose controller is not ready',
    given: { ingresses: of({}), ingressClasses: classes, ingressControllers: [controller({ ready: false })] },
    expect: [{ subject: 'Ingress/shop/web', severity: 'error', confidence: 'inferred' }],
  },
  {
    it: 'its controller is scaled to 0, and the address is left from before',
    given: { ...withMaker(0, 0), ingresses: of({ addresses: ['192.0.2.1'] }) },
    expect: [
      {
        subject: 'Ingress/shop/web',
        severity: 'error',
        confidence: 'inferred',
        args: { maker: 'Deployment', makerName: 'nginx' },
        says: /its controller is not there: Deployment shop\/nginx is scaled to 0/,
      },
    ],
  },
  {
    it: 'no pod of its controller is ready',
    given: withMaker(1, 0),
    expect: [{ subject: 'Ingress/shop/web', severity: 'error', says: /has none of its 1 pod ready/ }],
  },
  {
    it: 'no class, and the controller that takes such is scaled to 0',
    given: { ...withMaker(0, 0, ['', 'nginx']), ingresses: of({ className: null, classFrom: 'default' }) },
    expect: [{ subject: 'Ingress/shop/web', severity: 'error', says: /has no class, and its controller is not there/ }],
  },
  {
    it: 'a workload of another controller is scaled to 0',
    given: {
      ...withMaker(0, 0),
      ingressClasses: [ingressClass('nginx', { controller: 'nginx.org/ingress-controller' })],
    },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', confidence: 'possible' }],
  },
  {
    it: 'an old workload of it is scaled to 0, and a new one runs',
    given: { ...withMaker(0, 0), ingressControllers: running },
    expect: 'ok',
  },
  {
    it: 'no class, and no default',
    given: {
      ingresses: of({ className: null, classFrom: 'default' }),
      ingressClasses: classes,
      ingressControllers: running,
    },
    expect: 'cannot-tell',
    says: /on GKE/,
  },
  {
    it: 'no class, no default, and not on GKE',
    given: {
      ingresses: of({ className: null, classFrom: 'default' }),
      ingressClasses: classes,
      ingressControllers: running,
      nodes: [node('worker-1')],
    },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', args: { near: 'nginx' } }],
  },
  ...[gke, byProvider].map((nodes) => ({
    it: 'no class on GKE, no address yet',
    given: {
      ingresses: of({ className: null, classFrom: 'default' as const }),
      ingressClasses: [],
      ingressControllers: [],
      nodes,
    },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning' as const, confidence: 'possible' as const }],
  })),
  {
    it: 'no class on GKE, with an address',
    given: {
      ingresses: of({ className: null, classFrom: 'default', addresses: ['203.0.113.7'] }),
      ingressClasses: [],
      ingressControllers: [],
      nodes: gke,
    },
    expect: 'ok',
  },
  {
    it: 'no class, and a controller that takes such by a flag',
    given: {
      ingresses: of({ className: null }),
      ingressClasses: classes,
      ingressControllers: [controller({ classNames: ['nginx', ''] })],
    },
    expect: 'ok',
  },
  {
    it: "a cloud's class on another cloud, with an address of before",
    given: {
      ingresses: of({ className: 'alb', addresses: ['203.0.113.7'] }),
      ingressClasses: cloud,
      ingressControllers: [],
      nodes: gke,
    },
    expect: 'cannot-tell',
  },
  {
    it: 'the same without an address',
    given: {
      ingresses: of({ className: 'gce', classFrom: 'annotation' }),
      ingressClasses: [],
      ingressControllers: [],
      nodes: [node('worker-1', { provider: 'aws' })],
    },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning' }],
  },
  {
    it: 'its load balancer controller is here, and not ready',
    given: {
      ingresses: of({ className: 'alb', addresses: ['203.0.113.7'] }),
      ingressClasses: cloud,
      ingressControllers: [controller({ controller: 'ingress.k8s.aws/alb', classNames: ['alb'], ready: false })],
    },
    expect: [{ subject: 'Ingress/shop/web', severity: 'error' }],
  },
  {
    it: "OpenShift's own",
    given: {
      ingresses: of({ className: 'openshift-default', addresses: ['router-default.apps.example.com'] }),
      ingressClasses: [ingressClass('openshift-default', { controller: 'openshift.io/ingress-to-route' })],
      ingressControllers: [],
    },
    expect: 'ok',
  },
  {
    it: 'a class that nobody bears, and no near one',
    given: { ingresses: of({ className: 'internal' }), ingressClasses: classes, ingressControllers: running },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', confidence: 'possible' }],
  },
  {
    it: 'the address was written by a program that runs here',
    given: {
      ingresses: of({ className: 'sky', addresses: ['203.0.113.7'], statusBy: ['skipper-ingress'] }),
      ingressClasses: [],
      ingressControllers: [],
      pods: [pod('skipper-1', { containers: [container({ image: 'registry.example/skipper-ingress:v1' })] })],
    },
    expect: 'ok',
  },
  {
    it: 'the same, and the program is not ready',
    given: {
      ingresses: of({ className: 'sky', addresses: ['203.0.113.7'], statusBy: ['skipper-ingress'] }),
      ingressClasses: [],
      ingressControllers: [],
      pods: [
        pod('skipper-1', { ready: false, containers: [container({ image: 'registry.example/skipper-ingress:v1' })] }),
      ],
    },
    expect: 'cannot-tell',
  },
  {
    it: 'written by a controller that is known not to take this class',
    given: {
      ingresses: of({ className: 'gone', addresses: ['203.0.113.7'], statusBy: ['traefik'] }),
      ingressClasses: [],
      ingressControllers: [
        controller({
          namespace: 'shop',
          pod: 'traefik-1',
          controller: 'traefik.io/ingress-controller',
          classNames: ['traefik'],
        }),
      ],
      pods: [pod('traefik-1', { containers: [container({ name: 'traefik', image: 'traefik:v3' })] })],
    },
    expect: 'cannot-tell',
  },
  {
    it: 'written by GKE, under a class of another name',
    given: {
      ingresses: of({ className: 'mine', addresses: ['203.0.113.7'], statusBy: ['glbc'] }),
      ingressClasses: [],
      ingressControllers: [],
      nodes: gke,
    },
    expect: 'ok',
  },
  {
    it: 'no class, older than the default',
    given: {
      ingresses: of({ className: null, classFrom: 'default' }),
      ingressClasses: [ingressClass('nginx', { isDefault: true })],
      ingressControllers: running,
    },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', confidence: 'possible' }],
  },
  { it: 'served', given: { ingresses: of({}), ingressClasses: classes, ingressControllers: running }, expect: 'ok' },
  {
    it: 'one of two controller pods is ready',
    given: {
      ingresses: of({}),
      ingressClasses: classes,
      ingressControllers: [controller({ ready: false }), controller({ pod: 'controller-2' })],
    },
    expect: 'ok',
  },
  {
    it: 'the IngressClass is of another controller, and ingress-nginx goes by that',
    given: {
      ingresses: of({}),
      ingressClasses: [ingressClass('nginx', { controller: 'nginx.org/ingress-controller' })],
      ingressControllers: [controller({ byName: 'off' })],
    },
    expect: [
      {
        subject: 'Ingress/shop/web',
        severity: 'warning',
        confidence: 'possible',
        args: { near: '', owner: 'nginx.org/ingress-controller' },
      },
    ],
  },
  {
    it: 'the IngressClass is gone, and the address of before is still there',
    given: {
      ingresses: of({ addresses: ['192.0.2.7'] }),
      ingressClasses: [],
      ingressControllers: [controller({ byName: 'off' })],
    },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', args: { class: 'nginx', near: '' } }],
  },
  {
    it: 'the annotation needs no IngressClass',
    given: {
      ingresses: of({ classFrom: 'annotation' }),
      ingressClasses: [],
      ingressControllers: [controller({ byName: 'off' })],
    },
    expect: 'ok',
  },
  {
    it: 'the same by the annotation: --ingress-class counts',
    given: {
      ingresses: of({ classFrom: 'annotation' }),
      ingressClasses: [ingressClass('nginx', { controller: 'nginx.org/ingress-controller' })],
      ingressControllers: [controller({ byName: 'off' })],
    },
    expect: 'ok',
  },
  {
    it: 'the same with --ingress-class-by-name',
    given: {
      ingresses: of({}),
      ingressClasses: [ingressClass('nginx', { controller: 'nginx.org/ingress-controller' })],
      ingressControllers: [controller({ byName: 'on' })],
    },
    expect: 'ok',
  },
  {
    it: 'the same in a recording that says nothing of that flag',
    given: {
      ingresses: of({}),
      ingressClasses: [ingressClass('nginx', { controller: 'nginx.org/ingress-controller' })],
      ingressControllers: running,
    },
    expect: 'ok',
  },
  {
    it: 'served by name, without an IngressClass',
    given: {
      ingresses: of({ className: 'internal', classFrom: 'annotation' }),
      ingressClasses: [],
      ingressControllers: [controller({ classNames: ['internal'] })],
    },
    expect: 'ok',
  },
  ...['gce', 'gce-internal', 'azure/application-gateway', 'alb', 'nsx'].map((className) => ({
    it: `class ${className} by annotation alone, with an address`,
    given: {
      ingresses: of({ className, classFrom: 'annotation' as const, addresses: ['203.0.113.7'] }),
      ingressClasses: [],
      ingressControllers: [],
    },
    expect: 'ok' as const,
  })),
  {
    it: 'a class of tomorrow by annotation alone, with an address',
    given: {
      ingresses: of({ className: 'of-tomorrow', classFrom: 'annotation', addresses: ['203.0.113.7'] }),
      ingressClasses: [],
      ingressControllers: [],
    },
    expect: 'cannot-tell',
    says: /out of sight/,
  },
  {
    it: 'a class that is an object, of a controller of tomorrow, with an address',
    given: {
      ingresses: of({ className: 'new', addresses: ['203.0.113.7'] }),
      ingressClasses: [ingressClass('new', { controller: 'example.com/of-tomorrow' })],
      ingressControllers: [],
    },
    expect: 'cannot-tell',
  },
  {
    it: 'the same without an address yet: somebody may be at it',
    given: { ingresses: of({ className: 'gce', classFrom: 'annotation' }), ingressClasses: [], ingressControllers: [] },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', confidence: 'possible' }],
  },
  {
    it: 'an address, and a class that nobody bears',
    given: {
      ingresses: of({ className: 'gone', addresses: ['203.0.113.7'] }),
      ingressClasses: [],
      ingressControllers: [],
    },
    expect: 'cannot-tell',
  },
  {
    it: 'a cloud serves it from outside, and gave it an address',
    given: {
      ingresses: of({ className: 'alb', addresses: ['k8s-shop.elb.example.com'] }),
      ingressClasses: cloud,
      ingressControllers: [],
    },
    expect: 'ok',
  },
  {
    it: 'a cloud serves it from outside, and gave it no address yet',
    given: { ingresses: of({ className: 'alb' }), ingressClasses: cloud, ingressControllers: [] },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', confidence: 'possible' }],
  },
  {
    it: 'an address from before, and no controller pod now',
    given: { ingresses: of({ addresses: ['203.0.113.7'] }), ingressClasses: classes, ingressControllers: [] },
    expect: 'cannot-tell',
  },
  {
    it: 'no class, and somebody gave it an address',
    given: {
      ingresses: of({ className: null, addresses: ['203.0.113.7'] }),
      ingressClasses: [],
      ingressControllers: running,
    },
    expect: 'cannot-tell',
  },
  {
    it: 'no class, and a Traefik that takes all',
    given: {
      ingresses: of({ className: null }),
      ingressClasses: [],
      ingressControllers: [controller({ controller: 'traefik.io/ingress-controller', classNames: [] })],
    },
    expect: 'ok',
  },
  {
    it: 'controllers that could not be read',
    given: { ingresses: of({ className: 'ngnix' }), ingressClasses: classes },
    expect: 'cannot-tell',
  },
  {
    it: 'no Ingress',
    given: { ingresses: [], ingressClasses: classes, ingressControllers: running },
    expect: 'not-applicable',
  },
])

const any = {
  word: fc.stringMatching(/^[a-z][a-z0-9./-]{0,12}$/),
  strangers: [
    controller(),
    controller({ pod: 'traefik-1', controller: 'traefik.io/ingress-controller', classNames: ['traefik', ''] }),
  ],
}

describe('an unknown controller is neither an absent one nor a present one', () => {
  // Letters that no known class, controller or writer begins with.
  const strange = any.word.map((it) => `qx-${it}-quux`)

  test('an address alone never makes a class of nobody fine, and never accuses', () => {
    const writers = fc.array(fc.oneof(strange, fc.constantFrom('kubectl-edit', 'helm', 'controller', 'manager')), {
      maxLength: 2,
    })
    fc.assert(
      fc.property(
        strange,
        fc.boolean(),
        writers,
        fc.subarray(any.strangers),
        (className, byObject, statusBy, ingressControllers) => {
          const ingressClasses = byObject ? [ingressClass(className, { controller: `example.com/${className}` })] : []
          const given = modelOf({
            ingresses: of({ className, addresses: ['203.0.113.7'], statusBy }),
            ingressClasses,
            ingressControllers,
            nodes: [node('worker-1')],
            pods: [pod('web-1')],
          })
          expect(diagnose(given, { checks: [check] }).results[0]?.verdict).toBe('cannot-tell')
        },
      ),
    )
  })

  test('without an address it is a suspicion, never an error', () => {
    fc.assert(
      fc.property(strange, fc.boolean(), fc.subarray(any.strangers), (className, byObject, ingressControllers) => {
        const ingressClasses = byObject ? [ingressClass(className, { controller: `example.com/${className}` })] : []
        const given = modelOf({
          ingresses: of({ className }),
          ingressClasses,
          ingressControllers,
          nodes: [node('worker-1')],
          pods: [],
        })
        expect(diagnose(given, { checks: [check] }).results[0]?.findings.map((it) => it.severity)).toEqual(['warning'])
      }),
    )
  })
})
