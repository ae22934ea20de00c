import { isIpv6 } from './ip-family.ts'

/** What kube-proxy is started with, of `kubeproxy.config.k8s.io` KubeProxyConfiguration: the fields that are judged. */
export interface KubeProxyConfig {
  /** Null where the file names none: iptables then, on Linux. */
  readonly mode: string | null
  /** `nodePortAddresses`, without `primary`; none where each address of a node will do. */
  readonly nodePortRanges: readonly string[]
  /** `ClusterCIDR` where the file says nothing. */
  readonly detectLocalMode: string
  /** `clusterCIDR`: one of each family. */
  readonly clusterRanges: readonly string[]
  /** Of `conntrack`; null where the file says nothing (kube-proxy then takes 32768 and 131072). */
  readonly maxPerCore: number | null
  readonly min: number | null
  /** `ipvs.strictARP`; null where the file says nothing, which is false. Absent in old recordings. */
  readonly strictArp?: boolean | null
  /** Fields whose values kube-proxy does not take, so that it exits (pkg/proxy/apis/config/validation). */
  readonly refused: readonly RefusedField[]
}

export const refusedFields = [
  'mode',
  'nodePortAddresses',
  'detectLocalMode',
  'clusterCIDR',
  'bindAddress',
  'healthzBindAddress',
  'metricsBindAddress',
] as const

export type RefusedField = (typeof refusedFields)[number]

/** No file of kube-proxy's own is near it: kubeadm writes 1.5 kB. */
const longestFile = 64 * 1024

/** One line of it: `key: value`, `- item`. */
const lineForm = /^( *)(?:(- ?)|([A-Za-z][A-Za-z0-9]{0,63}):(?: |$))(.*)$/

/**
 * The fields at the top of the file, and those of `conntrack` and `ipvs`, as YAML writes them in block style and lists
 * in either; null for what is no KubeProxyConfiguration, or longer than any. Reads line by line; never throws.
 */
export function readKubeProxyConfig(text: string): KubeProxyConfig | null {
  if (text.length > longestFile) return null
  const values = valuesOf(text)
  if (values.get('kind')?.[0] !== 'KubeProxyConfiguration') return null
  const one = (key: string): string | null => values.get(key)?.[0] ?? null
  const nodePorts = values.get('nodePortAddresses') ?? []
  const clusterRanges = (one('clusterCIDR') ?? '').split(',').filter((it) => it !== '')
  const mode = one('mode')
  const local = one('detectLocalMode') ?? 'ClusterCIDR'
  const isRefused: Readonly<Record<RefusedField, boolean>> = {
    mode: mode !== null && !modes.includes(mode),
    nodePortAddresses: !(nodePorts.length === 1 && nodePorts[0] === 'primary') && !nodePorts.every(isRange),
    detectLocalMode: !localModes.includes(local),
    clusterCIDR: local === 'ClusterCIDR' && !areClusterRanges(clusterRanges),
    bindAddress: !isAddress(one('bindAddress')),
    healthzBindAddress: !isHostPort(one('healthzBindAddress')),
    metricsBindAddress: !isHostPort(one('metricsBindAddress')),
  }
  return {
    mode: mode === null || isWord(mode) ? mode : 'unreadable',
    nodePortRanges: nodePorts.filter(isRange),
    detectLocalMode: isWord(local) ? local : 'unreadable',
    clusterRanges: clusterRanges.filter(isRange),
    maxPerCore: numberOf(one('conntrack.maxPerCore')),
    min: numberOf(one('conntrack.min')),
    strictArp: one('ipvs.strictARP') === null ? null : one('ipvs.strictARP') === 'true',
    refused: refusedFields.filter((it) => isRefused[it]),
  }
}

/** Of all systems and releases: `userspace` was one until 1.26. */
const modes = ['iptables', 'ipvs', 'nftables', 'kernelspace', 'userspace']
const localModes = ['ClusterCIDR', 'NodeCIDR', 'BridgeInterface', 'InterfaceNamePrefix']

/** By `key`, `conntrack.key` or `ipvs.key`: the one value, or those of its list. Nulls and empty texts are none. */
function valuesOf(text: string): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>()
  let above: string | null = null
  let list: string | null = null
  for (const raw of text.split('\n')) {
    const line = lineForm.exec(raw.trimEnd())
    if (line === null) continue
    const [, indent = '', dash, key, rest = ''] = line
    if (dash !== undefined) {
      if (list !== null) put(values, list, scalars(rest))
      continue
    }
    if (key === undefined) continue
    if (indent === '') above = key
    else if (above !== 'conntrack' && above !== 'ipvs') {
      list = null
      continue
    }
    list = indent === '' ? key : `${above}.${key}`
    put(values, list, scalars(rest))
  }
  return values
}

function put(values: Map<string, string[]>, key: string, its: readonly string[]): void {
  const before = values.get(key)
  if (before === undefined) values.set(key, [...its])
  else before.push(...its)
}

/** Of `x`, `"x"`, `[x, 'y']`, `null`, with a comment behind it. */
function scalars(text: string): readonly string[] {
  const hash = text.startsWith('#') ? 0 : text.indexOf(' #')
  const plain = (hash === -1 ? text : text.slice(0, hash)).trim()
  const its = plain.startsWith('[') && plain.endsWith(']') ? plain.slice(1, -1).split(',') : [plain]
  return its.map(unquoted).filter((it) => it !== '' && it !== 'null' && it !== '~')
}

function unquoted(text: string): string {
  const it = text.trim()
  const [first = ''] = it
  return it.length > 1 && (first === '"' || first === "'") && it.endsWith(first) ? it.slice(1, -1) : it
}

function isWord(text: string): boolean {
  return /^[A-Za-z]{1,32}$/.test(text)
}

function isRange(text: string): boolean {
  const [ip = '', bits = '', ...more] = text.split('/')
  return more.length === 0 && isAddress(ip) && /^\d{1,3}$/.test(bits) && Number(bits) <= (isIpv6(ip) ? 128 : 32)
}

/** One, or one of each family. */
function areClusterRanges(ranges: readonly string[]): boolean {
  const families = new Set(ranges.map(isIpv6))
  return ranges.length <= 2 && ranges.every(isRange) && families.size === ranges.length
}

function isAddress(text: string | null): boolean {
  if (text === null) return true
  const ipv4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (ipv4 !== null) return ipv4.slice(1).every((it) => Number(it) <= 255)
  return text.length <= 45 && /^[\da-f]{0,4}:[\da-f]{0,4}:[\da-f:.]*$/i.test(text)
}

/** An address alone is given its usual port (apis/config/v1alpha1/defaults.go). */
function isHostPort(text: string | null): boolean {
  if (isAddress(text) || text === null) return true
  const [, host = '', port = ''] = /^\[?([^\]]{0,45})\]?:(\d{1,5})$/.exec(text) ?? []
  return isAddress(host) && host !== '' && Number(port) >= 1 && Number(port) <= 65_535
}

function numberOf(text: string | null): number | null {
  return text !== null && /^\d{1,10}$/.test(text) ? Number(text) : null
}
