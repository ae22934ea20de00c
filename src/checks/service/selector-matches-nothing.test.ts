import { describeCheck } from '../../../test/describe-check.ts'
import { completed, deployment, notReady, pod } from '../../../test/build/pod.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { service } from '../../../test/build/service.ts'
import { model } from '../../model/build.ts'
import { known, unknown } from '../../model/known.ts'
import { subject } from '../../model/subject.ts'
import check from './selector-matches-nothing.ts'

const misspelt = service('checkout', { selector: { app: 'check-out' } })
const role = (name: string, value: string) => service(name, { selector: { 'cnpg.io/cluster': 'pg', role: value } })
const pgPod = (name: string, value: string) => pod(name, { labels: { 'cnpg.io/cluster': 'pg', role: value } })
const mix = [service('mix'), service('mix-next', { selector: { app: 'mix-next' } })]
const mixPods = [pod('mix-1', { labels: { app: 'mix' } })]
const main = ingress([['/', 'mix', 80]])
const canaryOf = (name: string, idle: boolean) =>
  ingress([['/', 'mix-next', 80]], {
    name,
    nginx: { rewrite: null, regex: false, canary: true, protocol: null, ...(idle ? { idle } : {}) },
  })
const canaried = (...ingresses: ReturnType<typeof canaryOf>[]) => ({
  services: mix,
  pods: mixPods,
  workloads: [],
  ingresses: [main, ...ingresses],
})
const member = (name: string) => ({ 'statefulset.kubernetes.io/pod-name': name })
const pods = [pod('checkout-1'), pod('checkout-2'), pod('checkout-3')]

