import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { CoreDnsWindow } from '../../model/counters.ts'
import type { Known } from '../../model/known.ts'

/** The release that the DNS servers run. */
export interface CoreDnsRelease {
  readonly numbers: readonly [number, number, number]
  /** From a registry that holds builds with CoreDNS's own plugins and no others. */
  readonly stock: boolean
}

const stockImages = [
  /^(?:docker\.io\/)?coredns\/coredns[:@]/,
  /^(?:registry\.k8s\.io|k8s\.gcr\.io)\/(?:coredns\/)?coredns[:@]/,
  /^(?:docker\.io\/)?rancher\/mirrored-coredns-coredns[:@]/,
  /^[^/]*\.amazonaws\.com\/eks\/coredns[:@]/,
  /^mcr\.microsoft\.com\/oss\/(?:v2\/)?kubernetes\/coredns[:@]/,
]

/** The oldest one that a server says it runs, else that its image is tagged with; null where neither tells. */
export function corednsRelease(
  dns: Pick<ClusterDns, 'pods'>,
  windows: Known<readonly CoreDnsWindow[]>,
): CoreDnsRelease | null {
  const images = dns.pods.flatMap((pod) =>
    pod.containers.filter((it) => it.image.includes('coredns')).map((it) => it.image),
  )
  const told = (windows.known ? windows.value : []).flatMap((it) => it.version ?? [])
  const each = (told.length > 0 ? told : images.map((it) => /:v?(\d[^@/]*)/.exec(it)?.[1] ?? '')).map(numbersOf)
  const known = each.filter((it) => it !== null).toSorted((a, b) => order(a, b))
  const [oldest] = known
  if (oldest === undefined || known.length < each.length) return null
  return { numbers: oldest, stock: images.length > 0 && images.every(isStock) }
}

export function isSince({ numbers }: CoreDnsRelease, release: string): boolean {
  return order(numbers, numbersOf(release) ?? [0, 0, 0]) >= 0
}

function numbersOf(text: string): readonly [number, number, number] | null {
  const found = /^v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?/.exec(text)
  return found === null ? null : [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)]
}

function order(one: readonly [number, number, number], other: readonly [number, number, number]): number {
  return one[0] - other[0] || one[1] - other[1] || one[2] - other[2]
}

function isStock(image: string): boolean {
  return stockImages.some((it) => it.test(image))
}
