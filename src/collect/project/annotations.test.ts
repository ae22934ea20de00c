import { expect, test } from 'vitest'
import { createIntern } from '../../wire/intern.ts'
import { projectPod } from './pod.ts'
import { projectIngress } from './ingress.ts'
import { projectService } from './service.ts'

const aws = 'service.beta.kubernetes.io/aws-load-balancer-'

test.each([
  ['a@kubernetescrd', ['a@kubernetescrd']],
  [' a@file , b@kubernetescrd,', ['a@file', 'b@kubernetescrd']],
  ['', undefined],
])('middlewares %j', (value, expected) => {
  const annotations = { 'traefik.ingress.kubernetes.io/router.middlewares': value }
  expect(projectIngress({ metadata: { name: 'a', namespace: 'b', annotations } }, createIntern())?.middlewares).toEqual(
    expected,
  )
})

test.each([
  ['web, websecure,', ['web', 'websecure']],
  [',', undefined],
])('entry points %j', (value, expected) => {
  const annotations = { 'traefik.ingress.kubernetes.io/router.entrypoints': value }
  expect(projectIngress({ metadata: { name: 'a', namespace: 'b', annotations } }, createIntern())?.entryPoints).toEqual(
    expected,
  )
})

test.each([
  [{ [`${aws}nlb-target-type`]: 'ip' }, 'pods'],
  [{ [`${aws}type`]: 'nlb-ip' }, 'pods'],
  [{ [`${aws}nlb-target-type`]: 'instance' }, undefined],
  [{ [`${aws}type`]: 'external' }, undefined],
  [{}, undefined],
])('a load balancer with %j', (annotations, expected) => {
  const raw = {
    metadata: { name: 'a', namespace: 'b', annotations },
    spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
  }
  expect(projectService(raw, createIntern(), null)?.loadBalancer?.sendsTo).toBe(expected)
})

test.each([
  ['h2c', 'h2c'],
  ['grpc', undefined],
])('Traefik is told to speak %s', (value, expected) => {
  const annotations = { 'traefik.ingress.kubernetes.io/service.serversscheme': value }
  const raw = { metadata: { name: 'a', namespace: 'b', annotations }, spec: { ports: [{ port: 80 }] } }
  expect(projectService(raw, createIntern(), null)?.serversScheme).toBe(expected)
})

test.each<[Readonly<Record<string, string>>, unknown]>([
  [{ 'projectcontour.io/max-connections': '2' }, [{ of: 'connections', most: 2 }]],
  [
    { 'projectcontour.io/max-requests': '7', 'projectcontour.io/max-pending-requests': '1' },
    [
      { of: 'pending-requests', most: 1 },
      { of: 'requests', most: 7 },
    ],
  ],
  [{ 'projectcontour.io/max-connections': '0' }, undefined],
  [{ 'projectcontour.io/max-connections': 'many' }, undefined],
])('Envoy is limited by %j', (annotations, expected) => {
  const raw = { metadata: { name: 'a', namespace: 'b', annotations }, spec: { ports: [{ port: 80 }] } }
  expect(projectService(raw, createIntern(), null)?.breakers).toEqual(expected)
})

const azure = 'service.beta.kubernetes.io/'

test.each<[object, object, object, readonly string[]]>([
  [{ appProtocol: 'http' }, {}, {}, ['http /']],
  [{ appProtocol: 'HTTPS' }, {}, {}, ['https /']],
  [{}, {}, {}, []],
  [{ appProtocol: 'grpc' }, {}, {}, []],
  [{ appProtocol: 'http', protocol: 'UDP' }, {}, {}, []],
  [{ appProtocol: 'http' }, { 'azure-load-balancer-health-probe-request-path': '/healthz' }, {}, ['http /healthz']],
  [{ appProtocol: 'http' }, { 'port_80_health-probe_request-path': '/up' }, {}, ['http /up']],
  [{ appProtocol: 'http' }, { 'port_81_health-probe_request-path': '/up' }, {}, ['http /']],
  [{ appProtocol: 'http' }, { 'port_80_health-probe_protocol': 'Tcp' }, {}, []],
  // What the port says goes before what is said of all.
  [{ appProtocol: 'http' }, { 'azure-load-balancer-health-probe-protocol': 'tcp' }, {}, ['http /']],
  [{}, { 'azure-load-balancer-health-probe-protocol': 'http' }, {}, ['http /']],
  [{ appProtocol: 'http' }, { port_80_no_probe_rule: 'true' }, {}, []],
  [{ appProtocol: 'http' }, { 'port_80_health-probe_port': '10254' }, {}, []],
  [{ appProtocol: 'http' }, {}, { externalTrafficPolicy: 'Local' }, []],
])('Azure asks a port %j with %j, %j for %j', (port, annotated, more, expected) => {
  const annotations = Object.fromEntries(Object.entries(annotated).map(([key, value]) => [azure + key, value]))
  const raw = {
    metadata: { name: 'a', namespace: 'b', annotations },
    spec: { type: 'LoadBalancer', ports: [{ port: 80, ...port }], ...more },
  }
  const probes = projectService(raw, createIntern(), null)?.loadBalancer?.azureProbes ?? []
  expect(probes.map((it) => `${it.scheme} ${it.path}`)).toEqual(expected)
})

