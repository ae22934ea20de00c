import { backend, parent, route } from '../../../test/build/gateway.ts'
import { controller, ingress } from '../../../test/build/ingress.ts'
import { container, deployment, pod } from '../../../test/build/pod.ts'
import { port, service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Ingress } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import { subject } from '../../model/subject.ts'
import check from './nobody-written-down.ts'

const db = service('db', { selector: null, ports: [port({ port: 5432, targetPort: 5432 })] })
const others = [slice('web', [pod('web-1')])]
const headless = { ...db, clusterIP: 'None' }
const calling = pod('web-1', { containers: [container({ calls: [{ by: 'DB_HOST', host: 'db', port: 5432 }] })] })
const dbPod = pod('db-main-1', {
  labels: {},
  owner: { kind: 'StatefulSet', name: 'db-main' },
  containers: [container({ ports: [{ name: null, port: 5432, protocol: 'TCP' }] })],
})
const found = { subject: 'Service/shop/db', severity: 'warning' as const, confidence: 'inferred' as const }

const ofService = parent({ group: '', kind: 'Service', namespace: null, name: 'db' })
const redirecting = ingress([['/', 'db', 5432]], {
  redirect: { by: 'permanent-redirect', to: { scheme: 'https', host: 'www.example.com', port: 443 }, path: '/' },
})
const ofNginx = controller({ product: 'ingress-nginx' })

