import { describe, expect, it } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { dnsName } from '../../../test/build/names.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { modelOf } from '../../../test/describe-check.ts'
import type { Sources } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import { planInside } from './plan-inside.ts'

const name = dnsName('kubernetes.default.svc.cluster.local.')
const others = Array.from({ length: 12 }, (_, index) =>
  pod(`job${index}-1`, { owner: { kind: 'ReplicaSet', name: `job${index}` } }),
)
const zed = [1, 2, 3].map((index) =>
  pod(`zed-${index}`, { labels: { app: 'zed' }, owner: { kind: 'StatefulSet', name: 'zed' }, ready: index !== 2 }),
)
const sources: Partial<Sources> = {
  pods: [...others, ...zed],
  services: [service('zed', { selector: { app: 'zed' }, clusterIP: '10.96.7.7' }), service('alpha')],
  clusterDns: clusterDns(),
}

function planned(target: Parameters<typeof subject>, given = sources) {
  return planInside(modelOf(given, {}, { target: { kind: 'object', object: subject(...target), url: null } }), name)
}

describe('where to look out of', () => {
  it.each([['Service'], ['StatefulSet']] as const)(
    'the pods of a %s come first, ready or not, however many others there are',
    (kind) => {
      const its = planned([kind, 'shop', 'zed'])
      expect(its.slice(0, 3).map((one) => one.pod)).toEqual(['zed-1', 'zed-2', 'zed-3'])
      expect(its).toHaveLength(10)
    },
  )

  it("asks in them for the target's names as programs spell them", () => {
    expect(planned(['Service', 'shop', 'zed'])[0]?.names.map((one) => one.typed)).toEqual([
      'zed',
      'zed.shop',
      'zed.shop.svc.cluster.local',
    ])
    expect(planned(['StatefulSet', 'shop', 'zed'])[0]?.names.map((one) => one.service.name)).toEqual([
      'zed',
      'zed',
      'zed',
    ])
  })

  it('asks for no name that need have no address', () => {
    const headless = service('zed', { selector: { app: 'zed' }, clusterIP: 'None' })
    expect(planned(['Service', 'shop', 'zed'], { ...sources, services: [headless] })[0]?.names).toEqual([])
    expect(
      planned(['Service', 'shop', 'zed'], { ...sources, services: [headless], endpointSlices: [slice('zed', zed)] })[0]
        ?.names,
    ).toHaveLength(3)
  })

  it('without a target asks each pod for one Service of its own namespace', () => {
    const names = planInside(modelOf(sources), name).map((one) => one.names.map(({ typed }) => typed))
    expect(new Set(names.map(String))).toEqual(new Set(['alpha,alpha.shop,alpha.shop.svc.cluster.local']))
  })
})
