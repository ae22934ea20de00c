import { expect, test } from 'vitest'
import { saysAddressesOut } from './addresses-out.ts'

test.each([
  'plugin type="aws-cni" name="aws-cni" failed (add): add cmd: failed to assign an IP address to container',
  'failed to allocate for range 0: no IP addresses available in range set: 10.244.1.1-10.244.1.254',
  'plugin type="calico" failed (add): No IPs available in pools: [10.0.0.0/26]',
  'plugin type="cilium-cni" failed (add): unable to allocate IP via local cilium agent: range is full',
  'Failed to allocate address: no available addresses',
])('%s', (said) => expect(saysAddressesOut(said)).toBe(true))

test.each([
  'plugin type="calico" failed (add): error getting ClusterInformation: connection is unauthorized',
  'plugin type="flannel" failed (add): loadFlannelSubnetEnv failed: open /run/flannel/subnet.env',
  'failed to set bridge addr: "cni0" already has an IP address different from 10.244.1.1/24',
  '',
])('not: %s', (said) => expect(saysAddressesOut(said)).toBe(false))
