import { asIpAddress, bareName } from './dns-name.ts'

/** A kubelet writes three nameservers into a resolv.conf at most. */
const mostServers = 10

/** kubeadm writes some fifty lines. */
const mostLines = 2000

/**
 * `clusterDNS` of a KubeletConfiguration, as YAML has it: a line for each address, or all of them between brackets.
 */
export function kubeletClusterDns(text: string): readonly string[] {
  const lines = text.split('\n', mostLines)
  const at = lines.findIndex((it) => it.startsWith('clusterDNS:'))
  if (at === -1) return []
  const own = (lines[at] ?? '').slice('clusterDNS:'.length).trim()
  const found = own.startsWith('[')
    ? own.slice(1).split(']', 1).join('').split(',', mostServers)
    : itemsBelow(lines, at)
  return found.flatMap((it) => asIpAddress(bare(it)) ?? [])
}

/** `clusterDomain` of the same; null where it says none, or what no domain is called. */
export function kubeletClusterDomain(text: string): string | null {
  const line = text.split('\n', mostLines).find((it) => it.startsWith('clusterDomain:'))
  const domain = bareName(bare((line ?? '').slice('clusterDomain:'.length).trim()).toLowerCase())
  return /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(domain) ? domain : null
}

function itemsBelow(lines: readonly string[], at: number): readonly string[] {
  const items: string[] = []
  for (const line of lines.slice(at + 1, at + 1 + mostServers)) {
    const item = line.trimStart()
    if (!item.startsWith('-')) break
    items.push(item.slice(1))
  }
  return items
}

function bare(text: string): string {
  const word = text.split(' #', 1).join('').trim()
  const quote = word.slice(0, 1)
  return (quote === '"' || quote === "'") && word.endsWith(quote) ? word.slice(1, -1) : word
}
