import { apiPath } from '../kube/address.ts'
import type { Cluster, Held, Resource } from '../kube/cluster.ts'
import { parseObject } from '../kube/request.ts'
import { type Known, known, unknown } from '../model/known.ts'
import { fields, list, text } from './project/json.ts'

type Unseen = ReturnType<typeof unknown>

export interface ServedKinds<Kind> {
  /** Each that is served, with the version at which it is read. */
  readonly versions: ReadonlyMap<Kind, string>
  /** Whether it is served was not said, since its group did not answer. The others are read all the same. */
  readonly silent: ReadonlyMap<Kind, Unseen>
  /** Of a file alone: kinds of which it holds nothing, which are silent as well, or not all. */
  readonly notHeld: readonly Kind[]
}

/** What collecting asks of a cluster before it lists what not every one has. */
export type Serving = Pick<Cluster, 'raw' | 'held'>

/**
 * Which of these kinds are served; those of `across` are read in every namespace. Everybody may ask that: RBAC refuses
 * a list before it is known whether there is such a thing, so that without a CRD each user without rights on it would
 * read "forbidden" of what is not there.
 */
export async function servedKinds<Kind extends string>(
  cluster: Serving,
  kinds: Readonly<Record<Kind, Resource>>,
  scope: { readonly namespace: string | null; readonly across: readonly NoInfer<Kind>[] },
): Promise<Known<ServedKinds<Kind>>> {
  if (cluster.held !== undefined) return heldKinds(cluster.held, kinds, scope)
  const groups = await cluster.raw(apiPath`/apis`)
  // A server without groups is none of Kubernetes: nothing of ours is there.
  if (!groups.known)
    return groups.why.reason === 'not-there' ? known({ versions: new Map(), silent: new Map(), notHeld: [] }) : groups
  const all = Object.entries<Resource>(kinds).map(([kind, it]) => ({ kind: kind as Kind, ...it }))
  const names = new Set(all.map((it) => it.group))
  const versions = new Map<Kind, string>()
  const silent = new Map<Kind, Unseen>()
  const listed = parseObject(groups.value, 'get /apis')
  if (!listed.known) return listed
  for (const group of list(listed.value['groups']).map(fields)) {
    const name = text(group['name'])
    if (name === null || !names.has(name)) continue
    const ofIt = all.filter((it) => it.group === name)
    const offered = list(group['versions']).flatMap((it) => text(fields(it)['version']) ?? [])
    for (const version of offered.toSorted(stablest)) {
      const resources = await resourcesOf(cluster, name, version)
      if (!resources.known) {
        for (const { kind } of ofIt) silent.set(kind, resources)
        continue
      }
      const plurals = new Set(list(resources.value['resources']).map((it) => fields(it)['name']))
      for (const { kind, plural } of ofIt) if (plurals.has(plural) && !versions.has(kind)) versions.set(kind, version)
    }
  }
  for (const kind of versions.keys()) silent.delete(kind)
  return known({ versions, silent, notHeld: [] })
}

/** A kind that a file does not hold may be none, or nobody asked for it: it is silent, and never "not served". */
function heldKinds<Kind extends string>(
  held: Held,
  kinds: Readonly<Record<Kind, Resource>>,
  { namespace, across }: { readonly namespace: string | null; readonly across: readonly NoInfer<Kind>[] },
): Known<ServedKinds<Kind>> {
  const all = Object.entries<Resource>(kinds).map(([kind, it]) => ({ kind: kind as Kind, ...it }))
  const there = all.filter((it) => held.holds(it, across.includes(it.kind) ? null : namespace))
  const groups = new Set(there.map((it) => it.group))
  const notHeld = all.filter((it) => !held.isWhole(it, namespace))
  // One reason for all of a group: two dozen would say the same.
  const why = ({ group, plural }: Resource): Unseen =>
    unknown('cut-off', `${held.what} holds ${groups.has(group) ? `no ${plural}.${group}` : `nothing of ${group}`}`)
  return known({
    versions: new Map(there.map((it) => [it.kind, it.version])),
    silent: new Map(notHeld.flatMap((it) => (there.includes(it) ? [] : [[it.kind, why(it)] as const]))),
    notHeld: notHeld.map((it) => it.kind),
  })
}

async function resourcesOf(cluster: Pick<Cluster, 'raw'>, group: string, version: string) {
  const resources = await cluster.raw(apiPath`/apis/${group}/${version}`)
  return resources.known ? parseObject(resources.value, `get /apis/${group}/${version}`) : resources
}

/** v1, then v1beta1, then alphas, the later before the earlier. */
function stablest(a: string, b: string): number {
  const rank = (it: string): string => {
    const [, major = '0', stage = 'z', minor = '0'] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(it) ?? []
    return `${stage}${major.padStart(4, '0')}${minor.padStart(4, '0')}`
  }
  const [ra, rb] = [rank(a), rank(b)]
  if (ra === rb) return 0
  return ra < rb ? 1 : -1
}