describeCheck(check, [
  {
    it: 'pods of several namespaces bear it: copies of one another',
    given: {
      services: [service('web', { namespace: 'shop-prod' })],
      pods: [pod('web-1'), pod('web-2', { namespace: 'shop-dev' })],
      workloads: [],
    },
    expect: [{ subject: 'Service/shop-prod/web', args: { elsewhere: 0 } }],
  },
  {
    it: 'pods of another namespace bear what it asks for: a Service does not see them',
    given: {
      services: [service('web', { namespace: 'shop-prod' })],
      pods: [pod('web-1'), pod('web-2'), completed('web-3')],
      workloads: [],
    },
    expect: [
      {
        subject: 'Service/shop-prod/web',
        says: /nothing in its namespace carries `app=web`, and 2 pods of namespace shop do\./,
      },
    ],
  },
  {
    it: 'a global Service of Cilium, whose pods are in other clusters',
    given: { services: [service('far', { global: true })], pods: [pod('web-1')], workloads: [] },
    expect: [{ subject: 'Service/shop/far', severity: 'info', args: { expected: 'elsewhere' } }],
  },
  {
    it: 'a global Service whose selector is nearly that of pods here',
    given: { services: [{ ...misspelt, global: true }], pods, workloads: [deployment('checkout', 3)] },
    expect: [{ subject: 'Service/shop/checkout', severity: 'error' }],
  },
  {
    it: 'a Deployment of the same name says another thing altogether',
    given: {
      services: [service('nginx', { selector: { app: 'web' } })],
      pods: [],
      workloads: [deployment('nginx', 1, { templateLabels: { app: 'nginx' } })],
    },
    expect: [
      {
        subject: 'Service/shop/nginx',
        severity: 'error',
        args: { miss: 'value', theirs: 'nginx', carrier: 'workload' },
      },
    ],
  },
  {
    it: 'a value that pods nearly have',
    given: { services: [misspelt], pods, workloads: [deployment('checkout', 3)] },
    expect: [
      {
        subject: 'Service/shop/checkout',
        severity: 'error',
        confidence: 'inferred',
        args: {
          key: 'app',
          wanted: 'check-out',
          theirs: 'checkout',
          carriers: 3,
          patch: '{"spec":{"selector":{"app":"checkout"}}}',
        },
      },
    ],
  },
  {
    it: 'one pair of two left from an old release',
    given: {
      services: [service('cart', { selector: { app: 'cart', version: 'v1' } })],
      pods: [pod('cart-1', { labels: { app: 'cart', version: 'v2' } })],
      workloads: [],
    },
    expect: [{ subject: 'Service/shop/cart', severity: 'error', args: { key: 'version', theirs: 'v2' } }],
  },
  {
    it: 'the same value under another key',
    given: {
      services: [service('cart')],
      pods: [pod('cart-1', { labels: { 'app.kubernetes.io/name': 'cart' } })],
      workloads: [],
    },
    expect: [
      {
        subject: 'Service/shop/cart',
        args: { miss: 'key', patch: '{"spec":{"selector":{"app":null,"app.kubernetes.io/name":"cart"}}}' },
      },
    ],
  },
  {
    it: 'a workload that nearly matches and has no pods now',
    given: { services: [misspelt], pods: [], workloads: [deployment('checkout', 0)] },
    expect: [{ subject: 'Service/shop/checkout', severity: 'error', args: { carrier: 'workload' } }],
  },
  {
    it: 'nothing near: a leftover, perhaps',
    given: { services: [service('cart')], pods: [pod('warehouse-1')], workloads: [] },
    expect: [{ subject: 'Service/shop/cart', severity: 'warning', args: { miss: null } }],
  },
  {
    it: 'nothing near, and the user asked about this very Service',
    given: { services: [service('cart')], pods: [], workloads: [] },
    scope: { target: { kind: 'object', object: subject('Service', 'shop', 'cart'), url: null } },
    expect: [{ subject: 'Service/shop/cart', severity: 'error' }],
  },
  {
    it: 'nothing near, and workloads that could not be read: it may be scaled to 0',
    given: model({
      services: known([service('cart')]),
      pods: known([pod('warehouse-1')]),
      workloads: unknown('forbidden', 'list deployments.apps'),
    }),
    expect: 'cannot-tell',
    says: /scaled to 0/,
  },
  {
    it: 'workloads that could not be read: it may be scaled to 0',
    given: model({
      services: known([misspelt]),
      pods: known(pods),
      workloads: unknown('forbidden', 'list deployments.apps'),
    }),
    expect: [{ subject: 'Service/shop/checkout', severity: 'warning', confidence: 'possible' }],
  },
  {
    it: 'not all workloads were read, and the near pods are those of another Service: a preview at 0, perhaps',
    given: model({
      services: known([service('web'), service('web-preview')]),
      pods: known([pod('web-1', { labels: { app: 'web' } })]),
      workloads: unknown('cut-off', 'kubectl get holds no statefulsets.apps'),
    }),
    expect: 'cannot-tell',
    says: /scaled to 0/,
  },
  {
    it: 'the Service of a member that its StatefulSet does not make',
    given: {
      services: [service('pg-0', { selector: member('pg-0') }), service('pg-2', { selector: member('pg-2') })],
      pods: [pod('pg-0', { labels: member('pg-0') })],
      workloads: [deployment('pg', 2, { kind: 'StatefulSet', templateLabels: { app: 'pg' } })],
    },
    expect: [{ subject: 'Service/shop/pg-2', severity: 'error', args: { set: 'pg', members: 2, first: 0 } }],
  },
  {
    it: 'a headless Service is held to its selector too',
    given: {
      services: [service('db', { clusterIP: 'None', selector: { app: 'bd' } })],
      pods: [pod('db-0')],
      workloads: [],
    },
    expect: [{ subject: 'Service/shop/db' }],
  },
  {
    it: 'a part of the control plane that runs elsewhere, for a scraper',
    given: {
      services: [
        service('prom-kube-scheduler', {
          namespace: 'kube-system',
          clusterIP: 'None',
          selector: { component: 'kube-scheduler' },
        }),
      ],
      pods: [],
      workloads: [],
    },
    expect: [{ subject: 'Service/kube-system/prom-kube-scheduler', severity: 'info' }],
  },
  {
    it: 'the role of a replica, where the one pod leads',
    given: {
      services: [role('pg-rw', 'primary'), role('pg-ro', 'replica')],
      pods: [pgPod('pg-1', 'primary')],
      workloads: [],
    },
    expect: [{ subject: 'Service/shop/pg-ro', severity: 'info' }],
  },
  {
    it: 'the same, asked about',
    given: {
      services: [role('pg-rw', 'primary'), role('pg-ro', 'replica')],
      pods: [pgPod('pg-1', 'primary')],
      workloads: [],
    },
    scope: { target: { kind: 'object', object: subject('Service', 'shop', 'pg-ro'), url: null } },
    expect: [{ subject: 'Service/shop/pg-ro', severity: 'error' }],
  },
  {
    it: 'three pods, and none of them leads',
    given: {
      services: [role('pg-rw', 'primary'), role('pg-ro', 'replica')],
      pods: ['pg-1', 'pg-2', 'pg-3'].map((it) => pgPod(it, 'replica')),
      workloads: [],
    },
    expect: [{ subject: 'Service/shop/pg-rw', severity: 'error' }],
  },
  {
    it: 'the Service of a canary at weight 0, whose near miss is what it is a canary of',
    given: canaried(canaryOf('next', true)),
    expect: [
      {
        subject: 'Service/shop/mix-next',
        severity: 'info',
        args: { expected: 'canary', part: 'next', miss: null, theirs: null },
      },
    ],
  },
  {
    it: 'two canaries, and requests go to one of them',
    given: canaried(canaryOf('next', true), canaryOf('next-too', false)),
    expect: [{ subject: 'Service/shop/mix-next', severity: 'error', args: { expected: null, miss: null } }],
  },
  {
    it: 'the Service of a canary at weight 0, asked about',
    given: canaried(canaryOf('next', true)),
    scope: { target: { kind: 'object', object: subject('Service', 'shop', 'mix-next'), url: null } },
    expect: [{ subject: 'Service/shop/mix-next', severity: 'error', args: { miss: null } }],
  },
  {
    it: 'an Ingress that is no canary leads there as well: the near pods are those of another Service',
    given: {
      ...canaried(canaryOf('next', true)),
      ingresses: [ingress([['/', 'mix-next', 80]]), canaryOf('next', true)],
      services: [service('mix'), service('mix-next', { selector: { app: 'mixx' } })],
    },
    expect: [{ subject: 'Service/shop/mix-next', severity: 'error', args: { theirs: 'mix', claimedBy: 'mix' } }],
  },
  {
    it: 'the near pods are those of another Service by fewer labels',
    given: {
      services: [service('cart'), service('cart-2', { selector: { app: 'cart', version: 'v1' } })],
      pods: [pod('cart-1', { labels: { app: 'cart', version: 'v2' } })],
      workloads: [],
    },
    expect: [{ subject: 'Service/shop/cart-2', severity: 'error', args: { theirs: 'v2', claimedBy: 'cart' } }],
  },
  {
    it: 'another Service selects other pods',
    given: { services: [misspelt, service('cart')], pods: [...pods, pod('cart-1')], workloads: [] },
    expect: [{ subject: 'Service/shop/checkout', args: { theirs: 'checkout', claimedBy: null } }],
  },
  { it: 'pods that match', given: { services: [service('checkout')], pods, workloads: [] }, expect: 'ok' },
  {
    it: 'pods that match and are not ready are another check',
    given: { services: [service('cart')], pods: [notReady('cart-1', 'x')], workloads: [] },
    expect: 'ok',
  },
  {
    it: 'scaled to 0',
    given: { services: [service('cart')], pods: [], workloads: [deployment('cart', 0)] },
    expect: 'ok',
  },
  {
    it: 'only a completed Job pod matches: another check',
    given: { services: [service('cart')], pods: [completed('cart-job')], workloads: [] },
    expect: 'ok',
  },
  {
    it: 'no selector, an empty one, ExternalName',
    given: {
      services: [
        service('a', { selector: null }),
        service('b', { selector: {} }),
        service('c', { type: 'ExternalName', clusterIP: null, externalName: 'db.example.com' }),
      ],
      pods: [],
      workloads: [],
    },
    expect: 'not-applicable',
  },
  { it: 'pods that could not be read', given: { services: [misspelt] }, expect: 'cannot-tell' },
])
