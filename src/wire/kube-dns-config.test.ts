import { expect, test } from 'vitest'
import { kubeDnsConfig } from './kube-dns-config.ts'

const faults = (stubs: string | null, upstreams: string | null = null): readonly string[] =>
  (kubeDnsConfig(stubs, upstreams)?.problems ?? []).map(({ key, is, domain, server }) =>
    [key, is, domain, server].join(' '),
  )

test('what is well-formed', () => {
  expect(kubeDnsConfig(null, null)).toBe(null)
  expect(kubeDnsConfig('', '  ')).toBe(null)
  expect(kubeDnsConfig('{"corp.example": ["10.20.0.53", "10.20.0.54:5353"]}', '["8.8.8.8", "2001:db8::1"]')).toEqual({
    stubDomains: [{ domain: 'corp.example', servers: ['10.20.0.53', '10.20.0.54:5353'] }],
    upstreams: ['8.8.8.8', '2001:db8::1'],
    problems: [],
  })
  expect(faults('{"corp.example": ["ns1.corp.example"]}')).toEqual([])
})

test.each([
  ['{"corp.example": "10.20.0.53"}', null, ['stubDomains no-list corp.example ']],
  ['{"global": ["$(kubectl get svc)"]}', null, ['stubDomains no-address global ']],
  ['{"global": ["istiocoredns"]}', null, ['stubDomains no-address global istiocoredns']],
  ['corp.example: 10.20.0.53', null, ['stubDomains not-json  ']],
  ['["10.20.0.53"]', null, ['stubDomains no-object  ']],
  ['{"-x-": ["10.20.0.53"]}', null, ['stubDomains no-domain  ']],
  [null, '"8.8.8.8"', ['upstreamNameservers no-list  ']],
  [null, '8.8.8.8', ['upstreamNameservers not-json  ']],
  [null, '["ns.corp.example"]', ['upstreamNameservers no-address  ns.corp.example']],
  [null, '["1.1.1.1","1.0.0.1","8.8.8.8","8.8.4.4"]', ['upstreamNameservers too-many  ']],
])('%s %s', (stubs, upstreams, expected) => expect(faults(stubs, upstreams)).toEqual(expected))