describeCheck(check, [
  ...[
    { it: 'an Ingress that only redirects needs a backend by its schema', about: {}, well: true },
    {
      it: 'by an annotation whose URL is not kept',
      about: { redirect: undefined, annotated: ['nginx.ingress.kubernetes.io/temporal-redirect'] },
      well: true,
    },
    {
      it: 'by a return in a snippet',
      about: { redirect: undefined, snippets: [{ by: 'server-snippet', does: 'return', status: 301 } as const] },
      well: true,
    },
    {
      it: 'an app-root is for one path alone',
      about: { redirect: { by: 'app-root', to: null, path: '/app' } as const },
      well: false,
    },
  ].map(({ it, about, well }) => ({
    it,
    given: {
      services: [db],
      endpointSlices: others,
      ingresses: [{ ...redirecting, ...about } as Ingress],
      ingressControllers: [ofNginx],
    },
    expect: well ? ('ok' as const) : [{ ...found, severity: 'error' as const }],
  })),
  {
    it: 'a redirect for another controller',
    given: {
      services: [db],
      endpointSlices: others,
      ingresses: [redirecting],
      ingressControllers: [controller({ controller: 'traefik.io/ingress-controller' })],
    },
    expect: [{ ...found, severity: 'error' }],
  },
  {
    it: 'of a redirecting Ingress, and asked about itself',
    given: { services: [db], endpointSlices: others, ingresses: [redirecting], ingressControllers: [ofNginx] },
    scope: { target: { kind: 'object', object: subject('Service', 'shop', 'db'), url: null } },
    expect: [{ ...found, severity: 'error' }],
  },
  ...[
    { it: 'the parent of an accepted route', name: 'db-v2', status: 'True' as const, well: true },
    { it: 'the parent of a route that nobody accepted', name: 'db-v2', status: 'False' as const, well: false },
    { it: 'a backend of its own route', name: 'db', status: 'True' as const, well: false },
  ].map(({ it, name, status, well }) => ({
    it,
    given: {
      services: [db],
      endpointSlices: others,
      gatewayRoutes: [
        route([backend(name)], {
          parents: [ofService],
          status: [
            {
              parent: ofService,
              controller: 'istio.io/gateway-controller',
              conditions: [{ type: 'Accepted', status, reason: 'Accepted', message: '', generation: 1 }],
            },
          ],
        }),
      ],
    },
    expect: well ? ('ok' as const) : [found],
  })),
  { it: 'nobody wrote endpoints down', given: { services: [db], endpointSlices: others }, expect: [found] },
  {
    it: 'a slice without addresses',
    given: { services: [db], endpointSlices: [slice('db', [])] },
    expect: [{ ...found, says: /nobody answers/ }],
  },
  ...[true, false].map((isWhole) => ({
    it: `Endpoints of which no slice is made, in a file ${isWhole ? 'of' : 'without'} slices`,
    given: {
      services: [db],
      endpointSlices: [
        ...(isWhole ? others : []),
        { ...slice('db', [pod('far-1')]), from: 'Endpoints' as const, unmirrored: true as const },
      ],
    },
    expect: isWhole ? [{ ...found, says: /bear the label skip-mirror/ }] : ('ok' as const),
  })),
  {
    it: 'a headless one',
    given: { services: [headless], endpointSlices: [] },
    expect: [{ ...found, args: { headless: true }, says: /leads to no address/ }],
  },
  {
    it: 'a pod is told to call it',
    given: { services: [db], endpointSlices: others, pods: [calling] },
    expect: [{ ...found, severity: 'error', args: { named: ['Deployment shop/web'] } }],
  },
  {
    it: 'an Ingress sends requests to it',
    given: { services: [db], endpointSlices: others, ingresses: [ingress([['/', 'db', 5432]])] },
    expect: [{ ...found, severity: 'error', args: { named: ['Ingress shop/web'] } }],
  },
  {
    it: 'it is asked about',
    given: modelOf(
      { services: [db], endpointSlices: others },
      {},
      { target: { kind: 'object', object: subject('Service', 'shop', 'db'), url: null } },
    ),
    expect: [{ ...found, severity: 'error' }],
  },
  {
    it: 'pods are called like it and declare its port',
    given: { services: [db], endpointSlices: others, pods: [dbPod] },
    expect: [{ ...found, args: { likely: 'StatefulSet db-main' } }],
  },
  {
    it: 'a controller keeps it',
    given: {
      services: [{ ...db, labels: { 'postgres-operator.crunchydata.com/cluster': 'db' } }],
      endpointSlices: others,
    },
    expect: [{ ...found, severity: 'info', confidence: 'possible' }],
  },
  {
    it: 'Patroni keeps it, and a pod is told to call it',
    given: { services: [{ ...db, labels: { application: 'spilo' } }], endpointSlices: [], pods: [calling] },
    expect: [{ ...found, severity: 'warning', confidence: 'possible' }],
  },
  {
    it: 'by it members say who leads, and write no address down',
    given: {
      services: [
        { ...headless, name: 'db-config', labels: { application: 'patroni', 'cluster-name': 'db' } },
        { ...headless, name: 'operator-leader-election' },
      ],
      endpointSlices: others,
    },
    expect: 'not-applicable',
  },
  {
    it: 'called so, and nobody says that a controller keeps it',
    given: { services: [{ ...headless, name: 'db-config' }], endpointSlices: others },
    expect: [{ ...found, subject: 'Service/shop/db-config' }],
  },
  {
    it: 'the leader of Patroni, by the labels of its documentation',
    given: { services: [{ ...db, labels: { application: 'patroni', 'cluster-name': 'db' } }], endpointSlices: others },
    expect: [{ ...found, severity: 'info', confidence: 'possible' }],
  },
  {
    it: 'Helm applied it',
    given: { services: [{ ...db, labels: { 'app.kubernetes.io/managed-by': 'Helm' } }], endpointSlices: [] },
    expect: [found],
  },
  { it: 'it has an address', given: { services: [db], endpointSlices: [slice('db', [dbPod])] }, expect: 'ok' },
  {
    it: 'it has an address that is not ready: somebody wrote it down',
    given: { services: [db], endpointSlices: [slice('db', [{ ...dbPod, ready: false }])] },
    expect: 'ok',
  },
  {
    it: 'a slice of no Service has its port: SVC242 tells of it',
    given: {
      services: [db],
      endpointSlices: [slice('db-ext', [dbPod], { ports: [{ name: 'http', port: 5432, protocol: 'TCP' }] })],
    },
    expect: 'ok',
  },
  {
    it: 'it names the pods of a StatefulSet: SVC211 tells of it',
    given: {
      services: [headless],
      endpointSlices: [],
      workloads: [deployment('db', 3, { kind: 'StatefulSet', serviceName: 'db' })],
    },
    expect: 'not-applicable',
  },
  {
    it: 'the host of a VirtualService',
    given: {
      services: [db],
      endpointSlices: [],
      mesh: {
        served: ['VirtualService'],
        inScopeOnly: [],
        virtualServices: [
          {
            namespace: 'mesh',
            name: 'db',
            hosts: ['db.shop.svc.cluster.local'],
            gateways: ['mesh'],
            destinations: [],
          },
        ],
        destinationRules: [],
        gateways: [],
        serviceEntries: [],
        peerAuthentications: [],
        authorizationPolicies: [],
        sidecars: [],
      },
    },
    expect: 'ok',
  },
  {
    it: 'the Service of the API server',
    given: { services: [{ ...db, namespace: 'default', name: 'kubernetes' }], endpointSlices: [] },
    expect: 'not-applicable',
  },
  {
    it: 'no port: a name alone, of which nobody asks for more',
    given: { services: [{ ...headless, ports: [] }], endpointSlices: [] },
    expect: 'not-applicable',
  },
  {
    it: 'kubelets, as the operator of Prometheus writes them down',
    given: {
      services: [{ ...headless, name: 'stack-kubelet', ports: [port({ port: 10_250, targetPort: 10_250 })] }],
      endpointSlices: [],
    },
    expect: 'not-applicable',
  },
  {
    it: 'an ExternalName',
    given: {
      services: [service('db', { type: 'ExternalName', clusterIP: null, externalName: 'db.example', selector: null })],
      endpointSlices: [],
    },
    expect: 'not-applicable',
  },
  { it: 'a selector', given: { services: [service('db')], endpointSlices: [] }, expect: 'not-applicable' },
  {
    it: 'slices forbidden',
    given: modelOf({ services: [db] }, { endpointSlices: unknown('forbidden', 'list endpointslices') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
