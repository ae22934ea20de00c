import type { RawObject } from '../kube/cluster.ts'
import { asRawObject } from '../kube/raw-object.ts'
import { endpointSlices, services } from '../kube/resources.ts'
import { known } from '../model/known.ts'
import { isIpv6 } from '../wire/ip-family.ts'
import { type Pieces, putPiece } from './bundle.ts'
import { type Document, keyOf } from './kinds.ts'
import { typedIn } from './unread.ts'

/*
 * Endpoints that somebody wrote by hand. The control plane mirrors them into slices where a Service of their name has
 * no selector (endpointslicemirroring), and where none has their name nobody heeds them: a file may hold the Endpoints
 * and not the mirror, or the Endpoints of a Service that is called otherwise. They stand beside the slices, as what
 * they are; only where slices were written too, for else it is not known what has none.
 */

const serviceName = 'kubernetes.io/service-name'

export function addEndpoints(pieces: Pieces, documents: readonly Document[]): void {
  const all = documents.flatMap(typedIn).flatMap((it) => {
    const object = it.apiVersion === 'v1' && it.kind === 'Endpoints' ? asRawObject(it) : null
    return object === null ? [] : [object]
  })
  if (all.length === 0) return
  const choosing = new Set(
    [...(pieces.get(keyOf(services))?.values() ?? [])].flatMap((piece) => {
      const objects = piece()
      return objects.known ? objects.value.filter(hasSelector).map((it) => placeOf(it, it.metadata.name)) : []
    }),
  )
  for (const [namespace, piece] of pieces.get(keyOf(endpointSlices)) ?? []) {
    const slices = piece()
    if (!slices.known) continue
    const told = new Set(slices.value.map((it) => placeOf(it, it.metadata.labels?.[serviceName] ?? '')))
    const more = all
      .filter(({ metadata }) => namespace === '*' || metadata.namespace === namespace)
      .filter((it) => !told.has(placeOf(it, it.metadata.name)) && !choosing.has(placeOf(it, it.metadata.name)))
      .flatMap(asSlices)
    if (more.length > 0) putPiece(pieces, keyOf(endpointSlices), namespace, () => known([...slices.value, ...more]))
  }
}

function placeOf({ metadata }: RawObject, name: string): string {
  return `${metadata.namespace ?? ''}/${name}`
}

function hasSelector({ spec }: RawObject): boolean {
  const [selector] = fieldsOf([fieldsOf([spec])[0]?.['selector']])
  return selector !== undefined && Object.keys(selector).length > 0
}

/** Kept by its kind: whoever reads it tells it from a slice. */
function asSlices({ metadata, ...endpoints }: RawObject): readonly RawObject[] {
  return fieldsOf(endpoints['subsets']).flatMap((subset) => {
    const address = (ready: boolean) => (it: Fields) => ({
      addresses: [it['ip']],
      conditions: { ready },
      targetRef: it['targetRef'],
      nodeName: it['nodeName'],
      hostname: it['hostname'],
    })
    const its = [
      ...fieldsOf(subset['addresses']).map(address(true)),
      ...fieldsOf(subset['notReadyAddresses']).map(address(false)),
    ]
    const families = Map.groupBy(its, ({ addresses: [ip] }) => (isIpv6(String(ip)) ? 'IPv6' : 'IPv4'))
    return [...families].map(([addressType, of]) => ({
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { ...metadata, labels: { ...metadata.labels, [serviceName]: metadata.name } },
      addressType,
      ports: fieldsOf(subset['ports']),
      endpoints: of,
    }))
  })
}

type Fields = Readonly<Record<string, unknown>>

function fieldsOf(values: unknown): readonly Fields[] {
  return Array.isArray(values)
    ? values.filter((it): it is Fields => typeof it === 'object' && it !== null && !Array.isArray(it))
    : []
}
