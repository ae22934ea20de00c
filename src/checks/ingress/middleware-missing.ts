import { closest } from '../../closest.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress, IngressClass, Middleware } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { Namespace } from '../../model/network-policy.ts'
import { full, some } from '../../phrases.ts'
import { ingressFails } from '../../relations/symptom.ts'
import { calledAs, crdProvider, plainName } from '../../relations/ingress/traefik-names.ts'
import { ingressSubject } from './words.ts'

const annotation = 'traefik.ingress.kubernetes.io/router.middlewares'
const provider = crdProvider
const traefik = 'traefik.io/ingress-controller'

/**
 * Traefik calls a Middleware by its namespace, a dash and its name, whoever names it (pkg/provider/kubernetes/crd,
 * makeID), and makes no router that goes through one that is not there: its requests get a 404. Its log alone says so.
 */
export default check({
  code: 'ING356',
  slug: 'ingress/middleware-missing',
  title: 'an Ingress names a Middleware of Traefik that does not exist',
  fine: 'every Middleware of Traefik that an Ingress names is there',
  severity: 'error',
  needs: ['ingresses'],
  wants: ['middlewares', 'namespaces', 'ingressClasses'],
  remedies: [],
  decides: [],

  run({ ingresses, middlewares, namespaces, ingressClasses }) {
    const its = ingresses.filter((it) => it.middlewares !== undefined && mayBeTraefiks(it, ingressClasses))
    if (its.length === 0) return notApplicable('no Ingress here names a Middleware of Traefik')
    return its.flatMap((ingress) =>
      (ingress.middlewares ?? []).map((name) => judge(ingress, name, { middlewares, namespaces })),
    )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} goes through middleware \`${args.middleware}\`, which no Middleware is called.`,
    detail: ({ args }) =>
      args.seen ? `Middlewares: ${some(args.there) || 'none'}` : 'no namespace has the name that it begins with',
    note: () =>
      'the name is NAMESPACE-NAME@kubernetescrd, also from the namespace of the Middleware itself; without it ' +
      'Traefik makes no router, and answers 404',
    help: ({ subject: on, args }) => [
      args.near === null
        ? 'name a Middleware that is there, or make it'
        : `name the one that is meant: \`${args.near}\``,
      'kubectl get middlewares.traefik.io -A',
      `kubectl -n ${on.namespace} edit ingress ${on.name}   # metadata.annotations`,
    ],
  },
})

/** To another controller the annotation says nothing; who has no class may be Traefik's. */
function mayBeTraefiks({ className }: Ingress, classes: Known<readonly IngressClass[]>): boolean {
  const own = classes.known ? classes.value.find((it) => it.name === className) : undefined
  return own === undefined || own.controller === traefik
}

interface Seen {
  readonly middlewares: Known<readonly Middleware[]>
  readonly namespaces: Known<readonly Namespace[]>
}

function judge(ingress: Ingress, written: string, { middlewares, namespaces }: Seen) {
  if (!written.endsWith(provider))
    return cannotTell('ambiguous', `where Traefik has the middleware ${written} from is not known: a file, a plugin`)
  const name = written.slice(0, -provider.length)
  if (middlewares.known) {
    if (middlewares.value.some((it) => calledAs(it) === name)) return ok(1)
    return missing(ingress, { written, name, there: middlewares.value, seen: true })
  }
  // Which part of it is the namespace, nobody can say: that it begins with none is enough.
  if (!namespaces.known || namespaces.value.some((it) => name.startsWith(`${plainName(it.name)}-`)))
    return cannotTell(middlewares.why.reason, middlewares.why.detail)
  return missing(ingress, { written, name, there: [], seen: false })
}

interface Missing {
  readonly written: string
  readonly name: string
  readonly there: readonly Middleware[]
  readonly seen: boolean
}

function missing(ingress: Ingress, { written, name, there, seen }: Missing) {
  const own = there.find((it) => it.namespace === ingress.namespace && plainName(it.name) === name)
  const near = own === undefined ? closest(name, there.map(calledAs), 1)[0] : calledAs(own)
  return finding({
    subject: ingressSubject(ingress),
    confidence: 'inferred',
    args: {
      middleware: written,
      near: near === undefined ? null : `${near}${provider}`,
      there: there.map((it) => `${it.namespace}/${it.name}`),
      seen,
    },
    evidence: [
      {
        kind: 'config',
        object: ingressSubject(ingress),
        path: `metadata.annotations['${annotation}']`,
        lines: ['annotations:', `  ${annotation}: ${some(ingress.middlewares ?? [], 3)}`],
        at: 1,
        mark: written,
        label: 'no such Middleware',
      },
    ],
    causes: [ingressFails(ingress)],
  })
}
