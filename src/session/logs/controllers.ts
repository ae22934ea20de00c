import type { Cluster } from '../../kube/cluster.ts'
import { configMaps, pods } from '../../kube/resources.ts'
import type { Ingress, IngressController } from '../../model/ingress.ts'
import type { Model } from '../../model/sources.ts'
import { ToolError } from '../../tool-error.ts'
import { logFormat, type LogFormat } from '../../wire/access-log/reader.ts'
import type { PodSeen } from './places.ts'

/** The Ingress that was asked about, and who serves it. */
export interface Served {
  readonly ingress: Ingress
  readonly controllers: readonly IngressController[]
}

export function servedIn({ scope, sources }: Model): Served {
  const { target } = scope
  const { ingresses, ingressControllers, ingressClasses } = sources
  const named = target.kind === 'object' ? target.object : null
  const ingress = ingresses.known
    ? ingresses.value.find((it) => it.namespace === named?.namespace && it.name === named.name)
    : undefined
  if (ingress === undefined) throw new ToolError('not-found', 'the Ingress could not be read', 'deploy/rbac-read.yaml')
  const classes = ingressClasses.known ? ingressClasses.value : []
  const controller = classes.find((it) => it.name === ingress.className)?.controller
  const controllers = (ingressControllers.known ? ingressControllers.value : []).filter(
    (it) => it.classNames.includes(ingress.className ?? '') || it.controller === controller,
  )
  if (controllers.length === 0)
    throw new ToolError(
      'not-found',
      `no pod of a controller was found that serves Ingress ${ingress.namespace}/${ingress.name}`,
      `hopscope diagnose ingress/${ingress.name} -n ${ingress.namespace}; ` +
        'its pods by hand: hopscope logs -n NAMESPACE NAME',
    )
  return { ingress, controllers }
}

/** Labels that differ between pods of one workload, or between its rollouts. */
const changing = /(?:hash|revision|pod-name|pod-index|generation)$/

/** Those pods, and those that come after them with the same labels. */
export function likeThese(controllers: readonly IngressController[]): (pod: PodSeen, container: string) => boolean {
  const alike = new Set<string>()
  return (pod, container) => {
    const known = controllers.find((it) => it.namespace === pod.namespace && it.pod === pod.name)
    if (known !== undefined) alike.add(kindOf(pod))
    const wanted = known?.container ?? controllers.find((it) => it.container !== undefined)?.container
    return alike.has(kindOf(pod)) && (wanted === undefined || wanted === container)
  }
}

function kindOf({ namespace, labels }: PodSeen): string {
  const kept = Object.entries(labels).filter(([key]) => !changing.test(key))
  return JSON.stringify([namespace, ...kept.toSorted(([a], [b]) => (a < b ? -1 : 1))])
}

/** Keys of the ConfigMaps of ingress-nginx, F5, and both of HAProxy. */
const formatKeys = ['log-format-upstream', 'log-format', 'http-log-format']

/** Formats that the controllers' ConfigMaps name, by the flag that names the ConfigMap. */
export async function liveFormats(
  cluster: Pick<Cluster, 'get'>,
  controllers: readonly IngressController[],
): Promise<readonly LogFormat[]> {
  const names = new Set<string>()
  for (const { namespace, pod } of controllers.slice(0, 6)) {
    const args = await cluster.get(pods, namespace, pod, (raw) => JSON.stringify(raw['spec'] ?? {}))
    const [, found] = /"--?(?:nginx-configmaps|configmap)=([^"]{1,320})"/.exec(args.known ? args.value : '') ?? []
    if (found !== undefined) names.add(found.replace('$(POD_NAMESPACE)', namespace))
  }
  const all: LogFormat[] = []
  for (const it of names) {
    const [namespace = '', name = ''] = it.split('/')
    const data = await cluster.get(configMaps, namespace, name, (raw) => raw['data'])
    const texts = data.known && typeof data.value === 'object' && data.value !== null ? data.value : {}
    for (const key of formatKeys) {
      const text: unknown = Object.hasOwn(texts, key) ? (texts as Readonly<Record<string, unknown>>)[key] : undefined
      const made = typeof text === 'string' ? logFormat(text) : null
      if (made !== null) all.push(made)
    }
  }
  return all
}
