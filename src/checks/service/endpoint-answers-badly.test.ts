import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { contacts, get, getOf } from '../../../test/build/contacts.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { runs } from '../../../test/build/effort.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { egressPolicy } from '../../../test/build/policy.ts'
import { answered, never, probe } from '../../../test/build/lookups.ts'
import { cluster } from '../../../test/build/dns-faults.ts'
import { programLog } from '../../../test/build/program-log.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { model } from '../../model/build.ts'
import type { Contacts } from '../../model/contacts.ts'
import { known } from '../../model/known.ts'
import { complaintEnds } from '../../relations/complaint-words.ts'
import nodeCutOff from '../dns/node-cut-off.ts'
import badAnswer from '../ingress/bad-answer.ts'
import { lateError } from '../../model/http-error.ts'
import check from './endpoint-answers-badly.ts'

const seen = (direct: NonNullable<Contacts['direct']>, http: Contacts['http'] = []) => ({
  contacts: { ...contacts([], http), direct },
  ingresses: [ingress([['/', 'web', 80]])],
  networkPolicies: [],
  namespaces: [],
  pods: [pod('web-1')],
})
const three = (status: number) => [
  getOf('web', 'web-1', 200),
  getOf('web', 'web-2', 200),
  getOf('web', 'web-3', status),
]
const hangsUp = { error: 'ECONNRESET' } as const
const late = { ...probe({ nodes: ['worker-1'] }), lag: [{ node: 'worker-1', p99Ms: 2000 }] }

