import { expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { coreDnsWindow } from '../../../test/build/lookups.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { model } from '../../model/build.ts'
import { known, unknown } from '../../model/known.ts'
import { corefileVersionText } from '../../wire/corefile-version.ts'
import { sha512 } from '../../wire/sha512.ts'
import { byWhoAsks, type InForce, textInForce, withoutTextNotInForce } from './text-in-force.ts'

const text = '.:53 {\n kubernetes cluster.local\n}\n'
const hash = sha512(corefileVersionText(text) ?? '')
const other = sha512('other')
const dns = (corefile = text, pods = clusterDns().pods): ClusterDns =>
  clusterDns({ corefile: known(corefile), corefileHash: sha512(corefileVersionText(corefile) ?? ''), pods })
const [first, second] = dns().pods
/** What each of the two servers says that it runs. */
const windows = (...told: readonly (string | null)[]) =>
  known(
    [first, second].flatMap((it, at) => {
      const config = told[at]
      const window = coreDnsWindow(it?.name ?? '', it?.ip ?? '', 0)
      return config === null || config === undefined ? [window] : [{ ...window, config }]
    }),
  )
const none = unknown('not-asked', 'no logs')

test.each<[string, ClusterDns, ReturnType<typeof windows>, InForce]>([
  ['both say this', dns(), windows(hash, hash), 'yes'],
  ['one says this', dns(), windows(hash, null), 'yes'],
  ['both say another', dns(), windows(other, other), 'no'],
  ['one says this, one another', dns(), windows(hash, other), 'partly'],
  ['one says another, one nothing', dns(), windows(other, null), 'partly'],
  ['nobody says', dns(), windows(null, null), 'unknown'],
  ['the text was not read', { ...dns(), corefile: unknown('forbidden', 'get') }, windows(hash, hash), 'unknown'],
  [
    'both say another, and one is not ready',
    dns(
      text,
      [first, second].flatMap((it, at) => (it === undefined ? [] : [{ ...it, ready: at === 0 }])),
    ),
    windows(other, other),
    'partly',
  ],
  [
    'both say another, and one leaves',
    dns(
      text,
      [first, second].flatMap((it, at) => (it === undefined ? [] : [{ ...it, deleting: at === 1 }])),
    ),
    windows(other, other),
    'partly',
  ],
  ['both say another, in an old recording', withoutHash(), windows(other, other), 'unknown'],
])('whether the servers go by the text: %s', (_what, of, told, is) => expect(textInForce(of, told, none)).toBe(is))

function withoutHash(): ClusterDns {
  const { corefileHash: _gone, ...rest } = dns()
  return rest
}

const acl = '.:53 {\n acl {\n  block\n }\n kubernetes cluster.local\n}\n'
const view = '.:53 {\n view a {\n  expr true\n }\n kubernetes cluster.local\n}\n'
const hashOf = (it: string): string => sha512(corefileVersionText(it) ?? '')
test.each<[string, ClusterDns, ReturnType<typeof windows>, unknown]>([
  ['this text, without such a plugin', dns(), windows(hash, hash), null],
  ['acl', dns(acl), windows(hashOf(acl), hashOf(acl)), { kind: 'plugin', plugin: 'acl' }],
  ['view', dns(view), windows(hashOf(view), hashOf(view)), { kind: 'plugin', plugin: 'view' }],
  ['acl, which nobody runs', dns(acl), windows(other, other), { kind: 'other-text' }],
  ['acl, which one runs', dns(acl), windows(hashOf(acl), other), { kind: 'plugin', plugin: 'acl' }],
  ['no plugin, and one runs another text', dns(), windows(hash, other), { kind: 'other-text' }],
  ['nobody says', dns(), windows(null, null), { kind: 'unsaid' }],
  ['not read', { ...dns(), corefile: unknown('forbidden', 'get') }, windows(hash, hash), { kind: 'unread' }],
])('why a server may say one thing to one and another to the next: %s', (_what, of, told, why) =>
  expect(byWhoAsks(of, told, none)).toEqual(why),
)

test('a text that nobody runs is no text for checks', () => {
  const of = (told: ReturnType<typeof windows>) => {
    const whole = model({ clusterDns: known(dns()), coreDnsWindows: told })
    const left = withoutTextNotInForce(whole)
    return { isSame: left === whole, dns: left.sources.clusterDns }
  }
  expect(of(windows(hash, hash)).isSame).toBe(true)
  expect(of(windows(hash, other)).isSame).toBe(true)
  expect(of(windows(other, other)).dns).toMatchObject({
    value: { corefile: unknown('failed', 'not the one in force, all DNS servers run another than is stored') },
  })
  const unread = model({})
  expect(withoutTextNotInForce(unread)).toBe(unread)
})
