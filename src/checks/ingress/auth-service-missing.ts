import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Beside, ControllerSettings } from '../../model/beside.ts'
import type { HttpContact } from '../../model/contacts.ts'
import type { Ingress, IngressAuth, IngressClass, IngressController } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { Namespace } from '../../model/network-policy.ts'
import type { Service } from '../../model/service.ts'
import type { Scope } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import { controllersByClass } from '../../relations/ingress/controller-services.ts'
import { settingsOf } from '../../relations/ingress/controller-settings.ts'
import { isBadEnd } from '../../relations/ingress/http-answers.ts'
import { requestsOf } from '../../relations/ingress/http-of-ingress.ts'
import { isForNginx } from '../../relations/ingress/nginx-paths.ts'
import { nearNames } from '../../relations/near-value.ts'
import { closest } from '../../closest.ts'
import { countEndpoints, slicesOfServices } from '../../relations/service/service-endpoints.ts'
import { allOfIngress, authUnclear, noEndpoints } from '../../relations/symptom.ts'
import { ingressSubject } from './words.ts'
import { full, some } from '../../phrases.ts'

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
  wants: ['ingressClasses', 'namespaces', 'clusterDns', 'contacts', 'beside', 'ingressControllers', 'endpointSlices'],
  remedies: [],
  decides: [],

  run({
    ingresses,
    services,
    ingressClasses,
    namespaces,
    clusterDns,
    contacts,
    beside,
    ingressControllers: controllers,
    endpointSlices,
    scope,
  }) {
    const own = ingresses.filter((it) => isForNginx(it, ingressClasses))
    const asking = own.filter((it) => it.auth !== undefined)
    const among = { ingressClasses: known(ingressClasses), ingressControllers: known(controllers) }
    const globals = beside.known ? globalAuths(own, { ...among, beside: beside.value }) : []
    if (asking.length + globals.length === 0) return notApplicable('no Ingress here has an auth-url')
    const domain = clusterDns.known ? clusterDns.value.domain : 'cluster.local'
    const slicesOf = endpointSlices.known ? slicesOfServices(endpointSlices.value) : null
    const isEmpty = (it: Service): boolean => {
      if (slicesOf === null || it.type === 'ExternalName') return false
      const { ready, leaving } = countEndpoints(slicesOf(it))
      return ready.length + leaving.length === 0
    }
    const around = { services, namespaces, scope, domain, isEmpty }
    const answersOf = (it: Ingress): readonly HttpContact[] =>
      contacts.known ? requestsOf(contacts.value, it).filter((one) => one.status !== null) : []
    const each = asking.flatMap((ingress) =>
      ingress.auth === undefined ? [] : [{ auth: ingress.auth, its: [ingress] }],
    )
    return [...each, ...globals].map((it) => {
      const wrong = wrongWith(it.auth, { ...around, own: it.its[0]?.namespace ?? '' })
      const asked = it.its.flatMap(answersOf)
      // Answers of the backend have the last word: then another text is served, or this path asks nobody.
      if (wrong === null || asked.some((one) => (one.status ?? 500) < 400)) return ok(1)
      return judge(it, { wrong, failed: asked.filter(isBadEnd).length, of: asked.length })
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} lets ${args.url} decide about each request` +
      `${args.ingresses.length === 0 ? '' : ` to ${some(args.ingresses, 2)}`}, and ${args.what}.`,
    detail: ({ args }) =>
      `${args.ingresses.length === 0 ? 'annotation ' : ''}${settingOf(args.ingresses)} · ${args.asked}` +
      (args.near === '' ? '' : ` · the closest: ${args.near}`),
    note: () => 'an authentication that does not answer is a 500 to every client, whatever the backend would have said',
    help: ({ subject: on, args }) => [
      cures[args.kind](args),
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep auth-`,
      `kubectl -n ${args.namespace} get services`,
    ],
  },
})

interface Cured extends Pick<Wrong, 'fullName' | 'ports'> {
  /** Those that a setting of the whole controller is for. */
  readonly ingresses: readonly string[]
}

function settingOf(ingresses: readonly string[]): string {
  return ingresses.length === 0 ? 'auth-url' : 'global-auth-url'
}

const cures: Readonly<Record<Wrong['kind'], (args: Cured) => string>> = {
  short: ({ fullName }) => `write the name in full: ${fullName}`,
  missing: ({ ingresses }) => `correct the name in ${settingOf(ingresses)}, or create the Service that it means`,
  port: ({ ports, ingresses }) =>
    `correct the port in ${settingOf(ingresses)}${ports.length === 0 ? '' : `: the Service has ${ports.join(', ')}`}` +
    ' (a URL without one means 80, or 443 of https); or give the Service that port',
  empty: () => 'see why the Service has no endpoint',
}

interface Around {
  readonly services: readonly Service[]
  readonly namespaces: Known<readonly Namespace[]>
  readonly scope: Scope
  readonly domain: string
  /** Nobody stands behind it, as far as that was read. */
  readonly isEmpty: (service: Service) => boolean
}

interface Wrong {
  readonly kind: 'missing' | 'port' | 'short' | 'empty'
  /** That is there, and empty. */
  readonly service?: Service
  readonly what: string
  readonly namespace: string
  readonly near: string
  readonly fullName: string
  /** Those that the Service has, where it lacks the one that is asked. */
  readonly ports: readonly number[]
}

