import type { Held } from '../kube/cluster.ts'
import { pods } from '../kube/resources.ts'
import { type ControllerRights, neededByNginx } from '../model/beside.ts'
import type { IngressController } from '../model/ingress.ts'
import type { Known } from '../model/known.ts'
import type { Reader } from './few-at-once.ts'
import { lackingRights } from './lacking-rights.ts'
import { fields, text } from './project/json.ts'

const groups = {
  endpointslices: 'discovery.k8s.io',
  services: '',
  ingresses: 'networking.k8s.io',
  ingressclasses: 'networking.k8s.io',
} as const

/**
 * What the service accounts of ingress-nginx may not read. One that is told of namespaces has Roles there.
 * EndpointSlices are read since 1.4 (ingress-nginx, Changelog), so that older releases are left
 * out, and images that do not say.
 */
export async function controllerRights(
  reader: Reader,
  held: Held | undefined,
  controllers: Known<readonly IngressController[]>,
): Promise<readonly ControllerRights[]> {
  const own = (controllers.known ? controllers.value : []).filter(
    (it) => it.product === 'ingress-nginx' && it.watches === undefined && readsSlices(it.image ?? ''),
  )
  const found = new Map<string, ControllerRights>()
  for (const { namespace, pod } of own) {
    const account = await reader.get(pods, namespace, pod, (raw) => text(fields(raw['spec'])['serviceAccountName']))
    if (!account.known) continue
    const name = account.value ?? 'default'
    if (found.has(`${namespace}/${name}`)) continue
    const needed = neededByNginx.map((it) => [groups[it], it] as const)
    const rights = await lackingRights(reader, held, { namespace, account: name }, needed)
    if (rights === null) continue
    found.set(`${namespace}/${name}`, {
      namespace,
      account: name,
      role: rights.roles.find((it) => /nginx|ingress/i.test(it)) ?? rights.roles[0] ?? null,
      lacks: neededByNginx.filter((it) => rights.lacks.includes(it)),
    })
  }
  return [...found.values()]
}

/** `registry.k8s.io/ingress-nginx/controller:v1.11.3`. */
function readsSlices(image: string): boolean {
  const [, major, minor] = /:(?:nginx-)?v?(\d{1,3})\.(\d{1,3})(?:[.-]|@|$)/.exec(image) ?? []
  return major !== undefined && Number(major) === 1 && Number(minor) >= 4
}
