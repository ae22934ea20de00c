import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createIntern } from '../../wire/intern.ts'
import { projectIngress } from './ingress.ts'

const read = (host: string) =>
  projectIngress(
    {
      metadata: { namespace: 'shop', name: 'web' },
      spec: { rules: [{ host, http: { paths: [] } }], tls: [{ hosts: [host], secretName: 'a' }] },
    },
    createIntern(),
  )

test.each(['web.example.com', '*.example.com', 'Web.Example.com', 'a_b.example.com'])(
  '%s is a host as it is',
  (host) => {
    expect(read(host)?.rules[0]?.host).toBe(host)
    expect(read(host)?.tls?.[0]?.hosts).toEqual([host])
  },
)

test('a host of a file is pasted into commands: nothing in it means anything to a shell', () => {
  const odd = fc.string({ unit: fc.constantFrom(...'ab.-*$`\'";|&<>(){}\n\r\t \\\u001b\u202e:/=#~!') })
  fc.assert(
    fc.property(odd, (host) => {
      for (const it of [read(host)?.rules[0]?.host ?? '', ...(read(host)?.tls?.[0]?.hosts ?? [])])
        expect(it).toMatch(/^(?:[\w*.][\w*.-]*)?$/)
    }),
    { numRuns: 1000 },
  )
})
