import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { HeldSecrets } from '../../model/beside.ts'
import type { Contacts } from '../../model/contacts.ts'
import type { Ingress, NamedSecret } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import { full, some } from '../../phrases.ts'
import { requestsOf } from '../../relations/ingress/http-of-ingress.ts'
import { routesOf } from '../../relations/ingress/ingress-routes-to-service.ts'
import { isForNginx } from '../../relations/ingress/nginx-paths.ts'
import { ingressBackendFails, ingressFails } from '../../relations/symptom.ts'
import { ingressSubject } from './words.ts'

/**
 * Where ingress-nginx can't read the Secret by which it is to ask who comes, or to show who it is, it denies the whole
 * location: a 503 to everybody (internal/ingress/annotations: auth, authtls and proxyssl give LocationDenied;
 * nginx.tmpl: `return 503`).
 */
export default check({
  code: 'ING372',
  slug: 'ingress/auth-secret-missing',
  title: 'a Secret that an Ingress asks by is missing or unfit',
  fine: 'the Secrets that annotations of Ingresses name are there',
  severity: 'error',
  needs: ['ingresses', 'beside'],
  wants: ['ingressClasses', 'contacts'],
  remedies: [],
  decides: [],

  run({ ingresses, beside: { secrets }, ingressClasses, contacts }) {
    const naming = ingresses.filter((it) => it.secrets !== undefined && isForNginx(it, ingressClasses))
    if (naming.length === 0) return notApplicable('no annotation of an Ingress here names a Secret')
    if (secrets === null) return cannotTell('cut-off', 'the file holds no Secrets')
    return naming.flatMap((ingress) =>
      (ingress.secrets ?? []).map((named) => {
        const fault = wasAnswered(contacts, ingress) ? 'fine' : faultOf(ingress, named, secrets)
        if (fault === 'fine') return ok(1)
        if (fault === 'unknown')
          return cannotTell('cut-off', `what is in Secret ${placeOf(ingress, named)} is not in the file`)
        return verdict(ingress, named, fault)
      }),
    )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} ${uses[args.by]} Secret ${args.place}, ` +
      (args.lacks === '' ? 'which does not exist' : `which has no key ${args.lacks}`) +
      (args.elsewhere.length === 0 ? '.' : `: one of this name is in ${some(args.elsewhere)}.`),
    detail: ({ args }) => `annotation ${args.by} · a name without a namespace is one of the Ingress's own`,
    note: () => 'ingress-nginx denies what it can not guard: a 503 to every client, and its log says why',
    help: ({ subject: on, args }) => [
      args.lacks === ''
        ? 'create the Secret there, or name the one that is there'
        : `put what it should hold under the key ${args.lacks}` +
          (args.by === 'auth-secret' ? ' (or say auth-secret-type: auth-map)' : ''),
      `kubectl -n ${args.namespace} get secret ${args.name}`,
      `kubectl -n ${on.namespace} edit ingress ${on.name}`,
    ],
  },
})

const uses: Readonly<Record<NamedSecret['by'], string>> = {
  'auth-secret': 'asks for a name and a password of',
  'auth-tls-secret': "judges clients' certificates by",
  'proxy-ssl-secret': 'shows its backends the certificate of',
}

interface Fault {
  readonly lacks: string
  /** Namespaces that have one of this name. */
  readonly elsewhere: readonly string[]
}

function homeOf(ingress: Ingress, { namespace }: NamedSecret): string {
  return namespace ?? ingress.namespace
}

function placeOf(ingress: Ingress, named: NamedSecret): string {
  return `${homeOf(ingress, named)}/${named.name}`
}

/** Of a Secret whose keys somebody took out no more is known than that it is there. */
function faultOf(ingress: Ingress, named: NamedSecret, secrets: HeldSecrets): Fault | 'fine' | 'unknown' {
  const home = homeOf(ingress, named)
  if (secrets.namespace !== null && secrets.namespace !== home) return 'unknown'
  const alike = secrets.held.filter((it) => it.name === named.name)
  const secret = alike.find((it) => it.namespace === home)
  if (secret === undefined) return { lacks: '', elsewhere: alike.map((it) => it.namespace) }
  if (named.key === null || secret.keys.includes(named.key)) return 'fine'
  return secret.keys.length === 0 ? 'unknown' : { lacks: named.key, elsewhere: [] }
}

/** A location that is denied answers 503 to each request. */
function wasAnswered(contacts: Known<Contacts>, ingress: Ingress): boolean {
  return contacts.known && requestsOf(contacts.value, ingress).some((it) => it.status !== null && it.status < 500)
}

function verdict(ingress: Ingress, named: NamedSecret, { lacks, elsewhere }: Fault) {
  const key = `nginx.ingress.kubernetes.io/${named.by}`
  const written = named.namespace === null ? named.name : `${named.namespace}/${named.name}`
  return finding({
    subject: ingressSubject(ingress),
    confidence: 'inferred',
    args: {
      by: named.by,
      place: placeOf(ingress, named),
      namespace: homeOf(ingress, named),
      name: named.name,
      lacks,
      elsewhere,
    },
    evidence: [
      {
        kind: 'config',
        object: ingressSubject(ingress),
        path: `metadata.annotations['${key}']`,
        lines: ['annotations:', `  ${key}: ${written}`],
        at: 1,
        mark: written,
        label: lacks === '' ? 'no such Secret there' : `it has no key ${lacks}`,
      },
    ],
    causes: [
      ingressFails(ingress),
      ...new Set(routesOf(ingress).map(({ backend }) => ingressBackendFails(ingress, backend.service))),
    ],
  })
}
