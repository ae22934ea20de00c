import { expect, test } from 'vitest'
import type { Workload } from '../../model/workload.ts'
import { createIntern } from '../../wire/intern.ts'
import { servesOf } from './controller-products.ts'

const of = (labels: object, image: string, args: readonly string[] = [], kind: Workload['kind'] = 'Deployment') =>
  servesOf(kind, { metadata: { labels }, spec: { containers: [{ name: 'c', image, args }] } }, createIntern()).serves ??
  null

test.each([
  [
    'ingress-nginx by its label, with a class of its own',
    of({ 'app.kubernetes.io/name': 'ingress-nginx' }, 'x/controller:v1', [
      '--controller-class=k8s.io/inner',
      '--ingress-class=inner',
    ]),
    { controllers: ['k8s.io/inner'], classNames: ['inner'] },
  ],
  [
    'its default backend',
    of({ 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'default-backend' }, 'x/404:1'),
    null,
  ],
  [
    'Envoy Gateway, by its image in a mirror',
    of({ app: 'eg' }, 'mirror.example/envoyproxy/gateway:v1.2.4@sha256:00'),
    { controllers: ['gateway.envoyproxy.io/gatewayclass-controller'], classNames: [] },
  ],
  ['its data plane', of({ app: 'eg' }, 'docker.io/envoyproxy/envoy:v1.32.3'), null],
  [
    'NGINX Gateway Fabric, by the name that its flag gives',
    of({}, 'ghcr.io/nginx/nginx-gateway-fabric:2.0', ['--gateway-ctlr-name=gateway.nginx.org/other']),
    { controllers: ['gateway.nginx.org/other'], classNames: [] },
  ],
  [
    'Contour, of Ingresses and of Gateways',
    of({ app: 'contour' }, 'ghcr.io/projectcontour/contour:v1.30.0', ['serve']),
    {
      controllers: ['projectcontour.io/ingress-controller', 'projectcontour.io/gateway-controller'],
      classNames: ['', 'contour'],
    },
  ],
  [
    'the Envoys of Contour, with a helper of its image',
    of({ app: 'envoy' }, 'ghcr.io/projectcontour/contour:v1.30.0', ['envoy'], 'DaemonSet'),
    null,
  ],
  ['a Job of its chart', of({ app: 'contour' }, 'x/contour:1', [], 'Job'), null],
  ['an application', of({ app: 'web' }, 'registry.example.com:5000/shop/gateway:1'), null],
])('%s', (_, serves, wanted) => {
  expect(serves).toEqual(wanted)
})
