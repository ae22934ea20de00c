import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Manifest, put } from '../manifest/object.ts'
import { remedies } from '../remedies/registry.ts'
import { canonical } from '../manifest/canonical.ts'
import { notOf } from './allowed.ts'
import { openJournal, readJournal } from './journal.ts'
import { idOf, type Plan } from './plan.ts'
import { loadPlan, savePlan } from './store.ts'
import { apiStore, type ApiStore } from '../../test/fakes/api-store.ts'
import { create, planFor, populate, replace, tempFolder } from '../../test/build/plan-run.ts'

let store: ApiStore
beforeEach(async () => {
  store = await apiStore()
  populate(store)
})
afterEach(() => store.close())

const web = (): Manifest => store.get('/apis/apps/v1/namespaces/shop/deployments/web') ?? {}

/** A plan with its hash worked out again, as whoever can write the file can do. */
function hashed(plan: object): Plan {
  return { ...(plan as Plan), id: idOf(plan as Plan) }
}

function scaling(): Plan {
  return hashed({
    ...planFor([replace('Deployment', web(), put(web(), ['spec', 'replicas'], 3))], store),
    remedy: 'scale-coredns',
  })
}

function forged(change: (step: Record<string, unknown>) => void): Plan {
  const plan = JSON.parse(canonical(scaling())) as { steps: Record<string, unknown>[] }
  change(plan.steps[0] ?? {})
  return hashed(plan)
}

const binding = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'web', namespace: 'shop' },
}

describe('a plan whose hash is right', () => {
  test('and that its remedy could have made is read', async () => {
    const folder = tempFolder()
    await savePlan(scaling(), folder)
    expect(canonical(await loadPlan(scaling().id, folder))).toBe(canonical(scaling()))
  })

  const forgeries: Readonly<Record<string, () => Plan>> = {
    'a kind that the remedy never writes': () =>
      hashed({
        ...planFor([create('ServiceAccount', 'x', { apiVersion: 'v1', kind: 'ServiceAccount' })], store),
        remedy: 'scale-coredns',
      }),
    'a name that the remedy never uses': () =>
      hashed({
        ...planFor([create('ServiceAccount', 'x', { apiVersion: 'v1', kind: 'ServiceAccount' })], store),
        remedy: 'node-local-dns',
      }),
    'an object made where the remedy only changes one': () =>
      hashed({ ...planFor([create('Deployment', 'web', web())], store), remedy: 'scale-coredns' }),
    'another resource than it says': () =>
      forged(
        (step) =>
          (step['resource'] = {
            group: 'rbac.authorization.k8s.io',
            version: 'v1',
            plural: 'clusterrolebindings',
            namespaced: false,
          }),
      ),
    'another object than it says': () => forged((step) => (step['after'] = binding)),
    'another name inside': () =>
      forged((step) => (step['after'] = put(step['after'] as Manifest, ['metadata', 'name'], 'coredns'))),
    'a field that the remedy never touches': () =>
      forged(
        (step) =>
          (step['after'] = put(
            step['after'] as Manifest,
            ['spec', 'template', 'spec', 'containers', 0, 'image'],
            'evil',
          )),
      ),
    'hostPID beside it': () =>
      forged((step) => (step['after'] = put(step['after'] as Manifest, ['spec', 'template', 'spec', 'hostPID'], true))),
    'a remedy that there is not': () => hashed({ ...scaling(), remedy: 'test' }),
  }
  test.each(Object.entries(forgeries))('and that holds %s is refused', async (_name, made) => {
    const folder = tempFolder()
    await savePlan(made(), folder)
    await expect(loadPlan(made().id, folder)).rejects.toMatchObject({
      name: 'ToolError',
      message: expect.stringContaining('is none that hopscope made'),
    })
  })

  test('every remedy has its list', () => {
    expect(remedies.map((it) => notOf({ ...scaling(), remedy: it.id, steps: [] })).filter((it) => it !== null)).toEqual(
      [],
    )
  })
})

describe('the folder of plans', () => {
  test.each([0o777, 0o720, 0o702])('that others can write to is refused: %o', async (mode) => {
    const folder = tempFolder()
    await savePlan(scaling(), folder)
    await chmod(folder, mode)
    await expect(loadPlan(scaling().id, folder)).rejects.toThrow('can be written to by others')
    await expect(openJournal(folder, 'x')).rejects.toThrow('can be written to by others')
  })

  test('that is a link is refused, and so are a plan and a journal that are', async () => {
    const [real, parent] = [tempFolder(), tempFolder()]
    const file = await savePlan(scaling(), real)
    await symlink(real, join(parent, 'plans'))
    await expect(loadPlan(scaling().id, join(parent, 'plans'))).rejects.toThrow('is a link')
    const other = join(parent, 'other')
    await mkdir(other, { mode: 0o700 })
    await symlink(file, join(other, `${scaling().id}.json`))
    await symlink(file, join(other, 'x.journal'))
    await expect(loadPlan(scaling().id, other)).rejects.toThrow('it is a link')
    await expect(openJournal(other, 'x')).rejects.toThrow('it is a link')
  })

  test.each(['null', '7', '"begin"', '{}', '[]', '{"kind":"other"}', '{"kind":'])(
    'a line %s of a journal says nothing',
    async (line) => {
      const folder = tempFolder()
      await writeFile(join(folder, 'x.journal'), `${line}\n{"kind":"begin","at":"","action":"apply","run":"r"}\n`)
      expect(await readJournal(folder, 'x')).toEqual([{ kind: 'begin', at: '', action: 'apply', run: 'r' }])
      expect(await readFile(join(folder, 'x.journal'), 'utf8')).toContain(line)
    },
  )
})
