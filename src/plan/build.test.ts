import { afterEach, beforeEach, expect, test } from 'vitest'
import { now, populate } from '../../test/build/plan-run.ts'
import { asked, found } from '../../test/build/remedies.ts'
import { apiStore, type ApiStore } from '../../test/fakes/api-store.ts'
import type { Cluster } from '../kube/cluster.ts'
import { at, type Manifest } from '../manifest/object.ts'
import { unknown } from '../model/known.ts'
import { subject } from '../model/subject.ts'
import { notOffered, type Objects, type Read, type Remedy, type Verification } from '../remedies/remedy.ts'
import { buildPlan } from './build.ts'
import type { Measure } from './measure.ts'

let store: ApiStore
beforeEach(async () => {
  store = await apiStore()
  populate(store)
  store.put('/apis/apps/v1/namespaces/other/deployments/far', {
    ...store.get('/apis/apps/v1/namespaces/shop/deployments/web'),
    metadata: { name: 'far', labels: { 'kustomize.toolkit.fluxcd.io/name': 'far' } },
  })
  store.put('/apis/apps/v1/namespaces/shop/deployments/near', {
    ...store.get('/apis/apps/v1/namespaces/shop/deployments/web'),
    metadata: { name: 'near', labels: { 'kustomize.toolkit.fluxcd.io/name': 'near' } },
  })
})
afterEach(() => store.close())

const ask = asked(found('DNS107', subject('Service', 'kube-system', 'kube-dns')))
const web = subject('Deployment', 'shop', 'web')
const verify: Verification = { codes: ['DNS107'], target: 'dns', namespace: null, level: 'read', p99Ms: null }

/** A remedy that reads these, makes a ConfigMap in `shop`, and keeps what it was given. */
function remedy(reads: readonly Read[]): Remedy & { readonly given: Objects[] } {
  const given: Objects[] = []
  return {
    given,
    id: 'test',
    title: '',
    codes: ['DNS107'],
    applicability: 'safe',
    reads: () => reads,
    propose: (_ask, objects) => {
      given.push(objects)
      const object = subject('ConfigMap', 'shop', 'made')
      return {
        kind: 'proposal',
        applicability: 'safe',
        changes: [{ verb: 'create', object, after: { metadata: { name: 'made', namespace: 'shop' } }, say: null }],
        effect: '',
        risk: { level: 'low', why: '' },
        verify,
        notes: [],
      }
    },
  }
}
const build = (it: Remedy, cluster: Cluster = store.cluster(), about = ask) => buildPlan(cluster, it, about, { now })

test('a plan is for its finding, its cluster and its moment', async () => {
  expect(await build(remedy([]))).toMatchObject({
    code: 'DNS107',
    subject: { kind: 'Service', name: 'kube-dns' },
    remedy: 'test',
    cluster: {
      server: store.url,
      uid: at(store.get('/api/v1/namespaces/kube-system') ?? {}, 'metadata', 'uid'),
    },
    createdAt: now.toISOString(),
    measured: null,
    owners: [],
  })
  expect(store.writes()).toBe(0)
})

test('a remedy sees what it declared, and nothing else', async () => {
  const it = remedy([
    { one: web },
    { one: subject('Deployment', 'shop', 'none') },
    { all: 'Deployment', namespace: 'shop' },
    { all: 'Deployment', namespace: null },
  ])
  await build(it)
  const [objects] = it.given
  const names = (namespace: string | null): unknown => {
    const all = objects?.all('Deployment', namespace)
    return all?.known === true ? all.value.map((one) => at(one, 'metadata', 'name')) : all?.why
  }
  expect(objects?.one(web)).toMatchObject({ known: true, value: { metadata: { name: 'web' } } })
  expect(objects?.one(subject('Deployment', 'shop', 'none'))).toEqual({ known: true, value: null })
  expect(names('shop')).toEqual(['web', 'cart', 'near'])
  expect(names(null)).toEqual(['web', 'cart', 'far', 'near'])
  expect(names('other')).toMatchObject({ reason: 'not-asked' })
  expect(objects?.one(subject('Deployment', 'shop', 'cart'))).toMatchObject({ known: false })
  const all = objects?.all('Deployment', 'shop')
  expect(all?.known === true ? all.value.map((one: Manifest) => [one['apiVersion'], one['kind']])[0] : null).toEqual([
    'apps/v1',
    'Deployment',
  ])
})

test('who keeps what a remedy looked at one by one, and beside which it writes, keeps the new one', async () => {
  const owners = async (...reads: readonly Read[]): Promise<readonly string[]> => {
    const plan = await build(remedy(reads))
    return 'owners' in plan ? plan.owners.map((it) => it.what) : []
  }
  expect(await owners({ one: subject('Deployment', 'shop', 'near') })).toEqual(['kustomization near'])
  expect(await owners({ one: subject('Deployment', 'other', 'far') })).toEqual([])
  expect(await owners({ all: 'Deployment', namespace: 'shop' })).toEqual([])
})

test('what is measured is what will be verified, at the level of what the checks need', async () => {
  const measured: Measure = { lookups: 1, lost: 0, slow: 0, p50Ms: 1, p99Ms: 1, parts: [], insertFailed: null }
  const wanted: Verification[] = []
  const plan = await buildPlan(store.cluster(), remedy([]), ask, {
    now,
    measuring: (it) => (wanted.push(it), Promise.resolve(measured)),
  })
  expect(plan).toMatchObject({ measured, verify })
  expect(wanted).toEqual([verify])
})

test.each<[string, () => ReturnType<typeof build>, object]>([
  [
    'without a finding',
    () => build(remedy([]), store.cluster(), { ...ask, findings: [] }),
    { kind: 'not-offered', why: 'there is no finding to fix' },
  ],
  [
    'of a cluster that does not say which it is',
    () =>
      build(remedy([]), {
        ...store.cluster(),
        get: () => Promise.resolve(unknown('forbidden', 'get namespaces')),
      } as Cluster),
    { kind: 'not-offered', why: 'which cluster this is could not be told (get namespaces)' },
  ],
  [
    'that its remedy does not offer',
    () => build({ ...remedy([]), propose: () => notOffered('a trap', 'by hand') }),
    { kind: 'not-offered', why: 'a trap', instead: 'by hand' },
  ],
])('no plan %s', async (_what, built, answer) => expect(await built()).toMatchObject(answer))

test('a list that may not be read is told so', async () => {
  const it = remedy([{ all: 'Deployment', namespace: 'shop' }])
  await build(it, { ...store.cluster(), list: () => Promise.resolve(unknown('forbidden', 'list')) } as Cluster)
  expect(it.given[0]?.all('Deployment', 'shop')).toEqual(unknown('forbidden', 'list'))
})
