import { expect, test } from 'vitest'
import { httpRulesOf, onlyByOf } from './istio-http.ts'

const all = [{ type: 'prefix', path: '/', more: 'nothing' }]

test.each([
  [{ redirect: { authority: 'Web.example' } }, { matches: [], redirect: to({ authority: 'web.example' }) }],
  [
    { match: [{ uri: { prefix: '/' } }], redirect: { scheme: 'https', uri: '/a' } },
    { matches: all, redirect: to({ scheme: 'https', uri: '/a' }) },
  ],
  [
    { match: [{ port: 80 }], redirect: { scheme: 'https' } },
    { matches: [{ ...all[0], more: 'more' }], redirect: to({ scheme: 'https' }) },
  ],
  [
    { match: [{ uri: { exact: '/' }, name: 'root' }], redirect: { uri: '/a' } },
    { matches: [{ type: 'exact', path: '/', more: 'nothing' }], redirect: to({ uri: '/a' }) },
  ],
])('a rule that redirects is read: %j', (rule, read) => {
  expect(httpRulesOf([rule])).toEqual({ http: [read] })
})

test.each([
  {},
  { route: [{ destination: { host: 'web' } }] },
  { redirect: { port: 8443 } },
  { redirect: { derivePort: 'FROM_REQUEST_PORT', authority: 'a:80' } },
  { redirect: { uri: '%PREFIX()%/a' } },
  { redirect: { uriRegexRewrite: { match: '.', rewrite: 'a' } } },
])('nothing is kept of %j', (rule) => {
  expect(httpRulesOf([rule])).toEqual({})
})

function to(about: object) {
  return { scheme: null, authority: null, uri: null, ...about }
}

test.each([
  [[], undefined],
  [[{ route: [] }], undefined],
  [[{ match: [{ headers: { 'end-user': { exact: 'jason' } } }] }], ['headers']],
  [[{ match: [{ headers: { 'end-user': { exact: 'jason' } } }] }, { route: [] }], undefined],
  [[{ match: [{ headers: {} }] }], undefined],
  [[{ match: [{ method: { exact: 'GET' } }, { queryParams: { v: { exact: '2' } } }] }], ['queryParams', 'method']],
  [[{ match: [{ headers: { a: { exact: 'b' } } }, { uri: { prefix: '/api' } }] }], undefined],
])('what each rule of %j asks for', (rules, onlyBy) => {
  expect(onlyByOf(rules).onlyBy).toEqual(onlyBy)
})
