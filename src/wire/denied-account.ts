/** As the API server calls what is asked of it. */
export const deniedVerbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'] as const

/** Whom the API server refused, and what: of a message of a program that ended because of it. */
export interface DeniedAccount {
  readonly account: { readonly namespace: string; readonly name: string }
  readonly verb: (typeof deniedVerbs)[number]
  /** `services`, `pods/log`. */
  readonly resource: string
  /** '' = the core group. */
  readonly group: string
  /** null: of the whole cluster. */
  readonly namespace: string | null
}

const longest = 8192
const start = 'User "system:serviceaccount:'
const name = '[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?'
const said = new RegExp(
  `^User "system:serviceaccount:(${name}):(${name})" cannot ([a-z]{1,32}) resource "([a-z0-9./-]{1,120})" ` +
    `in API group "([a-z0-9.-]{0,253})"(?: in the namespace "(${name})")?`,
)

/**
 * The words of the API server's authorizer (staging/src/k8s.io/apiserver, endpoints/handlers/responsewriters/errors.go,
 * forbiddenMessage), which programs repeat as they end. Nothing else of the text is kept. Linear; never throws.
 */
export function deniedAccountIn(text: string): DeniedAccount | null {
  const at = text.slice(0, longest).lastIndexOf(start)
  // In a line of JSON the quotation marks are escaped.
  const escaped = text.slice(0, longest).lastIndexOf(start.replace('"', '\\"'))
  const rest = at === -1 && escaped !== -1 ? text.slice(escaped, escaped + 1200).replaceAll('\\"', '"') : null
  const found = said.exec(rest ?? (at === -1 ? '' : text.slice(at, at + 1200)))
  if (found === null) return null
  const [, home = '', account = '', asked = '', resource = '', group = '', namespace = null] = found
  const verb = deniedVerbs.find((it) => it === asked)
  if (verb === undefined) return null
  return { account: { namespace: home, name: account }, verb, resource, group, namespace }
}
