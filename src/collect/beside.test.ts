import { expect, test } from 'vitest'
import { asCluster } from '../bundle/as-cluster.ts'
import { bundleFromText } from '../bundle/from-text.ts'
import { everything } from '../model/build.ts'
import { collect } from './collect.ts'

const object = (apiVersion: string, kind: string, more: object = {}, namespace: string | null = 'shop'): object => ({
  apiVersion,
  kind,
  metadata: { name: 'web', ...(namespace === null ? {} : { namespace }) },
  ...more,
})
const besideOf = async (...items: readonly object[]) => {
  const far = object('v1', 'Service', { spec: {} }, 'far')
  const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...items, far] })
  const { sources } = await collect(asCluster(bundleFromText(text, 'all.json'), null), { scope: everything })
  return sources.beside.known ? sources.beside.value : null
}

test('kinds that a cluster is not asked for', async () => {
  const found = await besideOf(
    object('v1', 'Secret', { type: 'Opaque', data: { password: 'aHVudGVyMg==' } }),
    object('traefik.containo.us/v1alpha1', 'IngressRoute', {
      spec: { routes: [{ match: 'Host(`web.example.com`)', services: [{ name: 'web', port: 80, scheme: 'h2c' }] }] },
    }),
    object('traefik.io/v1alpha1', 'IngressRouteTCP', { spec: { entryPoints: ['pg'], routes: [] } }),
    object('route.openshift.io/v1', 'Route', { spec: { host: 'web.example.org' } }),
    object(
      'admissionregistration.k8s.io/v1',
      'ValidatingWebhookConfiguration',
      {
        webhooks: [
          {
            name: 'v',
            clientConfig: { service: { namespace: 'shop', name: 'hook' } },
            rules: [{ resources: ['pods'] }],
          },
          { name: 'idle', clientConfig: { service: { namespace: 'shop', name: 'hook' } }, rules: [] },
        ],
      },
      null,
    ),
    object('metallb.io/v1beta1', 'IPAddressPool', { spec: { addresses: ['192.0.2.0/24'], autoAssign: false } }),
    object('policy.linkerd.io/v1beta3', 'Server', { spec: { port: 80 } }),
  )
  expect(JSON.stringify(found)).not.toMatch(/hunter2|aHVudGVyMg/)
  expect(found).toMatchObject({
    secrets: { namespace: null, held: [{ name: 'web', keys: ['password'], certificate: null }] },
    ingressRoutes: [
      { group: 'traefik.containo.us', routes: [{ hosts: ['web.example.com'], services: [{ scheme: 'h2c' }] }] },
    ],
    streamRoutes: [{ kind: 'IngressRouteTCP', entryPoints: ['pg'] }],
    claims: [{ kind: 'Route', hosts: ['web.example.org'] }],
    webhooks: [{ service: { name: 'hook', port: 443 }, onFailure: 'Fail', chooses: 'all' }],
    pools: [{ assigns: 'when asked' }],
    advertisements: null,
    linkerd: { servers: [{ port: 80, otherwise: 'deny' }], authorized: [] },
  })
})

test("what of Traefik's kinds routes lead through", async () => {
  const found = await besideOf(
    object('traefik.io/v1alpha1', 'TLSOption', {
      spec: { clientAuth: { secretNames: ['ca'], clientAuthType: 'RequireAndVerifyClientCert' } },
    }),
    object('traefik.io/v1alpha1', 'TraefikService', {
      spec: {
        weighted: {
          services: [
            { name: 'a', port: 80 },
            { name: 'b', kind: 'TraefikService' },
          ],
        },
      },
    }),
    object('traefik.containo.us/v1alpha1', 'TraefikService', {
      spec: { mirroring: { name: 'a', port: 80, mirrors: [{ name: 'copy', port: 80 }] } },
    }),
    object('metallb.io/v1beta1', 'IPAddressPool', {
      spec: { addresses: [], serviceAllocation: { priority: 1, namespaces: ['shop'], serviceSelectors: [{}] } },
    }),
  )
  expect(found).toMatchObject({
    tlsOptions: [{ authorities: ['ca'], verifies: true }],
    traefikServices: [
      { to: [{ kind: 'Service', name: 'a', port: 80, path: 'spec.weighted.services[0]' }, { kind: 'TraefikService' }] },
      {
        to: [
          { name: 'a', path: 'spec.mirroring' },
          { name: 'copy', path: 'spec.mirroring.mirrors[0]' },
        ],
      },
    ],
    pools: [{ only: { namespaces: ['shop'], namespacesBy: [], servicesBy: [{ matchLabels: {} }] } }],
  })
})

