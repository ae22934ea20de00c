import { expect, test } from 'vitest'
import { type Asked, door } from './door.ts'

const plain: Asked = {
  method: 'GET',
  path: '/',
  token: null,
  host: '127.0.0.1:8000',
  origin: undefined,
  site: undefined,
  cookie: undefined,
}

/** A door that somebody went through, and the cookie that he got. */
function opened() {
  const it = door(8000)
  const entry = it.enter({ ...plain, token: it.token })
  if (entry.kind !== 'welcome') throw new Error('not let in')
  return { ...it, set: entry.cookie, cookie: entry.cookie.split(';')[0] ?? '' }
}

test('the token is 128 bits, of each door another, and no cookie is it', () => {
  const its = Array.from({ length: 20 }, () => door(8000).token)
  expect(new Set(its).size).toBe(20)
  for (const it of its) expect(Buffer.from(it, 'base64url').length).toBe(16)
  const { token, set } = opened()
  expect(set).not.toContain(token)
  expect(set).toMatch(/^hopscope-8000=[\w-]{22}; HttpOnly; SameSite=Strict; Path=\/$/)
})

test('it is good once; whoever is in may come by the link again', () => {
  const { enter, token, cookie } = opened()
  expect(enter({ ...plain, token })).toMatchObject({ kind: 'out' })
  expect(enter({ ...plain, token, cookie })).toEqual({ kind: 'known' })
  expect(enter({ ...plain, cookie })).toEqual({ kind: 'in' })
})

test('a wrong token does not use it up, nor does a POST', () => {
  const { enter, token } = door(8000)
  expect(enter({ ...plain, token: 'x' })).toMatchObject({ kind: 'out' })
  expect(enter({ ...plain, method: 'POST', token })).toMatchObject({ kind: 'out' })
  expect(enter({ ...plain, token })).toMatchObject({ kind: 'welcome' })
})

const own = { origin: 'http://127.0.0.1:8000' }
test.each<{ it: string; asked: Partial<Asked>; expected: 'in' | 'out' }>([
  { it: 'no cookie', asked: { cookie: '' }, expected: 'out' },
  {
    it: 'a cookie of the same name that is none',
    asked: { cookie: 'hopscope-8000=AAAAAAAAAAAAAAAAAAAAAA' },
    expected: 'out',
  },
  { it: "another's cookie beside", asked: {}, expected: 'in' },
  { it: 'localhost', asked: { host: 'localhost:8000' }, expected: 'in' },
  { it: 'a domain that was pointed here', asked: { host: 'evil.example:8000' }, expected: 'out' },
  { it: 'another port', asked: { host: '127.0.0.1:8001' }, expected: 'out' },
  { it: 'another address', asked: { host: '192.0.2.1:8000' }, expected: 'out' },
  { it: 'no Host', asked: { host: undefined }, expected: 'out' },
  { it: 'a form of ours', asked: { method: 'POST', ...own }, expected: 'in' },
  { it: 'a form of a page that hides where it is from', asked: { method: 'POST', origin: 'null' }, expected: 'out' },
  { it: 'a form without Origin', asked: { method: 'POST' }, expected: 'out' },
  { it: 'a form of somebody else', asked: { method: 'POST', origin: 'http://evil.example' }, expected: 'out' },
  { it: 'a form of another port here', asked: { method: 'POST', origin: 'http://127.0.0.1:9000' }, expected: 'out' },
  { it: 'a script of another port here', asked: { origin: 'http://127.0.0.1:9000' }, expected: 'out' },
  { it: 'a picture of another port here', asked: { site: 'same-site' }, expected: 'out' },
  { it: 'a link on a page of the web', asked: { site: 'cross-site' }, expected: 'out' },
  { it: 'typed', asked: { site: 'none' }, expected: 'in' },
  { it: 'a link of ours', asked: { site: 'same-origin' }, expected: 'in' },
])('$it: $expected', ({ asked, expected }) => {
  const { enter, cookie } = opened()
  expect(enter({ ...plain, cookie: `a=b; ${cookie}`, ...asked }).kind).toBe(expected)
})

test('the link may be clicked on another page, and not be asked for by another name', () => {
  const { enter, token } = door(8000)
  expect(enter({ ...plain, token, host: 'evil.example:8000' }).kind).toBe('out')
  expect(enter({ ...plain, token, site: 'cross-site' }).kind).toBe('welcome')
})
