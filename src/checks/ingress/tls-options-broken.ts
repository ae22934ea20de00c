import { closest } from '../../closest.ts'
import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { HeldSecrets, IngressRoute, TlsOption } from '../../model/beside.ts'
import type { IngressController } from '../../model/ingress.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'

/**
 * Traefik closes each connection to a host whose TLS options it can not build: where they are not there, or where
 * certificates of clients are to be verified and no authority was read (pkg/tls, buildTLSConfig; pkg/server/router/tcp,
 * brokenTLSRouter). Options of another namespace have it leave the route out (provider/kubernetes/crd).
 */
export default check({
  code: 'ING411',
  slug: 'ingress/tls-options-broken',
  title: 'an IngressRoute names TLS options that Traefik can not use',
  fine: 'the TLS options that IngressRoutes name are there, with what they need',
  severity: 'error',
  needs: ['beside'],
  wants: ['ingressControllers'],
  remedies: [],
  decides: [],

  run({ beside, ingressControllers, scope }) {
    const traefiks = (ingressControllers.known ? ingressControllers.value : []).flatMap((it) => it.crd ?? [])
    const seen: Seen = { options: beside.tlsOptions ?? [], secrets: beside.secrets, traefiks }
    const named = (beside.tlsOptions === undefined ? [] : (beside.ingressRoutes ?? [])).filter(
      (it) => it.tls?.options !== undefined && (scope.namespace === null || it.namespace === scope.namespace),
    )
    const all = named.flatMap((it) => judge(it, seen))
    return all.length > 0 ? all : notApplicable('no IngressRoute here names TLS options of its provider')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `IngressRoute ${full(on)} names TLSOption ${args.home}/${args.name}, ${says[args.why](args)}.`,
    detail: ({ args }) => `TLSOptions of namespace ${args.home}: ${some(args.there, 4) || 'none'}`,
    note: ({ args }) =>
      args.why === 'other-namespace'
        ? 'Traefik leaves the route out: its host is answered with 404, as one that nobody declared'
        : 'Traefik closes the connections to its hosts before TLS is spoken, and says why in its log alone',
    help: ({ subject: on, args }) => [
      cures[args.why],
      `kubectl -n ${args.home} get tlsoptions.traefik.io -o yaml`,
      `kubectl -n ${on.namespace} edit ingressroutes ${on.name}   # spec.tls.options`,
    ],
  },
})

type Why = 'missing' | 'other-namespace' | 'no-authority'

const says: Readonly<Record<Why, (args: { readonly secrets: readonly string[] }) => string>> = {
  missing: () => 'which does not exist',
  'other-namespace': () => 'of another namespace, which Traefik takes only where it is told to',
  'no-authority': ({ secrets }) =>
    secrets.length === 0
      ? 'which verifies certificates of clients, and names no Secret with an authority'
      : `which verifies certificates of clients by Secret ${some(secrets, 3)}, which does not exist`,
}

const cures: Readonly<Record<Why, string>> = {
  missing: 'create it, or name one that there is; without a namespace the one of the IngressRoute is meant',
  'other-namespace': 'put the TLSOption there, or set --providers.kubernetescrd.allowCrossNamespace=true',
  'no-authority': 'create the Secret in the namespace of the TLSOption, with the authority as tls.ca or ca.crt',
}

interface Seen {
  readonly options: readonly TlsOption[]
  readonly secrets: HeldSecrets | null
  readonly traefiks: readonly NonNullable<IngressController['crd']>[]
}

function judge(route: IngressRoute, { options, secrets, traefiks }: Seen) {
  const named = route.tls?.options
  // Those of other providers (`modern@file`) are not seen, and `default` is Traefik's own as well.
  if (named === undefined || named.name.includes('@') || named.name === 'default') return []
  const home = named.namespace ?? route.namespace
  const own = options.filter((it) => it.namespace === home)
  const fault = { home, name: named.name, there: own.map((it) => it.name), secrets: [] }
  if (home !== route.namespace && traefiks.length > 0 && traefiks.every((it) => it.acrossNamespaces === 'no'))
    return [verdict(route, { ...fault, why: 'other-namespace', doubt: false })]
  const found = own.find((it) => it.name === named.name)
  // A file with none may be one for which nobody asked.
  if (found === undefined) return [verdict(route, { ...fault, why: 'missing', doubt: own.length === 0 })]
  const lacking = authoritiesMissing(found, secrets)
  return [lacking === null ? ok(1) : verdict(route, { ...fault, why: 'no-authority', secrets: lacking, doubt: false })]
}

/** One that is there is enough; null where one is, or where nobody knows. */
function authoritiesMissing({ namespace, authorities, verifies }: TlsOption, secrets: HeldSecrets | null) {
  if (verifies !== true) return null
  if (authorities.length === 0) return []
  if (secrets === null || (secrets.namespace !== null && secrets.namespace !== namespace)) return null
  const isThere = secrets.held.some((it) => it.namespace === namespace && authorities.includes(it.name))
  return isThere ? null : authorities
}

interface Fault {
  readonly why: Why
  readonly home: string
  readonly name: string
  readonly there: readonly string[]
  readonly secrets: readonly string[]
  readonly doubt: boolean
}

function verdict(route: IngressRoute, { why, home, name, there, secrets, doubt }: Fault) {
  const by = subject('IngressRoute', route.namespace, route.name)
  const near = closest(name, there)
  return finding({
    subject: by,
    confidence: doubt ? 'possible' : 'inferred',
    severity: doubt ? 'warning' : 'error',
    args: { why, home, name, there: near.length > 0 ? near : there, secrets },
    evidence: [
      {
        kind: 'config',
        object: by,
        path: 'spec.tls.options',
        lines: ['options:', `  name: ${name}`],
        at: 1,
        mark: name,
        label: labels[why],
      },
    ],
  })
}

const labels: Readonly<Record<Why, string>> = {
  missing: 'not there',
  'other-namespace': 'of another namespace',
  'no-authority': 'without an authority of clients',
}
