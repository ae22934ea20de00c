import { createHash } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { sealedHash } from './sealed-hash.ts'

const sha = (text: string): string => createHash('sha512').update(text).digest('hex')

test('equal texts have equal ones, others have others', () => {
  expect(sealedHash(sha('a'))).toBe(sealedHash(sha('a')))
  expect(sealedHash(sha('a'))).not.toBe(sealedHash(sha('b')))
  expect(sealedHash(sha('a'))).toMatch(/^[0-9a-f]{64}$/)
})

test('who knows the text, and not the key, does not come to it', () => {
  const text = 'password hunter2'
  const guesses = ['sha256', 'sha512'].flatMap((it) =>
    [text, sha(text)].map((of) => createHash(it).update(of).digest('hex')),
  )
  expect(guesses).not.toContain(sealedHash(sha(text)))
})

test('nor who has the source: each process has a key of its own', async () => {
  const anew = async (): Promise<string> => {
    vi.resetModules()
    return (await import('./sealed-hash.ts')).sealedHash(sha('a'))
  }
  const [one, other] = [await anew(), await anew()]
  expect(one).toMatch(/^[0-9a-f]{64}$/)
  expect(one).not.toBe(other)
  expect(new Set([one, other, sealedHash(sha('a'))]).size).toBe(3)
})
