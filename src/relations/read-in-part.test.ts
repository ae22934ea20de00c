import { expect, test } from 'vitest'
import { isReadInPart } from './read-in-part.ts'

test.each([
  ['cert-manager.io', 'Certificate', true],
  ['cert-manager.io', 'CertificateRequest', false],
  ['crd.projectcalico.org', 'IPPool', true],
  ['gateway.envoyproxy.io', 'SecurityPolicy', true],
  ['projectcontour.io', 'ExtensionService', true],
  ['configuration.konghq.com', 'KongPlugin', true],
  ['configuration.konghq.com', 'KongClusterPlugin', true],
  ['configuration.konghq.com', 'KongConsumer', false],
  ['policy.linkerd.io', 'MeshTLSAuthentication', true],
  ['policy.linkerd.io', 'NetworkAuthentication', true],
  ['policy.linkerd.io', 'HTTPRoute', true],
  ['metallb.io', 'BGPPeer', true],
  ['crd.projectcalico.org', 'BGPPeer', false],
  ['networking.gke.io', 'ManagedCertificate', false],
  ['constructor', 'name', false],
])('of group %s the kind %s is read in part: %s', (group, kind, is) => {
  expect(isReadInPart({ group, kind })).toBe(is)
})
