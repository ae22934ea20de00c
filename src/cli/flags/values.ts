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

/**
 * A name, `host[:port]/` before it, `:tag` and `@sha256:…` behind it (distribution/reference): what kubelets take. A
 * digest that is cut short is told here, and not by pods that never start.
 */
export function imageReference(text: string): string {
  const [name = '', digest, ...more] = text.split('@')
  const isPinned = digest === undefined || /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/.test(digest)
  if (more.length > 0 || !isPinned)
    throw new InvalidArgumentError('a digest is sha256: and 64 letters of 0-9 and a-f: NAME@sha256:...')
  if (name.length > 400 || !isImageName(name))
    throw new InvalidArgumentError('an image is a name, with a registry and a tag if need be: registry/node:24-slim')
  return text
}

function isImageName(text: string): boolean {
  const parts = text.split('/')
  const last = parts.pop() ?? ''
  const [base = '', tag, ...more] = last.split(':')
  if (more.length > 0 || (tag !== undefined && !/^\w[\w.-]{0,127}$/.test(tag))) return false
  const isRegistry = parts.length > 0 && /^(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?$/.test(parts[0] ?? '')
  return [base, ...parts.slice(isRegistry ? 1 : 0)].every((it) => /^[a-z0-9][a-z0-9._-]*$/.test(it))
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

/** `127.0.0.1:9467`, `[::1]:9467`, `:9467` for every address; port 0 takes a free one. */
export function listenAddress(text: string): { readonly host: string; readonly port: number } {
  const [, bracketed, host, port = ''] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]*)):(\d{1,5})$/.exec(text) ?? []
  if (port === '' || Number(port) > 65_535)
    throw new InvalidArgumentError('an address and a port: 127.0.0.1:9467, or :9467 for every address')
  return { host: bracketed ?? host ?? '', port: Number(port) }
}
