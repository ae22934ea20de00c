import { clusterDns } from '../../../test/build/dns.ts'
import { nameAnswer, nameAnswers, outsideAnswers } from '../../../test/build/name-answers.ts'
import { pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describe, expect, test } from 'vitest'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { known } from '../../model/known.ts'
import type { Sources } from '../../model/sources.ts'
import type { NameAnswer } from '../../model/name-answers.ts'
import check from './suffix-answers.ts'

const hit = { answer: 'ok', rcode: 'NOERROR', addresses: ['198.51.100.66'] } as const
const below = (suffix: string, kinds: readonly string[], node = 'worker-1'): readonly NameAnswer[] =>
  outsideAnswers(node).map((it) =>
    kinds.includes(it.reason.kind) && 'suffix' in it.reason && it.reason.suffix === suffix ? { ...it, ...hit } : it,
  )
const own = (answers: readonly NameAnswer[], about: Partial<NameAnswer>) =>
  answers.map((it) => (it.reason.kind === 'outside' && it.reason.suffix === null ? { ...it, ...about } : it))
const given = (answers: readonly NameAnswer[], about = {}) => ({
  clusterDns: clusterDns(),
  nameAnswers: nameAnswers(answers, about),
})
const corefile = (template: string) =>
  `.:53 {\n    ${template} {\n        answer "{{ .Name }} 60 IN A 198.51.100.66"\n    }\n    kubernetes cluster.local\n}\n`
const tuned = { dnsConfig: { nameservers: [], searches: ['corp.example'], options: [] } }
const wildcard = below('corp.example', ['outside', 'random'])
const way = {
  kind: 'way',
  service: { namespace: 'shop', name: 'cart' },
  typed: 'cart.shop',
  suffix: 'shop.svc.cluster.local',
} as const

