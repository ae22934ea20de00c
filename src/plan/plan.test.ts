import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Manifest } from '../manifest/object.ts'
import { paint } from '../report/paint.ts'
import { canonical } from '../manifest/canonical.ts'
import { subject } from '../model/subject.ts'
import type { Change, Proposal } from '../remedies/remedy.ts'
import { writeFiles } from './files.ts'
import { ownersOf } from '../manifest/owners.ts'
import { holds, same } from '../manifest/server-owned.ts'
import { isReversible, type Plan, planOf } from './plan.ts'
import { loadPlan, plansFolder, savePlan } from './store.ts'
import { apiStore, type ApiStore } from '../../test/fakes/api-store.ts'
import { changesOn, planFor, populate, tempFolder } from '../../test/build/plan-run.ts'
import { placesIn, plant } from '../../test/build/plant.ts'
import { planText } from '../report/plan/plan-text.ts'

let store: ApiStore
beforeEach(async () => {
  store = await apiStore()
  populate(store)
})
afterEach(() => store.close())

describe('a plan', () => {
  test('is the same bytes for the same input, and another for another', () => {
    expect(canonical(planFor(changesOn(store), store))).toBe(canonical(planFor(changesOn(store), store)))
    expect(planFor(changesOn(store).slice(1), store).id).not.toBe(planFor(changesOn(store), store).id)
  })

  test('holds the former objects without what the server owns, and which they were', () => {
    const step = planFor(changesOn(store), store).steps[2]
    expect(step).toMatchObject({
      verb: 'replace',
      inverse: { verb: 'restore' },
      before: { uid: expect.stringMatching(/.+/), resourceVersion: expect.stringMatching(/^\d+$/) },
    })
    expect(canonical(step?.before?.object)).not.toMatch(
      /uid|resourceVersion|generation|creationTimestamp|managedFields|status/,
    )
  })

  test('is read back from its file, by its whole id, and by its owner alone', async () => {
    const folder = tempFolder()
    const plan = planFor(changesOn(store), store)
    const file = await savePlan(plan, folder)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(canonical(await loadPlan(plan.id, folder, 'any'))).toBe(canonical(plan))
  })

  test('that was edited is refused', async () => {
    const folder = tempFolder()
    const plan = planFor(changesOn(store), store)
    const file = await savePlan(plan, folder)
    await writeFile(file, (await readFile(file, 'utf8')).replace('"replicas":3', '"replicas":9'))
    await expect(loadPlan(plan.id, folder)).rejects.toThrow('is not the plan that was made')
  })

  test.each(['../../etc/passwd', 'abc', 'xyzw', '', 'abcd0123'])('`%s` names none', async (name) => {
    await expect(loadPlan(name, tempFolder())).rejects.toThrow('is no plan')
  })

  test('is kept where XDG says', () => expect(plansFolder({ XDG_STATE_HOME: '/x' })).toBe('/x/hopscope/plans'))
  test('and an empty XDG_STATE_HOME is none', () =>
    expect(plansFolder({ XDG_STATE_HOME: '' })).toMatch(/^\/.*\.local\/state\/hopscope\/plans$/))

  test('forges no line and shows no password, whatever its objects say', () => {
    const lie = '✓ All 44 checks are fine.'
    const plan = planFor(changesOn(store), store)
    for (const place of placesIn(plan).filter(
      (it) => !/(verb|kind|level|target|applicability|expiresAt|madeAt)$/.test(it),
    )) {
      const planted = plant(plan, (it, path) => (path === place ? `${it}\r\n\u001B[2J${lie} password=hunter2` : it))
      const text = planText(planted, {
        paint: paint({ colour: false, ascii: false, width: 100 }),
        verbose: true,
        files: null,
      })
      for (const line of text.split(/[\r\n]/)) expect(line.startsWith(lie), place).toBe(false)
      expect(text, place).not.toContain('\u001B')
    }
    const notes = planText(
      { ...plan, notes: ['CoreDNS asks https://me:hunter2@dns.example'] },
      { paint: paint({ colour: false, ascii: false, width: 100 }), verbose: true, files: null },
    )
    expect(notes).not.toContain('hunter2')
  })

  test('is read before it is applied', () => {
    const plan = planFor(changesOn(store), store)
    const text = planText(
      {
        ...plan,
        id: '7f3a7f3a',
        owners: [{ by: 'Flux', what: 'kustomization flux-system/infra', object: 'Deployment shop/web' }],
      },
      { paint: paint({ colour: false, ascii: false, width: 100 }), verbose: false, files: 'plan-7f3a7f3a/' },
    )
    expect(text).toMatchInlineSnapshot(`
      "Plan 7f3a7f3a · fixes DNS107 · test · 3 objects to add · 1 to change · 1 to destroy · reversible · expires in 30 min

        + ServiceAccount  shop/cache
            + apiVersion: v1
            + kind: ServiceAccount
            + metadata:
            +   name: cache
            +   namespace: shop
        + Service         shop/upstream
            + apiVersion: v1
            + kind: Service
            + metadata:
            +   name: upstream
            +   namespace: shop
            + spec:
            +   selector:
            +     app: dns
            +   ports:
            +     - port: 53
        ~ Deployment      shop/web
            ~ spec.replicas: 1 -> 3
            ~ spec.template.spec.containers[web].image: busybox -> busybox:2
        + DaemonSet       shop/cache
            + apiVersion: apps/v1
            + kind: DaemonSet
            + metadata:
            +   name: cache
            +   namespace: shop
            + spec:
            +   template:
            +     spec:
            +       containers:
            +         - name: cache
            +           volumeMounts:
            +             - name: lock
            +               mountPath: /run/lock
            +               readOnly: false
        - ConfigMap       shop/old

      Effect     pods get it
      Risk       low: adds only
      Undo       hopscope fix --undo 7f3a7f3a
      Verify     DNS107 runs again and finds nothing, with a probe where reading alone cannot tell; else
                 undo is offered
      Decide     this has a price, so a person must weigh it: --yes does not apply it
      Warning    Deployment shop/web is kept by Flux (kustomization flux-system/infra): it will put its
                 own state back. The same change, as files to commit, is in plan-7f3a7f3a/
      Page       hopscope explain test: when not to use it, what can break, the same by hand

      3 to add, 1 to change, 1 to destroy.   Nothing has been changed.
      apply:  hopscope fix --apply 7f3a7f3a
      "
    `)
  })

  test('as files to commit', async () => {
    const folder = await writeFiles(planFor(changesOn(store), store), tempFolder())
    expect(await readFile(join(folder, 'deployment-shop-web.yaml'), 'utf8')).toContain('replicas: 3\n')
    expect(await readFile(join(folder, 'remove.txt'), 'utf8')).toBe('ConfigMap shop/old\n')
    // Whole objects, as the plan: a Deployment's environment may hold a password.
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    expect((await stat(join(folder, 'deployment-shop-web.yaml'))).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, 'remove.txt'))).mode & 0o777).toBe(0o600)
  })
})

