import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { firstDocument } from './first-document.ts'

/** As `aws eks update-kubeconfig` writes one, without the certificate that makes it long. */
const entry = (n: number): string => `
- name: arn:aws:eks:eu-west-1:123456789012:cluster/shop-${n}
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: aws
      args:
      - --region
      - eu-west-1
      - eks
      - get-token
      - --cluster-name
      - shop-${n}
      - --output
      - json
      env:
      - name: AWS_PROFILE
        value: shop-${n}`

describe('a file that is long, or dense', () => {
  test('hundreds of users are read, in YAML, and in JSON without a space', () => {
    const text = `users:${Array.from({ length: 400 }, (_, n) => entry(n)).join('')}\n`
    const read = firstDocument(text)
    expect(read.kind === 'value' ? (read.value as { readonly users: unknown[] }).users.length : read).toBe(400)
    const json = JSON.stringify(read.kind === 'value' ? read.value : null)
    expect(firstDocument(json)).toMatchObject({ kind: 'value' })
  }, 60_000)

  test('100,000 characters that each stand for themselves are refused before they are read', () =>
    fc.assert(
      fc.property(
        fc.constantFrom('"', '[', '{', ',', '&', '!', '%', '\n', 'a: b\n', '- a\n', '? a\n', 'a:\n ', 'a: '),
        (unit) => {
          expect(firstDocument(unit.repeat(100_000).slice(0, 100_000))).toMatchObject({ kind: 'trouble' })
        },
      ),
    ))

  test.each([
    ['a: &a b\n', 200, 'value'],
    ['- &a b\n- *a\n', 200, 'value'],
    ['- &a b\n- *a\n', 1000, 'trouble'],
    ['[a: 1]\n', 1, 'value'],
    [`a${':'.repeat(199)}: b\n`, 1, 'value'],
    [`a${':'.repeat(200)}: b\n`, 1, 'trouble'],
    [`{${Array.from({ length: 300 }, (_, n) => `"k${n}": ${n}`).join(', ')}}`, 1, 'value'],
  ] as const)('%j %i times: %s', (unit, times, kind) => expect(firstDocument(unit.repeat(times)).kind).toBe(kind))
})

test('the first document counts, and the last of two equal keys', () =>
  expect(firstDocument('a: 1\na: b\n---\na: c\n')).toEqual({ kind: 'value', value: { a: 'b' } }))
