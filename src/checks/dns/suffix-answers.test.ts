import { clusterDns } from '../../../test/build/dns.ts'
import { nameAnswer, nameAnswers, outsideAnswers } from '../../../test/build/name-answers.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
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
    expect: [{ subject: 'Node/worker-1', args: { name: 'example.com.svc.cluster.local' } }],
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
