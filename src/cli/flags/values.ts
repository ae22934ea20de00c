import { InvalidArgumentError, Option } from 'commander'
import { asDnsName } from '../../wire/dns-name.ts'

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

/** `30s`, `2m`, `1h`, or seconds, as kubectl takes them; the value is in milliseconds. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text)
  const factor = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match?.[2] ?? 's']
  if (match === null || factor === undefined || Number(match[1]) <= 0)
    throw new InvalidArgumentError('a duration is a number with ms, s, m or h: 30s')
  return Number(match[1]) * factor
}
