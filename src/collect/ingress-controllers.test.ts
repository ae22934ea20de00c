import { expect, test } from 'vitest'
import { createIntern } from '../wire/intern.ts'
import { ingressController } from './ingress-controllers.ts'
import { projectPod } from './project/pod.ts'

function found(labels: object, args: readonly string[]): ReturnType<typeof ingressController> {
  const pod = projectPod(
    { metadata: { namespace: 'n', name: 'p', labels }, spec: { containers: [{ name: 'c', args }] } },
    createIntern(),
  )
  return pod === null ? null : ingressController(pod)
}

function of(labels: object, args: readonly string[]): unknown {
  const it = found(labels, args)
  return it === null ? null : [it.controller, it.classNames]
}

test.each([
  ['ingress-nginx', [], 'k8s.io/ingress-nginx', ['nginx']],
  [
    'ingress-nginx',
    ['/nginx-ingress-controller', '--controller-class=k8s.io/inner', '--ingress-class', 'inner'],
    'k8s.io/inner',
    ['inner'],
  ],
  ['ingress-nginx', ['--watch-ingress-without-class'], 'k8s.io/ingress-nginx', ['nginx', '']],
  ['ingress-nginx', ['--watch-ingress-without-class=false'], 'k8s.io/ingress-nginx', ['nginx']],
  ['nginx-ingress', ['-ingress-class=f5'], 'nginx.org/ingress-controller', ['f5']],
  [
    'nginx-ingress-controller',
    ['--controller-class=k8s.io/ingress-nginx', '--ingress-class=nginx'],
    'k8s.io/ingress-nginx',
    ['nginx'],
  ],
  ['haproxy-ingress', ['--controller-class=staging'], 'haproxy-ingress.github.io/controller/staging', ['haproxy']],
  ['kubernetes-ingress', ['--ingress.class=haproxy'], 'haproxy.org/ingress-controller/haproxy', ['haproxy']],
  ['traefik', ['--providers.kubernetesingress'], 'traefik.io/ingress-controller', ['', 'traefik']],
  ['traefik', ['--providers.kubernetesIngress.ingressClass=mine'], 'traefik.io/ingress-controller', ['mine']],
  ['contour', [], 'projectcontour.io/ingress-controller', ['', 'contour']],
  ['kong', [], 'ingress-controllers.konghq.com/kong', ['kong']],
  ['aws-load-balancer-controller', ['--ingress-class=alb'], 'ingress.k8s.aws/alb', ['alb']],
])('%s %j', (name, args, controller, classNames) =>
  expect(of({ 'app.kubernetes.io/name': name }, args)).toEqual([controller, classNames]),
)

test.each([
  { app: 'cart' },
  {},
  { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'default-backend' },
])('%j serves no Ingress', (labels) => {
  expect(of(labels, [])).toBeNull()
})

test.each([
  [
    ['--entryPoints.web.address=:8000/tcp', '--entryPoints.webSecure.address=:8443'],
    ['web', 'websecure'],
  ],
  [['--entryPoints.web.address=:80', '--configFile=/etc/x.yml'], undefined],
  [['--providers.kubernetescrd'], undefined],
])('Traefik with %j has entry points %j', (args, entryPoints) => {
  expect(found({ 'app.kubernetes.io/name': 'traefik' }, args)?.entryPoints).toEqual(entryPoints)
})

test('Traefik: entry points for TLS, and those that lead to others', () => {
  const args = [
    '--entryPoints.web.address=:8000',
    '--entryPoints.web.http.redirections.entryPoint.to=websecure',
    '--entryPoints.websecure.address=:8443',
    '--entryPoints.websecure.http.tls=true',
  ]
  expect(found({ 'app.kubernetes.io/name': 'traefik' }, args)).toMatchObject({
    tlsEntryPoints: ['websecure'],
    redirectingEntryPoints: ['web'],
  })
})

test.each([
  [[], 'off'],
  [['--ingress-class-by-name'], 'on'],
  [['--ingress-class-by-name=true'], 'on'],
  [['--ingress-class-by-name=false'], 'off'],
])('ingress-nginx with %j takes classes by name: %s', (args, byName) => {
  expect(found({ 'app.kubernetes.io/name': 'ingress-nginx' }, args)?.byName).toBe(byName)
})

test.each([
  [['--annotations-prefix=corp.example'], ['corp.example']],
  [[], undefined],
])('ingress-nginx with %j reads annotations behind %j', (args, prefixes) => {
  expect(found({ 'app.kubernetes.io/name': 'ingress-nginx' }, args)?.annotationPrefixes).toEqual(prefixes)
})

test.each([
  [['--entryPoints.web.address=:80', '--providers.kubernetesingress'], true],
  [['--providers.kubernetesingress=true'], true],
  [['--entryPoints.web.address=:80', '--providers.kubernetescrd=false'], true],
  [['--entryPoints.web.address=:80', '--providers.kubernetescrd'], undefined],
  [['--entryPoints.web.address=:80', '--providers.kubernetesCRD.throttleDuration=2s'], undefined],
  [['--entryPoints.web.address=:80', '--providers.kubernetescrd.namespaces=shop'], undefined],
  [['--entryPoints.web.address=:80', '--configFile=/etc/x.yml'], undefined],
  [['--ping=true'], undefined],
  [[], undefined],
])('Traefik with %j reads no IngressRoutes: %s', (args, off) => {
  expect(found({ 'app.kubernetes.io/name': 'traefik' }, args)?.crd?.off).toBe(off)
})