describeCheck(check, [
  {
    it: 'a wildcard of one node',
    given: given([...wildcard, ...outsideAnswers('worker-2')]),
    expect: [
      {
        subject: 'Node/worker-1',
        severity: 'error',
        args: { suffix: 'corp.example', says: ['198.51.100.66'], itself: '93.184.216.34' },
      },
    ],
  },
  {
    it: 'a wildcard that all nodes see is one fault',
    given: given([...wildcard, ...below('corp.example', ['outside', 'random'], 'worker-2')]),
    expect: [{ subject: 'Deployment/kube-system/coredns', severity: 'error' }],
  },
  {
    it: 'a namespace of the name com',
    given: given(below('svc.cluster.local', ['outside'])),
    expect: [
      {
        subject: 'Service/com/example',
        severity: 'error',
        args: { name: 'example.com.svc.cluster.local', origin: 'cluster', taker: 'com/example', wins: 'this-name' },
        says: /that is Service com\/example/,
      },
    ],
  },
  {
    it: 'the same from all nodes, and its Service was read',
    given: {
      ...given([...below('svc.cluster.local', ['outside']), ...below('svc.cluster.local', ['outside'], 'worker-2')]),
      services: [service('example', { namespace: 'com', clusterIP: '198.51.100.66' })],
    },
    expect: [{ subject: 'Service/com/example', args: { taker: 'com/example' } }],
  },
  {
    it: 'all Services were read, and it is none of them: a line of the Corefile',
    given: { ...given(below('svc.cluster.local', ['outside'])), services: [service('cart')] },
    expect: [{ subject: 'Deployment/kube-system/coredns', args: { taker: null, origin: 'cluster', line: null } }],
  },
  {
    it: 'Services of another namespace were read: its name says it',
    given: { ...given(below('svc.cluster.local', ['outside'])), services: [service('cart')] },
    scope: { namespace: 'shop' },
    expect: [{ subject: 'Service/com/example' }],
  },
  {
    it: "a wildcard below the cluster's own suffix",
    given: {
      ...given(below('cluster.local', ['outside', 'random'])),
      clusterDns: clusterDns({ corefile: known(corefile('template IN A cluster.local')) }),
    },
    expect: [
      {
        subject: 'Deployment/kube-system/coredns',
        args: { taker: null, origin: 'cluster', wins: 'any-label', line: 2 },
      },
    ],
  },
  {
    it: 'a suffix that one workload alone has, by its dnsConfig; the wildcard stands in the Corefile',
    given: {
      ...given(wildcard, { searches: [{ node: 'worker-1', suffixes: ['svc.cluster.local'], ndots: 5 }] }),
      clusterDns: clusterDns({ corefile: known(corefile('template IN A corp.example')) }),
      pods: [pod('web-1'), pod('web-2', tuned), pod('web-3', tuned)],
    },
    expect: [
      {
        subject: 'Deployment/shop/web',
        args: { suffix: 'corp.example', origin: 'pods', pods: 2, line: 2, wins: 'any-label' },
        says: /of Deployment shop\/web/,
      },
    ],
  },
  {
    it: 'the same suffix in the lists of nodes',
    given: { ...given(wildcard), pods: [pod('web-2', tuned)] },
    expect: [{ subject: 'Node/worker-1', args: { origin: 'node', pods: null, line: null } }],
  },
  {
    it: 'two suffixes that answer are two faults',
    given: given(
      below('corp.example', ['outside', 'random']).map((it) =>
        it.reason.kind === 'outside' && it.reason.suffix === 'svc.cluster.local' ? { ...it, ...hit } : it,
      ),
    ),
    expect: [
      { subject: 'Service/com/example', args: { wins: 'this-name' } },
      { subject: 'Node/worker-1', args: { wins: 'any-label' } },
    ],
  },
  {
    it: 'a label that nobody made is answered',
    given: given(below('corp.example', ['random'])),
    expect: [{ subject: 'Node/worker-1', severity: 'warning' }],
  },
  {
    it: 'the name is nowhere else',
    given: given(own(wildcard, { answer: 'nxdomain', rcode: 'NXDOMAIN', addresses: [] })),
    expect: [{ subject: 'Node/worker-1', severity: 'warning' }],
  },
  {
    it: 'a suffix takes the name of a Service',
    given: given([nameAnswer(way, 'cart.shop.shop.svc.cluster.local.', hit)]),
    expect: [{ subject: 'Service/shop/cart' }],
  },

  { it: 'denied below each suffix', given: given(outsideAnswers()), expect: 'ok' },
  {
    it: 'with ndots:1 the suffix is tried after the name',
    given: given(below('svc.cluster.local', ['outside']), { searches: [{ node: 'worker-1', suffixes: [], ndots: 1 }] }),
    expect: 'ok',
  },
  {
    it: 'the same place by both names',
    given: given(own(below('corp.example', ['outside']), { addresses: ['198.51.100.66'] })),
    expect: 'ok',
  },
  {
    it: 'nobody answers',
    given: given(outsideAnswers().map((it) => ({ ...it, answer: 'timeout', rcode: null, addresses: [], ttl: null }))),
    expect: 'cannot-tell',
  },
  { it: 'nothing was asked below a suffix', given: given([]), expect: 'not-applicable' },
  { it: 'not probed', given: modelOf({ clusterDns: clusterDns() }), expect: 'cannot-tell', says: /--probe/ },
])

describe('what is to be done', () => {
  const helpFor = (sources: Partial<Sources>): string =>
    diagnose(modelOf(sources), { checks: [check] })
      .results.flatMap((it) => it.findings)
      .flatMap((it) => check.words.help(it))
      .join('\n')

  test('a Service is given another name; the cluster keeps its suffix, and there is no wildcard', () => {
    const help = helpFor(given(below('svc.cluster.local', ['outside'])))
    expect(help).toMatch(/give Service com\/example another name/)
    expect(help).not.toMatch(/out of the search list|out of the node|take suffix|wildcard/)
  })
  test.each(['svc.cluster.local', 'cluster.local', 'shop.svc.cluster.local'])(
    '%s is never to be taken out',
    (suffix) => {
      for (const kinds of [['outside'], ['random'], ['outside', 'random']])
        expect(helpFor(given(below(suffix, kinds)))).not.toMatch(/take suffix/)
    },
  )
  test('one name below a suffix of the nodes: no wildcard is spoken of', () => {
    const help = helpFor(given(below('corp.example', ['outside'])))
    expect(help).toMatch(/take suffix corp\.example out of the node's resolv\.conf/)
    expect(help).not.toMatch(/wildcard/)
  })
})
