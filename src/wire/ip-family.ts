export type IpFamily = 'IPv4' | 'IPv6'

/** Of an address without a port: with one, `10.0.0.1:53` has a colon too. Every IPv6 address has one, no IPv4 has. */
export function isIpv6(ip: string): boolean {
  return ip.includes(':')
}

export function familyOf(ip: string): IpFamily {
  return isIpv6(ip) ? 'IPv6' : 'IPv4'
}

/** An address that leads back to who uses it, however it is spelled: in a pod, to the pod itself. */
export function isLoopback(ip: string): boolean {
  return /^(?:127\.|[0:]*:0*1$)/.test(ip)
}

/** An address of either family, and no name: what needs no lookup. No name has a colon, or digits alone in its end. */
export function isIp(host: string): boolean {
  return host.includes(':') || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host)
}