/** null for what is no name of the cluster, is there, or stands where nobody looked. */
function wrongWith({ host, port }: IngressAuth, around: Around & { readonly own: string }): Wrong | null {
  const { services, domain } = around
  const labels = host.toLowerCase().replace(/\.$/, '').split('.')
  const bare = labels.join('.')
  const suffix = `svc.${domain}`
  const isFull = bare.endsWith(`.${suffix}`)
  const isShort = labels.at(-1) === 'svc'
  if (!isFull && !isShort) return shortened(labels, around)
  const [name = '', namespace = ''] = labels
  const about = { namespace, near: '', fullName: `${name}.${namespace}.${suffix}`, ports: [] }
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
  if (found === undefined || found.type === 'ExternalName') return null
  if (found.clusterIP !== 'None' && !ports.includes(port))
    return {
      ...about,
      ports,
      kind: 'port',
      what: `Service ${namespace}/${name} has no port ${port} (${ports.join(', ')})`,
    }
  if (!around.isEmpty(found)) return null
  return { ...about, kind: 'empty', what: `Service ${namespace}/${name} has no ready endpoint`, service: found }
}

/** `oauth2-proxy`, and `oauth2-proxy.auth` of a Service that is there: a search list makes these whole, not nginx. */
function shortened(labels: readonly string[], around: Around & { readonly own: string }): Wrong | null {
  const [name = '', asked] = labels
  if (labels.length > 2 || name === 'localhost' || !/[a-z]/.test(name)) return null
  const named = around.services.filter((it) => it.name === name)
  const found =
    named.find((it) => it.namespace === (asked ?? around.own)) ?? (asked === undefined ? named[0] : undefined)
  // What has a dot may be a name of the world.
  if (asked !== undefined && found === undefined) return null
  const namespace = found?.namespace ?? around.own
  return {
    kind: 'short',
    what: `nginx adds no suffix: ${labels.join('.')} is no name that DNS has`,
    namespace,
    near: '',
    fullName: `${name}.${namespace}.svc.${around.domain}`,
    ports: [],
  }
}

/** Services of other namespaces were not read; a namespace that does not exist has none. */
function isInSight(namespace: string, { scope, namespaces }: Around): boolean {
  if (scope.namespace === null || scope.namespace === namespace) return true
  return namespaces.known && namespaces.value.length > 0 && !namespaces.value.some((it) => it.name === namespace)
}

/** Whom a controller asks for all Ingresses that ask nobody themselves, and do not turn it off. */
interface Asking {
  readonly auth: IngressAuth
  readonly its: readonly Ingress[]
  /** Where it stands, if not in the Ingress. */
  readonly settings?: ControllerSettings
}

/** `enable-global-auth` is there to turn it off: its value is not read (annotations/authreqglobal). */
function globalAuths(
  own: readonly Ingress[],
  seen: {
    readonly ingressClasses: readonly IngressClass[]
    readonly ingressControllers: readonly IngressController[]
    readonly beside: Beside
  },
): readonly Asking[] {
  const controllersOf = controllersByClass(seen)
  const free = own.filter(
    (it) =>
      it.auth === undefined &&
      ['auth-url', 'enable-global-auth'].every(
        (one) => it.annotated?.includes(`nginx.ingress.kubernetes.io/${one}`) !== true,
      ),
  )
  const all = seen.ingressControllers.flatMap((controller) => {
    const settings = settingsOf(controller, seen.beside)
    const its = free.filter((it) => controllersOf(it).includes(controller))
    if (settings?.auth === undefined || its.length === 0) return []
    return [{ auth: settings.auth, its, settings }]
  })
  return [...new Map(all.map((it) => [full(it.settings), it])).values()]
}

function known<T>(list: Known<readonly T[]>): readonly T[] {
  return list.known ? list.value : []
}

interface Asked {
  readonly wrong: Wrong
  readonly failed: number
  readonly of: number
}

function judge({ auth, its, settings }: Asking, { wrong, failed, of }: Asked) {
  const value = `${auth.host}:${auth.port}`
  const [first] = its
  const on =
    settings === undefined && first !== undefined
      ? ingressSubject(first)
      : subject('ConfigMap', settings?.namespace ?? '', settings?.name ?? '')
  const key = settings === undefined ? 'nginx.ingress.kubernetes.io/auth-url' : 'global-auth-url'
  return finding({
    subject: on,
    also: settings === undefined ? [] : its.slice(0, 20).map(ingressSubject),
    confidence: failed > 0 ? 'observed' : 'inferred',
    args: {
      kind: wrong.kind,
      url: value,
      what: wrong.what,
      namespace: wrong.namespace,
      near: wrong.near,
      fullName: wrong.fullName,
      ports: wrong.ports,
      asked: of === 0 ? 'nothing was asked of it' : `${failed} of ${of} requests end in a server error`,
      ingresses: settings === undefined ? [] : its.map(full),
    },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: settings === undefined ? `metadata.annotations['${key}']` : `data['${key}']`,
        lines: [settings === undefined ? 'annotations:' : 'data:', `  ${key}: …${value}…`],
        at: 1,
        mark: value,
        label: wrong.what,
      },
    ],
    symptoms: wrong.service === undefined ? [] : [noEndpoints(wrong.service)],
    causes: its.flatMap((it) => [...allOfIngress(it), authUnclear(it)]),
  })
}
