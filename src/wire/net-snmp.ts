/**
 * `NoPorts` of UDP in /proc/net/snmp: packets for which there was no socket. A connected socket takes packets of its
 * one
 * peer alone, so an answer from another address counts here. The file has two lines a protocol, names and numbers.
 * Source: net/ipv4/proc.c, snmp_seq_show_tcp_udp. null when the text is not that file.
 */
export function noPorts(text: string): number | null {
  const [names, numbers] = text
    .split('\n')
    .filter((line) => line.startsWith('Udp: '))
    .map((line) => line.trim().split(/\s+/))
  const value = numbers?.[names?.indexOf('NoPorts') ?? -1]
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : null
}

/**
 * `IPReversePathFilter` of /proc/net/netstat: packets that rp_filter dropped (LINUX_MIB_IPRPFILTER,
 * net/ipv4/fib_frontend.c). null when the text does not have it.
 */
export function reversePathDrops(text: string): number | null {
  const [names, numbers] = text
    .split('\n')
    .filter((line) => line.startsWith('TcpExt: '))
    .map((line) => line.trim().split(/\s+/))
  const value = numbers?.[names?.indexOf('IPReversePathFilter') ?? -1]
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : null
}