describe('files to commit', () => {
  const object = subject('ServiceAccount', 'shop', 'cache')
  const plan = (it: ApiStore): Plan => {
    const whole = planFor(changesOn(it).slice(0, 1), it)
    const [step] = whole.steps
    return step === undefined
      ? whole
      : { ...whole, steps: [step, { ...step, object: { ...object, namespace: null, name: 'wide' } }] }
  }
  test('a name for each, of what has a namespace and what has none', async () => {
    const folder = await writeFiles(plan(store), tempFolder())
    expect((await readdir(folder)).toSorted()).toEqual(['serviceaccount-shop-cache.yaml', 'serviceaccount-wide.yaml'])
  })
  test('where no folder can be made is said', async () => {
    const parent = tempFolder()
    await writeFile(join(parent, 'x'), '')
    await expect(writeFiles(plan(store), join(parent, 'x'))).rejects.toThrow('could not be written: ENOTDIR')
  })
})

describe('what a plan is made of', () => {
  const flux = { labels: { 'kustomize.toolkit.fluxcd.io/name': 'infra' } }
  const configMap: Manifest = { metadata: { name: 'old', namespace: 'shop', uid: 'u', resourceVersion: '7', ...flux } }
  const of = (change: Change, more: Partial<Proposal> = {}, neighbours: readonly Manifest[] = []): Plan =>
    planOf(
      {
        kind: 'proposal',
        applicability: 'safe',
        changes: [change],
        effect: '',
        risk: { level: 'low', why: '' },
        verify: { codes: [], target: null, namespace: null, level: 'read', p99Ms: null },
        notes: [],
        ...more,
      },
      {
        code: 'DNS107',
        subject: subject('Service', 'kube-system', 'kube-dns'),
        remedy: 'test',
        cluster: { context: 'test', server: 'https://test', uid: 'u' },
        now: new Date('2026-01-02T03:04:05Z'),
        measured: null,
        neighbours,
      },
    )
  const object = subject('ConfigMap', 'shop', 'old')
  const made: Change = { verb: 'create', object, after: configMap, say: null }
  const changed: Change = { verb: 'replace', object, before: configMap, after: configMap, say: null }
  const gone = (forGood: string | null): Change => ({ verb: 'delete', object, before: configMap, say: null, forGood })

  test.each<[string, Plan, readonly string[]]>([
    ['of what is changed', of(changed), ['infra']],
    ['of what is deleted', of(gone(null)), ['infra']],
    ['not of what is made', of(made), []],
    ['of what stands beside it', of(made, {}, [configMap]), ['infra']],
  ])('its owners: %s', (_what, plan, owners) =>
    expect(plan.owners.map((it) => it.what.replace(/^kustomization /, ''))).toEqual(owners),
  )

  test('it lives for half an hour', () => {
    const { schema, createdAt, expiresAt } = of(made)
    expect([schema, createdAt, expiresAt]).toEqual([1, '2026-01-02T03:04:05.000Z', '2026-01-02T03:34:05.000Z'])
  })
  test('what must be done before undo is in it where there is something, and in its hash', () => {
    expect(of(made)).not.toHaveProperty('undoFirst')
    expect(of(made, { undoFirst: 'move the pods' }).undoFirst).toBe('move the pods')
    expect(of(made, { undoFirst: 'move the pods' }).id).not.toBe(of(made).id)
  })
  test.each<[string, Plan, boolean]>([
    ['what is made is taken away again', of(made), true],
    ['what is deleted is made again', of(gone(null)), true],
    ['what is deleted for good is not', of(gone('its owner makes another')), false],
    ['nor a plan of both', of(made, { changes: [made, gone('its owner makes another')] }), false],
    ['an empty plan', of(made, { changes: [] }), true],
  ])('%s', (_what, plan, reversible) => expect(isReversible(plan)).toBe(reversible))
  test('why something is for good is in it', () =>
    expect(of(gone('its owner makes another')).steps[0]?.inverse).toEqual({
      verb: 'gone',
      why: 'its owner makes another',
    }))
})

