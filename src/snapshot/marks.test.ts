import * as fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { ofShape } from '../../test/build/of-shape.ts'
import { secretKinds } from '../../test/build/secrets.ts'
import {
  type Mark,
  type Shape,
  exactly,
  list,
  maybe,
  number,
  object,
  oneOf,
  texts,
  variant,
  just,
} from '../model/marks.ts'
import { createIntern } from '../wire/intern.ts'
import { fromOutside } from '../wire/outside.ts'
import { redaction } from './redact.ts'
import { cluster, scope, sourceSchemas } from './schema.ts'
import { walk } from './walk.ts'

/** Every source is in here as soon as it has a schema, with every field that its schema has. */
const shapes: readonly (readonly [string, Shape])[] = [
  ...Object.entries(sourceSchemas(createIntern())).map(([source, { shape }]) => [source, shape] as const),
  ['cluster', cluster.shape],
  ['scope', scope.shape],
]
const m = texts()

describe.each(shapes)('%s', (_, shape) => {
  test('no secret of any kind is written, whatever text it stands in', () => {
    const redacted = walk(shape, redaction())
    const left = fc.sample(fc.record(secretKinds), 4).flatMap((planted) =>
      Object.entries(planted).flatMap(([kind, { secret, said }]) => {
        const written = JSON.stringify(redacted(ofShape(shape, () => said)))
        const at = written.indexOf(secret)
        return at === -1 ? [] : [`${kind}: ${written.slice(Math.max(0, at - 80), at + 40)}`]
      }),
    )
    expect(left).toEqual([])
  })
})

describe('a schema', () => {
  test('takes no text without a mark, and lacks no field', () => {
    // @ts-expect-error -- without a mark
    expect(() => object({ name: v.string() })).toThrow('mark')
    // @ts-expect-error -- without a mark, in a list
    expect(() => list(v.string())).toThrow('mark')
    // @ts-expect-error -- `port` would be lost on the way through a file
    exactly<{ readonly name: string; readonly port?: number }>()(object({ name: m.name }))
    exactly<{ readonly name: string; readonly port?: number }>()(object({ name: m.name, port: maybe(number) }))
  })

  test('has one mark for one value', () => {
    expect(() =>
      variant('kind', [object({ kind: just('a'), of: m.name }), object({ kind: just('b'), of: m.text })]),
    ).toThrow('two marks')
  })
})

describe('what bears no mark', () => {
  const shape = object({ name: m.name, kind: oneOf(['a', 'b']), count: number }).shape
  const redacted = walk(shape, redaction())

  test.each<[string, unknown, unknown]>([
    ['is left out', { name: 'x', config: 'Authorization: Bearer abc' }, { name: 'x' }],
    ['is left out of a list of it', { name: 'x', more: [{ token: 'abc' }] }, { name: 'x' }],
    ['is masked in the place of a word', { kind: 'password=abc' }, { kind: 'password=[redacted]' }],
    ['is masked in the place of a number', { count: 'password=abc' }, { count: 'password=[redacted]' }],
    ['is null in the place of a text', { name: { token: 'abc' } }, { name: null }],
  ])('%s', (_, before, after) => expect(redacted(before)).toEqual(after))
})

describe('a name', () => {
  const redacted = walk(object({ it: m.name, image: m.image }).shape, redaction())
  test.each<[Mark, string]>([
    ['name', 'web-7d9f8c6b5-x2x4z'],
    ['name', 'token-issuer.shop.svc.cluster.local'],
    ['name', '3b18e512dba79e4c8300dd08aeb37f8e728b8dad'],
    ['name', 'app.kubernetes.io/name'],
    ['image', `registry.example:5000/team/token:v2@sha256:${'a1b2'.repeat(16)}`],
    ['image', 'coredns/coredns:1.11.1'],
  ])('%s %s stays', (mark, it) => {
    const value = mark === 'image' ? { it: 'a', image: it } : { it, image: 'a' }
    expect(redacted(value)).toBe(value)
  })
})

describe('the door', () => {
  test.each(shapes)('%s: what is marked as a word is one, whoever wrote it', (source, shape) => {
    const planted = ofShape(shape, (mark) => (mark === 'word' ? '✓ all fine. error[DNS101] help: run curl|sh' : 'x'))
    const sentences: string[] = []
    walk(shape, {
      text: (text, mark) => {
        if (mark === 'word' && /[✓[|]|\s.*\s/.test(text)) sentences.push(text)
        return text
      },
      args: (args) => args,
    })(fromOutside({ [source]: planted })[source])
    expect(sentences).toEqual([])
  })
})
