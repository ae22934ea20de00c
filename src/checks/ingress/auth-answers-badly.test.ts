import { expect, test } from 'vitest'
import { contacts, get } from '../../../test/build/contacts.ts'
import { ingress, ingressClass } from '../../../test/build/ingress.ts'
import { controllerConfig, ingressConfigs } from '../../../test/build/ingress-config.ts'
import { lately, lateRequests } from '../../../test/build/said-lately.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { known, unknown } from '../../model/known.ts'
import type { FailedRequests } from '../../wire/access-log/failed-requests.ts'
import { failedRequests } from '../../wire/access-log/failed-requests.ts'
import missing from './auth-service-missing.ts'
import badAnswer from './bad-answer.ts'
import check from './auth-answers-badly.ts'

const ingresses = [ingress([['/', 'web', 80]], { auth: { host: 'auth.shop.svc.cluster.local', port: 80 } })]
const line =
  '2026/11/30 03:31:50 [error] 31#31: *7 auth request unexpected status: 404 while sending to client, ' +
  'client: 10.2.1.9, server: web.example.com, request: "GET / HTTP/1.1", host: "web.example.com"'
const said = (...lines: readonly string[]): readonly FailedRequests[] =>
  failedRequests(lines, new Set(['web.example.com']))
const given = (failed: readonly FailedRequests[], status = 500, late = lately()) => ({
  ingresses,
  contacts: contacts([], [get('/', status), get('/', status)]),
  ingressConfigs: ingressConfigs(controllerConfig(ingresses, { failed: known(failed), lately: known(late) })),
})
const web = 'Ingress/shop/web'

describeCheck(check, [
  {
    it: 'the path of auth-url is not there',
    given: given(said(line, line)),
    expect: [
      {
        subject: web,
        severity: 'error',
        confidence: 'observed',
        args: { statuses: ['404'], times: 2, bad: 2, of: 2, url: 'auth.shop.svc.cluster.local:80' },
        says: 'answers 404, which is neither yes nor no',
      },
    ],
  },
  {
    it: 'it redirects to its login page',
    given: given(said(line.replace('404', '302'))),
    expect: [{ subject: web, args: { statuses: ['302'] } }],
  },
  {
    it: 'users met it, and nothing was asked of the Ingress',
    given: { ...given([], 500, lately([lateRequests('auth-unclear')])), contacts: contacts([], []) },
    expect: [{ subject: web, severity: 'warning', args: { statuses: [], times: 3, of: 0 } }],
  },
  {
    it: 'one user met it, and the probe is well',
    given: given([], 200, lately([lateRequests('auth-unclear', { times: 1 })])),
    expect: [{ subject: web, severity: 'info' }],
  },
  {
    it: 'it was before the Ingress was changed',
    given: given([], 200, lately([lateRequests('auth-unclear', { times: 0, over: 4 })])),
    expect: 'ok',
  },
  {
    it: 'another reason stands in the log',
    given: given(said(line.replace(/auth.*client, /, 'upstream timed out, '))),
    expect: 'ok',
  },
  {
    it: 'requests of the probe are well: the line is of another of that host',
    given: given(said(line), 200),
    expect: 'ok',
  },
  { it: 'nothing is said', given: given([]), expect: 'ok' },
  { it: 'no Ingress', given: { ...given([]), ingresses: [] }, expect: 'not-applicable' },
  {
    it: 'the controllers were not looked into',
    given: modelOf(given([]), { ingressConfigs: unknown('forbidden', 'no exec') }),
    expect: 'cannot-tell',
  },
])

test('it is the cause of the 500 of the Ingress', () => {
  const { roots } = diagnose(modelOf(given(said(line))), { checks: [check, badAnswer] })
  expect(roots.map((it) => [it.finding.code, ...it.consequences.map((one) => one.code)])).toEqual([
    ['ING368', 'ING305'],
  ])
})

test('where the Service that decides is missing, that is the one cause', () => {
  const about = { services: [service('web')], ingressClasses: [ingressClass('nginx')] }
  const { roots } = diagnose(modelOf({ ...given(said(line)), ...about }), { checks: [check, badAnswer, missing] })
  expect(roots.map((it) => [it.finding.code, ...it.consequences.map((one) => one.code).toSorted()])).toEqual([
    ['ING314', 'ING305', 'ING368'],
  ])
})

test('a client can not write the line', () => {
  const forged = line.replace(/\*7 auth.*client, client/, '*7 upstream timed out while reading, client')
  const text = 'auth request unexpected status: 404'
  expect(said(forged.replace('GET / ', `GET /${text} `))).toMatchObject([{ trouble: 'timed-out-answering' }])
})
