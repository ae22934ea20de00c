import { expect, test } from 'vitest'
import { parsePrometheusText } from '../../wire/prometheus-text.ts'
import { exposition } from './exposition.ts'

const hostile = '"} 1\n# TYPE a counter\r\\\u001b[31m\u202e\u2028\ud800'

test('a gauge, a counter and what has no sample', () => {
  expect(
    exposition([
      { name: 'a', help: 'An a.', type: 'gauge', rows: [[{}, 1.5]] },
      { name: 'b_total', help: 'Some b.', type: 'counter', rows: [[{ of: 'x' }, 2]] },
      { name: 'c', help: 'No c.', type: 'gauge', rows: [[{}, null]] },
    ]),
  ).toBe('# HELP a An a.\n# TYPE a gauge\na 1.5\n# HELP b_total Some b.\n# TYPE b_total counter\nb_total{of="x"} 2\n')
})

test('buckets count what is below them as well, and end with all', () => {
  const rows = [
    [{}, { counts: [1, 0, 2], sum: 21 }],
    [{ of: 'x' }, { counts: [0, 1, 0], sum: 3 }],
  ] as const
  const page = exposition([{ name: 'h_seconds', help: 'H.', type: 'histogram', bounds: [2.5, 5], rows }])
  expect(page.split('\n').slice(2, -1)).toEqual([
    'h_seconds_bucket{le="2.5"} 1',
    'h_seconds_bucket{le="5"} 1',
    'h_seconds_bucket{le="+Inf"} 3',
    'h_seconds_sum 21',
    'h_seconds_count 3',
    'h_seconds_bucket{of="x",le="2.5"} 0',
    'h_seconds_bucket{of="x",le="5"} 1',
    'h_seconds_bucket{of="x",le="+Inf"} 1',
    'h_seconds_sum{of="x"} 3',
    'h_seconds_count{of="x"} 1',
  ])
})

test('whatever stands in a label, it is one sample of that label', () => {
  const page = exposition([{ name: 'a', help: 'line\nend \\', type: 'gauge', rows: [[{ name: hostile }, 1]] }])
  expect(page.split('\n')).toHaveLength(4)
  expect(page).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
  const [sample, ...more] = parsePrometheusText(page)
  expect(more).toEqual([])
  expect(sample?.labels['name']).toContain('"} 1')
})

test('a series stands once, also when two values are written alike', () => {
  const rows = [
    [{ name: 'a\uFFFE' }, 1],
    [{ name: 'a\uFFFF' }, 2],
  ] as const
  expect(parsePrometheusText(exposition([{ name: 'a', help: 'A.', type: 'gauge', rows }]))).toHaveLength(1)
})

test('numbers as Prometheus writes them', () => {
  const rows = [
    [{ of: 'a' }, Infinity],
    [{ of: 'b' }, -Infinity],
    [{ of: 'c' }, NaN],
    [{ of: 'd' }, 1e21],
  ] as const
  const page = exposition([{ name: 'a', help: 'A.', type: 'gauge', rows }])
  expect(parsePrometheusText(page).map((it) => it.value)).toEqual([Infinity, -Infinity, NaN, 1e21])
})
