import { expect, it } from 'vitest'
import { slice } from '../../../test/build/service.ts'
import { model } from '../../model/build.ts'
import { known, unknown } from '../../model/known.ts'
import { announceApi, planApi } from './plan-api.ts'

const addresses = ['192.168.50.11', '192.168.50.12', '192.168.50.13', '192.168.50.14']
const at = (ip: string, ready = true) => ({
  ip,
  pod: null,
  node: null,
  ready,
  terminating: false,
  serving: ready,
})
const own = {
  ...slice('kubernetes', []),
  namespace: 'default',
  ports: [{ name: 'https', port: 6443, protocol: 'TCP' as const }],
  endpoints: [at('192.168.50.10', false), ...addresses.map((ip) => at(ip))],
}

it('takes three that are ready, whatever the scope', () => {
  const scope = { namespace: 'shop', target: { kind: 'dns' }, level: 'read' } as const
  expect(planApi(model({ apiSlices: known([own]) }, { scope }))).toEqual(
    addresses.slice(0, 3).map((ip) => ({ ip, port: 6443 })),
  )
})

it('has none where the slices may not be read, nor where they are names', () => {
  expect(planApi(model({ apiSlices: unknown('forbidden', 'list endpointslices in default') }))).toEqual([])
  expect(planApi(model({ apiSlices: known([{ ...own, addressType: 'FQDN' }]) }))).toEqual([])
})

it('is announced', () => {
  expect(announceApi([])).toMatch(/by its Service's address, once/)
  expect(announceApi([{ ip: '192.168.50.11', port: 6443 }])).toMatch(/and at 1 endpoint of it, once/)
})
