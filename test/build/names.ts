import { asDnsName, asIpAddress, type DnsName, type IpAddress } from '../../src/wire/dns-name.ts'

export function dnsName(text: string): DnsName {
  const name = asDnsName(text)
  if (name === null) throw new Error(`a test names ${text}, which is no DNS name`)
  return name
}

export function ipAddress(text: string): IpAddress {
  const ip = asIpAddress(text)
  if (ip === null) throw new Error(`a test names ${text}, which is no address`)
  return ip
}
