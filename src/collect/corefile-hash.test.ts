import { expect, test } from 'vitest'
import { clusterOf } from './cluster-of.ts'
import { collect } from './collect.ts'
import { asRawObject } from '../kube/raw-object.ts'
import { sealedHash } from '../kube/sealed-hash.ts'
import { corefile, rawCluster } from '../../test/build/raw-cluster.ts'
import { redaction } from '../snapshot/redact.ts'
import { corefileVersionText } from '../wire/corefile-version.ts'
import { fromOutside } from '../wire/outside.ts'
import { mask } from '../wire/secrets.ts'
import { sha512 } from '../wire/sha512.ts'

test('no file, and no model, has a hash of a text by which a password in it could be guessed', async () => {
  const plain = sha512(corefileVersionText(corefile, 'none') ?? '')
  const model = await collect(clusterOf(rawCluster), {
    scope: { namespace: null, target: { kind: 'everything' }, level: 'read' },
  })
  const dns = model.sources.clusterDns
  expect(dns.known && dns.value.corefileHash).toBe(sealedHash(plain))
  expect(JSON.stringify(model)).not.toContain(plain)
  // As a model of an old recording has it.
  expect(redaction().text(plain, 'hash')).toBe(mask)
  expect(redaction().text(sealedHash(plain), 'hash')).toBe(sealedHash(plain))
})

test('a hash comes through the door as it is, or no text would be the one that runs', () => {
  for (const corefileHash of [sealedHash(sha512('any')), sha512('of an old recording')])
    expect(fromOutside({ corefileHash, config: corefileHash })).toEqual({ corefileHash, config: corefileHash })
})

test('when the Corefile was last written is kept of its managedFields, and of no other ConfigMap', () => {
  const managedFields = [
    { manager: 'kubeadm', time: '2026-11-30T11:00:00Z' },
    { manager: 'kubectl-edit', time: '2026-11-30T11:30:00Z' },
  ]
  const raw = (data: object) => asRawObject({ metadata: { name: 'coredns', managedFields }, data })?.metadata
  expect(raw({ Corefile: '.:53 {\n}\n' })).toMatchObject({ managedFields: [{ time: '2026-11-30T11:30:00.000Z' }] })
  expect(raw({ other: '' })).not.toHaveProperty('managedFields')
})
