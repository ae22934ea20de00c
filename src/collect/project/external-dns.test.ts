import { expect, test } from 'vitest'
import { externalDnsOf } from './external-dns.ts'

const alpha = 'external-dns.alpha.kubernetes.io/'

test.each([
  [{}, undefined],
  [{ 'kubernetes.io/ingress.class': 'nginx' }, undefined],
  [{ [`${alpha}ttl`]: '60' }, { by: 'it', hosts: [] }],
  [
    { [`${alpha}hostname`]: 'Web.example.com., *.example.org' },
    { by: 'it', hosts: ['web.example.com', '*.example.org'] },
  ],
  [{ 'external-dns.kubernetes.io/hostname': 'web.example.com' }, { by: 'it', hosts: ['web.example.com'] }],
  [{ [`${alpha}hostname`]: 'hunter2, $(HOST).example.com' }, { by: 'it', hosts: [] }],
  [{ [`${alpha}target`]: 'lb.example.com' }, { by: 'it', hosts: [], target: 'named' }],
  [{ [`${alpha}controller`]: 'none' }, { by: 'others', hosts: [] }],
  [{ [`${alpha}controller`]: 'dns-controller' }, { by: 'it', hosts: [] }],
])('what %j asks of external-dns', (annotations, externalDns) => {
  expect(externalDnsOf(annotations).externalDns).toEqual(externalDns)
})