const bound = { service: { namespace: 'shop', name: 'late', port: 80 }, protocol: 'TCP', why: 'bound' } as const
describeCheck(check, [
  {
    it: 'a bound left a Service out: no word of it',
    given: { contacts: { ...contacts([], []), direct: [getOf('web', 'web-1', 200)], unasked: [bound] } },
    expect: 'ok',
    says: /1 endpoint asked; of 1 Service port not all/,
  },
  {
    it: 'one of three, whose own log says what it lacks',
    given: {
      ...seen(three(500)),
      programLogs: [
        programLog('web-3', [{ kind: 'no-space', host: null, port: null, times: 40, during: 8 }]),
        programLog('web-1', [{ kind: 'no-memory', host: null, port: null, times: 40, during: 8 }]),
      ],
    },
    expect: [{ subject: 'Service/shop/web', args: { lacks: [complaintEnds['no-space']] } }],
  },
  {
    it: 'one of three',
    given: seen(three(500)),
    expect: [
      {
        subject: 'Service/shop/web',
        severity: 'error',
        args: { pattern: 'some', sick: ['web-3'], bad: 1, of: 3, counts: ['2 200', '1 500'] },
      },
    ],
  },
  {
    it: 'the end of no answer comes: whether the application or the way keeps it, the requests do not tell',
    given: seen([getOf('web', 'web-1', 200, { error: lateError('body', 4000, 9000) })]),
    expect: [
      {
        subject: 'Service/shop/web',
        severity: 'error',
        args: { pattern: 'unfinished' },
      },
    ],
  },
  {
    it: 'all of them, on a path that somebody declared',
    given: seen([getOf('web', 'web-1', 502)]),
    expect: [{ subject: 'Service/shop/web', severity: 'error', args: { pattern: 'all' } }],
  },
  {
    it: 'all of them, on a guess',
    given: seen([getOf('web', 'web-1', 500, { basis: 'guessed' })]),
    expect: [{ subject: 'Service/shop/web', severity: 'warning', args: { pattern: 'guess' } }],
  },
  {
    it: 'a refusal',
    given: seen([getOf('web', 'web-1', null), getOf('web', 'web-2', 200)]),
    expect: [{ subject: 'Service/shop/web', args: { what: ['no answer (ECONNREFUSED)'], sick: ['web-1'] } }],
  },
  {
    it: 'a body without an end',
    given: seen([
      getOf('web', 'web-1', 200, { error: 'no complete answer within 18000 ms' }),
      getOf('web', 'web-2', 200),
    ]),
    expect: [{ subject: 'Service/shop/web', args: { sick: ['web-1'] } }],
  },
  {
    it: 'its own node gets the whole of it, and no other',
    given: {
      ...seen([
        getOf('web', 'web-1', 200, { ip: '10.2.1.9', node: 'worker-1' }),
        getOf('web', 'web-1', null, { ip: '10.2.1.9', node: 'worker-2', error: 'no complete answer within 18000 ms' }),
        getOf('web', 'web-1', null, { ip: '10.2.1.9', node: 'worker-3', error: 'no complete answer within 18000 ms' }),
      ]),
    },
    expect: [{ subject: 'Service/shop/web', severity: 'error', args: { pattern: 'across' } }],
  },
  {
    it: 'no answer to one node, from whichever endpoint',
    given: seen([
      getOf('web', 'web-1', 200, { ip: '10.2.9.9', node: 'worker-1' }),
      getOf('web', 'web-2', 200, { ip: '10.2.9.9', node: 'worker-1' }),
      getOf('web', 'web-1', null, { ip: '10.2.9.9', node: 'worker-2', error: 'no complete answer within 18000 ms' }),
      getOf('web', 'web-2', null, { ip: '10.2.9.9', node: 'worker-2', error: 'no complete answer within 18000 ms' }),
    ]),
    expect: [{ subject: 'Service/shop/web', args: { pattern: 'from-nodes' } }],
  },
  {
    it: 'errors that came whole have crossed',
    given: seen([
      getOf('web', 'web-1', 200, { ip: '10.2.1.9', node: 'worker-1' }),
      getOf('web', 'web-1', 500, { ip: '10.2.1.9', node: 'worker-2' }),
    ]),
    expect: [{ subject: 'Service/shop/web', args: { pattern: 'at-times', homes: 'none-well' } }],
  },
  {
    it: 'all hang up',
    given: seen([getOf('web', 'web-1', null, hangsUp)]),
    expect: [{ subject: 'Service/shop/web', severity: 'warning', args: { pattern: 'protocol' } }],
  },
  {
    it: 'all hang up on the URL that the user named: nobody else says that it is HTTP, and nobody else needs to',
    given: seen([getOf('web', 'web-1', null, { ...hangsUp, basis: 'url' })]),
    expect: [{ subject: 'Service/shop/web', severity: 'error', args: { pattern: 'protocol' } }],
  },
  {
    it: 'they hang up at one path, and answer another: no other protocol',
    given: seen([
      getOf('web', 'web-1', null, { ...hangsUp, path: '/esc' }),
      getOf('web', 'web-1', 302, { ...hangsUp, error: null, path: '/api' }),
    ]),
    expect: [{ subject: 'Service/shop/web', severity: 'error', args: { pattern: 'all' } }],
  },
  {
    it: 'all hang up, and users get errors',
    given: seen([getOf('web', 'web-1', null, hangsUp)], [get('/', 502)]),
    expect: [{ subject: 'Service/shop/web', severity: 'error', args: { pattern: 'protocol' } }],
  },
  {
    it: 'all hang up, and users are served',
    given: seen([getOf('web', 'web-1', null, hangsUp)], [get('/', 200)]),
    expect: 'cannot-tell',
    says: /another protocol/,
  },
  {
    it: 'silence of a probe that was late',
    given: { ...seen([getOf('web', 'web-1', null, { error: 'no connection within 18000 ms' })]), dnsProbe: late },
    expect: 'cannot-tell',
    says: /2000 ms late/,
  },
  {
    it: 'a 500 is no doing of a late probe',
    given: { ...seen(three(500)), dnsProbe: late },
    expect: [{ subject: 'Service/shop/web' }],
  },
  {
    it: 'a policy on the probe itself',
    given: {
      ...seen([getOf('web', 'web-1', null, { error: 'no connection within 18000 ms' })]),
      networkPolicies: [egressPolicy('deny', [], { podSelector: { matchLabels: {}, matchExpressions: [] } })],
      namespaces: [],
    },
    expect: 'cannot-tell',
    says: /denies the probe pod/,
  },
  {
    it: 'one of three lacks the page',
    given: seen(three(404)),
    expect: [{ subject: 'Service/shop/web', severity: 'warning', args: { sick: ['web-3'], bad: 1 } }],
  },
  {
    it: 'one has the page by turns: two processes share its port',
    given: seen([getOf('web', 'web-1', 404), getOf('web', 'web-1', 200), getOf('web', 'web-1', 404)]),
    expect: [
      {
        subject: 'Service/shop/web',
        severity: 'warning',
        args: { pattern: 'at-times', bad: 2, of: 3, sick: ['web-1'] },
      },
    ],
  },
  {
    it: 'none of them has it',
    given: seen([getOf('web', 'web-1', 404), getOf('web', 'web-2', 404)]),
    expect: 'ok',
    says: /404/,
  },
  {
    it: 'a server that wants a certificate of the client',
    given: seen([getOf('web', 'web-1', null, { error: 'wants a certificate of the client' })]),
    expect: 'ok',
    says: /certificate of the client/,
  },
  { it: 'a 4xx is an answer', given: seen(three(403)), expect: 'ok', says: /403/ },
  { it: 'nothing asked', given: seen([]), expect: 'not-applicable' },
  { it: 'no probe', given: { ingresses: [] }, expect: 'cannot-tell' },
])