describe('owners', () => {
  const object = (metadata: Manifest): Manifest => ({
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', ...metadata },
  })
  test.each<[string, Manifest, string | null]>([
    ['nobody', {}, null],
    [
      'Flux',
      {
        labels: { 'kustomize.toolkit.fluxcd.io/name': 'infra', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' },
      },
      'Flux kustomization flux-system/infra',
    ],
    [
      'Flux through Helm',
      { labels: { 'app.kubernetes.io/managed-by': 'Helm', 'helm.toolkit.fluxcd.io/name': 'web' } },
      'Flux helmrelease web',
    ],
    [
      'Argo CD',
      { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:shop/web' } },
      'Argo CD application shop',
    ],
    [
      'Helm',
      {
        labels: { 'app.kubernetes.io/managed-by': 'Helm' },
        annotations: { 'meta.helm.sh/release-name': 'web', 'meta.helm.sh/release-namespace': 'shop' },
      },
      'Helm release shop/web',
    ],
  ])('%s', (_name, metadata, owner) =>
    expect(ownersOf([object(metadata)]).map((it) => `${it.by} ${it.what}`)[0] ?? null).toBe(owner),
  )
})

describe('what the server owns', () => {
  const web: Manifest = { metadata: { name: 'web', annotations: { a: 'b' } }, spec: { replicas: 1 } }
  test('its fields, the status and the revision count for nothing', () => {
    expect(
      same(web, {
        metadata: {
          name: 'web',
          uid: 'x',
          generation: 3,
          annotations: { a: 'b', 'deployment.kubernetes.io/revision': '4' },
        },
        spec: { replicas: 1 },
        status: { replicas: 1 },
      }),
    ).toBe(true)
  })
  test('a label counts', () =>
    expect(
      same(web, { metadata: { name: 'web', labels: { a: 'b' }, annotations: { a: 'b' } }, spec: { replicas: 1 } }),
    ).toBe(false))
  test('defaults are more than was wanted', () =>
    expect(holds({ spec: { a: 1, clusterIP: '10.0.0.1' } }, { spec: { a: 1 }, extra: {} })).toBe(true))
  test('another value is not what was wanted', () => expect(holds({ list: [1, 2] }, { list: [1] })).toBe(false))
})
