import { configMaps } from '../kube/resources.ts'
import type { StreamMap, StreamPort } from '../model/ingress.ts'
import type { Known } from '../model/known.ts'
import type { Pod } from '../model/pod.ts'
import { put } from '../relations/once.ts'
import { flagOf } from '../wire/component-args.ts'
import type { Reader } from './few-at-once.ts'
import { fields, text } from './project/json.ts'

type Ports = Promise<Known<readonly StreamPort[]>>

const kinds = [
  { protocol: 'TCP', flag: 'tcp-services-configmap', usual: 'tcp-services' },
  { protocol: 'UDP', flag: 'udp-services-configmap', usual: 'udp-services' },
] as const

/**
 * The ConfigMaps that an ingress-nginx is told to read, and those of the usual name beside it that no flag tells: each
 * is asked for once.
 */
export function streamMapsIn(reader: Reader): (pod: Pod) => Promise<readonly StreamMap[]> {
  const read = new Map<string, Ports>()
  const portsOf = (namespace: string, name: string): Ports =>
    put(read, `${namespace}/${name}`, () =>
      reader.get(configMaps, namespace, name, (raw) => projectStreams(fields(fields(raw)['data']))),
    )
  return async (pod) => {
    const args = pod.containers.flatMap((it) => it.args)
    const each = kinds.map(async ({ protocol, flag, usual }): Promise<readonly StreamMap[]> => {
      const told = /^(.+)\/(.+)$/.exec(flagOf(args, flag) ?? '')
      const namespace = told === null || told[1] === '$(POD_NAMESPACE)' ? pod.namespace : (told[1] ?? pod.namespace)
      const name = told?.[2] ?? usual
      const ports = await portsOf(namespace, name)
      // Nobody said that it is there.
      if (told === null && (!ports.known || ports.value.length === 0)) return []
      const by = told === null ? 'name' : 'flag'
      return [{ protocol, namespace, name, by, ports: ports.known ? ports.value : null }]
    })
    return (await Promise.all(each)).flat()
  }
}

/** As many lines as anybody opens ports. */
const mostPorts = 500

/** `5432: shop/db:5432`, with `:PROXY` behind it or not (internal/ingress/controller, getStreamServices). */
export function projectStreams(data: Readonly<Record<string, unknown>>): readonly StreamPort[] {
  return Object.entries(data)
    .slice(0, mostPorts)
    .flatMap(([key, value]) => {
      const [, namespace, service, target] =
        /^([a-z0-9-]{1,63})\/([a-z0-9.-]{1,253}):([a-z0-9-]{1,63})(?::|$)/.exec(text(value) ?? '') ?? []
      const port = /^\d{1,5}$/.test(key) ? Number(key) : 0
      if (namespace === undefined || service === undefined || target === undefined || port === 0) return []
      return [{ port, namespace, service, target: /^\d{1,5}$/.test(target) ? Number(target) : target }]
    })
}
