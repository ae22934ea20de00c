import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asRawObject } from '../../kube/raw-object.ts'
import { createIntern } from '../../wire/intern.ts'
import { mask } from '../../wire/secrets.ts'
import { projectEndpointSlice } from './endpoint-slice.ts'
import { projectIngressClass } from './ingress-class.ts'
import { projectIngress } from './ingress.ts'
import { fields } from './json.ts'
import { projectNamespace } from './namespace.ts'
import { projectNetworkPolicy } from './network-policy.ts'
import { projectNode } from './node.ts'
import { projectPod } from './pod.ts'
import { projectService } from './service.ts'
import { projectWeaveTc } from './weave-tc.ts'
import type { Workload } from '../../model/workload.ts'
import { projectWorkload } from './workload.ts'

const intern = createIntern()
const metadata = { namespace: 'shop', name: 'cart', labels: { app: 'cart' } }

const calling = { spec: { containers: [{ name: 'app', env: [{ name: 'URL', value: 'http://cart:81' }] }] } }

describe('weave-tc', () => {
  const container = {
    name: 'weave-tc',
    image: 'qmachu/weave-tc:bd94b89',
    securityContext: { privileged: true },
    env: [
      { name: 'NET_OVERLAY_IF', value: 'weave' },
      { name: 'PASSWORD', value: 'hunter2' },
    ],
    volumeMounts: [{ name: 'lib-tc', mountPath: '/lib/tc' }],
  }
  const raw = (containers: readonly object[]) => ({
    metadata,
    spec: {
      template: {
        spec: {
          hostNetwork: true,
          containers,
          volumes: [
            { name: 'lib-tc', hostPath: { path: '/usr/lib/tc' } },
            { name: 'token', secret: { secretName: 'x' } },
          ],
        },
      },
    },
  })
  test('what it stands on, and of its environment two values alone', () => {
    expect(projectWeaveTc(raw([{ name: 'weave' }, container]))).toEqual([
      {
        workload: { kind: 'DaemonSet', namespace: 'shop', name: 'cart' },
        container: 'weave-tc',
        index: 1,
        privileged: true,
        hostNetwork: true,
        overlay: 'weave',
        dnsPort: null,
        mounts: [{ volume: 'lib-tc', mountPath: '/lib/tc' }],
        volumes: [
          { volume: 'lib-tc', hostPath: '/usr/lib/tc' },
          { volume: 'token', hostPath: null },
        ],
      },
    ])
  })
  test.each(['registry.example:5000/q/weave-tc', 'weave-tc@sha256:00'])('known by its image %s', (image) =>
    expect(projectWeaveTc(raw([{ name: 'delay', image }]))).toHaveLength(1),
  )
  test.each(['weave-tcp:1', 'weave-kube'])('%s is none', (image) =>
    expect(projectWeaveTc(raw([{ name: 'weave', image }]))).toEqual([]),
  )
})

describe('what takes part in the names of a pod', () => {
  const of = (spec: object, annotations: object = {}) =>
    projectPod({ metadata: { ...metadata, annotations }, spec, status: {} }, intern)
  test('hostAliases', () => {
    expect(of({ hostAliases: [{ ip: '10.0.0.66', hostnames: ['cart', 'cart.shop'] }] })?.hostAliases).toEqual([
      { ip: '10.0.0.66', names: ['cart', 'cart.shop'] },
    ])
    expect(of({})).not.toHaveProperty('hostAliases')
  })
  test('hostname and subdomain', () => {
    expect(of({ hostname: 'peer-0', subdomain: 'peers' })).toMatchObject({ hostname: 'peer-0', subdomain: 'peers' })
    expect(of({ hostname: '', subdomain: 7 })).not.toHaveProperty('hostname')
    expect(of({ hostname: '', subdomain: 7 })).not.toHaveProperty('subdomain')
  })
  test("a mesh that answers DNS: by the sidecar's environment, and by the mark of ambient mode", () => {
    const sidecar = (value: string): object => ({
      name: 'istio-proxy',
      env: [{ name: 'ISTIO_META_DNS_CAPTURE', value }],
    })
    expect(of({ containers: [{ name: 'web' }, sidecar('true')] })?.dnsHop).toEqual({
      by: 'container istio-proxy',
      sign: 'ISTIO_META_DNS_CAPTURE=true',
    })
    expect(of({ initContainers: [sidecar('true')] })?.dnsHop?.by).toBe('container istio-proxy')
    expect(of({ containers: [sidecar('false')] })).not.toHaveProperty('dnsHop')
    expect(of({}, { 'ambient.istio.io/redirection': 'enabled' })?.dnsHop?.by).toBe("the node's ztunnel")
  })
})

