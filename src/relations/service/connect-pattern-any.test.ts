import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contacts, toPod, toService } from '../../../test/build/contacts.ts'
import { runs } from '../../../test/build/effort.ts'
import { pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import type { ConnectResult, Contact } from '../../model/contacts.ts'
import { type Fingerprint, fingerprint, endpointName, isSick, tally } from './service-contacts.ts'

const cart = service('cart')
const nodes = ['worker-1', 'worker-2'] as const
const pods = nodes.map((node, index) => pod(`cart-${index}`, { ip: `10.2.${index}.1`, node }))
const tries: fc.Arbitrary<Contact['tries']> = fc
  .array(fc.constantFrom<ConnectResult>('open', 'open', 'refused', 'timeout', 'no-route'), {
    minLength: 1,
    maxLength: 3,
  })
  .map((its) => its.map((result) => ({ result, ms: 1 })))
const way = fc.oneof(tries, fc.constant([{ result: 'open' as const, ms: 1 }]), fc.constant([]))
const all = fc.tuple(way, way, way, way, way, way).map((its) => {
  const found = nodes.flatMap((node, n) => [
    toService('cart', node, its[n] ?? []),
    ...pods.map((it, p) => toPod('cart', node, it, its[2 + n * 2 + p] ?? [])),
  ])
  return contacts(found).connects.filter((it) => it.tries.length > 0)
})

const isDead = (it: Contact): boolean => tally([it]).open === 0
const each = (its: readonly Contact[], result: ConnectResult): boolean =>
  its.every((it) => it.tries.every((one) => one.result === result))

/** The sentence of each pattern (src/checks/service/connect-meanings.ts), as what has to be so for it to be true. */
const isTrue: Readonly<Record<Fingerprint, (seen: Seen) => boolean>> = {
  'no-local-endpoint': () => false,
  'service-address-only': ({ own, direct, at }) =>
    !direct.some(isSick) && at.length > 0 && at.every((node) => own.some((it) => it.node === node && isDead(it))),
  closed: ({ direct }) => each(direct, 'refused'),
  dropped: ({ direct }) => each(direct, 'timeout'),
  rejected: ({ direct }) => each(direct, 'no-route'),
  'none-answers': ({ direct }) => direct.every(isDead),
  'from-some-nodes': ({ direct, own, at }) =>
    [...direct, ...own].every((it) => !isSick(it) || at.includes(it.node)) && at.length < nodes.length,
  'across-nodes': ({ direct, home }) => direct.every((it) => isSick(it) === (home(it) !== it.node)),
  'same-node': ({ direct, home }) => direct.every((it) => isSick(it) === (home(it) === it.node)),
  'some-endpoints': ({ direct, at }) => direct.every((it) => !isSick(it) || at.includes(endpointName(it))),
  'lossy-endpoint': ({ direct, at }) =>
    direct.every((it) => !isSick(it) || (at.includes(endpointName(it)) && !isDead(it))),
  'now-and-then': ({ own, direct }) => (direct.length > 0 ? !direct.some(isDead) : tally(own).open > 0),
  scattered: ({ direct }) => direct.some(isDead),
  'address-at-times': ({ own, direct }) =>
    direct.length > 0 && !direct.some(isSick) && !own.some((it) => it.tries.some((one) => one.result === 'timeout')),
  'address-lossy': ({ own, direct }) => direct.length > 0 && !direct.some(isSick) && !own.some(isDead),
  'unready-published': () => false,
  'address-refused': ({ own, direct }) => direct.length === 0 && tally(own).by.refused > 0,
  'address-dropped': ({ own, direct }) => direct.length === 0 && tally(own).open === 0,
}

interface Seen {
  readonly own: readonly Contact[]
  readonly direct: readonly Contact[]
  readonly at: readonly string[]
  readonly home: (contact: Contact) => string | null
}

test('what is said of the pattern of failed connects is so, whatever failed', () => {
  const home = (it: Contact): string | null => pods.find((one) => one.name === endpointName(it))?.node ?? null
  fc.assert(
    fc.property(all, (connects) => {
      fc.pre(connects.some(isSick))
      const { fingerprint: found, at } = fingerprint(cart, connects, home, new Set(nodes))
      const own = connects.filter((it) => it.via.kind === 'service')
      const direct = connects.filter((it) => it.via.kind === 'endpoint')
      expect([found, isTrue[found]({ own, direct, at, home })]).toEqual([found, true])
    }),
    { numRuns: runs(5000) },
  )
})
