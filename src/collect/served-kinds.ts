import { apiPath } from '../kube/address.ts'
import type { Cluster, Resource } from '../kube/cluster.ts'
import { parseObject } from '../kube/request.ts'
import { type Known, known, type unknown } from '../model/known.ts'
import { fields, list, text } from './project/json.ts'

type Unseen = ReturnType<typeof unknown>

export interface ServedKinds<Kind> {
  /** Each that is served, with the version at which it is read. */
  readonly versions: ReadonlyMap<Kind, string>
  /** Whether it is served was not said, since its group did not answer. The others are read all the same. */
  readonly silent: ReadonlyMap<Kind, Unseen>
}

/**
 * Which of these kinds are served. Everybody may ask that: RBAC refuses a list
 * before it is known whether there is such a thing, so that without a CRD each user without rights on it would read
 * "forbidden" of what is not there.
 */
export async function servedKinds<Kind extends string>(
  cluster: Pick<Cluster, 'raw'>,
  kinds: Readonly<Record<Kind, Resource>>,
): Promise<Known<ServedKinds<Kind>>> {
  const groups = await cluster.raw(apiPath`/apis`)
  // A server without groups is none of Kubernetes: nothing of ours is there.
  if (!groups.known)
    return groups.why.reason === 'not-there' ? known({ versions: new Map(), silent: new Map() }) : groups
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
  return known({ versions, silent })
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