describe('Pod', () => {
  const raw = {
    metadata: {
      ...metadata,
      annotations: { secret: 'hunter2' },
      ownerReferences: [{ kind: 'ReplicaSet', name: 'cart-5f', controller: true }],
    },
    spec: {
      nodeName: 'worker-1',
      dnsPolicy: 'ClusterFirst',
      dnsConfig: { options: [{ name: 'ndots', value: '2' }, { name: 'use-vc' }] },
      initContainers: [
        { name: 'mesh', image: 'mesh:1', restartPolicy: 'Always' },
        { name: 'once', image: 'once:1' },
      ],
      containers: [
        {
          name: 'cart',
          image: 'cart:1',
          args: ['--password=hunter2'],
          env: [{ name: 'PASSWORD', value: 'hunter2' }],
          ports: [{ name: 'http', containerPort: 8080 }],
          resources: { limits: { cpu: '100m', memory: '64Mi' }, requests: { cpu: '0.05' } },
          readinessProbe: { httpGet: { port: 'http', path: '/ready?token=hunter2' } },
        },
      ],
    },
    status: {
      phase: 'Running',
      podIP: '10.2.1.9',
      conditions: [
        {
          type: 'Ready',
          status: 'False',
          reason: 'ContainersNotReady',
          message: 'containers with unready status: [cart]',
        },
      ],
      containerStatuses: [
        {
          name: 'cart',
          ready: false,
          restartCount: 3,
          state: { waiting: { reason: 'CrashLoopBackOff' } },
          lastState: { terminated: { reason: 'OOMKilled' } },
        },
      ],
    },
  }

  test('whole', () => {
    expect(projectPod(raw, intern)).toEqual({
      namespace: 'shop',
      name: 'cart',
      labels: { app: 'cart' },
      node: 'worker-1',
      ip: '10.2.1.9',
      phase: 'Running',
      ready: false,
      notReadyReason: 'containers with unready status: [cart]',
      deleting: false,
      hostNetwork: false,
      dnsPolicy: 'ClusterFirst',
      dnsConfig: {
        nameservers: [],
        searches: [],
        options: [
          { name: 'ndots', value: '2' },
          { name: 'use-vc', value: null },
        ],
      },
      owner: { kind: 'ReplicaSet', name: 'cart-5f' },
      containers: [
        {
          name: 'cart',
          image: 'cart:1',
          ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
          args: [],
          cpuLimitMilli: 100,
          cpuRequestMilli: 50,
          memoryLimitBytes: 67_108_864,
          readinessProbe: 'http-get :http/ready',
          ready: false,
          restarts: 3,
          waiting: 'CrashLoopBackOff',
          lastTermination: 'OOMKilled',
        },
        expect.objectContaining({ name: 'mesh', ready: false }),
      ],
    })
  })

  test('nothing that may be secret is kept', () =>
    expect(JSON.stringify(projectPod(raw, intern))).not.toContain('hunter2'))

  const waiting = (message: string): unknown => {
    const state = { name: 'cart', ready: false, state: { waiting: { reason: 'ImagePullBackOff', message } } }
    return projectPod({ ...raw, status: { ...raw.status, containerStatuses: [state] } }, intern)?.containers[0]
      ?.pullLookup
  }

  test.each([
    [
      'dial tcp: lookup r.example on 10.0.0.2:53: no such host',
      { name: 'r.example', server: '10.0.0.2:53', how: 'no such host' },
    ],
    [
      'dial tcp: lookup r.example on [2001:db8::2]:53: server misbehaving',
      { name: 'r.example', server: '[2001:db8::2]:53', how: 'server misbehaving' },
    ],
    ['lookup r.example: no such host', { name: 'r.example', server: null, how: 'no such host' }],
    [
      'dial tcp: lookup r.example on 10.0.0.2:53: read udp 10.0.0.9:4711->10.0.0.2:53: i/o timeout',
      { name: 'r.example', server: '10.0.0.2:53', how: 'i/o timeout' },
    ],
    ['manifest unknown: hunter2', undefined],
    [`${'lookup '.repeat(1000)}`, undefined],
  ])('of what an image waits for, the lookup alone is kept: %s', (message, kept) =>
    expect(waiting(message)).toEqual(kept),
  )

  test('all addresses of a pod of two families, and why one is over', () => {
    const both = { ...raw.status, podIPs: [{ ip: '10.2.1.9' }, { ip: 'fd00::9' }] }
    expect(projectPod({ ...raw, status: both }, intern)?.ips).toEqual(['10.2.1.9', 'fd00::9'])
    expect(projectPod({ ...raw, status: { phase: 'Failed', reason: 'Evicted' } }, intern)?.overReason).toBe('Evicted')
    expect(projectPod(raw, intern)).not.toHaveProperty('overReason')
  })

  test.each([{ 'k8s-app': 'kube-proxy' }, { 'app.kubernetes.io/name': 'ingress-nginx' }, { 'k8s-app': 'kube-dns' }])(
    '%o keeps of its command line what is read',
    (labels) => {
      const pod = {
        ...raw,
        metadata: { ...raw.metadata, labels },
        spec: { containers: [{ name: 'x', command: ['/bin/x'], args: ['--ingress-class=b', '-phunter2'] }] },
      }
      expect(projectPod(pod, intern)?.containers[0]?.args).toEqual([mask, '--ingress-class=b', mask])
    },
  )
})

