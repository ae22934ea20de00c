import { describe, expect, test } from 'vitest'
import { pod } from '../../../test/build/pod.ts'
import { nameAnswer } from '../../../test/build/name-answers.ts'
import { service, slice } from '../../../test/build/service.ts'
import type { NameAnswer } from '../../model/name-answers.ts'
import type { Service } from '../../model/service.ts'
import { parseCorefile } from '../../wire/corefile.ts'
import { circleOf, corefileReason, judgeName, mayBeFromBefore, type WrongName } from './service-names.ts'

/* What a server's answers to a Service's name mean, and which line of the Corefile may stand between. */

const name = 'web.shop.svc.cluster.local.'
const says = (about: Partial<NameAnswer> = {}): NameAnswer =>
  nameAnswer({ kind: 'service', service: { namespace: 'shop', name: 'web' } }, name, about)
const ok = (...addresses: readonly string[]): NameAnswer => says({ answer: 'ok', rcode: 'NOERROR', addresses, ttl: 30 })
const six = (about: Partial<NameAnswer>): NameAnswer => says({ type: 'AAAA', ...about })
const kept = (ttl: number, ...addresses: readonly string[]): NameAnswer => ({ ...ok(...addresses), ttl })

const web = service('web', { clusterIP: '10.96.0.7' })
const inSix = service('web', { clusterIP: 'fd00::7' })
const single: Service = { ...web, families: ['IPv4'] }
const headless = service('web', { clusterIP: 'None' })
const alias = service('web', { type: 'ExternalName', clusterIP: null, externalName: 'Db.example.' })

/** The kind, and what it tells beside it. */
function told(service: Service, answers: readonly NameAnswer[], ready: readonly string[] | null = []): string {
  const late = pod('web-9', { ip: '10.2.0.99', ready: false })
  const slices = ready === null ? null : [slice('web', [...ready.map((ip) => pod('web-1', { ip })), late])]
  const it = judgeName(service, answers, slices)
  switch (it.kind) {
    case 'address':
      return `address, not ${it.right.join(' ')}`
    case 'stale':
      return `stale ${it.gone.join(' ')}`
    case 'nowhere':
      return `nowhere ${it.target}`
    case 'unknown':
      return `unknown: ${it.why}${it.silent ? '' : ', not silent'}`
    case 'other-family':
    case 'half-failed':
      return `${it.kind} ${it.answer.type}`
    default:
      return it.kind
  }
}

test.each<[string, Service, readonly NameAnswer[], string]>([
  ['nothing', web, [], 'unknown: not asked'],
  ['its address', web, [ok('10.96.0.7')], 'right'],
  ['another', web, [ok('10.96.0.8')], 'address, not 10.96.0.7'],
  ['its own and another', web, [ok('10.96.0.7', '10.96.0.8')], 'address, not 10.96.0.7'],
  ['the other family alone', web, [six({ answer: 'nodata' })], 'unknown: not asked'],
  ['no such name', web, [says()], 'denied'],
  ['no such record', web, [says({ answer: 'nodata' })], 'denied'],
  ['SERVFAIL', web, [says({ answer: 'servfail' })], 'error'],
  ['a refusal', web, [says({ answer: 'refused' })], 'error'],
  ['the answer of another name', web, [says({ answer: 'other-name' })], 'error'],
  ['nothing in time', web, [says({ answer: 'timeout' })], 'unknown: timeout'],
  ['its address, and no record of the other family', web, [ok('10.96.0.7'), six({ answer: 'nodata' })], 'right'],
  ['its address, and no such name of the other', web, [ok('10.96.0.7'), six({})], 'half-failed AAAA'],
  ['its address, and an error of the other', web, [ok('10.96.0.7'), six({ answer: 'servfail' })], 'half-failed AAAA'],
  ['its address, and a refusal of the other', web, [ok('10.96.0.7'), six({ answer: 'refused' })], 'half-failed AAAA'],
  ['another address, and an error of the other', web, [ok('10.96.0.8'), six({})], 'address, not 10.96.0.7'],
  [
    'one of each, of a Service that may have both',
    web,
    [ok('10.96.0.7'), six({ answer: 'ok', addresses: ['fd::1'] })],
    'right',
  ],
  [
    'one of each, of one family',
    single,
    [ok('10.96.0.7'), six({ answer: 'ok', addresses: ['fd::1'] })],
    'other-family AAAA',
  ],
  ['its address of the sixth version', inSix, [six({ answer: 'ok', addresses: ['fd00::7'] })], 'right'],
  ['it, spelt out', inSix, [six({ answer: 'ok', addresses: ['FD00:0:0:0:0:0:0:0007'] })], 'right'],
  ['it, spelt in part', inSix, [six({ answer: 'ok', addresses: ['fd00:0::7'] })], 'right'],
  ['one that is near', inSix, [six({ answer: 'ok', addresses: ['fd00::70'] })], 'address, not fd00::7'],
])('to a Service: %s', (_what, it, answers, kind) => expect(told(it, answers)).toBe(kind))

