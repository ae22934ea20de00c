import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cluster } from '../../src/kube/cluster.ts'
import { subject } from '../../src/model/subject.ts'
import { type Manifest, put } from '../../src/manifest/object.ts'
import type { Change, Proposal } from '../../src/remedies/remedy.ts'
import { type Journal, openJournal } from '../../src/plan/journal.ts'
import { type Plan, planOf } from '../../src/plan/plan.ts'
import type { Run } from '../../src/plan/run.ts'
import { uidOf } from '../../src/manifest/server-owned.ts'
import type { ApiStore } from '../fakes/api-store.ts'

export const now = new Date('2026-01-02T03:04:05Z')

export function tempFolder(): string {
  return mkdtempSync(join(tmpdir(), 'hopscope-plan-'))
}

/** A cluster with namespace kube-system and a few objects to change. */
export function populate(store: ApiStore): void {
  store.put('/api/v1/namespaces/kube-system', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'kube-system' },
  })
  store.put('/apis/apps/v1/namespaces/shop/deployments/web', deployment('web', 1))
  store.put('/apis/apps/v1/namespaces/shop/deployments/cart', deployment('cart', 2))
  store.put('/api/v1/namespaces/shop/configmaps/old', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'old' },
    data: { key: 'value' },
  })
}

export function deployment(name: string, replicas: number): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels: { app: name } },
    spec: {
      replicas,
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, image: 'busybox' }] } },
    },
  }
}

export function create(kind: string, name: string, fields: Manifest): Change {
  return {
    verb: 'create',
    object: subject(kind, 'shop', name),
    after: { metadata: { name, namespace: 'shop' }, ...fields },
    say: null,
  }
}

export function replace(kind: string, before: Manifest, after: Manifest): Change {
  return {
    verb: 'replace',
    object: subject(kind, 'shop', String((before['metadata'] as { name: string }).name)),
    before,
    after,
    say: null,
  }
}

export function planFor(changes: readonly Change[], store: ApiStore): Plan {
  const proposal: Proposal = {
    kind: 'proposal',
    applicability: 'judgement',
    changes,
    effect: 'pods get it',
    risk: { level: 'low', why: 'adds only' },
    verify: { codes: ['DNS107'], target: 'dns', namespace: null, level: 'read', p99Ms: null },
    notes: [],
  }
  const uid = uidOf(store.get('/api/v1/namespaces/kube-system') ?? {})
  return planOf(proposal, {
    code: 'DNS107',
    subject: subject('Service', 'kube-system', 'kube-dns'),
    remedy: 'test',
    cluster: { context: 'test', server: store.url, uid },
    now,
    measured: null,
    neighbours: [],
  })
}

/** Every verb, on kinds with defaults, addresses and rollouts. */
export function changesOn(store: ApiStore): readonly Change[] {
  const web = store.get('/apis/apps/v1/namespaces/shop/deployments/web') ?? {}
  const old = store.get('/api/v1/namespaces/shop/configmaps/old') ?? {}
  return [
    create('ServiceAccount', 'cache', { apiVersion: 'v1', kind: 'ServiceAccount' }),
    create('Service', 'upstream', {
      apiVersion: 'v1',
      kind: 'Service',
      spec: { selector: { app: 'dns' }, ports: [{ port: 53 }] },
    }),
    replace(
      'Deployment',
      web,
      put(put(web, ['spec', 'replicas'], 3), ['spec', 'template', 'spec', 'containers', 0, 'image'], 'busybox:2'),
    ),
    create('DaemonSet', 'cache', {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      spec: {
        template: {
          spec: {
            containers: [{ name: 'cache', volumeMounts: [{ name: 'lock', mountPath: '/run/lock', readOnly: false }] }],
          },
        },
      },
    }),
    { verb: 'delete', object: subject('ConfigMap', 'shop', 'old'), before: old, say: null, forGood: null },
  ]
}

export interface RunOptions {
  readonly cluster?: Cluster
  readonly run?: string
  readonly said?: string[]
  readonly at?: Date
  readonly isDead?: (run: string) => boolean
  readonly signal?: AbortSignal
}

const open: Journal[] = []

export async function closeJournals(): Promise<void> {
  await Promise.all(open.splice(0).map((it) => it.close()))
}

export async function runOf(plan: Plan, store: ApiStore, folder: string, options: RunOptions = {}): Promise<Run> {
  const journal = await openJournal(folder, plan.id)
  open.push(journal)
  return {
    cluster: options.cluster ?? store.cluster(),
    plan,
    journal,
    run: options.run ?? 'host/1/a',
    now: () => options.at ?? now,
    sleep: () => new Promise((resolve) => setTimeout(resolve, 1)),
    signal: options.signal ?? new AbortController().signal,
    say: (line) => void options.said?.push(line),
    warn: (line) => void options.said?.push(line),
    step: () => {},
    rolloutMs: 300,
    isDead: options.isDead ?? (() => true),
  }
}