describe('Service', () => {
  test('defaults', () => {
    expect(
      projectService(
        {
          metadata,
          spec: { clusterIP: '10.96.0.1', ports: [{ port: 80 }, { port: 53, protocol: 'UDP', targetPort: 'dns' }] },
        },
        intern,
      ),
    ).toEqual({
      namespace: 'shop',
      name: 'cart',
      type: 'ClusterIP',
      clusterIP: '10.96.0.1',
      selector: null,
      ports: [
        { name: null, port: 80, protocol: 'TCP', targetPort: 80, nodePort: null },
        { name: null, port: 53, protocol: 'UDP', targetPort: 'dns', nodePort: null },
      ],
      externalName: null,
      internalTrafficPolicy: 'Cluster',
      publishNotReadyAddresses: false,
      labels: { app: 'cart' },
    })
  })

  test.each([
    ['2026-01-01T00:00:00Z', 59],
    ['2025-12-31T00:01:00Z', 86_399],
    ['2025-12-31T00:00:59Z', undefined],
    ['2026-01-01T00:01:30Z', 0],
    ['', undefined],
  ])('made %s, read a minute into the year', (creationTimestamp, expected) => {
    const raw = { metadata: { ...metadata, creationTimestamp }, spec: { clusterIP: '10.96.0.1' } }
    const now = Date.parse('2026-01-01T00:00:59.9Z')
    expect(projectService(raw, intern, now)?.youngSeconds).toBe(expected)
    expect(projectService(raw, intern)).not.toHaveProperty('youngSeconds')
  })

  test('keeps to one server for each client', () => {
    expect(
      projectService({ metadata, spec: { clusterIP: '10.96.0.1', sessionAffinity: 'ClientIP' } }, intern),
    ).toMatchObject({ sessionAffinity: 'ClientIP' })
    expect(
      projectService({ metadata, spec: { clusterIP: '10.96.0.1', sessionAffinity: 'None' } }, intern),
    ).not.toHaveProperty('sessionAffinity')
  })

  test('an ExternalName has no address', () => {
    expect(
      projectService({ metadata, spec: { type: 'ExternalName', externalName: 'db.example', clusterIP: '' } }, intern),
    ).toMatchObject({ clusterIP: null, externalName: 'db.example' })
  })
})

