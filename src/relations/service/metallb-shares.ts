import type { AddressPool } from '../../model/beside.ts'
import type { Service } from '../../model/service.ts'
import { numberOf, rangeOf } from './metallb.ts'

/** Why MetalLB does not give two Services one address; the first that it would come upon. */
export type NotShared = 'no-key' | 'other-key' | 'other-pods' | 'port'

/**
 * One address for two: with one key, with other ports, and where one of them is Local with one selector
 * (internal/allocator, sharingOK and checkSharing; k8salloc, BackendKey). null: they may share.
 */
export function whyNotShared(one: Service, other: Service): NotShared | null {
  const [key, its] = [one, other].map((it) => it.loadBalancer?.sharesBy)
  if (key === undefined || its === undefined) return 'no-key'
  if (key !== its) return 'other-key'
  if (podsKey(one) !== podsKey(other)) return 'other-pods'
  return samePorts(one, other).length > 0 ? 'port' : null
}

/** `80/TCP` */
export function samePorts(one: Service, other: Service): readonly string[] {
  const its = new Set(other.ports.map((it) => `${it.port}/${it.protocol}`))
  return one.ports.map((it) => `${it.port}/${it.protocol}`).filter((it) => its.has(it))
}

function podsKey({ externalTrafficPolicy, selector }: Service): string {
  if (externalTrafficPolicy !== 'Local') return ''
  return JSON.stringify(Object.entries(selector ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** More are not counted: nobody has so many load balancers. */
const mostCounted = 4096

/** Every address of the pools by itself; null where they are of IPv6, too many, or can't be read. */
export function addressesOf(pools: readonly AddressPool[]): readonly string[] | null {
  const ranges = pools.flatMap((it) => it.addresses).map((it) => rangeOf(it) ?? netOf(it))
  const all: string[] = []
  for (const range of ranges) {
    if (range === null || range[1] - range[0] + all.length >= mostCounted) return null
    for (let at = range[0]; at <= range[1]; at += 1) all.push(ipOf(at))
  }
  return all
}

function netOf(cidr: string): readonly [number, number] | null {
  const [, ip = '', bits = ''] = /^\s*([\d.]{7,15})\/(\d{1,2})\s*$/.exec(cidr) ?? []
  const number = numberOf(ip)
  if (number === null || Number(bits) > 32) return null
  const size = 2 ** (32 - Number(bits))
  const low = number - (number % size)
  return [low, low + size - 1]
}

function ipOf(number: number): string {
  return [24, 16, 8, 0].map((it) => Math.floor(number / 2 ** it) % 256).join('.')
}
