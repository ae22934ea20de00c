import { describe, expect, it } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { dnsName } from '../../../test/build/names.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { modelOf } from '../../../test/describe-check.ts'
import type { Pod } from '../../model/pod.ts'
import type { Sources } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import { mostInside, planInside } from './plan-inside.ts'

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

  it.each([
    ['one suffix of the cluster: the spelling that it is for', ['shop.svc.cluster.local'], [], 'alpha'],
    ['and the one that the pod is told', ['shop.svc.cluster.local'], ['alpha.shop'], 'alpha,alpha.shop'],
    ['none of the cluster: it may be the fault', ['corp.example'], [], 'alpha,alpha.shop'],
  ] as const)('a search list of his own with %s', (_, searches, told, typed) => {
    const calls = told.map((host) => ({ by: 'A_URL', host, port: null }))
    const own = pod('web-1', {
      dnsPolicy: 'None',
      dnsConfig: { nameservers: ['10.96.0.10'], searches, options: [] },
      containers: [container({ calls })],
    })
    const [one] = planInside(modelOf({ ...sources, pods: [own] }), name)
    expect(one?.names.map((it) => it.typed).join(',')).toBe(`${typed},alpha.shop.svc.cluster.local`)
  })
})

const beside = (names: readonly string[], about: Partial<Pod> = {}): Partial<Pod> => ({
  ...about,
  containers: names.map((it) => container({ name: it, image: it })),
})
const looks = (pods: readonly Pod[], target?: Parameters<typeof subject>) =>
  planInside(
    modelOf(
      { pods, clusterDns: clusterDns() },
      {},
      target === undefined ? {} : { target: { kind: 'object', object: subject(...target), url: null } },
    ),
    name,
  ).map((it) => `${it.pod} ${it.container}`)
const web: Parameters<typeof subject> = ['Deployment', 'shop', 'web']

describe('which containers', () => {
  it('all of a pod, since each has files of its own: one of each pod before the second of any', () => {
    expect(looks([pod('web-1', beside(['app', 'proxy'])), pod('web-2', beside(['app', 'proxy']))], web)).toEqual([
      'web-1 app',
      'web-2 app',
      'web-1 proxy',
      'web-2 proxy',
    ])
  })

  it('without a target those of one pod of each workload', () => {
    expect(looks([pod('web-1', beside(['app', 'proxy'])), pod('web-2', beside(['app', 'proxy']))])).toEqual([
      'web-1 app',
      'web-1 proxy',
    ])
  })

  it('another image before a second container of the same', () => {
    const [app, worker, proxy] = ['app', 'worker', 'proxy'].map((it) =>
      container({ name: it, image: it === 'proxy' ? 'envoy' : 'shop' }),
    )
    const containers = [app, worker, proxy].filter((it) => it !== undefined)
    expect(looks([pod('web-1', { containers })])).toEqual(['web-1 app', 'web-1 proxy', 'web-1 worker'])
  })

  it('one that runs and is not ready, and none that waits to start', () => {
    const containers = [
      container({ name: 'waits', ready: false, waiting: 'CrashLoopBackOff' }),
      container({ name: 'app', image: 'app' }),
      container({ name: 'runs', image: 'runs', ready: false }),
    ]
    expect(looks([pod('web-1', { containers })])).toEqual(['web-1 app', 'web-1 runs'])
  })

  it('four of a pod and twenty-four in all, of ten pods', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    expect(looks([pod('web-1', beside(names))])).toHaveLength(mostInside.ofPod)
    const many = Array.from({ length: 30 }, (_, at) => pod(`web-${at}`, beside(names, { node: `worker-${at % 3}` })))
    const its = looks(many, web)
    expect(its).toHaveLength(mostInside.containers)
    expect(new Set(its.map((it) => it.split(' ')[0])).size).toBe(mostInside.pods)
  })
})

describe('which replicas', () => {
  it('asked from one node, out of the pods there; what was asked about is looked into wherever it runs', () => {
    const owner = (name: string) => ({ owner: { kind: 'ReplicaSet', name } })
    const pods = [
      pod('web-a', { ...owner('web'), node: 'worker-3' }),
      pod('web-b', { ...owner('web'), node: 'worker-1' }),
      pod('cart-a', { ...owner('cart'), node: 'worker-3' }),
    ]
    const options = { nodes: ['worker-1'] }
    const out = (scope: Parameters<typeof modelOf>[2]): readonly string[] =>
      planInside(modelOf({ ...sources, pods }, {}, scope), name, options).map((one) => one.pod)
    const target = { kind: 'object', object: subject('Deployment', 'shop', 'cart'), url: null } as const
    expect(out({ namespace: null })).toEqual(['web-b'])
    expect(out({ namespace: 'shop', target: { kind: 'dns' } })).toEqual(['web-b'])
    expect(out({ namespace: null, target })).toEqual(['cart-a', 'web-b'])
    expect(out({ namespace: 'shop' })).toEqual(['web-a', 'cart-a'])
  })

  it('of another template first, then of other nodes', () => {
    const hashed = (at: number, hash: string, node: string): Pod =>
      pod(`web-${at}`, {
        node,
        labels: { app: 'web', 'pod-template-hash': hash },
        owner: { kind: 'ReplicaSet', name: `web-${hash}` },
      })
    const old = Array.from({ length: 12 }, (_, at) => hashed(at, 'a', 'worker-1'))
    const service_ = service('web', { selector: { app: 'web' } })
    const its = planInside(
      modelOf(
        { pods: [...old, hashed(12, 'a', 'worker-2'), hashed(13, 'b', 'worker-1')], services: [service_] },
        {},
        { target: { kind: 'object', object: subject('Service', 'shop', 'web'), url: null } },
      ),
      name,
    ).map((it) => it.pod)
    expect(its.slice(0, 3).toSorted()).toEqual(['web-0', 'web-12', 'web-13'])
    expect(its).toHaveLength(mostInside.pods)
  })

  it('of the pod that a trace starts from, after what stands at both ends', () => {
    const client = { labels: { app: 'client' }, owner: { kind: 'StatefulSet', name: 'client' } }
    const pods = [pod('client-0', client), pod('client-1', client), pod('web-1')]
    const scope = {
      target: { kind: 'object', object: subject('Deployment', 'shop', 'web'), url: null },
      trace: { from: { namespace: 'shop', pod: 'client-1' }, port: null, host: null },
    } as const
    expect(planInside(modelOf({ pods }, {}, scope), name).map((it) => it.pod)).toEqual([
      'client-1',
      'web-1',
      'client-0',
    ])
  })
})
