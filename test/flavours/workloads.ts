import { failing, type Flavour, patched, plus } from './flavour.ts'
import { coreDns, ingress, kubeProxy, maker, type Manifest, nodes, object, service, shop } from './manifest.ts'

const base: readonly Manifest[] = [
  ...nodes(3, (index) => `worker-${index}`),
  ...coreDns({ ip: '10.96.0.10' }),
  kubeProxy(),
]

function nginx(at: string, klass: string, controller: string): readonly Manifest[] {
  const [name = '', namespace = ''] = at.split('/').toReversed()
  const labels = {
    'app.kubernetes.io/name': 'ingress-nginx',
    'app.kubernetes.io/instance': name,
    'app.kubernetes.io/component': 'controller',
  }
  const container = {
    name: 'controller',
    image: 'registry.k8s.io/ingress-nginx/controller:v1.12.2',
    args: ['/nginx-ingress-controller', `--controller-class=${controller}`, `--ingress-class=${klass}`],
    ports: ['http:80', 'https:443', 'webhook:8443'],
  }
  return [
    maker('Deployment', `${namespace}/${name}-controller`, { labels, containers: [container] }),
    service(`${namespace}/${name}-controller`, labels, ['http:80>http', 'https:443>https'], { type: 'LoadBalancer' }),
    service(`${namespace}/${name}-controller-admission`, labels, ['https-webhook:443>webhook']),
    object('IngressClass', klass, { spec: { controller } }),
  ]
}

const oneNginx = nginx('ingress-nginx/ingress-nginx', 'nginx', 'k8s.io/ingress-nginx')

function slice(at: string, of: string, addresses: readonly string[], port: string): Manifest {
  const [name = '', number = ''] = port.split(':')
  return object(
    'EndpointSlice',
    at,
    {
      addressType: 'IPv4',
      ports: [{ name, port: Number(number), protocol: 'TCP' }],
      endpoints: addresses.map((it) => ({ addresses: [it], conditions: { ready: true } })),
    },
    { 'kubernetes.io/service-name': of, 'endpointslice.kubernetes.io/managed-by': 'ops' },
  )
}

const nightly = object('CronJob', 'shop/report', {
  spec: {
    schedule: '0 3 * * *',
    jobTemplate: {
      spec: {
        template: {
          metadata: { labels: { app: 'report' } },
          spec: {
            containers: [
              {
                name: 'report',
                image: 'registry.example.com/shop/report:1',
                ports: [{ name: 'http', containerPort: 8080 }],
              },
            ],
          },
        },
      },
    },
  },
})

function over(at: string, phase: string, reason: string): Manifest {
  return object(
    'Pod',
    at,
    {
      spec: { nodeName: 'worker-1', containers: [{ name: 'job', image: 'registry.example.com/shop/job:1' }] },
      status: {
        phase,
        reason,
        conditions: [{ type: 'Ready', status: 'False', reason: 'PodCompleted' }],
        containerStatuses: [
          {
            name: 'job',
            ready: false,
            restartCount: 0,
            state: { terminated: { reason, exitCode: phase === 'Succeeded' ? 0 : 137 } },
          },
        ],
      },
    },
    { app: 'job' },
  )
}

