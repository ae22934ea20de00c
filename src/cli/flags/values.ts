import { InvalidArgumentError, Option } from 'commander'
import { type PointPlace, pointPlaces } from '../../session/capture/places.ts'
import { asDnsName } from '../../wire/dns-name.ts'
import { bytes } from '../../wire/quantity.ts'

/** One value each time that it is given: a flag that takes all words up to the next flag swallows the target. */
export function repeated(flags: string, description: string): Option {
  const add = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value]
  return new Option(flags, description).argParser(add)
}

export function outsideName(text: string): string {
  if (asDnsName(text) === null || !text.includes('.'))
    throw new InvalidArgumentError('a name outside the cluster has letters, digits, `-` and dots: example.com')
  return text
}

export function rate(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('a rate is a whole number of queries a second: 2000')
  return Number(text)
}

/**
 * Node's timers hold 32 bits: what is longer would be over at once. 24.8 days, and a minute for those who wait a little
 * more than they were told.
 */
export const longest = 2 ** 31 - 1 - 60_000

/** `30s`, `2m`, `1h`, or seconds, as kubectl takes them; the value is in whole milliseconds. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text)
  const factor = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match?.[2] ?? 's']
  const ms = Math.round(Number(match?.[1]) * (factor ?? Number.NaN))
  if (!(ms >= 1)) throw new InvalidArgumentError('a duration is a number with ms, s, m or h: 30s')
  if (ms > longest) throw new InvalidArgumentError('the longest duration is 24 days: 576h')
  return ms
}

/** As `duration`, for a flag that is in seconds. */
export function seconds(text: string): number {
  return duration(`${text}s`) / 1000
}

export function portNumber(text: string): number {
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 65_535) throw new InvalidArgumentError('a port is a number from 1 to 65535')
  return port
}

export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('this is a whole number above 0')
  return Number(text)
}

/** Of the packets of a capture: what a disk has room for, and somebody can still open. */
const mostCaptured = { text: '16Gi', bytes: 16 * 2 ** 30 }

/** As Kubernetes writes it: `64Mi`, `1Gi`, or bytes. */
export function captureSize(text: string): number {
  const size = bytes(text)
  if (size === null || size < 1) throw new InvalidArgumentError('a size is a number of bytes, or with Ki, Mi, Gi: 64Mi')
  if (size > mostCaptured.bytes) throw new InvalidArgumentError(`a capture has ${mostCaptured.text} at most`)
  return size
}

export function pointPlacesOf(text: string): readonly PointPlace[] {
  const some = text.split(',')
  const unknown = some.find((it) => !(pointPlaces as readonly string[]).includes(it))
  if (unknown !== undefined) throw new InvalidArgumentError(`points are ${pointPlaces.join(', ')}, with commas between`)
  return some as readonly PointPlace[]
}
