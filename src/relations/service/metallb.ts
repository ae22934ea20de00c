import type { AddressPool, Advertisement } from '../../model/beside.ts'
import { contains } from '../cidr-index.ts'

/** `192.0.2.10-192.0.2.20`; null for what is none of IPv4. */
function rangeOf(range: string): readonly [number, number] | null {
  const [, from = '', to = ''] = /^\s*([\d.]{7,15})\s*-\s*([\d.]{7,15})\s*$/.exec(range) ?? []
  const [low, high] = [numberOf(from), numberOf(to)]
  return low === null || high === null ? null : [low, high]
}

function numberOf(ip: string): number | null {
  const parts = ip.split('.').map(Number)
  const isIp = parts.length === 4 && parts.every((it) => Number.isInteger(it) && it >= 0 && it < 256)
  return isIp ? parts.reduce((all, it) => all * 256 + it, 0) : null
}

/** The pool that has this address, by its ranges; of ranges of IPv6 that are no CIDR nothing is told. */
export function poolOf(pools: readonly AddressPool[], address: string): AddressPool | null {
  const number = numberOf(address)
  const has = (it: string): boolean => {
    if (it.includes('/')) return contains(it.trim(), address)
    const range = rangeOf(it)
    return range !== null && number !== null && range[0] <= number && number <= range[1]
  }
  return pools.find((pool) => pool.addresses.some(has)) ?? null
}

/** Those that may announce addresses of the pool: all without a choice, and those whose choice is not evaluated. */
export function announcing(all: readonly Advertisement[], { namespace, name }: AddressPool): readonly Advertisement[] {
  return all.filter(
    (it) =>
      it.namespace === namespace && (it.selectsPools === 'labels' || it.pools.length === 0 || it.pools.includes(name)),
  )
}
