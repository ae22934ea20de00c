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