test('an endpoint whose conditions are absent is ready and serving', () => {
  const slice = projectEndpointSlice(
    {
      metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'cart' } },
      addressType: 'IPv4',
      ports: [{ port: 53, protocol: 'UDP' }],
      endpoints: [
        { addresses: ['10.2.1.9'] },
        {
          addresses: ['10.2.1.10'],
          conditions: { ready: false, serving: true, terminating: true },
          targetRef: { kind: 'Pod', name: 'cart-1' },
        },
      ],
    },
    intern,
  )
  expect(slice).toMatchObject({ service: 'cart', ports: [{ name: null, port: 53, protocol: 'UDP' }] })
  expect(slice?.endpoints).toEqual([
    { ip: '10.2.1.9', ready: true, serving: true, terminating: false, node: null, pod: null },
    { ip: '10.2.1.10', ready: false, serving: true, terminating: true, node: null, pod: 'cart-1' },
  ])
})

test.each([
  [{ ingressClassName: 'nginx' }, {}, 'nginx', 'spec'],
  [{ ingressClassName: 'nginx' }, { 'kubernetes.io/ingress.class': 'old' }, 'nginx', 'spec'],
  [{}, { 'kubernetes.io/ingress.class': 'old' }, 'old', 'annotation'],
  [{}, {}, null, 'default'],
])('the class of an Ingress: %o %o', (spec, annotations, className, classFrom) => {
  expect(projectIngress({ metadata: { ...metadata, annotations }, spec }, intern)).toMatchObject({
    className,
    classFrom,
  })
})

test('a backend says where in the object it stands', () => {
  const spec = {
    rules: [
      {
        http: {
          paths: [
            { path: '/a', pathType: 'Prefix', backend: { resource: {} } },
            { pathType: 'Prefix', backend: { service: { name: 'cart', port: { name: 'http' } } } },
          ],
        },
      },
    ],
  }
  expect(projectIngress({ metadata, spec }, intern)?.rules).toEqual([
    {
      host: null,
      paths: [
        {
          path: '/a',
          pathType: 'Prefix',
          backend: { service: '', port: null, path: 'spec.rules[0].http.paths[0].backend' },
        },
        {
          path: '/',
          pathType: 'Prefix',
          backend: { service: 'cart', port: 'http', path: 'spec.rules[0].http.paths[1].backend' },
        },
      ],
    },
  ])
})

test('of who wrote an Ingress, the names alone; of its annotations, those of routing', () => {
  const annotations = {
    'nginx.ingress.kubernetes.io/rewrite-target': '/$2',
    'nginx.ingress.kubernetes.io/configuration-snippet': 'secret',
    'nginx.ingress.kubernetes.io/backend-protocol': 'https',
    'nginx.ingress.kubernetes.io/auth-url': 'http://user:secret@auth.shop.svc.cluster.local:8080/check?key=secret',
  }
  const managedFields = [
    { manager: 'glbc', subresource: 'status', time: '2026-11-28T12:00:00Z' },
    { manager: 'kubectl-edit', time: '2026-11-28T10:00:00Z' },
    { manager: 'argocd', time: '2026-11-28T11:00:00Z' },
    { manager: 'odd', time: 'yesterday' },
    { manager: 'old' },
  ]
  // As it comes from the API server: what is not kept at the door, nobody can read.
  const object = { metadata: { ...metadata, annotations, managedFields }, spec: {}, status: { loadBalancer: {} } }
  const raw = asRawObject(object)
  const made = raw === null ? null : projectIngress(raw, intern)
  expect(made).toMatchObject({
    statusBy: ['glbc'],
    changedAt: Date.UTC(2026, 10, 28, 11),
    vendors: ['nginx'],
    nginx: { rewrite: '/$2', regex: false, canary: false, protocol: 'HTTPS' },
    auth: { host: 'auth.shop.svc.cluster.local', port: 8080 },
  })
  expect(JSON.stringify(made)).not.toContain('secret')
})

