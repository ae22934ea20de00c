import { expect, test } from 'vitest'
import { projectIpPool } from './calico-pool.ts'

const pool = (spec: object, apiVersion = 'crd.projectcalico.org/v1') => ({
  apiVersion,
  kind: 'IPPool',
  metadata: { name: 'default' },
  spec: { cidr: '10.244.0.0/16', ...spec },
})
const told = { name: 'default', cidr: '10.244.0.0/16', nat: 'off', encapsulated: 'never' }

test.each([
  [pool({}), told],
  [pool({ natOutgoing: true, vxlanMode: 'CrossSubnet' }), { ...told, nat: 'on', encapsulated: 'sometimes' }],
  [
    pool({ ipipMode: 'Always', disabled: true }, 'projectcalico.org/v3'),
    { ...told, encapsulated: 'always', disabled: true },
  ],
  [pool({}, 'a.example/v1'), null],
  [{ ...pool({}), kind: 'Other' }, null],
  [null, null],
])('%j', (raw, expected) => {
  expect(projectIpPool(raw)).toEqual(expected)
})
