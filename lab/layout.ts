// What the cluster is called. Most clusters have kubeadm's names, domain and addresses, and a program that was tried on
// those alone may know them by heart. `foreign` has none of them, each taken from an installer that people use.
import { CLUSTER_DNS, DEFAULT_WORKERS } from './plan.ts'

export interface Layout {
  readonly name: 'kubeadm' | 'foreign'
  readonly workers: number
  readonly domain: string
  /** The DNS Service's address. */
  readonly dnsService: string
  /** What kubelets write into the resolv.conf of pods. */
  readonly nameserver: string
  /** Files of `manifests/`, without `.yaml`. */
  readonly manifests: readonly string[]
  /** The application's namespace; `shop/manifests.yaml` is written for the first. */
  readonly shop: string
  /** A company's DNS server for a zone of its own, beside the upstream. */
  readonly stub: { readonly name: string; readonly ip: string; readonly zone: string } | null
}

const kubeadm: Layout = {
  name: 'kubeadm',
  workers: DEFAULT_WORKERS,
  domain: 'cluster.local',
  dnsService: CLUSTER_DNS,
  nameserver: CLUSTER_DNS,
  manifests: ['kube-proxy', 'coredns', 'ingress-nginx', 'busybox'],
  shop: 'shop',
  stub: null,
}

/**
 * The release `dns` of CoreDNS's Helm chart in a namespace of its own; kubespray's node cache, whose address is the
 * pods' nameserver; kube-proxy under another name, with nftables.
 */
const foreign: Layout = {
  name: 'foreign',
  workers: 2,
  domain: 'corp.internal',
  dnsService: '198.19.0.3',
  nameserver: '169.254.25.10',
  manifests: ['foreign/kube-proxy', 'foreign/coredns', 'foreign/node-cache', 'ingress-nginx', 'busybox'],
  shop: 'storefront',
  stub: { name: 'stub-dns', ip: '198.18.0.54', zone: 'corp.example' },
}

export const layouts = { kubeadm, foreign } as const

export function layoutNamed(name: string): Layout | undefined {
  return Object.values(layouts).find((it) => it.name === name)
}
