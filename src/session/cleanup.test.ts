import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ApiStore, apiStore } from '../../test/fakes/api-store.ts'
import { ourPod } from '../../test/build/our-pod.ts'
import { podPrefix } from '../probe/pods/pod-manifest.ts'
import { type CleanupEvent, cleanUp } from './cleanup.ts'

let store: ApiStore
let kubeconfig: string
beforeEach(async () => {
  store = await apiStore()
  kubeconfig = join(mkdtempSync(join(tmpdir(), 'cleanup-')), 'kubeconfig')
  const clusters = [{ name: 'k', cluster: { server: store.url } }]
  const contexts = [{ name: 'test', context: { cluster: 'k' } }]
  writeFileSync(kubeconfig, JSON.stringify({ 'current-context': 'test', contexts, clusters }))
})
afterEach(() => store.close())

const path = (name: string): string => `/api/v1/namespaces/shop/pods/${name}`

/** The store gives all that is made one time of birth: what tells young from old is the deadline of its own. */
function pod(run: string, age: 'old' | 'young', more: object = {}): string {
  const name = `${podPrefix}${run}-node-1`
  const made = ourPod(run, 'node-1', { namespace: 'shop', deadlineSeconds: age === 'old' ? 60 : 3_000_000_000 })
  store.put(path(name), JSON.parse(JSON.stringify({ ...made, metadata: { ...made.metadata, ...more } })))
  return name
}

async function cleaned(answer: boolean, run?: string) {
  const events: CleanupEvent[] = []
  let asked = 0
  const ended = await cleanUp(
    { kubeconfig, namespace: 'shop', requestTimeout: 5000, ...(run === undefined ? {} : { run }) },
    {
      signal: new AbortController().signal,
      tell: (event) => void events.push(event),
      confirm: () => Promise.resolve(++asked > 0 && answer),
    },
  )
  return { ended, asked, events }
}

describe('what a killed run left', () => {
  test('is removed when somebody says yes', async () => {
    const name = pod('0123abcd', 'old')
    const { ended, asked } = await cleaned(true)
    expect(ended).toEqual({ kind: 'done', value: { kind: 'removed', removed: [`shop/${name}`], left: [] } })
    expect({ asked, there: store.get(path(name)) }).toEqual({ asked: 1, there: undefined })
  })

  test('stays when somebody says no', async () => {
    const name = pod('0123abcd', 'old')
    const { ended } = await cleaned(false)
    expect(ended).toEqual({ kind: 'done', value: { kind: 'declined' } })
    expect(store.get(path(name))).toBeDefined()
  })

  test("is not what a colleague's run may use: nobody is asked", async () => {
    const name = pod('0123abcd', 'young')
    const { ended, asked, events } = await cleaned(true)
    expect({ ended, asked }).toEqual({ ended: { kind: 'done', value: { kind: 'nothing' } }, asked: 0 })
    expect(events).toMatchObject([{ kind: 'found', found: { young: [{ name }] } }])
    expect(store.get(path(name))).toBeDefined()
  })

  test('is what the run that is named left, however young', async () => {
    const [name, other] = [pod('0123abcd', 'young'), pod('4567abcd', 'young')]
    const { ended } = await cleaned(true, '0123abcd')
    expect(ended).toMatchObject({ value: { removed: [`shop/${name}`] } })
    expect(store.get(path(other))).toBeDefined()
  })

  test('is not a pod of that name and label that is of another form, also where its run is named', async () => {
    const name = pod('0123abcd', 'old')
    const { spec, ...rest } = ourPod('0123abcd', 'node-1', { namespace: 'shop' })
    const theirs = { name: 'db', image: 'busybox', command: ['sleep', '3600'] }
    store.put(path(name), { ...rest, spec: { ...spec, containers: [theirs] } })
    for (const run of [undefined, '0123abcd']) {
      const { ended, events } = await cleaned(true, run)
      expect(ended).toEqual({ kind: 'done', value: { kind: 'nothing' } })
      expect(events).toMatchObject([{ kind: 'found', found: { foreign: [`shop/${name}`] } }])
      expect(store.get(path(name))).toBeDefined()
    }
  })

  test("is not what bears the label and is somebody else's", async () => {
    const owners = [{ kind: 'ReplicaSet', name: 'x', apiVersion: 'apps/v1', uid: 'u' }]
    const name = pod('0123abcd', 'old', { ownerReferences: owners })
    const { ended, events } = await cleaned(true)
    expect(ended).toEqual({ kind: 'done', value: { kind: 'nothing' } })
    expect(events).toMatchObject([{ kind: 'found', found: { foreign: [`shop/${name}`] } }])
    expect(store.get(path(name))).toBeDefined()
  })
})