test.each([
  [['--namespace-whitelist=a', '--namespace-whitelist', 'b'], { watches: ['a', 'b'] }],
  [['--namespace-blacklist=shop'], { leavesOut: ['shop'] }],
  [['--ingress.class=haproxy'], {}],
])("HAProxy Technologies' with %j looks at %j", (args, expected) => {
  const it = found({ 'app.kubernetes.io/name': 'kubernetes-ingress' }, args)
  expect({ watches: it?.watches, leavesOut: it?.leavesOut }).toEqual({
    watches: undefined,
    leavesOut: undefined,
    ...expected,
  })
})

test.each([
  [['--providers.kubernetescrd.labelSelector=team=shop'], { matchLabels: { team: 'shop' }, matchExpressions: [] }],
  [['--providers.kubernetescrd.labelselector=a b'], undefined],
  [['--providers.kubernetescrd'], undefined],
])('Traefik with %j reads IngressRoutes with labels %j', (args, selector) => {
  expect(found({ 'app.kubernetes.io/name': 'traefik' }, args)?.crd?.selector).toEqual(selector)
})

test.each([
  [['--watch-namespace-selector=ingress=public'], { matchLabels: { ingress: 'public' }, matchExpressions: [] }],
  [['--watch-namespace-selector', 'ingress=public'], { matchLabels: { ingress: 'public' }, matchExpressions: [] }],
  [['--watch-namespace-selector=a b'], undefined],
  [[], undefined],
])('ingress-nginx with %j looks at namespaces by %j', (args, watchesBy) => {
  expect(found({ 'app.kubernetes.io/name': 'ingress-nginx' }, args)?.watchesBy).toEqual(watchesBy)
})

test('ingress-nginx names a certificate and a default backend', () => {
  const args = ['--default-ssl-certificate=$(POD_NAMESPACE)/wildcard', '--default-backend-service=shop/errors']
  const { defaultSecret, defaultBackend } = found({ 'app.kubernetes.io/name': 'ingress-nginx' }, args) ?? {}
  expect([defaultSecret?.name, defaultBackend]).toEqual(['wildcard', { namespace: 'shop', name: 'errors' }])
})

test.each([
  [['--entryPoints.web.address=:80', '--certificatesResolvers.LE.acme.email=a@example.com'], ['le']],
  [['--entryPoints.web.address=:80'], []],
  [['--certificatesResolvers.le.acme.tlschallenge', '--configFile=/etc/x.yml'], undefined],
])('Traefik with %j has resolvers %j', (args, resolvers) => {
  expect(found({ 'app.kubernetes.io/name': 'traefik' }, args)?.crd?.resolvers).toEqual(resolvers)
})

test.each([
  ['ingress-nginx', ['--disable-svc-external-name=true'], 'refused'],
  ['ingress-nginx', ['--disable-svc-external-name'], 'refused'],
  ['ingress-nginx', ['--disable-svc-external-name=false'], undefined],
  ['ingress-nginx', [], undefined],
  ['traefik', ['--providers.kubernetesingress'], 'refused'],
  ['traefik', ['--providers.kubernetesingress', '--providers.kubernetesIngress.allowExternalNameServices'], undefined],
  ['traefik', ['--providers.kubernetesingress', '--configFile=/etc/traefik.yml'], undefined],
  ['traefik', ['--entryPoints.web.address=:80'], undefined],
])('%s with %j and Services of type ExternalName: %s', (name, args, expected) => {
  expect(found({ 'app.kubernetes.io/name': name }, args)?.externalNames).toBe(expected)
})

test.each([
  [['--entryPoints.web.address=:80', '--providers.kubernetescrd'], true],
  [['--entryPoints.web.address=:80', '--providers.kubernetescrd', '--providers.kubernetesingress=false'], true],
  [['--entryPoints.web.address=:80', '--providers.kubernetescrd', '--providers.kubernetesingress'], undefined],
  [['--entryPoints.web.address=:80', '--providers.kubernetescrd', '--providers.kubernetesIngressNGINX'], undefined],
  [
    ['--entryPoints.web.address=:80', '--providers.kubernetescrd', '--providers.kubernetesingress.ingressClass=x'],
    undefined,
  ],
  [['--entryPoints.web.address=:80', '--providers.kubernetescrd', '--configFile=/etc/x.yml'], undefined],
  [['--entryPoints.web.address=:80'], undefined],
  [['--providers.kubernetescrd'], undefined],
  [[], undefined],
])('Traefik with %j reads no Ingresses: %s', (args, off) => {
  expect(found({ 'app.kubernetes.io/name': 'traefik' }, args)?.ingressesOff).toBe(off)
})
