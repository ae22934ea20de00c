import type { HttpContact } from '../../model/contacts.ts'
import type { Model } from '../../model/sources.ts'
import { excuseOf, isBadEnd, mutePorts, portOf } from './http-answers.ts'

/**
 * Ingresses for which requests were made, every one of which failed, and none of which can be held against them: the
 * probe was late, a policy holds the probe pod, or the controller ends whatever comes. Then nobody has seen that they
 * are well, and there must be no answer that reads so. One request that counts, or one that was answered, is enough.
 */
export function unjudgedRequests(model: Model): readonly { readonly ingress: string; readonly why: string }[] {
  const { scope, sources } = model
  if (!sources.contacts.known || scope.target.kind === 'dns') return []
  const mute = mutePorts(sources.contacts.value)
  const excuse = excuseOf({ ...sources, scope })
  const whyOf = (it: HttpContact): string | null => {
    if (!isBadEnd(it)) return null
    const own = `${it.via.controllerPod} ${it.via.ip}:${it.via.port}`
    return mute.has(portOf(it)) ? `${own} ends or refuses every connection of the probe` : excuse(it)
  }
  const asked = Map.groupBy(sources.contacts.value.http, (it) => `${it.ingress.namespace}/${it.ingress.name}`)
  return [...asked].flatMap(([ingress, its]) => {
    if (!isInScope(model, ingress)) return []
    const whys = its.map(whyOf)
    const [why] = whys
    return why === null || why === undefined || whys.includes(null) ? [] : [{ ingress, why }]
  })
}

function isInScope({ scope: { target } }: Model, ingress: string): boolean {
  if (target.kind !== 'object' || target.object.kind !== 'Ingress') return true
  return ingress === `${target.object.namespace}/${target.object.name}`
}
