import type { ContainerProxy, Pod } from '../../model/pod.ts'
import { some } from '../../phrases.ts'
import { contains } from '../cidr-index.ts'
import { type Callable, calledBy, type ToldCall, toldCalls } from './called-services.ts'

/** A call to a Service of this cluster, of a container whose environment names a proxy outside of it. */
export interface Proxied extends ToldCall {
  readonly proxy: string
  readonly rules: ContainerProxy
  /** Known to be of the web, by the scheme of a URL. */
  readonly isWeb: boolean
}

/** A call by `http` or `https` has its own proxy; one without a scheme may have either. */
export function proxiedCalls(pods: readonly Pod[], around: Callable): readonly Proxied[] {
  return toldCalls(pods).flatMap((told): readonly Proxied[] => {
    const { pod, call, container } = told
    const rules = pod.containers.find((it) => it.name === container)?.proxy
    if (rules === undefined) return []
    const proxy = call.scheme === undefined ? proxyOf(rules) : rules[call.scheme]
    // The variable that names the proxy is a URL as well.
    if (proxy === null || call.host === proxy) return []
    const called = calledBy(pod, call, around)
    if (called.is !== 'there' && called.is !== 'no-port') return []
    return isInside(pod, proxy, around) ? [] : [{ ...told, proxy, rules, isWeb: call.scheme !== undefined }]
  })
}

export function proxyOf({ http, https }: ContainerProxy): string | null {
  return http ?? https
}

/** A proxy in the cluster knows its names. */
export function isInside(pod: Pod, proxy: string, around: Callable): boolean {
  return calledBy(pod, { by: null, host: proxy, port: null }, around).is === 'there'
}

/** What is excepted, as part of a sentence; `names` and ranges are those of the variable `by`. */
export function exceptionsText(by: ContainerProxy['by'], names: readonly string[]): string {
  if (by === null) return 'no NO_PROXY'
  const variable = by ?? 'NO_PROXY'
  return names.length === 0 ? `${variable} names nothing of the cluster` : `${variable} names ${some(names)}`
}

/** `all`: whichever of `no_proxy` and `NO_PROXY` a program reads. `one`: one of them lacks it. */
export type Excepted = 'all' | 'one' | 'none' | 'unknown'

interface Asked {
  readonly host: string
  readonly port: number | null
}

export function exceptedBy({ except, capitals }: ContainerProxy, asked: Asked): Excepted {
  if (except === null) return 'unknown'
  const holds = [except, ...(capitals === undefined ? [] : [capitals])].map((it) => holdsName(it, asked))
  if (holds.every(Boolean)) return 'all'
  return holds.some(Boolean) ? 'one' : 'none'
}

/** An entry with a port holds that one alone; of a call whose port is not known it may. */
function holdsName(names: readonly string[], { host, port }: Asked): boolean {
  return names.some((it) => {
    const [name = it, only] = it.split(':', 2)
    if (only !== undefined && port !== null && Number(only) !== port) return false
    return name === '*' || host === name || host.endsWith(`.${name}`)
  })
}

/** null: an old recording kept no ranges, or nobody knows what is excepted. */
export function holdsAddress({ except, ranges }: ContainerProxy, ip: string): boolean | null {
  if (except === null || ranges === undefined) return null
  return except.includes('*') || ranges.some((it) => it === ip || contains(it, ip))
}
