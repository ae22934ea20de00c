import { describe, expect, test } from 'vitest'
import { some, today } from '../build/effort.ts'
import { units } from '../fuzz/inputs.ts'
import { inWire, noReadersOfWire, shaped, type TextReader, textReaders } from '../fuzz/readers.ts'
import { read, shipped } from './sources.ts'

/*
 * A tenant, a container or a server chooses these texts: reading one must take time in proportion to its length. A
 * quadratic expression on 200 kB blocks the process for minutes, in which not even Ctrl-C is heard. Which readers there
 * are stands in test/fuzz/readers.ts, and test/fuzz/fuzz.test.ts fails for one that does not.
 */

/** What is looked over with each alphabet, for each reader, is short: that is where the time goes. */
const size = { tiny: 1000, scan: 4000, small: 10_000, large: 100_000 }

function ofLength(unit: string, length: number): string {
  return unit.repeat(Math.ceil(length / unit.length)).slice(0, length)
}

/** Milliseconds of this thread's own processor time, the least of some tries: the machine is shared. */
function cpu(reader: TextReader, text: string, tries: number): number {
  const each = Array.from({ length: tries }, () => {
    const before = process.threadCpuUsage()
    reader(text)
    const { user, system } = process.threadCpuUsage(before)
    return (user + system) / 1000
  })
  return Math.min(...each)
}

/** Milliseconds of the clock, which tells short times apart. */
function clock(reader: TextReader, text: string, tries: number): number {
  const each = Array.from({ length: tries }, () => {
    const before = performance.now()
    reader(text)
    return performance.now() - before
  })
  return Math.min(...each)
}

/**
 * Processor time is told in ticks of 4 ms. A hundred thousand characters take a linear reader less than this, and a
 * quadratic one seconds.
 */
const soon = 150
const tick = 4
const hopeless = 100
/** Times as long for ten times as much. */
const most = 15

const arounds: readonly ((it: string) => string)[] = [(it) => it, (it) => `options ${it}`, (it) => `{"${it}\n`]
const alphabets = units.flatMap((unit) => arounds.map((around) => (length: number) => around(ofLength(unit, length))))

/** The texts that a reader is slowest on, and those whose time grows most: what is quadratic is among one of them. */
function worstOf(reader: TextReader): readonly ((length: number) => string)[] {
  // What is quadratic and takes less than this is soon done with the large text, and what is cubic takes minutes there.
  const slow = alphabets
    .map((text) => ({ text, ms: clock(reader, text(size.scan), 1) }))
    .filter(({ ms }) => ms > soon / (size.large / size.scan) ** 2)
    // Others had the processor meanwhile, or it is slow: these few are asked again.
    .map(({ text, ms }) => ({ text, ms: Math.min(ms, clock(reader, text(size.scan), 2)) }))
    .toSorted((one, other) => other.ms - one.ms)
  const growing = slow
    .slice(0, 20)
    .map(({ text, ms }) => ({ text, ratio: ms / clock(reader, text(size.tiny), 2) }))
    .toSorted((one, other) => other.ratio - one.ratio)
  return [...new Set([...slow.slice(0, 2), ...growing.slice(0, 2)].map(({ text }) => text))]
}

/** Why it is not linear, or null. */
function tooSlow(reader: TextReader, text: (length: number) => string): string | null {
  const shown = JSON.stringify(text(16))
  // The square of what takes this long would take minutes.
  const first = cpu(reader, text(size.small), 2)
  if (first > hopeless) return `${shown}: ${first.toFixed(0)} ms for ten thousand characters`
  const large = text(size.large)
  const once = cpu(reader, large, 1)
  if (once < soon) return null
  const small = Math.max(tick, cpu(reader, text(size.small), 3))
  if (once / small <= most) return null
  const ratio = Math.min(once, cpu(reader, large, 3)) / small
  return ratio > most
    ? `${shown}: ${ratio.toFixed(0)} times as long for ten times as much (${once.toFixed(0)} ms)`
    : null
}

describe('reading takes time in proportion to the text', () => {
  test.each(some(textReaders, today))('%s', (_name, reader) => {
    expect(worstOf(reader).flatMap((text) => tooSlow(reader, text) ?? [])).toEqual([])
  })

  test('the check sees one that is quadratic', () => {
    const quadratic: TextReader = (text) => /\/+$/.test(`${text.slice(0, text.length / 4)}x`)
    expect(worstOf(quadratic).flatMap((text) => tooSlow(quadratic, text) ?? [])).toContainEqual(
      expect.stringContaining('////'),
    )
  })
})

test('of src/wire each function is timed, or reads no text', () => {
  expect(noReadersOfWire.filter((it) => !inWire.some(({ name }) => name === it))).toEqual([])
  expect(Object.keys(shaped).filter((it) => !inWire.some(({ name }) => name === it))).toEqual([])
})

describe('expressions that take the square of a text', () => {
  const shapes: readonly (readonly [RegExp, string])[] = [
    [
      /\/\^\\s[*+][^/\n]*\/[a-z]*m/,
      'with the flag m, `^\\s*` looks over all lines that follow, from each line anew: [^\\S\\n]*',
    ],
    [
      /\.replace(?:All)?\(\/(?:\\?.|\[[^\]]*\])[+*]\$\//,
      '`x+$` begins anew at each x of a run: wire/trim-end.ts, trimEnd()',
    ],
    [
      /\.replace(?:All)?\(\/(?:\\?.|\[[^\]]*\])\.\*\$\//,
      '`#.*$` begins anew at each #: withoutComment of wire/resolv-conf.ts',
    ],
  ]
  test.each(shapes)('%s', (shape, why) => {
    const found = shipped.flatMap((path) =>
      read(path)
        .split('\n')
        .flatMap((line, index) => (shape.test(line) ? [`${path}:${index + 1}`] : [])),
    )
    expect(found, why).toEqual([])
  })
})
