import { expect, test } from 'vitest'
import { read } from './sources.ts'

interface Locked {
  readonly link?: boolean
  readonly resolved?: string
  readonly integrity?: string
}

/** By its folder; the root is ''. */
function unvouched(lock: { readonly packages: Readonly<Record<string, Locked>> }): readonly string[] {
  return Object.entries(lock.packages).flatMap(([path, { link, resolved, integrity }]) => {
    if (path === '' || link === true) return []
    const strong = integrity !== undefined && /^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity)
    const safe = resolved === undefined || resolved.startsWith('https://')
    return strong && safe ? [] : [path]
  })
}

/** Optional ones too: whoever answers for the registry chooses what runs at the next `npm ci`. */
test('the bytes of each package are known beforehand', () => {
  const lock = JSON.parse(read('package-lock.json')) as Parameters<typeof unvouched>[0]
  expect(Object.keys(lock.packages).length).toBeGreaterThan(20)
  expect(unvouched(lock)).toEqual([])
})

test('one without a hash, with a weak one or from a plain address is seen', () => {
  const strong = `sha512-${'a'.repeat(86)}==`
  const packages = {
    '': {},
    a: { integrity: strong, resolved: 'https://packages.example.com/a.tgz' },
    b: { resolved: 'https://packages.example.com/b.tgz' },
    c: { integrity: 'sha1-aaaa' },
    d: { integrity: strong, resolved: 'http://packages.example.com/d.tgz' },
  }
  expect(unvouched({ packages })).toEqual(['b', 'c', 'd'])
})
