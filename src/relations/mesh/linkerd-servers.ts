import type { LinkerdPolicies, LinkerdServer } from '../../model/beside.ts'
import type { Pod } from '../../model/pod.ts'
import { hasPairs } from '../selector.ts'

type Authorized = LinkerdPolicies['authorized'][number]

/** The Servers of Linkerd that are for a port of a pod, by its number or by the name that the pod gives it. */
export function linkerdServersOf({ servers }: LinkerdPolicies, pod: Pod, port: number): readonly LinkerdServer[] {
  const named = pod.containers.flatMap((it) => it.ports).filter((it) => it.port === port)
  return servers.filter(
    (it) =>
      it.namespace === pod.namespace &&
      (it.selector === null || hasPairs(it.selector, pod.labels)) &&
      (it.port === port || named.some(({ name }) => name === it.port)),
  )
}

/** What authorizes callers of a Server: by its name, of its whole namespace, or of something that is not evaluated. */
export function authorizedFor({ authorized }: LinkerdPolicies, server: LinkerdServer): readonly Authorized[] {
  return authorized.filter((it) => it.namespace === server.namespace && (it.of !== 'Server' || it.name === server.name))
}
