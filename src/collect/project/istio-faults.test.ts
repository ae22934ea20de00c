import { expect, test } from 'vitest'
import { createIntern } from '../../wire/intern.ts'
import { projectServiceEntry, projectVirtualService } from './istio.ts'
import { projectService } from './service.ts'

const faultsOf = (http: readonly object[]) =>
  projectVirtualService(
    { metadata: { namespace: 'shop', name: 'web' }, spec: { hosts: ['cart'], http } },
    createIntern(),
  )?.faults
const abort = { fault: { abort: { httpStatus: 503, percentage: { value: 100 } } } }
const told = { does: 'abort', status: 503, percent: 100, of: 'all', path: 'spec.http[0].fault' }

test('a fault is read, with the requests that it is for', () => {
  expect(faultsOf([abort])).toEqual([told])
  expect(faultsOf([{ ...abort, match: [{ uri: { prefix: '/' } }] }])).toEqual([told])
  expect(faultsOf([{ ...abort, match: [{ headers: { who: { exact: 'ann' } } }] }])).toEqual([{ ...told, of: 'some' }])
  expect(faultsOf([{ fault: { delay: { fixedDelay: '7s', percent: 50 } } }])).toEqual([
    { ...told, does: 'delay', status: null, percent: 50 },
  ])
})

test('one of no request is none, nor one behind a rule for all of them', () => {
  expect(faultsOf([{ fault: { abort: { httpStatus: 503 } } }])).toBeUndefined()
  expect(faultsOf([{ fault: { abort: { httpStatus: 503, percentage: { value: 0 } } } }])).toBeUndefined()
  expect(faultsOf([{ route: [] }, abort])).toBeUndefined()
  expect(faultsOf([{ match: [{ port: 80 }] }, abort])).toEqual([{ ...told, path: 'spec.http[1].fault' }])
})

test('times that rules give, of those that lead to somebody', () => {
  const timeoutsOf = (http: readonly object[]) =>
    projectVirtualService(
      { metadata: { namespace: 'shop', name: 'web' }, spec: { hosts: ['cart'], http } },
      createIntern(),
    )?.timeouts
  const route = [{ destination: { host: 'cart' } }]
  expect(timeoutsOf([{ route, timeout: '0.005s', retries: { attempts: 2, perTryTimeout: '2ms' } }])).toEqual([
    { seconds: 0.005, of: 'all', path: 'spec.http[0].timeout' },
    { seconds: 0.002, of: 'all', path: 'spec.http[0].retries.perTryTimeout' },
  ])
  expect(timeoutsOf([{ route, timeout: '0s', retries: { attempts: 0, perTryTimeout: '2ms' } }])).toBeUndefined()
  expect(timeoutsOf([{ timeout: '1ms', redirect: { uri: '/' } }])).toBeUndefined()
  expect(timeoutsOf([{ route }, { route, timeout: '1ms' }])).toBeUndefined()
})

test('whom a ServiceEntry and a Service are exported to', () => {
  const intern = createIntern()
  const metadata = { namespace: 'shop', name: 'git' }
  const spec = { hosts: ['api.github.com'], ports: [{ number: 443, name: 'tls' }], exportTo: ['.'] }
  expect(projectServiceEntry({ metadata, spec }, intern)).toMatchObject({ ports: [443], exportTo: ['.'] })
  const annotations = { 'networking.istio.io/exportTo': '., money' }
  expect(projectService({ metadata: { ...metadata, annotations }, spec: {} }, intern)?.exportTo).toEqual(['.', 'money'])
  expect(projectService({ metadata, spec: {} }, intern)?.exportTo).toBeUndefined()
})

test('what rules for HTTP take, all together', () => {
  const takesOf = (http: readonly object[]) =>
    projectVirtualService(
      { metadata: { namespace: 'shop', name: 'web' }, spec: { hosts: ['a'], http } },
      createIntern(),
    )?.takes
  const soap = { match: [{ uri: { prefix: '/soap' } }] }
  expect(takesOf([])).toBeUndefined()
  expect(takesOf([soap, soap, { match: [{ uri: { exact: '/x' }, method: { exact: 'GET' } }] }])).toEqual([
    { type: 'prefix', path: '/soap', more: 'nothing' },
    { type: 'exact', path: '/x', more: 'more' },
  ])
  expect(takesOf([{ route: [] }])).toEqual([{ type: 'prefix', path: '/', more: 'nothing' }])
  expect(takesOf([{ match: [{ uri: { prefix: '/A' }, ignoreUriCase: true }] }])).toMatchObject([{ type: 'regex' }])
  const many = takesOf(Array.from({ length: 600 }, (_, at) => ({ match: [{ uri: { exact: `/${at}` } }] })))
  expect(many).toHaveLength(501)
  expect(many?.at(-1)?.type).toBe('regex')
})
