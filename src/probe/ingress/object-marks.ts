import type { RawObject } from '../../kube/cluster.ts'
import type { IngressRule } from '../../model/ingress.ts'
import type { EndpointSlice } from '../../model/service.ts'

/** By `namespace/name`, what an object says of what a controller is compared by. */
export type Marks = ReadonlyMap<string, string>

export function ingressMark(rules: readonly IngressRule[]): string {
  return JSON.stringify(
    rules.map(({ host, paths }) => [
      host,
      paths.map(({ path, pathType, backend }) => [path, pathType, backend.service, backend.port]),
    ]),
  )
}

type Ready = Pick<EndpointSlice, 'namespace' | 'service'> & {
  readonly ports: readonly { readonly name: string | null; readonly port: number | null }[]
  readonly endpoints: readonly { readonly ip: string; readonly ready: boolean }[]
}

/** Of each Service, the addresses that are ready, and their ports. */
export function endpointMarks(slices: readonly Ready[]): Marks {
  const groups = Map.groupBy(
    slices.filter((it) => it.service !== null),
    (it) => `${it.namespace}/${it.service}`,
  )
  return new Map(
    [...groups].map(([key, its]) => [
      key,
      its
        .flatMap(({ ports, endpoints }) =>
          endpoints
            .filter((it) => it.ready)
            .flatMap(({ ip }) => ports.map(({ name, port }) => `${ip} ${name ?? ''} ${port ?? ''}`)),
        )
        .toSorted()
        .join('\n'),
    ]),
  )
}

type Fields = Readonly<Record<string, unknown>>

function fields(raw: unknown): Fields {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? (raw as Fields) : {}
}

function list(raw: unknown): readonly unknown[] {
  return Array.isArray(raw) ? raw : []
}

function text(raw: unknown): string | null {
  return typeof raw === 'string' && raw !== '' ? raw : null
}

function number(raw: unknown): number | null {
  return typeof raw === 'number' ? raw : null
}

/** An endpoint that says nothing of itself is ready (discovery/v1 types.go). */
export function readyOf(raw: RawObject): Ready {
  return {
    namespace: raw.metadata.namespace ?? '',
    service: text(fields(raw.metadata.labels)['kubernetes.io/service-name']),
    ports: list(raw['ports'])
      .map(fields)
      .map((it) => ({ name: text(it['name']), port: number(it['port']) })),
    endpoints: list(raw['endpoints'])
      .map(fields)
      .flatMap(({ addresses, conditions }) => {
        const ip = text(list(addresses)[0])
        return ip === null ? [] : [{ ip, ready: fields(conditions)['ready'] !== false }]
      }),
  }
}

export function rulesOf(raw: RawObject): readonly IngressRule[] {
  return list(fields(raw['spec'])['rules'])
    .map(fields)
    .map(({ host, http }) => ({
      host: text(host),
      paths: list(fields(http)['paths'])
        .map(fields)
        .map(({ path, pathType, backend }) => {
          const service = fields(fields(backend)['service'])
          const port = fields(service['port'])
          return {
            path: text(path) ?? '/',
            pathType: text(pathType) ?? 'ImplementationSpecific',
            backend: {
              service: text(service['name']) ?? '',
              port: number(port['number']) || text(port['name']),
              path: '',
            },
          }
        }),
    }))
}

/** What is there now as it was then; anything else, and what is gone or new, was changed. */
export function changedBetween(before: Marks, after: Marks): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (it) => (before.get(it) ?? '') !== (after.get(it) ?? ''),
  )
}
