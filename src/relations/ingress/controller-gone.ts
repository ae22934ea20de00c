import type { IngressClass, IngressController } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'

interface Seen {
  readonly controllers: readonly IngressController[]
  readonly pods: Known<readonly Pod[]>
  readonly everyPod?: boolean
}

/**
 * `spec.controller` of products that run as pods of the cluster, by their own documentation of the IngressClass, and
 * what a pod of such a one has in its names, whatever its labels are.
 */
const inCluster: readonly (readonly [controller: RegExp, name: RegExp])[] = [
  [/^k8s\.io\/ingress-nginx$/, /ingress/i],
  [/^nginx\.org\/ingress-controller$/, /ingress/i],
  [/^traefik\.io\/ingress-controller$/, /traefik|ingress/i],
  [/^haproxy\.org\/ingress-controller$/, /haproxy|ingress/i],
  [/^haproxy-ingress\.github\.io\/controller$/, /haproxy|ingress/i],
  [/^ingress-controllers\.konghq\.com\/kong$/, /kong|ingress/i],
]

/**
 * The controller that is there in place of the one whose class this is: that one runs as pods, all pods are known, and
 * none of these may be it. null: it is not so, or not sure. Of one with the same maker nobody knows what it takes.
 */
export function controllerGone({ controller }: IngressClass, { controllers, pods, everyPod }: Seen) {
  const name = inCluster.find(([it]) => it.test(controller))?.[1]
  if (name === undefined || !pods.known || everyPod !== true) return null
  const [maker] = controller.split('/', 1)
  if (controllers.some((it) => it.controller.split('/', 1)[0] === maker)) return null
  const recognised = new Set(controllers.map((it) => `${it.namespace}/${it.pod}`))
  const mayBe = (it: Pod): boolean =>
    [it.namespace, it.name, ...it.containers.flatMap((one) => [one.name, one.image])].some((one) => name.test(one))
  if (pods.value.some((it) => !recognised.has(`${it.namespace}/${it.name}`) && mayBe(it))) return null
  return controllers.find((it) => it.ready) ?? null
}
