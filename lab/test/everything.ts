// Every object of the cluster, so that two moments can be compared.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Lab } from '../lab.ts'

interface Thing {
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly annotations?: Readonly<Record<string, string>>
    readonly ownerReferences?: readonly {
      readonly kind: string
      readonly name: string
      readonly controller?: boolean
    }[]
    readonly [field: string]: unknown
  }
  readonly spec?: Readonly<Record<string, unknown>>
  readonly [field: string]: unknown
}

/** Written over and over by whom they belong to: node leases, what has happened, addresses behind Services. */
const restless = [
  'events',
  'events.events.k8s.io',
  'leases.coordination.k8s.io',
  'endpoints',
  'endpointslices.discovery.k8s.io',
]

/** What the API server and the workload controllers set by themselves. */
const metadataOfServer = [
  'uid',
  'resourceVersion',
  'generation',
  'managedFields',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
]
const annotationsOfControllers = ['deployment.kubernetes.io/revision', 'deprecated.daemonset.template.generation']

/**
 * One line an object, sorted: its whole content without status and what the server owns. Objects that a controller
 * makes of others (pods, ReplicaSets, ControllerRevisions) have names by chance: of those, running pods are told by
 * their workload, containers and DNS options, and the rest is left out, as it follows from what is compared. The lock
 * of
 * `hopscope fix` must not be there at all.
 */
export async function everything(lab: Lab): Promise<readonly string[]> {
  const kinds = (await lab.kubectl(['api-resources', '--verbs=list', '-o', 'name']))
    .trim()
    .split('\n')
    .filter((it) => !restless.includes(it))
  const { items } = JSON.parse(await lab.kubectl(['get', kinds.join(','), '-A', '-o', 'json'])) as {
    readonly items: readonly Thing[]
  }
  const locks = (
    await lab.kubectl(['-n', 'kube-system', 'get', 'lease', 'hopscope-fix', '--ignore-not-found', '-o', 'name'])
  ).trim()
  return [...items.flatMap((it) => line(it)), ...(locks === '' ? [] : [locks])].toSorted()
}

function line(it: Thing): readonly string[] {
  const owner = it.metadata.ownerReferences?.find((one) => one.controller === true)
  if (it.kind === 'Pod')
    return podLine(
      it,
      owner?.kind === 'ReplicaSet' ? owner.name.replace(/-[a-z0-9]+$/, '') : (owner?.name ?? it.metadata.name),
    )
  if (owner !== undefined) return []
  const { status: _status, metadata, ...rest } = it
  const annotations = Object.entries(metadata.annotations ?? {}).filter(
    ([key]) => !annotationsOfControllers.includes(key),
  )
  const kept = Object.entries(metadata).filter(([key]) => !metadataOfServer.includes(key) && key !== 'annotations')
  const left = {
    ...Object.fromEntries(kept),
    ...(annotations.length === 0 ? {} : { annotations: Object.fromEntries(annotations) }),
  }
  return [`${it.kind} ${metadata.namespace ?? ''}/${metadata.name} ${stable({ ...rest, metadata: left })}`]
}

function podLine(it: Thing, workload: string): readonly string[] {
  const containers = (it.spec?.['containers'] ?? []) as readonly {
    readonly name: string
    readonly image: string
    readonly args?: readonly string[]
  }[]
  const state = it.metadata['deletionTimestamp'] === undefined ? '' : ' being deleted'
  const spec = {
    dns: it.spec?.['dnsConfig'] ?? null,
    containers: containers.map(({ name, image, args }) => ({ name, image, args: args ?? [] })),
  }
  return [`Pod of ${it.metadata.namespace}/${workload}${state} ${stable(spec)}`]
}

/** Keys in one order, whatever order they came in. */
function stable(value: unknown): string {
  return JSON.stringify(value, (_key, it: unknown) =>
    typeof it === 'object' && it !== null && !Array.isArray(it)
      ? Object.fromEntries(Object.entries(it).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : it,
  )
}

/** What differs from `before`, once pods that were on their way have come and gone; empty when nothing does. */
export async function differences(lab: Lab, before: readonly string[], seconds = 60): Promise<readonly string[]> {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const now = await everything(lab)
    const changed = [...minus(before, now).map((it) => `- ${it}`), ...minus(now, before).map((it) => `+ ${it}`)]
    if (changed.length === 0 || Date.now() > end) return changed
    await sleep(1000)
  }
}

/** As bags: two pods of one workload are two lines that are the same. */
function minus(all: readonly string[], others: readonly string[]): readonly string[] {
  const left = new Map<string, number>()
  for (const it of others) left.set(it, (left.get(it) ?? 0) + 1)
  return all.filter((it) => {
    const count = left.get(it) ?? 0
    left.set(it, count - 1)
    return count <= 0
  })
}
