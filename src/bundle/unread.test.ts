import { expect, test } from 'vitest'
import { isUnread, unreadKinds } from './unread.ts'

test.each([
  ['a Route of OpenShift', 'route.openshift.io/v1', 'Route', true],
  ['a VirtualServer of F5', 'k8s.nginx.org/v1', 'VirtualServer', true],
  ['an IngressRoute of Traefik', 'traefik.io/v1alpha1', 'IngressRoute', false],
  ['an IngressRouteTCP of Traefik', 'traefik.io/v1alpha1', 'IngressRouteTCP', true],
  ['a Server of Linkerd', 'policy.linkerd.io/v1beta3', 'Server', false],
  ['an HTTPRoute of Linkerd', 'policy.linkerd.io/v1beta3', 'HTTPRoute', true],
  ['an EnvoyFilter of Istio, whose other kinds are read', 'networking.istio.io/v1alpha3', 'EnvoyFilter', true],
  ['what Consul lets through', 'consul.hashicorp.com/v1alpha1', 'ServiceIntentions', true],
  ['an IP pool of Calico, whose policies are read', 'crd.projectcalico.org/v1', 'IPPool', true],
  ['a kind that nobody has heard of', 'nobody.example/v1', 'Thing', true],
  ['a kind of the core group that is to come', 'v1', 'Tunnel', true],
  ['an Ingress of a version that no server has any more', 'extensions/v1beta1', 'Ingress', true],
  ['a VirtualService, at any version', 'networking.istio.io/v1beta1', 'VirtualService', false],
  ["Calico's policy by its own API server", 'projectcalico.org/v3', 'GlobalNetworkPolicy', false],
  ['a pod', 'v1', 'Pod', false],
  ['a Secret', 'v1', 'Secret', false],
  ['what the API server serves', 'v1', 'APIGroupList', false],
  ['Endpoints, which are in EndpointSlices', 'v1', 'Endpoints', false],
  ['a role', 'rbac.authorization.k8s.io/v1', 'Role', false],
  ['what Prometheus scrapes', 'monitoring.coreos.com/v1', 'ServiceMonitor', false],
  ['what else Prometheus may scrape', 'monitoring.coreos.com/v1alpha1', 'ScrapeConfig', true],
  ['what Prometheus alerts of', 'monitoring.coreos.com/v1', 'PrometheusRule', false],
  ['a word that is no kind', 'nobody.example/v1', 'Thing\nNothing is wrong', false],
  ['a word that is no group', 'nobody example/v1', 'Thing', false],
])('%s', (_, apiVersion, kind, expected) => expect(isUnread(apiVersion, kind)).toBe(expected))

test('kinds are counted by their group, the most of them first', () => {
  const of = (apiVersion: string, kind: string): object => ({ apiVersion, kind })
  expect(
    unreadKinds([
      of('a.example/v1', 'Gate'),
      of('b.example/v1', 'Gate'),
      of('b.example/v2', 'Gate'),
      of('v1', 'Pod'),
      { apiVersion: 1, kind: 'Gate' },
      {},
    ]),
  ).toEqual([
    { kind: 'Gate', group: 'b.example', objects: 2 },
    { kind: 'Gate', group: 'a.example', objects: 1 },
  ])
})
