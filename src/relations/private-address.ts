import { contains } from './cidr-index.ts'

/** Ranges that nobody reaches from the internet: RFC 1918, 6598, 3927, 4193 and 4291. */
const ranges = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
]

/** Of an address, or of a range by its first address. */
export function isPrivate(addressOrRange: string): boolean {
  const ip = addressOrRange.split('/')[0] ?? ''
  return ranges.some((it) => contains(it, ip))
}
