import { apiPath } from '../kube/address.ts'
import type { Cluster, Resource } from '../kube/cluster.ts'
import { parseObject } from '../kube/request.ts'
import { type Known, known } from '../model/known.ts'
import { fields, list, text } from './project/json.ts'

/**
 * Each of these kinds that is served, with the version at which it is read. Everybody may ask that: RBAC refuses a list
 * before it is known whether there is such a thing, so that without a CRD each user without rights on it would read
 * "forbidden" of what is not there.
 */
export async function servedKinds<Kind extends string>(
  cluster: Pick<Cluster, 'raw'>,
  kinds: Readonly<Record<Kind, Resource>>,
): Promise<Known<ReadonlyMap<Kind, string>>> {
  const groups = await cluster.raw(apiPath`/apis`)
  // A server without groups is none of Kubernetes: nothing of ours is there.
  if (!groups.known) return groups.why.reason === 'not-there' ? known(new Map()) : groups
  const all = Object.entries<Resource>(kinds).map(([kind, it]) => ({ kind: kind as Kind, ...it }))
  const names = new Set(all.map((it) => it.group))
  const found = new Map<Kind, string>()
  const listed = parseObject(groups.value, 'get /apis')
  if (!listed.known) return listed
  for (const group of list(listed.value['groups']).map(fields)) {
    const name = text(group['name'])
    if (name === null || !names.has(name)) continue
    const versions = list(group['versions']).flatMap((it) => text(fields(it)['version']) ?? [])
    for (const version of versions.toSorted(stablest)) {
      const resources = await cluster.raw(apiPath`/apis/${name}/${version}`)
      if (!resources.known) return resources
      const parsed = parseObject(resources.value, `get /apis/${name}/${version}`)
      if (!parsed.known) return parsed
      const plurals = new Set(list(parsed.value['resources']).map((it) => fields(it)['name']))
      for (const { kind, group: of, plural } of all)
        if (of === name && plurals.has(plural) && !found.has(kind)) found.set(kind, version)
    }
  }
  return known(found)
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
