import type { Middleware } from '../../model/ingress.ts'
import { identity } from './identity.ts'
import { askedBy } from './ingress-annotations.ts'
import { fields, isObject, list, port, text } from './json.ts'
import type { Intern } from '../../wire/intern.ts'

/** Each does one thing, and that is the key of its spec (traefik, pkg/provider/kubernetes/crd/traefikio/v1alpha1). */
export function projectMiddleware(raw: unknown, intern: Intern): Middleware | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const spec = fields(fields(raw)['spec'])
  const [does] = Object.keys(spec).filter((key) => /^[a-zA-Z]{1,40}$/.test(key))
  const asks = askedBy(text(fields(spec['forwardAuth'])['address']))
  const chain = list(fields(spec['chain'])['middlewares']).flatMap((one) => {
    const link = text(fields(one)['name'])
    return link === null ? [] : [{ namespace: text(fields(one)['namespace']), name: link }]
  })
  const service = fields(fields(spec['errors'])['service'])
  const name = text(service['name'])
  return {
    namespace: it.namespace,
    name: it.name,
    ...(does === undefined ? {} : { does: intern.text(does) }),
    ...(asks === null ? {} : { asks }),
    ...(chain.length === 0 ? {} : { chain }),
    ...(isObject(spec['errors']) && name !== null
      ? { pages: { namespace: text(service['namespace']), name, port: port(service['port']) } }
      : {}),
  }
}
