import type { ControllerConfig, IngressConfigs } from '../../model/ingress-config.ts'
import type { EndpointSlice } from '../../model/service.ts'
import type { RequestTrouble } from '../../wire/access-log/nginx-error.ts'

/** A ready endpoint that a controller could not connect to, while the probe ran, by the controller's own log. */
export interface FailedConnects {
  readonly config: ControllerConfig
  readonly service: { readonly namespace: string; readonly name: string }
  readonly pod: string | null
  readonly ip: string
  readonly port: number
  readonly times: number
  /** Other endpoints of the same Service of which the log says no such thing. */
  readonly others: number
  readonly hosts: readonly string[]
}

/** A refusal is the pod's own word: one that restarts says it as well. What meets silence is stopped on the way. */
const onTheWay: readonly RequestTrouble[] = ['timed-out-connecting', 'unreachable']

/** One may be the luck of a busy machine: a handshake is sent again after one, three and seven seconds. */
const leastTimes = 2

export function failedConnects(
  { controllers }: IngressConfigs,
  slices: readonly EndpointSlice[],
): readonly FailedConnects[] {
  const ready = slices.flatMap(({ namespace, service, endpoints, ports }) =>
    service === null
      ? []
      : endpoints.filter((it) => it.ready).map((it) => ({ namespace, name: service, ports, ...it })),
  )
  return controllers.flatMap((config) => {
    const failed = config.failed?.known === true ? config.failed.value : []
    const bad = Map.groupBy(
      failed.filter((it) => it.upstream !== null && onTheWay.includes(it.trouble)),
      (it) => it.upstream ?? '',
    )
    const ipOf = (upstream: string): string => upstream.slice(0, upstream.lastIndexOf(':')).replace(/^\[|\]$/g, '')
    const sick = new Set([...bad.keys()].map(ipOf))
    return [...bad].flatMap(([upstream, its]): readonly FailedConnects[] => {
      const times = its.reduce((sum, it) => sum + it.times, 0)
      const ip = ipOf(upstream)
      const port = Number(upstream.slice(upstream.lastIndexOf(':') + 1))
      const at = ready.find((it) => it.ip === ip && it.ports.some((one) => one.port === port))
      if (at === undefined || times < leastTimes) return []
      const { namespace, name, pod } = at
      const beside = ready.filter((it) => it.namespace === namespace && it.name === name)
      return [
        {
          config,
          service: { namespace, name },
          pod,
          ip,
          port,
          times,
          others: new Set(beside.map((it) => it.ip).filter((it) => !sick.has(it))).size,
          hosts: [...new Set(its.map((it) => it.host))],
        },
      ]
    })
  })
}
