import type { CiliumAnnouncer } from '../../model/beside.ts'
import { type Fields, fields, list, text, texts } from './json.ts'

/**
 * Who in Cilium tells others of addresses of Services (docs.cilium.io, "BGP Control Plane" and "L2 Announcements"):
 * without a serviceSelector a CiliumBGPPeeringPolicy announces no Service, and neither does an advertisement of BGP
 * without a selector; an L2 policy without one announces all.
 */
export function projectCiliumAnnouncer(raw: unknown): CiliumAnnouncer | null {
  const { apiVersion, kind, metadata, spec: written } = fields(raw)
  const name = text(fields(metadata)['name'])
  if (name === null || !isCiliums(apiVersion)) return null
  const spec = fields(written)
  switch (kind) {
    case 'CiliumBGPPeeringPolicy':
      return { kind, name, services: some(list(spec['virtualRouters']).map(fields).some(selects('serviceSelector'))) }
    case 'CiliumBGPAdvertisement':
      return { kind, name, services: some(list(spec['advertisements']).map(fields).some(announcesBalancers)) }
    case 'CiliumL2AnnouncementPolicy':
      return { kind, name, services: some(spec['loadBalancerIPs'] === true) }
    default:
      return null
  }
}

const mostBlocks = 1000

/** What CiliumLoadBalancerIPPools give out; null for what is none (docs.cilium.io, "LoadBalancer IPAM"). */
export function projectCiliumPool(raw: unknown): readonly string[] | null {
  const { apiVersion, kind, spec } = fields(raw)
  if (!isCiliums(apiVersion) || kind !== 'CiliumLoadBalancerIPPool') return null
  const blocks = [...list(fields(spec)['blocks']), ...list(fields(spec)['cidrs'])].slice(0, mostBlocks).map(fields)
  return blocks.flatMap((it) => {
    const [cidr, start] = [text(it['cidr']), text(it['start'])]
    const all = cidr ?? (start === null ? null : `${start}-${text(it['stop']) ?? start}`)
    return all === null ? [] : [all.slice(0, 100)]
  })
}

function isCiliums(apiVersion: unknown): boolean {
  return (text(apiVersion) ?? '').startsWith('cilium.io/')
}

const selects =
  (name: string) =>
  (it: Fields): boolean =>
    typeof it[name] === 'object' && it[name] !== null

function announcesBalancers(it: Fields): boolean {
  const addresses = texts(fields(it['service'])['addresses'])
  return it['advertisementType'] === 'Service' && addresses.includes('LoadBalancerIP') && selects('selector')(it)
}

function some(is: boolean): CiliumAnnouncer['services'] {
  return is ? 'some' : 'none'
}
