import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { clusterDns, insideView } from '../../../test/build/dns.ts'
import { nameAnswers, outsideAnswers, rightAnswers } from '../../../test/build/name-answers.ts'
import { pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { known } from '../../model/known.ts'
import type { NameAnswer } from '../../model/name-answers.ts'
import check from './suffix-ends-lookups.ts'

const servers = 'Deployment/kube-system/coredns'
const both = [...outsideAnswers('worker-1'), ...outsideAnswers('worker-2')]
const suffixOf = (it: NameAnswer): string | null =>
  it.reason.kind === 'outside' || it.reason.kind === 'random' ? it.reason.suffix : null
const empty = { answer: 'nodata', rcode: 'NOERROR' } as const
const silent = { answer: 'timeout', rcode: null, ttl: null } as const
const below = (suffix: string, about: Partial<NameAnswer>, of: readonly NameAnswer[] = both) =>
  of.map((it) => (suffixOf(it) === suffix ? { ...it, ...about } : it))
const given = (answers: readonly NameAnswer[], about = {}) => ({
  clusterDns: clusterDns(),
  nameAnswers: nameAnswers(answers, about),
})
const itself = (about: Partial<NameAnswer>) =>
  below('corp.example', empty).map((it) =>
    it.reason.kind === 'outside' && suffixOf(it) === null ? { ...it, ...about } : it,
  )

const list = (node: string, suffixes: readonly string[]) => ({ node, suffixes, ndots: 5 })
const web = pod('web-0', { owner: { kind: 'StatefulSet', name: 'web' } })
const view = (libc: 'musl' | 'glibc' | null) =>
  insideView('web-0', { libc, resolvConf: known('nameserver 10.96.0.10\nsearch cluster.local .\noptions ndots:5\n') })

/** What a node hears of a Service, from each server. */
const cart = (node: string, about: Partial<NameAnswer> = {}) =>
  rightAnswers(service('cart', { clusterIP: '10.96.44.7' })).map((it) => ({ ...it, node, ...about }))
const emptyOn1 = both.map((it) =>
  it.node === 'worker-1' && suffixOf(it)?.endsWith('cluster.local') === true ? { ...it, ...empty } : it,
)

describeCheck(check, [
  {
    it: 'an acl gives one node empty answers, of Services that are there as well',
    given: given([...emptyOn1, ...cart('worker-1', { ...empty, addresses: [] }), ...cart('worker-2')]),
    expect: ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local'].map((suffix) => ({
      subject: servers,
      args: { suffix, nodes: ['worker-1'], services: true },
      says: 'answers worker-1 NOERROR',
    })),
  },
  {
    it: 'the same answers below suffixes, and Services have their addresses there',
    given: given([...emptyOn1, ...cart('worker-1'), ...cart('worker-2')]),
    expect: ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local'].map((suffix) => ({
      subject: servers,
      args: { suffix, nodes: ['worker-1'], services: false },
    })),
  },
  {
    it: 'names of the cluster are refused by one server of two: nobody is told to change the search list',
    given: given([
      ...both.map((it) =>
        it.node === 'worker-1' && suffixOf(it)?.endsWith('cluster.local') === true
          ? { ...it, answer: 'refused' as const, rcode: 'REFUSED' }
          : it,
      ),
      ...cart('worker-1'),
    ]),
    expect: ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local'].map((suffix) => ({
      subject: servers,
      args: { suffix, services: false, refused: true },
    })),
  },
  {
    it: 'an acl on one node, and a suffix of another zone that is broken everywhere',
    given: given([...below('corp.example', empty), ...cart('worker-1', { ...empty, addresses: [] })]),
    expect: [{ subject: servers, args: { suffix: 'corp.example', nodes: ['worker-1', 'worker-2'], services: false } }],
  },
  {
    it: 'a suffix says that every name is there',
    given: given(below('corp.example', empty)),
    expect: [
      {
        subject: 'Deployment/kube-system/coredns',
        severity: 'warning',
        confidence: 'observed',
        args: { suffix: 'corp.example', bad: 4, of: 4, nodes: ['worker-1', 'worker-2'] },
      },
    ],
  },
  {
    it: 'a suffix whose server is broken',
    given: given(below('corp.example', { answer: 'servfail', rcode: 'SERVFAIL' })),
    expect: [{ subject: servers, args: { says: 'SERVFAIL' } }],
  },
  {
    it: 'a suffix that nobody answers for',
    given: given(below('corp.example', silent)),
    expect: [{ subject: servers, args: { answer: 'timeout' } }],
  },
  {
    it: 'two suffixes',
    given: given(below('corp.example', empty, below('cluster.local', empty))),
    expect: [
      { subject: servers, args: { suffix: 'cluster.local' } },
      { subject: servers, args: { suffix: 'corp.example' } },
    ],
  },
  { it: 'each denies what it lacks', given: given(both), expect: 'ok' },
  {
    it: 'a query was lost on one node',
    given: given([...below('corp.example', silent, outsideAnswers('worker-1')), ...outsideAnswers('worker-2')]),
    expect: 'ok',
  },
  { it: 'outside names fail without it, too', given: given(itself({ answer: 'servfail' })), expect: 'ok' },
  {
    it: 'no pod of these nodes has it in its list',
    given: given(below('corp.example', empty), {
      searches: ['worker-1', 'worker-2'].map((node) => ({ node, suffixes: ['svc.cluster.local'], ndots: 5 })),
    }),
    expect: 'ok',
  },
  {
    it: 'a name with a dot is tried as it is first',
    given: given(below('corp.example', empty), {
      searches: ['worker-1', 'worker-2'].map((node) => ({ node, suffixes: ['corp.example'], ndots: 1 })),
    }),
    expect: 'ok',
  },
  {
    it: 'a root in the list of one node',
    given: given(both, { searches: [list('worker-1', ['cluster.local', '.']), list('worker-2', ['cluster.local'])] }),
    expect: [{ subject: 'Node/worker-1', confidence: 'inferred', args: { suffix: '.' } }],
  },
  {
    it: 'a root that is never tried',
    given: given(both, { searches: [{ ...list('worker-1', ['cluster.local', '.']), ndots: 1 }] }),
    expect: 'ok',
  },
  {
    it: 'a root in the list of a pod',
    given: { ...given(both), pods: [web], insideViews: [view('musl'), view(null)] },
    expect: [{ subject: 'StatefulSet/shop/web', args: { suffix: '.', names: ['cluster.local', '.'] } }],
  },
  {
    it: 'a root in the list of a pod with glibc',
    given: { ...given(both), pods: [web], insideViews: [view('glibc')] },
    expect: 'ok',
  },
  { it: 'nothing was asked below a suffix', given: given([]), expect: 'not-applicable' },
  { it: 'not probed', given: modelOf({ clusterDns: clusterDns() }), expect: 'cannot-tell', says: /--probe/ },
])

test('whatever ends a resolver at a suffix of its list is told, with the suffix', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'corp.example'),
      fc.constantFrom('nodata', 'servfail', 'refused', 'timeout', 'unreachable'),
      (suffix, answer) => {
        const { results } = diagnose(modelOf(given(below(suffix, { ...silent, answer }))), { checks: [check] })
        const findings = results.flatMap((it) => it.findings)
        expect(findings.map((it) => it.args['suffix'])).toEqual([suffix])
        for (const it of findings) expect(check.words.headline(it)).toContain(suffix)
      },
    ),
  )
})