test('what users of the Ingress get folds under the pod that says it', () => {
  const given = model({
    contacts: known({ ...contacts([], [get('/', 500), get('/', 200)]), direct: three(500) }),
    ingresses: known([ingress([['/', 'web', 80]])]),
  })
  const { roots } = diagnose(given, { checks: [check, badAnswer] })
  expect(roots.map((it) => [it.finding.code, ...it.consequences.map((one) => one.code)])).toEqual([
    ['SVC208', 'ING305'],
  ])
})

test('what pods answer on a node that finds no name is of that node, where they are all of the bad ones', () => {
  const at = (name: string, node: string, ip: string) => pod(name, { node, ip })
  const pods = [
    at('web-1', 'worker-2', '10.2.2.1'),
    at('web-2', 'worker-1', '10.2.1.2'),
    at('web-3', 'worker-2', '10.2.2.3'),
  ]
  const rootsOf = (...statuses: readonly number[]) => {
    const direct = pods.map((it, i) => getOf('web', it.name, statuses[i] ?? 200, { ip: it.ip ?? '' }))
    const cut = cluster({ network: ({ node }) => (node === 'worker-2' ? never() : answered()) })
    const given = { ...cut, ...seen(direct), pods, services: [service('web')] }
    const { roots } = diagnose(modelOf(given), { checks: [check, nodeCutOff] })
    return roots.map((it) => [it.finding.code, ...it.consequences.map((one) => one.code)].join(' '))
  }
  expect(rootsOf(502, 200, 502)).toEqual(['DNS105 SVC208'])
  expect(rootsOf(502, 502, 502)).toEqual(['DNS105', 'SVC208'])
  expect(rootsOf(502, 200, 200)).toEqual(['DNS105', 'SVC208'])
  expect(rootsOf(200, 502, 200)).toEqual(['DNS105', 'SVC208'])
})

test('what an endpoint says is called its own only where its node answers well besides, and never more than that', () => {
  const placed = fc.record({ node: fc.constantFrom('n1', 'n2', 'n3'), bad: fc.boolean() })
  const calls = [{ by: 'DB', host: 'db', port: 5432 }]
  fc.assert(
    fc.property(fc.array(placed, { minLength: 2, maxLength: 6 }), fc.boolean(), (all, callsDb) => {
      const pods = all.map(({ node }, i) =>
        pod(`web-${i}`, { node, ip: `10.2.1.${i + 1}`, ...(callsDb ? { containers: [container({ calls })] } : {}) }),
      )
      const direct = all.flatMap(({ bad }, i) =>
        ['worker-1', 'worker-2'].map((node) =>
          getOf('web', `web-${i}`, bad ? 502 : 200, { ip: `10.2.1.${i + 1}`, node }),
        ),
      )
      const services = [service('web'), service('db', { ports: [port({ port: 5432 })] })]
      const given = { ...seen(direct), pods, services, clusterDns: clusterDns() }
      const [root] = diagnose(modelOf(given), { checks: [check] }).roots
      if (root === undefined) {
        expect(all.some((it) => it.bad)).toBe(false)
        return
      }
      const note = check.words.note(root.finding) ?? ''
      expect(note).toContain(callsDb ? 'what it calls and looks up (shop/db)' : 'what it calls and looks up')
      const isLone = all.some((it) => it.bad && !all.some((one) => !one.bad && one.node === it.node))
      if (!all.every((it) => it.bad)) expect(note.includes('the node alone is not why')).toBe(!isLone)
      if (isLone) expect(note).toMatch(/its node's|the node may be why|the application itself says so/)
      expect(note).not.toMatch(/load or luck/)
    }),
    { numRuns: runs(200) },
  )
})
