import { apiPath } from '../kube/address.ts'
import type { Cluster, Held } from '../kube/cluster.ts'
import { parseObject } from '../kube/request.ts'
import { otherPolicyResources } from '../kube/resources.ts'
import { type Known, known, unknown } from '../model/known.ts'
import { type OtherPolicy, type OtherPolicyKind, otherPolicyKinds } from '../model/network-policy.ts'
import { textOrder } from '../model/text-order.ts'
import type { Reader } from './few-at-once.ts'
import { fields, list, text } from './project/json.ts'
import { wordsOf } from './project/other-policy.ts'
import { tierOf } from './project/tier-rules.ts'
import type { Serving } from './served-kinds.ts'

/**
 * Names of policies of other kinds. Which groups are served is asked first, as for Gateway API: without a CRD each user
 * without rights on it would read "forbidden" of what is not there. A kind of a served group that is not there itself
 * is none; one that may not be listed makes the whole unknown, since any of it may decide.
 */
export async function collectOtherPolicies(
  cluster: Serving,
  reader: Reader,
  namespace: string | null,
): Promise<Known<readonly OtherPolicy[]>> {
  const { held } = cluster
  const asked = otherPolicyKinds.filter((it) => held?.holds(otherPolicyResources[it], namespace) !== false)
  if (held !== undefined && asked.length === 0)
    return unknown('cut-off', `${held.what} holds no policies of other kinds`)
  const versions = held === undefined ? await servedGroups(cluster) : known(heldGroups)
  if (!versions.known) return versions
  const lists = await Promise.all(asked.map((kind) => listOf(kind, versions.value)))
  const all: OtherPolicy[] = []
  for (const it of lists) {
    if (!it.known) return it
    all.push(...it.value)
  }
  return known(all.toSorted((a, b) => textOrder(keyOf(a), keyOf(b))))

  /** A kind may be served at one version of its group and not at the others. */
  async function listOf(kind: OtherPolicyKind, served: ReadonlyMap<string, readonly string[]>) {
    const resource = otherPolicyResources[kind]
    const within = namespace !== null && resource.namespaced ? { namespace } : {}
    for (const version of served.get(resource.group) ?? []) {
      const listed = await reader.list({ ...resource, version }, within, (raw): OtherPolicy => ({
        kind,
        namespace: raw.metadata.namespace ?? null,
        name: raw.metadata.name,
        ...wordsOf(kind, raw),
        ...tierPart(kind, raw),
      }))
      if (listed.known || listed.why.reason !== 'not-there') return listed
    }
    return known<readonly OtherPolicy[]>([])
  }
}

function tierPart(kind: OtherPolicyKind, raw: { readonly metadata: { readonly namespace?: string } }) {
  const tier = tierOf(kind, raw.metadata.namespace ?? null, raw)
  return tier === null ? {} : { tier }
}

/** Of a file: kinds of which it holds nothing, or not all. */
export function policiesNotHeld(held: Held, namespace: string | null): readonly OtherPolicyKind[] {
  return otherPolicyKinds.filter((it) => !held.isWhole(otherPolicyResources[it], namespace))
}

/** A file is read at whatever version it was written. */
const heldGroups: ReadonlyMap<string, readonly string[]> = new Map(
  Object.values(otherPolicyResources).map((it) => [it.group, [it.version]]),
)

function keyOf({ kind, namespace, name }: OtherPolicy): string {
  return `${kind} ${namespace ?? ''} ${name}`
}

/** Each group of ours that is served, with its versions in the order in which the API server prefers them. */
async function servedGroups(cluster: Pick<Cluster, 'raw'>): Promise<Known<ReadonlyMap<string, readonly string[]>>> {
  const groups = await cluster.raw(apiPath`/apis`)
  if (!groups.known) return groups.why.reason === 'not-there' ? known(new Map()) : groups
  const listed = parseObject(groups.value, 'get /apis')
  if (!listed.known) return listed
  const ours = new Set<string>(Object.values(otherPolicyResources).map((it) => it.group))
  return known(
    new Map(
      list(listed.value['groups'])
        .map(fields)
        .flatMap((it): readonly (readonly [string, readonly string[]])[] => {
          const name = text(it['name'])
          if (name === null || !ours.has(name)) return []
          return [[name, list(it['versions']).flatMap((one) => text(fields(one)['version']) ?? [])]]
        }),
    ),
  )
}