test('whom a CustomResourceDefinition has convert its objects', async () => {
  const crd = (conversion: object, versions: readonly string[], stored: readonly string[] = []) => ({
    ...object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
      spec: { conversion, versions: versions.map((name) => ({ name, served: true, storage: name === 'v1' })) },
      status: { storedVersions: stored },
    }),
    metadata: { name: 'certs.example.com' },
  })
  const service = { namespace: 'shop', name: 'hook' }
  const asking = (clientConfig: object) => ({ strategy: 'Webhook', webhook: { clientConfig } })
  const hooks = async (it: object) => (await besideOf(it))?.webhooks
  expect(await hooks(crd(asking({ service }), ['v1', 'v2'], ['v1']))).toEqual([
    {
      kind: 'CustomResourceDefinition',
      name: 'certs.example.com',
      webhook: 'certs.example.com',
      service: { ...service, port: 443 },
      onFailure: 'Fail',
      resources: ['certs.example.com'],
      chooses: 'all',
      versions: 2,
    },
  ])
  expect(await hooks(crd(asking({ service }), ['v1'], ['v1alpha1', 'v1']))).toMatchObject([{ versions: 2 }])
  expect(await hooks(crd({ strategy: 'Webhook', webhookClientConfig: { service } }, ['v1']))).toHaveLength(1)
  expect(await hooks(crd(asking({ url: 'https://x.example.com' }), ['v1']))).toEqual([])
  expect(await hooks(crd({ strategy: 'None' }, ['v1']))).toEqual([])
})

test('of settings, no more than the words that are judged', async () => {
  const map = (name: string, data: object): object => ({
    ...object('v1', 'ConfigMap', { data }),
    metadata: { namespace: 'istio-system', name },
  })
  const found = await besideOf(
    map('istio', { mesh: 'accessLogFile: /dev/stdout\noutboundTrafficPolicy:\n  mode: REGISTRY_ONLY\n' }),
    map('istio-canary', { mesh: 'outboundTrafficPolicy: {mode: ALLOW_ANY}' }),
    map('kube-flannel-cfg', { 'net-conf.json': '{"Network": "10.244.0.0/16"}' }),
    map('app', { password: 'hunter2' }),
  )
  expect(found?.meshSettings.map((it) => it.outbound)).toEqual(['REGISTRY_ONLY', 'ALLOW_ANY'])
  expect(found?.podNetworks.map((it) => it.ranges)).toEqual([['10.244.0.0/16']])
  expect(JSON.stringify(found)).not.toMatch(/hunter2|stdout/)
})

test('what a file does not hold is not known', async () => {
  expect(await besideOf(object('v1', 'Service', { spec: {} }))).toMatchObject({
    secrets: null,
    ingressRoutes: null,
    pools: null,
    authorityMaps: null,
    linkerd: null,
  })
})

test('of kinds that nobody reads, those of one question alone, and others take no room of theirs', async () => {
  const many = Array.from({ length: 6000 }, () => object('acme.example.com/v1', 'Widget'))
  const found = await besideOf(
    ...many,
    object('gateway.envoyproxy.io/v1alpha1', 'SecurityPolicy', {
      spec: { extAuth: { http: { backendRef: { name: 'auth', port: 80 } } } },
    }),
    object('gateway.envoyproxy.io/v1alpha1', 'BackendTrafficPolicy', {
      spec: {
        useClientProtocol: true,
        targetRef: { kind: 'HTTPRoute', group: 'gateway.networking.k8s.io', name: 'web' },
      },
    }),
    object('metallb.io/v1beta2', 'BGPPeer'),
    object('crd.projectcalico.org/v1', 'BGPPeer'),
  )
  expect(found?.deciders).toMatchObject([{ kind: 'SecurityPolicy', asks: [{ name: 'auth' }] }])
  expect(found?.clientProtocols).toMatchObject([{ targets: [{ name: 'web' }] }])
  expect(found?.attachedPolicies).toMatchObject([{ kind: 'BackendTrafficPolicy', targets: [{ name: 'web' }] }])
  // Calico's peers announce no address of MetalLB's.
  expect(found?.bgpPeers).toBe(1)
  expect(found?.bgpPeerNames).toHaveLength(1)
})
