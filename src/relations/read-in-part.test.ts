import { expect, test } from 'vitest'
import { isReadInPart } from './read-in-part.ts'

test.each([
  ['cert-manager.io', 'Certificate', true],
  ['cert-manager.io', 'CertificateRequest', false],
  ['crd.projectcalico.org', 'IPPool', true],
  ['networking.gke.io', 'ManagedCertificate', false],
  ['constructor', 'name', false],
])('of group %s the kind %s is read in part: %s', (group, kind, is) => {
  expect(isReadInPart({ group, kind })).toBe(is)
})
