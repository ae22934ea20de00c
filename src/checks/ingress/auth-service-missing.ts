import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress, IngressAuth } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { Namespace } from '../../model/network-policy.ts'
import type { Service } from '../../model/service.ts'
import type { Scope } from '../../model/sources.ts'
import { isBadEnd } from '../../relations/ingress/http-answers.ts'
import { requestsOf } from '../../relations/ingress/http-of-ingress.ts'
import { isForNginx } from '../../relations/ingress/nginx-paths.ts'
import { nearNames } from '../../relations/near-value.ts'
import { closest } from '../../closest.ts'
import { ingressFails } from '../../relations/symptom.ts'
import { ingressSubject } from './words.ts'
import { full } from '../../phrases.ts'

/**
 * Before each request ingress-nginx asks `auth-url`, and what is neither 2xx nor 401 or 403 is a 500 to the client
 * (ngx_http_auth_request_module). nginx looks the name up itself, with the nameservers of its pod and without its
 * search list (ngx_resolver), so that only a full name is found.
 */
export default check({
  code: 'ING314',
  slug: 'ingress/auth-service-missing',
  title: 'the authentication of an Ingress asks a Service that is not there',
  fine: 'what Ingresses ask for authentication is there',
  severity: 'error',
  needs: ['ingresses', 'services'],
  wants: ['ingressClasses', 'namespaces', 'clusterDns', 'contacts'],
  remedies: [],
  decides: [],

  run({ ingresses, services, ingressClasses, namespaces, clusterDns, contacts, scope }) {
    const asking = ingresses.filter((it) => it.auth !== undefined && isForNginx(it, ingressClasses))
    if (asking.length === 0) return notApplicable('no Ingress here has an auth-url')
    const domain = clusterDns.known ? clusterDns.value.domain : 'cluster.local'
    return asking.flatMap((ingress) => {
      if (ingress.auth === undefined) return []
      const wrong = wrongWith(ingress.auth, { services, namespaces, scope, domain })
      const asked = contacts.known ? requestsOf(contacts.value, ingress).filter((it) => it.status !== null) : []
      // Answers of the backend have the last word: then another text is served, or this path asks nobody.
      if (wrong === null || asked.some((it) => (it.status ?? 500) < 400)) return [ok(1)]
      return [judge(ingress, ingress.auth, { wrong, failed: asked.filter(isBadEnd).length, of: asked.length })]
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} lets ${args.url} decide about each request, and ${args.what}.`,
    detail: ({ args }) =>
      `annotation auth-url · ${args.asked}` + (args.near === '' ? '' : ` · the closest: ${args.near}`),
    note: () => 'an authentication that does not answer is a 500 to every client, whatever the backend would have said',
    help: ({ subject: on, args }) => [
      cureOf(args),
      `kubectl -n ${on.namespace} get ingress ${on.name} -o yaml | grep auth-`,
      `kubectl -n ${args.namespace} get services`,
    ],
  },
})

function cureOf({ kind, fullName }: Pick<Wrong, 'kind' | 'fullName'>): string {
  if (kind === 'short') return `write the name in full: ${fullName}`
  return kind === 'port'
    ? 'correct the port in auth-url: it is one of the Service, not of its pods'
    : 'correct the name in auth-url, or create the Service that it means'
}

interface Around {
  readonly services: readonly Service[]
  readonly namespaces: Known<readonly Namespace[]>
  readonly scope: Scope
  readonly domain: string
}

interface Wrong {
  readonly kind: 'missing' | 'port' | 'short'
  readonly what: string
  readonly namespace: string
  readonly near: string
  readonly fullName: string
}

/** null for what is no name of the cluster, is there, or stands where nobody looked. */
function wrongWith({ host, port }: IngressAuth, around: Around): Wrong | null {
  const { services, domain } = around
  const labels = host.toLowerCase().replace(/\.$/, '').split('.')
  const bare = labels.join('.')
  const suffix = `svc.${domain}`
  const isFull = bare.endsWith(`.${suffix}`)
  const isShort = labels.at(-1) === 'svc'
  if (!isFull && !isShort) return null
  const [name = '', namespace = ''] = labels
  const about = { namespace, near: '', fullName: `${name}.${namespace}.${suffix}` }
  const found = services.find((it) => it.name === name && it.namespace === namespace)
  if (found === undefined && isInSight(namespace, around)) {
    const names = services.filter((it) => it.namespace === namespace).map((it) => it.name)
    return {
      ...about,
      kind: 'missing',
      what: `there is no Service ${namespace}/${name}`,
      near: closest(name, nearNames(names)(name))[0] ?? '',
    }
  }
  if (isShort) return { ...about, kind: 'short', what: `nginx adds no suffix: ${host} is no name that DNS has` }
  const ports = found?.ports.map((it) => it.port) ?? []
  return found === undefined || found.type === 'ExternalName' || found.clusterIP === 'None' || ports.includes(port)
    ? null
    : { ...about, kind: 'port', what: `Service ${namespace}/${name} has no port ${port} (${ports.join(', ')})` }
}

/** Services of other namespaces were not read; a namespace that does not exist has none. */
function isInSight(namespace: string, { scope, namespaces }: Around): boolean {
  if (scope.namespace === null || scope.namespace === namespace) return true
  return namespaces.known && namespaces.value.length > 0 && !namespaces.value.some((it) => it.name === namespace)
}

interface Asked {
  readonly wrong: Wrong
  readonly failed: number
  readonly of: number
}

function judge(ingress: Ingress, { host, port }: IngressAuth, { wrong, failed, of }: Asked) {
  const value = `${host}:${port}`
  return finding({
    subject: ingressSubject(ingress),
    confidence: failed > 0 ? 'observed' : 'inferred',
    args: {
      kind: wrong.kind,
      url: value,
      what: wrong.what,
      namespace: wrong.namespace,
      near: wrong.near,
      fullName: wrong.fullName,
      asked: of === 0 ? 'nothing was asked of it' : `${failed} of ${of} requests end in a server error`,
    },
    evidence: [
      {
        kind: 'config',
        object: ingressSubject(ingress),
        path: "metadata.annotations['nginx.ingress.kubernetes.io/auth-url']",
        lines: ['annotations:', `  nginx.ingress.kubernetes.io/auth-url: …${value}…`],
        at: 1,
        mark: value,
        label: wrong.what,
      },
    ],
    causes: [ingressFails(ingress), `${ingressFails(ingress)}/*`],
  })
}
