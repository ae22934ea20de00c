import { expect, test } from 'vitest'
import { read, shipped } from './sources.ts'

/*
 * JavaScript's expressions go back: `(a+)+$` from a Corefile or an nginx.conf, on a name of 60 letters, takes for ever.
 * What somebody else chose is matched by src/wire/linear-regex.ts (RE2) or src/wire/glob.ts; an expression that is put
 * together here is made of constants: at the top of a file, or in one of these places.
 */
const ofConstants: Readonly<Record<string, string>> = {
  'src/relations/dns/corefile-options.ts': 'a duration, of the units of Go',
  'src/report/called.ts': 'the source of an expression of its own, with another flag',
}

/** Lines that are no part of a statement at the top of the file. */
function inside(text: string): readonly string[] {
  const lines = text.split('\n')
  return lines.filter((line, at) => {
    if (!/\bRegExp\(/.test(line) || /^\s*(?:\/\/|\*)/.test(line)) return false
    const head = lines.slice(0, at + 1).findLast((it) => /^\S/.test(it) && !/^[)\]}]/.test(it)) ?? ''
    return !/^(?:export )?const \w+(?:: [^=]+)? = (?!.*=>)/.test(head)
  })
}

test('no expression is made of a text from outside', () => {
  const made = shipped.filter((path) => inside(read(path)).length > 0)
  expect(made.filter((path) => !(path in ofConstants))).toEqual([])
  expect(Object.keys(ofConstants).filter((path) => !made.includes(path))).toEqual([])
})

test('one that is, is seen', () => {
  expect(inside('function f(it: string) {\n  return new RegExp(it).test("a")\n}')).toHaveLength(1)
  expect(inside('const f = (it: string) => new RegExp(it)')).toHaveLength(1)
  expect(inside('const words = new RegExp(\n  `^${a}`,\n)')).toHaveLength(0)
})