test.each<[string, readonly NameAnswer[], readonly string[] | null, string]>([
  ['its endpoints', [ok('10.2.0.1')], ['10.2.0.1'], 'right'],
  ['one that is not ready', [ok('10.2.0.99')], ['10.2.0.1'], 'right'],
  ['none of them', [ok('10.2.0.2')], ['10.2.0.1'], 'address, not 10.2.0.1'],
  ['one that is gone beside one that is not', [ok('10.2.0.1', '10.2.0.2')], ['10.2.0.1'], 'right'],
  ['one that is gone, and may be kept', [kept(31, '10.2.0.1', '10.2.0.2')], ['10.2.0.1'], 'stale 10.2.0.2'],
  ['its endpoints, which may be kept', [kept(3600, '10.2.0.1')], ['10.2.0.1'], 'right'],
  ['nothing that could be compared', [ok('10.2.0.1')], null, 'unknown: its endpoints could not be read'],
  [
    'no such name where none is ready',
    [says()],
    [],
    'unknown: it has no ready endpoint, so there is no address to compare with, not silent',
  ],
  ['no such name where one is ready', [says()], ['10.2.0.1'], 'denied'],
  ['no record, and an error', [says({ answer: 'nodata' }), six({ answer: 'servfail' })], ['10.2.0.1'], 'error'],
  ['no record of either', [says({ answer: 'nodata' }), six({ answer: 'nodata' })], ['10.2.0.1'], 'denied'],
])('to a headless Service: %s', (_what, answers, ready, kind) => expect(told(headless, answers, ready)).toBe(kind))

const leads = (about: Partial<NameAnswer>): NameAnswer => says({ answer: 'ok', aliases: ['db.example'], ...about })
test.each<[string, readonly NameAnswer[], string]>([
  ['its target and where that is', [leads({ addresses: ['192.0.2.1'] })], 'right'],
  ['its target in capitals', [leads({ aliases: ['DB.EXAMPLE'], addresses: ['192.0.2.1'] })], 'right'],
  ['another target', [leads({ aliases: ['x.example'] })], 'address, not db.example'],
  [
    'another target for the other family',
    [leads({ addresses: ['192.0.2.1'] }), leads({ type: 'AAAA', aliases: ['x'] })],
    'address, not db.example',
  ],
  ['an address, and no alias', [ok('192.0.2.1')], 'address, not db.example'],
  ['an alias that leads nowhere', [leads({ answer: 'nxdomain' })], 'nowhere db.example'],
  ['an alias to what has no address', [leads({ answer: 'nodata' })], 'nowhere db.example'],
  ['nothing of it', [says()], 'nowhere db.example'],
  ['an error', [says({ answer: 'servfail' })], 'error'],
])('to an alias: %s', (_what, answers, kind) => expect(told(alias, answers)).toBe(kind))

test.each<[string, number | undefined, Pick<WrongName, 'kind'> & { readonly ttl: number | null }, boolean]>([
  ['of an old Service', undefined, { kind: 'denied', ttl: 5 }, false],
  ['of one that is 25 s old, for 5 s more', 25, { kind: 'denied', ttl: 5 }, true],
  ['for 6 s more', 25, { kind: 'denied', ttl: 6 }, false],
  ['of no time', 30, { kind: 'address', ttl: null }, true],
  ['of no time, a second later', 31, { kind: 'address', ttl: null }, false],
  ['an error', 1, { kind: 'error', ttl: 1 }, false],
])('an answer may be from before the Service was: %s', (_what, youngSeconds, { kind, ttl }, may) => {
  const wrong = { kind, answer: says({ ttl }), right: [] } as unknown as WrongName
  expect(mayBeFromBefore(youngSeconds === undefined ? web : { ...web, youngSeconds }, wrong)).toBe(may)
})

describe('aliases that lead round', () => {
  const to = (from: string, target: string): Service =>
    service(from, { type: 'ExternalName', clusterIP: null, externalName: target })
  const circle = (...services: readonly Service[]): unknown => {
    const [first] = services
    return first === undefined ? null : circleOf(first, services, 'Cluster.local')
  }
  const a = 'a.shop.svc.cluster.local'
  test.each<[string, readonly Service[], unknown]>([
    ['itself', [to('a', `${a}.`)], ['shop/a', 'shop/a']],
    ['another, and back', [to('a', 'B.shop.svc.cluster.local'), to('b', a)], ['shop/a', 'shop/b', 'shop/a']],
    ['into a circle', [to('x', a), to('a', a)], ['shop/x', 'shop/a', 'shop/a']],
    ['one that is none', [to('a', 'web.shop.svc.cluster.local'), web], null],
    ['away', [to('a', 'db.example')], null],
    ['none', [web], null],
  ])('%s', (_what, services, names) => expect(circle(...services)).toEqual(names))
})