test.each([
  ['a name', 'Site.shop.svc', 'site.shop.svc'],
  ['a name and port', 'site.shop.svc:8080', 'site.shop.svc'],
  ['a variable', '$host', undefined],
  ['a secret', 'user:secret@site', undefined],
])('the Host that pods get: %s', (_, value, vhost) => {
  const annotations = { 'nginx.ingress.kubernetes.io/upstream-vhost': value }
  expect(projectIngress({ metadata: { ...metadata, annotations }, spec: {} }, intern)?.nginx?.vhost).toBe(vhost)
})

test.each([
  ['weight 0', { 'canary-weight': '0' }, true],
  ['no weight', {}, true],
  ['weight 1', { 'canary-weight': '1' }, undefined],
  ['weight 100', { 'canary-weight': '100' }, undefined],
  ['by header', { 'canary-weight': '0', 'canary-by-header': 'X-Next' }, undefined],
  ['by cookie', { 'canary-weight': '0', 'canary-by-cookie': 'next' }, undefined],
  ['no canary', { canary: 'false', 'canary-weight': '0' }, undefined],
])('whether a request is led to a canary: %s', (_, own: Readonly<Record<string, string>>, idle) => {
  const annotations = Object.fromEntries(
    Object.entries({ canary: 'true', ...own }).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]),
  )
  expect(projectIngress({ metadata: { ...metadata, annotations }, spec: {} }, intern)?.nginx?.idle).toBe(idle)
})

test.each([
  ['gce://project/zone/node', 'gce'],
  ['aws:///eu-central-1a/i-0123', 'aws'],
  ['kind://docker/kind/kind-worker', 'kind'],
  ['i-0123', undefined],
  [undefined, undefined],
])('the cloud of a node: %s', (providerID, provider) => {
  expect(projectNode({ metadata: { name: 'w' }, spec: { providerID }, status: {} }, intern)?.provider).toBe(provider)
})

test('the default IngressClass', () => {
  expect(
    projectIngressClass({
      metadata: { name: 'nginx', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
      spec: { controller: 'k8s.io/ingress-nginx' },
    }),
  ).toEqual({ name: 'nginx', controller: 'k8s.io/ingress-nginx', isDefault: true })
})

test.each([
  [{}, ['Ingress']],
  [{ egress: [{}] }, ['Ingress', 'Egress']],
  [{ policyTypes: ['Egress'] }, ['Egress']],
  [{ policyTypes: ['Egress'], ingress: [{}] }, ['Egress']],
])('policy types of %o', (spec, types) =>
  expect(projectNetworkPolicy({ metadata, spec }, intern)?.types).toEqual(types),
)

test('an absent selector, protocol or port of a policy means all, TCP and every port', () => {
  const policy = projectNetworkPolicy(
    {
      metadata,
      spec: {
        egress: [
          {
            to: [{ namespaceSelector: {} }, { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }],
            ports: [{}, { port: 53, protocol: 'UDP', endPort: 54 }],
          },
        ],
      },
    },
    intern,
  )
  expect(policy?.podSelector).toEqual({ matchLabels: {}, matchExpressions: [] })
  expect(policy?.egress).toEqual([
    {
      peers: [
        { podSelector: null, namespaceSelector: { matchLabels: {}, matchExpressions: [] }, ipBlock: null },
        { podSelector: null, namespaceSelector: null, ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } },
      ],
      ports: [
        { protocol: 'TCP', port: null, endPort: null },
        { protocol: 'UDP', port: 53, endPort: 54 },
      ],
    },
  ])
})

test('Node', () => {
  const status = {
    addresses: [
      { type: 'Hostname', address: 'w' },
      { type: 'InternalIP', address: '10.0.0.2' },
    ],
    capacity: { cpu: '2' },
    conditions: [{ type: 'Ready', status: 'True', message: 'kubelet is posting ready status' }],
    nodeInfo: { kernelVersion: '6.1', osImage: 'Debian', kubeletVersion: 'v1.33.1' },
  }
  expect(
    projectNode(
      { metadata: { name: 'w' }, spec: { unschedulable: true, taints: [{ key: 'a', effect: 'NoSchedule' }] }, status },
      intern,
    ),
  ).toEqual({
    name: 'w',
    labels: {},
    ip: '10.0.0.2',
    ready: 'True',
    readyMessage: 'kubelet is posting ready status',
    unschedulable: true,
    taints: [{ key: 'a', value: null, effect: 'NoSchedule' }],
    kernel: '6.1',
    os: 'Debian',
    kubelet: 'v1.33.1',
    cpus: 2,
  })
})

