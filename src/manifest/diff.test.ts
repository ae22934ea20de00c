import { describe, expect, test } from 'vitest'
import { diff } from './diff.ts'
import type { Manifest } from './object.ts'

const lines = (before: Manifest, after: Manifest): readonly string[] =>
  diff(before, after).map((it) => `${it.sign} ${it.text}`)

describe('diff', () => {
  test('nothing', () => expect(lines({ a: [1], b: { c: null } }, { b: { c: null }, a: [1] })).toEqual([]))
  test('a scalar, under its whole path', () =>
    expect(lines({ spec: { replicas: 0 } }, { spec: { replicas: 2 } })).toEqual(['~ spec.replicas: 0 -> 2']))
  test('a string that reads as a number keeps its quotes', () =>
    expect(lines({ a: { value: '1' } }, { a: { value: '2' } })).toEqual(['~ a.value: "1" -> "2"']))
  test('a part that is new', () =>
    expect(lines({ spec: {} }, { spec: { dnsConfig: { options: [{ name: 'ndots', value: '2' }] } } })).toEqual([
      '+ spec.dnsConfig:',
      '+   options:',
      '+     - name: ndots',
      '+       value: "2"',
    ]))
  test('a part that goes', () =>
    expect(lines({ spec: { limits: { cpu: '30m' } } }, { spec: {} })).toEqual(['- spec.limits:', '-   cpu: 30m']))
  test('containers by name', () =>
    expect(
      lines(
        {
          c: [
            { name: 'a', image: 'x' },
            { name: 'b', image: 'y' },
          ],
        },
        {
          c: [
            { name: 'a', image: 'x' },
            { name: 'b', image: 'z' },
          ],
        },
      ),
    ).toEqual(['~ c[b].image: y -> z']))
  test('lists without names', () =>
    expect(lines({ l: ['a', 'b'] }, { l: ['b', 'c'] })).toEqual(['- l[0]: a', '+ l[1]: c']))
  test('a file in a field, by its lines', () =>
    expect(
      lines(
        { data: { Corefile: '.:53 {\n  log\n  cache 30\n}\n' } },
        { data: { Corefile: '.:53 {\n  cache 30\n  loop\n}\n' } },
      ),
    ).toEqual(['~ data.Corefile:', '-    2    log', '+    3    loop']))
  test('a file that is new', () => expect(lines({ data: {} }, { data: { a: 'x\ny\n' } })[0]).toBe('+ data.a: |'))
  test('keys with dots are quoted', () =>
    expect(lines({ labels: { 'a.b/c': 'x' } }, { labels: { 'a.b/c': 'y' } })).toEqual(['~ labels."a.b/c": x -> y']))
})
