import type { Pod, SidecarTraffic } from '../../model/pod.ts'
import { type Fields, stringMap } from './json.ts'

const prefix = 'traffic.sidecar.istio.io/'

/** A tenant writes these; what is beyond is nobody's hand. */
const most = 100

/**
 * Istio's annotations of what its sidecar does not meet (reference/config/annotations). `*` is all, an empty value
 * none; of ports that come in, what is left out counts only where all are taken (istio, tools/istio-iptables, `-b`
 * and `-d`).
 */
export function sidecarTrafficOf(metadata: Fields): Pick<Pod, 'sidecarTraffic'> {
  const said = stringMap(metadata['annotations'])
  const has = (name: string): string | undefined => said[`${prefix}${name}`]
  const fromPorts = portsOrAll(has('includeInboundPorts'))
  const traffic: SidecarTraffic = {
    notToPorts: portsOf(has('excludeOutboundPorts')),
    notToRanges: partsOf(has('excludeOutboundIPRanges')),
    toRanges: rangesOrAll(has('includeOutboundIPRanges')),
    toPorts: portsOf(has('includeOutboundPorts')),
    notFromPorts: fromPorts === null ? portsOf(has('excludeInboundPorts')) : [],
    fromPorts,
  }
  const { notToPorts, notToRanges, toRanges, notFromPorts } = traffic
  const isAll = [notToPorts, notToRanges, notFromPorts].every((it) => it.length === 0)
  return isAll && toRanges === null && fromPorts === null ? {} : { sidecarTraffic: traffic }
}

function partsOf(value: string | undefined): readonly string[] {
  const parts = (value ?? '').split(',', most).map((it) => it.trim())
  return parts.filter((it) => it !== '')
}

function portsOf(value: string | undefined): readonly number[] {
  return partsOf(value).flatMap((it) => (/^\d{1,5}$/.test(it) ? [Number(it)] : []))
}

function rangesOrAll(value: string | undefined): readonly string[] | null {
  return value === undefined || value.trim() === '*' ? null : partsOf(value)
}

function portsOrAll(value: string | undefined): readonly number[] | null {
  return value === undefined || value.trim() === '*' ? null : portsOf(value)
}
