import { condition, gateway, gatewayApi, grant, listener, route } from '../../../test/build/gateway.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Listener } from '../../model/gateway.ts'
import check from './listener-broken.ts'

const https = (namespace: string | null, about: Partial<Listener> = {}) =>
  listener({
    name: 'https',
    port: 443,
    protocol: 'HTTPS',
    tls: { mode: 'Terminate', certificates: [{ group: '', kind: 'Secret', namespace, name: 'web-tls' }] },
    ...about,
  })
const told = (reason: string) => ({
  attached: 0,
  conditions: [condition('ResolvedRefs', { status: 'False', reason, message: 'Secret not found.' })],
})
const from = (...listeners: readonly Listener[]) => ({
  gateways: [gateway(listeners)],
  referenceGrants: [],
  gatewayApi,
  gatewayRoutes: [],
  namespaces: [],
})
const toGateways = { from: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'edge' }] }
const secrets = { to: [{ group: '', kind: 'Secret', name: 'web-tls' }] }

describeCheck(check, [
  {
    it: 'a certificate of another namespace that nobody grants',
    given: { ...from(https('certs')), gatewayRoutes: [route([])] },
    expect: [{ subject: 'Gateway/edge/edge', severity: 'error', confidence: 'inferred', args: { fault: 'no-grant' } }],
  },
  {
    it: 'a grant for another Secret',
    given: {
      ...from(https('certs')),
      referenceGrants: [grant('certs', { ...toGateways, to: [{ group: '', kind: 'Secret', name: 'other' }] })],
    },
    expect: [{ subject: 'Gateway/edge/edge', args: { fault: 'no-grant' } }],
  },
  {
    it: 'granted',
    given: { ...from(https('certs')), referenceGrants: [grant('certs', { ...toGateways, ...secrets })] },
    expect: 'ok',
  },
  {
    it: 'a Secret that the controller does not find',
    given: from(https(null, { status: told('InvalidCertificateRef') })),
    expect: [{ subject: 'Gateway/edge/edge', confidence: 'observed', args: { fault: 'secret', secret: 'web-tls' } }],
  },
  {
    it: 'two that want the same',
    given: from(listener(), listener({ name: 'also' })),
    expect: [
      { subject: 'Gateway/edge/edge', args: { fault: 'same', other: 'also' } },
      { subject: 'Gateway/edge/edge', args: { fault: 'same', other: 'http' } },
    ],
  },
  { it: 'one port, two hosts', given: from(listener(), listener({ name: 'b', hostname: 'b.example' })), expect: 'ok' },
  {
    it: 'TLS is to end and no certificate is named',
    given: from(https(null, { tls: null, status: null })),
    expect: [{ subject: 'Gateway/edge/edge', args: { fault: 'no-certificate' } }],
  },
  {
    it: 'no certificate, and the controller is content: an option of its own',
    given: from(https(null, { tls: { mode: 'Terminate', certificates: [] } })),
    expect: 'ok',
  },
  {
    it: 'a conflict that the controller sees',
    given: from(
      listener({ status: { attached: 0, conditions: [condition('Conflicted', { reason: 'HostnameConflict' })] } }),
    ),
    expect: [{ subject: 'Gateway/edge/edge', confidence: 'observed', says: 'Conflicted is True' }],
  },
  {
    it: 'grants of other namespaces could not be listed',
    given: { ...from(https('certs')), gatewayApi: { ...gatewayApi, inScopeOnly: ['ReferenceGrant'] } },
    scope: { namespace: 'edge' },
    expect: 'cannot-tell',
  },
  { it: 'no Gateway', given: { ...from(), gateways: [] }, expect: 'not-applicable' },
])