const kubernetes = 'kubernetes cluster.local'
const dot = (...lines: readonly string[]): string => `. {\n${lines.join('\n')}\n}\n`
const named = { services: [], domain: 'cluster.local', namespaces: null, slicesOf: () => null }
const reason = (text: string, kind: WrongName['kind'], about: Partial<NameAnswer> = {}): string | null => {
  const it = corefileReason(parseCorefile(text), { kind, answer: says(about) }, web, named)
  return it === null ? null : `${it.how} ${it.line} ${it.text}`
}
test.each<[string, string, WrongName['kind'], string | null]>([
  ['no block', 'other.example {\nwhoami\n}\n', 'denied', null],
  [
    'a narrower zone',
    `${dot(kubernetes)}shop.svc.cluster.local {\nwhoami\n}\n`,
    'denied',
    'other-zone 4 shop.svc.cluster.local',
  ],
  ['no kubernetes', dot('whoami'), 'denied', 'no-kubernetes 1 .'],
  ['kubernetes alone', dot(kubernetes), 'denied', null],
  ['a cache', dot(kubernetes, 'cache 30'), 'denied', 'cache 3 cache 30'],
  ['a cache of denials', dot(kubernetes, 'cache {\ndenial 9984 30\n}'), 'denied', 'cache 4 denial 9984 30'],
  ['a cache, and another address', dot(kubernetes, 'cache 30'), 'address', null],
  [
    'its name in hosts',
    dot(kubernetes, `hosts {\n10.0.0.1 WEB.shop.svc.cluster.local.\n}`),
    'address',
    'hosts 4 10.0.0.1 WEB.shop.svc.cluster.local.',
  ],
  ['its name in hosts, denied', dot(kubernetes, `hosts {\n10.0.0.1 web.shop.svc.cluster.local\n}`), 'denied', null],
  ['another name in hosts', dot(kubernetes, 'hosts {\n10.0.0.1 web\n}'), 'address', null],
  ['a file of hosts', dot(kubernetes, 'hosts /etc/hosts'), 'other-family', 'hosts 3 hosts /etc/hosts'],
  ['a file of hosts, denied', dot(kubernetes, 'hosts /etc/hosts'), 'denied', null],
  ['dns64', dot(kubernetes, 'dns64'), 'other-family', 'dns64 3 dns64'],
  ['dns64, and another address', dot(kubernetes, 'dns64'), 'address', null],
  ['a template for all', dot(kubernetes, 'template IN A'), 'denied', 'template 3 template IN A'],
  ['a template for it', dot(kubernetes, 'template IN A {\nmatch ^WEB[.]\n}'), 'denied', 'template 3 template IN A'],
  ['a template for another', dot(kubernetes, 'template IN A {\nmatch ^api[.]\n}'), 'denied', null],
  [
    'a template for it and another',
    dot(kubernetes, 'template IN A {\nmatch ^api[.]\nmatch ^web[.]\n}'),
    'denied',
    null,
  ],
  ['a view', dot(kubernetes, 'view x {\nexpr y\n}'), 'error', null],
])('the line that stands between: %s', (_what, text, kind, why) => expect(reason(text, kind)).toBe(why))

test('a view refuses, and a time keeps', () => {
  expect(reason(dot(kubernetes, 'view x {\nexpr y\n}'), 'error', { answer: 'refused' })).toBe('view 3 view x')
  const keeps = dot(`${kubernetes} {\nttl 3600\n}`, 'cache 3600')
  expect(reason(keeps, 'address', { ttl: 31 })).toBe('kept 3 ttl 3600')
  expect(reason(keeps, 'address', { ttl: 30 })).toBeNull()
  expect(reason(dot(kubernetes, 'cache 3600'), 'address', { ttl: 31 })).toBe('kept 3 cache 3600')
  expect(reason(dot(`${kubernetes} {\nttl 3600\n}`), 'address', { ttl: 31 })).toBeNull()
})

test.each<[string, boolean]>([
  ['name exact web.shop.svc.cluster.local x', true],
  ['name exact WEB.shop.svc.cluster.local. x', true],
  ['name web.shop.svc.cluster.local x', true],
  ['stop name web.shop.svc.cluster.local x', true],
  ['continue name web.shop.svc.cluster.local x', true],
  ['name exact web x', false],
  ['name prefix WEB. x', true],
  ['name prefix shop. x', false],
  ['name suffix .Local. x', true],
  ['name suffix .local x', true],
  ['name suffix .shop x', false],
  ['name substring .SHOP. x', true],
  ['name substring .other. x', false],
  [String.raw`name regex ^web\.shop\. x`, true],
  [String.raw`name regex local\.$ x`, true],
  [String.raw`name regex ^api x`, false],
  ['name regex ( x', false],
  ['rcode web.shop.svc.cluster.local NOERROR', true],
  ['class IN CH', false],
  ['type A CNAME', true],
  ['type a cname', true],
  ['type A A', false],
  ['type AAAA A', false],
])('rewrite %s stands between: %s', (line, does) => {
  const why = does ? `rewrite 3 rewrite ${line}` : null
  expect(reason(dot(kubernetes, `rewrite ${line}`), 'denied')).toBe(why)
  expect(reason(dot(kubernetes, `rewrite {\n${line}\n}`), 'denied')).toBe(does ? `rewrite 4 ${line}` : null)
})

test('a rewrite of types is no reason for another address', () =>
  expect(reason(dot(kubernetes, 'rewrite type A CNAME'), 'address')).toBeNull())