/** CloudNativePG makes pods itself, and a Service for each role. */
function postgres(instances: number): readonly Manifest[] {
  const labels = (index: number) => ({
    'cnpg.io/cluster': 'pg',
    'cnpg.io/instanceRole': index === 1 ? 'primary' : 'replica',
    'cnpg.io/podRole': 'instance',
  })
  const container = {
    name: 'postgres',
    image: 'ghcr.io/cloudnative-pg/postgresql:17.4',
    ports: [{ name: 'postgresql', containerPort: 5432, protocol: 'TCP' }],
  }
  const pods = Array.from({ length: instances }, (_, index) => {
    const it = object(
      'Pod',
      `shop/pg-${index + 1}`,
      { spec: { nodeName: `worker-${index + 1}`, containers: [container] } },
      labels(index + 1),
    )
    return {
      ...it,
      metadata: {
        ...it.metadata,
        ownerReferences: [{ apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', name: 'pg', controller: true }],
      },
    }
  })
  const role = (name: string, value: string): Manifest =>
    service(`shop/pg-${name}`, { 'cnpg.io/cluster': 'pg', 'cnpg.io/instanceRole': value }, ['postgres:5432>5432'])
  return [
    ...pods,
    role('rw', 'primary'),
    role('ro', 'replica'),
    service('shop/pg-r', { 'cnpg.io/cluster': 'pg', 'cnpg.io/podRole': 'instance' }, ['postgres:5432>5432']),
  ]
}

export const workloads: readonly Flavour[] = [
  {
    it: "a CronJob's Service between two runs",
    source: 'kubernetes.io/docs/concepts/workloads/controllers/cron-jobs; the field: a Service for a daily CronJob',
    objects: [...base, ...shop(), nightly, service('shop/report', { app: 'report' }, ['http:80>http'])],
    broken: {
      it: "the CronJob's pods bear another label",
      but: patched('CronJob/shop/report', {
        spec: { jobTemplate: { spec: { template: { metadata: { labels: { app: 'reports' } } } } } },
      }),
      code: 'SVC201',
      on: 'Service/shop/report',
    },
  },
  {
    it: 'a dev namespace that is scaled to 0 for the night, with its Ingress',
    source: 'kube-downscaler, KEDA: everything wants 0',
    objects: [
      ...base,
      ...oneNginx,
      ...shop('dev').map((it) =>
        it.kind === 'Deployment'
          ? (patched(`Deployment/dev/${it.metadata.name}`, { spec: { replicas: 0 } })([it])[0] ?? it)
          : it,
      ),
      ingress('dev/web', { class: 'nginx' }),
      ...shop(),
    ],
    broken: {
      it: 'one of them is up and crashes',
      but: (it) => failing('Deployment/dev/web')(patched('Deployment/dev/web', { spec: { replicas: 1 } })(it)),
      code: 'SVC205',
      on: 'Service/dev/web',
    },
  },
  {
    it: 'completed Jobs, evicted pods and a failed run that stay in the list',
    source: 'kubernetes.io/docs/concepts/workloads/controllers/job: clean-up of finished Jobs',
    objects: [
      ...base,
      ...shop(),
      over('shop/import-1', 'Succeeded', 'Completed'),
      over('shop/import-2', 'Failed', 'Error'),
      over('shop/web-evicted', 'Failed', 'Evicted'),
      maker('Job', 'shop/migrate', {
        labels: { 'job-name': 'migrate' },
        containers: [{ name: 'migrate', image: 'registry.example.com/shop/migrate:7' }],
      }),
    ],
    broken: {
      it: 'a pod that no Service needs cannot start',
      but: failing('Job/shop/migrate', 'CreateContainerConfigError'),
      code: 'TRB901',
      on: 'Pod/shop/migrate-.*',
    },
  },
  {
    it: 'Services of every shape: no selector, headless, ExternalName, external traffic kept local',
    source: 'kubernetes.io/docs/concepts/services-networking/service',
    objects: [
      ...base,
      ...shop(),
      service('shop/outside-db', null, ['db:5432>5432']),
      slice('shop/outside-db-1', 'outside-db', ['10.8.0.4', '10.8.0.5'], 'db:5432'),
      object('Service', 'shop/mail', { spec: { type: 'ExternalName', externalName: 'smtp.example.com' } }),
      maker('StatefulSet', 'shop/queue', {
        labels: { app: 'queue' },
        replicas: 3,
        containers: [{ name: 'queue', image: 'registry.example.com/queue:3', ports: ['amqp:5672'] }],
        more: { serviceName: 'queue-peers' },
      }),
      service('shop/queue-peers', { app: 'queue' }, ['amqp:5672>amqp'], {
        clusterIP: 'None',
        publishNotReadyAddresses: true,
      }),
      service('shop/queue', { app: 'queue' }, ['amqp:5672>amqp']),
      service('shop/front', { app: 'web' }, ['http:80>http'], { type: 'LoadBalancer', externalTrafficPolicy: 'Local' }),
      service('shop/plain', { app: 'web' }, [], { ports: [{ port: 8080 }] }),
      object('Service', 'shop/nothing', { spec: { clusterIP: 'None', clusterIPs: ['None'] } }),
    ],
    broken: {
      it: 'the queue does not become ready',
      but: failing('StatefulSet/shop/queue', 'NotReady'),
      code: 'SVC205',
      on: 'Service/shop/queue',
    },
  },
  {
    it: 'an Ingress and its canary of the same host and path',
    source: 'kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#canary',
    objects: [
      ...base,
      ...oneNginx,
      ...shop(),
      ingress('shop/web', { class: 'nginx' }),
      ingress('shop/web-canary', {
        class: 'nginx',
        backend: 'api:http',
        annotations: { 'nginx.ingress.kubernetes.io/canary': 'true', 'nginx.ingress.kubernetes.io/canary-weight': '0' },
      }),
    ],
    broken: {
      it: 'the canary routes to a Service that is gone',
      but: (it) => it.filter((one) => !(one.kind === 'Service' && one.metadata.name === 'api')),
      code: 'ING301',
      on: 'Ingress/shop/web-canary',
    },
  },
  {
    it: 'a solver Ingress of cert-manager while a certificate is made',
    source: 'cert-manager/cert-manager pkg/issuer/acme/http: solver Service (NodePort), pod and Ingress',
    objects: [
      ...base,
      ...oneNginx,
      ...shop(),
      ingress('shop/web', { class: 'nginx' }),
      object(
        'Pod',
        'shop/cm-acme-http-solver-x7k2p',
        {
          spec: {
            containers: [
              {
                name: 'acmesolver',
                image: 'quay.io/jetstack/cert-manager-acmesolver:v1.17.2',
                ports: [{ name: 'http', containerPort: 8089 }],
              },
            ],
          },
        },
        { 'acme.cert-manager.io/http-domain': '1234', 'acme.cert-manager.io/http01-solver': 'true' },
      ),
      service(
        'shop/cm-acme-http-solver-q9d4m',
        { 'acme.cert-manager.io/http-domain': '1234', 'acme.cert-manager.io/http01-solver': 'true' },
        ['http:8089>8089'],
        { type: 'NodePort' },
      ),
      ingress('shop/cm-acme-http-solver-z2v8t', {
        class: 'nginx',
        backend: 'cm-acme-http-solver-q9d4m:8089',
        path: '/.well-known/acme-challenge/token',
        pathType: 'Exact',
        address: null,
      }),
    ],
    broken: {
      it: "the solver's Ingress has a class of another controller",
      but: patched('Ingress/shop/cm-acme-http-solver-z2v8t', { spec: { ingressClassName: 'ngins' } }),
      code: 'ING303',
      on: 'Ingress/shop/cm-acme-http-solver-z2v8t',
    },
  },
  {
    it: 'two ingress controllers, one for inside and one for outside',
    source: 'kubernetes.github.io/ingress-nginx/user-guide/multiple-ingress',
    objects: [
      ...base,
      ...oneNginx,
      ...nginx('ingress-inside/inside', 'nginx-inside', 'k8s.io/ingress-nginx-inside'),
      ...shop(),
      ingress('shop/web', { class: 'nginx' }),
      ingress('shop/admin', {
        class: 'nginx-inside',
        host: 'admin.example.com',
        backend: 'api:80',
        address: { ip: '10.0.0.80' },
      }),
    ],
    broken: {
      it: 'the inner controller is down',
      but: failing('Deployment/ingress-inside/inside-controller'),
      code: 'SVC205',
      on: 'Service/ingress-inside/inside-controller',
    },
  },
  {
    it: 'a database of an operator with one instance: its Service for replicas is empty',
    source: 'cloudnative-pg.io/documentation/current/service_management: -rw, -ro, -r',
    objects: [...base, ...shop(), ...postgres(1)],
    broken: {
      it: 'a Service of somebody with a typo in a role',
      but: plus(
        service('shop/pg-main', { 'cnpg.io/cluster': 'pg', 'cnpg.io/podRole': 'instanze' }, ['postgres:5432>5432']),
      ),
      code: 'SVC201',
      on: 'Service/shop/pg-main',
    },
  },
  {
    it: 'Argo Rollouts: ReplicaSets of an owner that is not listed, an active and a preview Service',
    source: 'argoproj/argo-rollouts docs/features/bluegreen.md',
    objects: [
      ...base,
      ...shop(),
      ...[
        ['7c9b', 2],
        ['5f6d', 0],
      ].flatMap(([hash, replicas]): Manifest[] => {
        const labels = { app: 'cart', 'rollouts-pod-template-hash': String(hash) }
        const it = maker('ReplicaSet', `shop/cart-${hash}`, {
          labels,
          replicas: Number(replicas),
          containers: [{ name: 'cart', image: 'registry.example.com/shop/cart:2', ports: ['http:8080'] }],
        })
        const owned = {
          ...it,
          metadata: {
            ...it.metadata,
            ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'cart', controller: true }],
          },
        }
        const pods = Array.from({ length: Number(replicas) }, (_, index) => {
          const pod = object(
            'Pod',
            `shop/cart-${hash}-${index}`,
            {
              spec: {
                containers: [
                  {
                    name: 'cart',
                    image: 'registry.example.com/shop/cart:2',
                    ports: [{ name: 'http', containerPort: 8080 }],
                  },
                ],
              },
            },
            labels,
          )
          return {
            ...pod,
            metadata: {
              ...pod.metadata,
              ownerReferences: [{ kind: 'ReplicaSet', name: `cart-${hash}`, controller: true }],
            },
          }
        })
        return [owned, ...pods]
      }),
      service('shop/cart', { app: 'cart', 'rollouts-pod-template-hash': '7c9b' }, ['http:80>http']),
      service('shop/cart-preview', { app: 'cart', 'rollouts-pod-template-hash': '7c9b' }, ['http:80>http']),
    ],
    broken: {
      it: 'the active Service has a hash that no ReplicaSet bears',
      but: patched('Service/shop/cart', { spec: { selector: { 'rollouts-pod-template-hash': '7c9c' } } }),
      code: 'SVC201',
      on: 'Service/shop/cart',
    },
  },
  {
    it: 'Knative: a revision at 0, ExternalName Services, one without a selector',
    source: 'knative/serving docs/scaling; knative.dev/docs/serving/autoscaling/scale-to-zero',
    objects: [
      ...base,
      ...shop(),
      maker('Deployment', 'shop/hello-00001-deployment', {
        labels: { 'serving.knative.dev/revision': 'hello-00001', app: 'hello-00001' },
        replicas: 0,
        containers: [
          { name: 'user-container', image: 'registry.example.com/hello:1', ports: ['user-port:8080'] },
          {
            name: 'queue-proxy',
            image: 'gcr.io/knative-releases/queue:v1.18',
            ports: ['queue-port:8012', 'http-queueadm:8022'],
          },
        ],
      }),
      service('shop/hello-00001-private', { 'serving.knative.dev/revision': 'hello-00001' }, [
        'http:80>8012',
        'http-queueadm:8022>8022',
      ]),
      service('shop/hello-00001', null, ['http:80>8012']),
      slice('shop/hello-00001-1', 'hello-00001', ['10.244.1.40'], 'http:8012'),
      object('Service', 'shop/hello', {
        spec: { type: 'ExternalName', externalName: 'kourier-internal.kourier-system.svc.cluster.local' },
      }),
      maker('Deployment', 'kourier-system/3scale-kourier-gateway', {
        labels: { app: '3scale-kourier-gateway' },
        containers: [
          { name: 'kourier-gateway', image: 'docker.io/envoyproxy/envoy:v1.34', ports: ['http2-internal:8081'] },
        ],
      }),
      service('kourier-system/kourier-internal', { app: '3scale-kourier-gateway' }, ['http2:80>8081']),
    ],
    broken: {
      it: 'the gateway does not become ready',
      but: failing('Deployment/kourier-system/3scale-kourier-gateway', 'NotReady'),
      code: 'SVC205',
      on: 'Service/kourier-system/kourier-internal',
    },
  },
]
