import { ingresses } from '../kube/resources.ts'
import type { Ingress } from '../model/ingress.ts'
import { type Known, known, mapKnown } from '../model/known.ts'
import { sharesHost } from '../relations/ingress/of-one-host.ts'
import type { Intern } from '../wire/intern.ts'
import type { Reader } from './few-at-once.ts'
import { inOrder } from './order.ts'
import { projectIngress } from './project/ingress.ts'

/**
 * Controllers join Ingresses by their hosts, whatever their namespaces (ingress-nginx: controller.go, createServers):
 * of all that the cluster has, one list, those of other namespaces that have a host of the namespace in scope. Where it
 * has no Ingress itself, nothing is asked for.
 */
export async function collectIngressesBeside(
  reader: Reader,
  own: Known<readonly Ingress[]>,
  { namespace, intern }: { readonly namespace: string | null; readonly intern: Intern },
): Promise<Known<readonly Ingress[]>> {
  if (namespace === null || !own.known || own.value.length === 0) return known([])
  const all = await reader.list(ingresses, {}, (raw) => projectIngress(raw, intern))
  return mapKnown(all, (its) =>
    its.filter((it) => it.namespace !== namespace && own.value.some((mine) => sharesHost(mine, it))).toSorted(inOrder),
  )
}
