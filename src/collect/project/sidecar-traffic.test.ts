import { expect, test } from 'vitest'
import type { SidecarTraffic } from '../../model/pod.ts'
import { sidecarTrafficOf } from './sidecar-traffic.ts'

const read = (said: Readonly<Record<string, string>>) =>
  sidecarTrafficOf({
    annotations: Object.fromEntries(
      Object.entries(said).map(([key, value]) => [`traffic.sidecar.istio.io/${key}`, value]),
    ),
  }).sidecarTraffic
const none: SidecarTraffic = {
  notToPorts: [],
  notToRanges: [],
  toRanges: null,
  toPorts: [],
  notFromPorts: [],
  fromPorts: null,
}

test.each([
  [{ excludeOutboundPorts: '8080, 9090,x' }, { notToPorts: [8080, 9090] }],
  [{ excludeOutboundIPRanges: '10.0.0.0/8' }, { notToRanges: ['10.0.0.0/8'] }],
  [
    { includeOutboundIPRanges: '10.96.0.0/12', includeOutboundPorts: '80' },
    { toRanges: ['10.96.0.0/12'], toPorts: [80] },
  ],
  [{ includeOutboundIPRanges: '' }, { toRanges: [] }],
  [{ excludeInboundPorts: '8080' }, { notFromPorts: [8080] }],
  [{ includeInboundPorts: '' }, { fromPorts: [] }],
  // What is left out counts of all alone.
  [{ includeInboundPorts: '9090', excludeInboundPorts: '8080' }, { fromPorts: [9090] }],
])('%o', (said, expected) => expect(read(said)).toEqual({ ...none, ...expected }))

test.each([{}, { includeInboundPorts: '*' }, { includeOutboundIPRanges: '*' }, { excludeOutboundPorts: '' }])(
  'all meets the sidecar: %o',
  (said) => expect(read(said)).toBeUndefined(),
)
