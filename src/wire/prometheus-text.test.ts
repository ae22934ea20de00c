import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePrometheusText, type Sample, sumOf } from './prometheus-text.ts'

describe('Prometheus text', () => {
  it('keeps the series of a labelled histogram apart', () => {
    const samples = parsePrometheusText(
      [
        '# HELP coredns_dns_request_duration_seconds Histogram of the time each request took.',
        '# TYPE coredns_dns_request_duration_seconds histogram',
        'coredns_dns_request_duration_seconds_bucket{server="dns://:53",zone=".",le="0.256"} 7',
        'coredns_dns_request_duration_seconds_bucket{server="dns://:53",zone=".",le="+Inf"} 9',
        'coredns_dns_request_duration_seconds_bucket{server="dns://:53",zone="x.",le="+Inf"} 2',
        'process_cpu_seconds_total 1.5e+01',
      ].join('\n'),
    )
    expect(samples).toHaveLength(4)
    expect(sumOf(samples, 'coredns_dns_request_duration_seconds_bucket', { le: '+Inf' })).toBe(11)
    expect(sumOf(samples, 'process_cpu_seconds_total')).toBe(15)
    expect(sumOf(samples, 'nothing')).toBeNull()
  })

  it('reads NaN, infinities, time stamps, empty label sets and trailing commas', () => {
    expect(parsePrometheusText('a NaN\nb{} +Inf\nc{x="1",} -Inf 1395066363000\nd 5 -3').map((it) => it.value)).toEqual([
      NaN,
      Infinity,
      -Infinity,
      5,
    ])
  })

  it('passes over what is no sample', () => {
    expect(parsePrometheusText('<html>\n404 page\na{x="1" 2\nb\n\nc{x=1} 2\nd two')).toEqual([])
  })

  const text = fc.string({ unit: fc.constantFrom('a', 'Z', '"', '\\', '\n', '{', '}', ',', '=', ' ', 'n', 'ü') })
  const name = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/)
  const sample = fc.record({
    name,
    labels: fc.dictionary(name, text, { maxKeys: 4, noNullPrototype: true }),
    value: fc.oneof(fc.double(), fc.integer()),
  })

  it('reads back whatever is written by the rules', () => {
    fc.assert(
      fc.property(fc.array(sample), (samples) => {
        expect(parsePrometheusText(samples.map(written).join('\n'))).toEqual(samples)
      }),
    )
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (noise) => void parsePrometheusText(noise)))
  })
})

function written({ name, labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(
    ([key, it]) => `${key}="${it.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  )
  return `${name}{${pairs.join(',')}} ${numberText(value)}`
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  return Object.is(value, -0) ? '-0' : String(value)
}
