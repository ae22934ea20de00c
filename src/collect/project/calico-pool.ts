import type { IpPool } from '../../model/beside.ts'
import { fields, text } from './json.ts'

/**
 * `IPPool` of Calico, of its API or as it is stored; null for what is none (docs.tigera.io, "IP pool": `natOutgoing` is
 * off, `ipipMode` and `vxlanMode` are Never where nothing is said).
 */
export function projectIpPool(raw: unknown): IpPool | null {
  const { apiVersion, kind, metadata, spec: written } = fields(raw)
  const spec = fields(written)
  const [name, cidr] = [text(fields(metadata)['name']), text(spec['cidr'])]
  const isCalicos = /^(?:crd\.)?projectcalico\.org\//.test(text(apiVersion) ?? '')
  if (!isCalicos || kind !== 'IPPool' || name === null || cidr === null) return null
  const modes = ['ipipMode', 'vxlanMode'].map((it) => text(spec[it]) ?? 'Never')
  const otherwise = modes.some((it) => it !== 'Never') ? ('sometimes' as const) : ('never' as const)
  return {
    name,
    cidr: cidr.slice(0, 50),
    nat: spec['natOutgoing'] === true ? 'on' : 'off',
    encapsulated: modes.includes('Always') ? 'always' : otherwise,
    ...(spec['disabled'] === true ? { disabled: true as const } : {}),
  }
}
