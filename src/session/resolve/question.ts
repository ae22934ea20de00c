import { isIP } from 'node:net'
import { ToolError } from '../../tool-error.ts'
import { asDnsName, type DnsName } from '../../wire/dns-name.ts'
import { reverseName } from '../../wire/resolver-walk.ts'

export interface Question {
  /** As it was asked. */
  readonly label: string
  /** What is looked up: for an address its name under in-addr.arpa or ip6.arpa. */
  readonly typed: DnsName
  readonly types: readonly string[]
}

const knownTypes = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT']

/** `type` null: both kinds of address; of an address, its name. */
export function parseQuestion(name: string, type: string | null): Question {
  const isAddress = isIP(name) !== 0 && type === null
  const typed = asDnsName(isAddress ? (reverseName(name) ?? name) : name)
  if (typed === null)
    throw new ToolError(
      'usage',
      `\`${name}\` is no name to look up`,
      'a name has letters, digits, `-`, `_` and dots: hopscope resolve cart.shop',
    )
  if (isAddress) return { label: name, typed, types: ['PTR'] }
  const wanted = type?.toUpperCase() ?? null
  if (wanted !== null && !knownTypes.includes(wanted))
    throw new ToolError('usage', `no record type \`${type}\``, `there is ${knownTypes.join(', ')}`)
  return { label: name, typed, types: wanted === null ? ['A', 'AAAA'] : [wanted] }
}

/** getaddrinfo looks up addresses, and nothing else. */
export function isForAddresses({ types }: Question): boolean {
  return types.length === 2
}