test.each<[Readonly<Record<string, string>>, object | undefined]>([
  [
    { 'ssl-cert': 'arn:x', type: 'nlb' },
    { ports: [80, 443], header: 'none' },
  ],
  [
    { 'ssl-cert': 'arn:x', 'ssl-ports': 'https' },
    { ports: [443], header: 'none' },
  ],
  [
    { 'ssl-cert': 'arn:x', 'ssl-ports': '443', 'backend-protocol': 'http' },
    { ports: [443], header: 'sent' },
  ],
  [
    { 'ssl-cert': 'arn:x', 'ssl-ports': '443', 'backend-protocol': 'http', type: 'external' },
    { ports: [443], header: 'none' },
  ],
  [{ 'ssl-cert': 'arn:x', 'backend-protocol': 'ssl' }, undefined],
  [{ 'ssl-ports': '443' }, undefined],
])('AWS ends TLS with %j: %j', (annotated, expected) => {
  const annotations = Object.fromEntries(Object.entries(annotated).map(([key, value]) => [aws + key, value]))
  const ports = [
    { name: 'http', port: 80 },
    { name: 'https', port: 443, targetPort: 'http' },
  ]
  const raw = { metadata: { name: 'a', namespace: 'b', annotations }, spec: { type: 'LoadBalancer', ports } }
  expect(projectService(raw, createIntern(), null)?.loadBalancer?.tlsEnded).toEqual(expected)
})

const upcloud = 'service.beta.kubernetes.io/upcloud-load-balancer-config'

test.each([
  [{ 'service.beta.kubernetes.io/do-loadbalancer-certificate-id': 'x' }, 'unsure'],
  [{ 'load-balancer.hetzner.cloud/http-certificates': 'x' }, 'unsure'],
  [{ 'load-balancer.hetzner.cloud/name': 'x' }, undefined],
  [{ 'loadbalancer.openstack.org/default-tls-container-ref': 'https://barbican/v1/containers/x' }, 'unsure'],
  [
    { 'service.beta.kubernetes.io/linode-loadbalancer-port-443': '{"tls-secret-name":"a","protocol":"https"}' },
    'unsure',
  ],
  [{ 'service.beta.kubernetes.io/linode-loadbalancer-port-443': '{"protocol":"tcp"}' }, undefined],
  [{ [upcloud]: '{"frontends":[{"port":443,"tls_configs":[{"name":"c"}]}]}' }, 'unsure'],
  [{ [upcloud]: '{"frontends":[{"port":443,"tls_configs":[]}]}' }, undefined],
  [{ 'service.beta.kubernetes.io/alibaba-cloud-loadbalancer-protocol-port': 'https:443,http:80' }, 'unsure'],
  [{ 'service.beta.kubernetes.io/do-loadbalancer-healthcheck-protocol': 'https' }, undefined],
])('another cloud ends TLS with %j', (annotations, expected) => {
  const raw = {
    metadata: { name: 'a', namespace: 'b', annotations },
    spec: { type: 'LoadBalancer', ports: [{ port: 443 }] },
  }
  expect(projectService(raw, createIntern(), null)?.loadBalancer?.tlsEnded?.header).toBe(expected)
})

test.each([
  ['stickiness.enabled=true, preserve_client_ip.enabled=true', true],
  ['preserve_client_ip.enabled=false', undefined],
  ['', undefined],
])('target groups with %j keep the address of the client: %s', (attributes, expected) => {
  const raw = {
    metadata: { name: 'a', namespace: 'b', annotations: { [`${aws}target-group-attributes`]: attributes } },
    spec: { type: 'LoadBalancer', ports: [{ port: 443 }] },
  }
  expect(projectService(raw, createIntern(), null)?.loadBalancer?.keepsClients).toBe(expected)
})

test('an annotation of a pod that wants no sidecar of Istio', () => {
  const annotations = { 'sidecar.istio.io/inject': 'false' }
  const raw = { metadata: { name: 'a', namespace: 'b', annotations }, spec: { containers: [] } }
  expect(projectPod(raw, createIntern())?.noSidecar).toBe('asked')
})