test.each([
  ['Deployment', { replicas: 0 }, {}, { desired: 0, ready: 0 }],
  ['Deployment', {}, { readyReplicas: 1 }, { desired: 1, ready: 1 }],
  ['DaemonSet', {}, { desiredNumberScheduled: 3, numberReady: 2 }, { desired: 3, ready: 2 }],
  ['Job', { parallelism: 4, completions: 6 }, { succeeded: 5, ready: 1 }, { desired: 1, ready: 1 }],
  ['Job', { parallelism: 4 }, { conditions: [{ type: 'Failed', status: 'True' }] }, { desired: 0, ready: 0 }],
  ['Job', { suspend: true }, {}, { desired: 0, ready: 0 }],
] as const)('pods wanted by a %s %o %o', (kind, spec, status, counts) => {
  expect(projectWorkload(kind, { metadata, spec, status }, intern)).toMatchObject({ kind, ...counts })
})

describe('any JSON is a noun or null', () => {
  // Real field names with anything under them reach further in than JSON at random.
  const name = fc.constantFrom(
    'metadata',
    'name',
    'namespace',
    'labels',
    'annotations',
    'ownerReferences',
    'spec',
    'status',
    'containers',
    'initContainers',
    'ports',
    'port',
    'number',
    'endpoints',
    'addresses',
    'conditions',
    'rules',
    'http',
    'paths',
    'backend',
    'service',
    'podSelector',
    'matchExpressions',
    'operator',
    'egress',
    'ingress',
    'to',
    'from',
    'ipBlock',
    'cidr',
    'template',
    'resources',
    'limits',
    'cpu',
    'state',
    'waiting',
    'type',
    'key',
    'dnsConfig',
    'options',
    'readinessProbe',
    'httpGet',
    'restartPolicy',
    '__proto__',
    'constructor',
  )
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { depthSize: 'medium' },
      fc.constantFrom<unknown>(null, true, 'x', '', 'Always', 'Ready', 1, -1, 0.5, 1e300),
      fc.array(tie('json'), { maxLength: 4 }),
      fc.dictionary(name, tie('json'), { maxKeys: 8 }),
    ),
  }))
  const object = fc.tuple(json, json, json, json).map(([spec, status, labels, annotations]) => ({
    metadata: { name: 'a', namespace: 'b', labels, annotations },
    spec,
    status,
    endpoints: spec,
    ports: status,
  }))
  const projections: Readonly<Record<string, (raw: unknown) => unknown>> = {
    projectPod: (raw) => projectPod(raw, intern),
    projectService: (raw) => projectService(raw, intern),
    projectEndpointSlice: (raw) => projectEndpointSlice(raw, intern),
    projectIngress: (raw) => projectIngress(raw, intern),
    projectIngressClass,
    projectNetworkPolicy: (raw) => projectNetworkPolicy(raw, intern),
    projectNamespace: (raw) => projectNamespace(raw, intern),
    projectNode: (raw) => projectNode(raw, intern),
    projectWeaveTc: (raw) => projectWeaveTc(fields(raw)),
    projectWorkload: (raw) => [projectWorkload('Job', raw, intern), projectWorkload('Deployment', raw, intern)],
  }

  test.each(Object.keys(projections))('%s', (name) => {
    const project = projections[name]
    fc.assert(
      fc.property(fc.oneof(json, object), (raw) => {
        const noun = project?.(raw)
        // What is projected can be written: JSON holds it without loss.
        expect(JSON.parse(JSON.stringify(noun))).toEqual(noun)
      }),
      { numRuns: 200 },
    )
  })
})

test.each([
  ['https://login.example.com/check', { host: 'login.example.com', port: 443 }],
  ['http://auth.shop.svc', { host: 'auth.shop.svc', port: 80 }],
  ['https://$host/oauth2/auth', undefined],
  ['auth.shop.svc', undefined],
])('of an auth-url the host and the port alone: %s', (url, auth) => {
  const annotations = { 'nginx.ingress.kubernetes.io/auth-url': url }
  expect(projectIngress({ metadata: { ...metadata, annotations }, spec: {} }, intern)?.auth).toEqual(auth)
})

test.each<[Workload['kind'], object, string | null]>([
  ['CronJob', { jobTemplate: { spec: { template: calling } } }, 'scheduled'],
  ['CronJob', { suspend: true, jobTemplate: { spec: { template: calling } } }, 'suspended'],
  ['Job', { suspend: true, template: calling }, 'suspended'],
  ['Job', { completions: 0, template: calling }, null],
  ['Deployment', { replicas: 0, template: calling }, 'scaled'],
  ['Deployment', { replicas: 1, template: calling }, null],
  ['Deployment', { replicas: 0, template: { spec: { containers: [{ name: 'app' }] } } }, null],
])('whom the next pod of a %s calls: %j', (kind, spec, idle) => {
  const { next } = projectWorkload(kind, { metadata: { namespace: 'shop', name: 'web' }, spec }, intern) ?? {}
  expect(next?.idle ?? null).toBe(idle)
  expect(next?.containers[0]?.calls?.[0]?.host ?? null).toBe(idle === null ? null : 'cart')
})

test('the next pod of a CronJob is kept for what it calls of its own node alone', () => {
  const containers = [
    {
      name: 'app',
      env: [
        { name: 'HOST_IP', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } },
        { name: 'DD_TRACE_AGENT_URL', value: 'http://$(HOST_IP):8126' },
      ],
    },
  ]
  const raw = {
    metadata: { namespace: 'shop', name: 'report' },
    spec: { jobTemplate: { spec: { template: { spec: { containers } } } } },
  }
  expect(projectWorkload('CronJob', raw, intern)?.next?.containers[0]?.nearby).toMatchObject([
    { of: 'node', port: 8126 },
  ])
})

test('an old version that its owner keeps at 0 makes no pod', () => {
  const metadata = {
    namespace: 'shop',
    name: 'a',
    ownerReferences: [{ kind: 'Rollout', name: 'a', controller: true }],
  }
  expect(projectWorkload('ReplicaSet', { metadata, spec: { replicas: 0, template: calling } }, intern)?.next).toBe(
    undefined,
  )
})

test('of a CronJob its own labels that no pod gets, and when a run last went well', () => {
  const raw = {
    metadata: { namespace: 'shop', name: 'report', labels: { app: 'report', 'warehouse-client': 'true' } },
    spec: {
      jobTemplate: {
        metadata: { labels: { tier: 'batch' } },
        spec: { template: { metadata: { labels: { app: 'report' } } } },
      },
    },
    status: { lastSuccessfulTime: '2026-11-30T15:50:00Z' },
  }
  expect(projectWorkload('CronJob', raw, intern)).toMatchObject({
    outerLabels: { 'warehouse-client': 'true', tier: 'batch' },
    cron: { suspended: false, lastSuccess: 1_796_053_800 },
  })
  const owned = { ...raw, metadata: { ...raw.metadata, ownerReferences: [{ kind: 'X', name: 'x', controller: true }] } }
  expect(projectWorkload('CronJob', owned, intern)).not.toHaveProperty('outerLabels')
})

test.each([
  [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }, 'failed', 'BackoffLimitExceeded'],
  [{ type: 'Complete', status: 'True' }, 'complete', null],
  [{ type: 'Complete', status: 'False' }, null, null],
])('how a Job ended: %j', (condition, end, reason) => {
  const raw = {
    metadata: { namespace: 'shop', name: 'report-1' },
    status: { conditions: [condition], startTime: '2026-11-30T15:50:00Z', failed: 2 },
  }
  expect(projectWorkload('Job', raw, intern)).toMatchObject({
    run: { end, reason, started: 1_796_053_800, failedPods: 2 },
  })
})
