import { writtenSelector } from './label-selector.ts'
import { mask, redactName } from './secrets.ts'

/*
 * What is kept of the command line of a DNS server, kube-proxy or an ingress controller. Any pod may bear the labels of
 * one, and passwords have no spelling of their own (`mysql -pX`, `redis-cli -a X`, `sh -c "T='X' …"`): so nothing stays
 * but the flags below, each with a value of its own form. `flagOf` reads what was kept and nothing else, so that a
 * recording says what the cluster said.
 */

type Form = (value: string) => boolean

/** A class may be called by an annotation, which has any letters; a controller is `example.com/controller`. */
const nameForm = /^[A-Za-z0-9](?:[A-Za-z0-9./-]{0,251}[A-Za-z0-9])?$/
const isName: Form = (value) => nameForm.test(value) && redactName(value) === value

/** `ingress-nginx/tcp-services`, `$(POD_NAMESPACE)/tcp-services`. */
const isObjectName: Form = (value) =>
  /^(?:\$\(POD_NAMESPACE\)|[a-z0-9-]{1,63})\/[a-z0-9.-]{1,253}$/.test(value) && redactName(value) === value

const eachOf =
  (form: Form): Form =>
  (value) =>
    value.length <= longestList && value.split(',').every(form)

/** A controller that watches namespaces by name lists them in one value. */
const longestList = 16 * 1024

/** `-localip 169.254.20.10,` has an empty one. */
const isAddress: Form = (value) => /^(?:[\d.]{7,15}|[\da-f.]{0,20}:[\da-f.]{0,20}:[\da-f:.]{0,45}|)$/i.test(value)

const bool: Form = (value) => /^(?:true|false|t|f|1|0)$/i.test(value)
/** That it is given is what counts. */
const none: Form = () => false
const port: Form = (value) => /^\d{1,5}$/.test(value)
/** `:8443/tcp`, `[::]:53/udp`. */
const listen: Form = (value) => /^(?:[\d.]{0,15}|\[[\da-f:.]{2,45}\]):\d{1,5}(?:\/(?:tcp|udp))?$/i.test(value)
const hostPort: Form = (value) => /^(?:[\d.]{0,15}|\[[\da-f:.]{2,45}\]):\d{1,5}$/i.test(value)

const isDomain: Form = (value) => /^\.?(?:[a-z0-9-]{1,63}\.){1,20}[a-z0-9-]{0,63}$/i.test(value)

const isSelector: Form = (value) => writtenSelector(value) !== null && redactName(value) === value

/** By the names as they are compared: without case, as traefik does. */
const forms = {
  // kubernetes/dns: cmd/node-cache/main.go.
  localip: eachOf(isAddress),
  upstreamsvc: isName,
  // kubernetes/kubernetes: cmd/kube-proxy/app/options.go; proxy modes of all releases.
  'proxy-mode': (value) => /^(?:iptables|ipvs|nftables|userspace|kernelspace)$/.test(value),
  config: none,
  // metallb/metallb: speaker/main.go.
  'ignore-exclude-lb': (value) => /^(?:true|false|t|f|1|0)$/i.test(value),
  // kubernetes-sigs/external-dns: pkg/apis/externaldns/types.go.
  source: (value) => /^[a-z][a-z0-9-]{0,40}$/.test(value),
  'domain-filter': isDomain,
  'exclude-domains': isDomain,
  // By labels, annotations and expressions: that they choose is what counts.
  'label-filter': none,
  'annotation-filter': none,
  'regex-domain-filter': none,
  'regex-domain-exclusion': none,
  // What records lead to where nothing else says it: that it is set is what counts.
  'default-targets': none,
  namespace: isName,
  // The ingress controllers of src/collect/ingress-controllers.ts.
  'controller-class': isName,
  'ingress-class': isName,
  'ingress-class-by-name': bool,
  'ingress-class-name': eachOf(isName),
  'ingress.class': isName,
  'providers.kubernetesingress': bool,
  'providers.kubernetesingress.allowexternalnameservices': bool,
  'disable-svc-external-name': bool,
  'providers.kubernetesingress.ingressclass': isName,
  'providers.kubernetesingress.namespaces': eachOf(isName),
  'providers.kubernetescrd': bool,
  'providers.kubernetescrd.allowexternalnameservices': bool,
  'providers.kubernetescrd.namespaces': eachOf(isName),
  'providers.kubernetescrd.ingressclass': isName,
  'providers.kubernetescrd.labelselector': isSelector,
  'providers.kubernetescrd.allowcrossnamespace': bool,
  /** Each flag of a provider's turns it on: `--providers.kubernetescrd.throttleDuration`. */
  'providers.kubernetescrd.any': none,
  /** The same of Ingresses, and of the provider that reads those of ingress-nginx (`kubernetesIngressNGINX`). */
  'providers.kubernetesingress.any': none,
  configfile: none,
  'core.defaultrulesyntax': (value) => /^v[23]$/i.test(value),
  /** `--entryPoints.NAME.address`, whatever the name. */
  entrypoints: listen,
  /** `--entryPoints.NAME.http.tls`, and what begins so. */
  'entrypoints.http.tls': bool,
  /** `--entryPoints.NAME.http.redirections.entryPoint.to`: another entry point, or a port. */
  'entrypoints.http.redirections': (value) => isName(value) || /^:\d{1,5}$/.test(value),
  /** `--certificatesResolvers.NAME.acme.email`, and what begins so: that it is given is what counts. */
  certificatesresolvers: none,
  configmap: isObjectName,
  'default-ssl-certificate': isObjectName,
  'default-backend-service': isObjectName,
  'default-target-type': (value) => /^(?:ip|instance)$/.test(value),
  'watch-ingress-without-class': bool,
  'empty-ingress-class': bool,
  'annotations-prefix': eachOf(isName),
  'enable-ssl-passthrough': bool,
  'watch-namespace': eachOf(isName),
  'namespace-whitelist': eachOf(isName),
  'namespace-blacklist': eachOf(isName),
  'watch-namespace-selector': isSelector,
  'status-port': port,
  'tcp-services-configmap': isObjectName,
  'udp-services-configmap': isObjectName,
  'validating-webhook': hostPort,
} as const satisfies Readonly<Record<string, Form>>

/** A flag that something here reads, without its dashes. */
export type ComponentFlag = keyof typeof forms

interface Word {
  readonly flag: ComponentFlag
  /** As it was written: `--Ingress.Class`. */
  readonly spelled: string
  /** What stands behind its `=`; null where there is none. */
  readonly set: string | null
}

/** No argument that is kept is longer. */
const longestFlag = 96

function wordOf(arg: string): Word | null {
  const equals = arg.indexOf('=')
  const spelled = equals === -1 ? arg : arg.slice(0, equals)
  if (spelled.length > longestFlag) return null
  const flag = flagIn(spelled)
  return flag !== undefined && isFlag(flag)
    ? { flag, spelled, set: equals === -1 ? null : arg.slice(equals + 1) }
    : null
}

function flagIn(spelled: string): string | undefined {
  if (entryPointIn(spelled) !== null) return 'entrypoints'
  if (resolverIn(spelled) !== null) return 'certificatesresolvers'
  if (tlsEntryPointIn(spelled) !== null) return 'entrypoints.http.tls'
  if (redirectingIn(spelled) !== null) return 'entrypoints.http.redirections'
  const flag = /^--?([a-z.-]+)$/i.exec(spelled)?.[1]?.toLowerCase()
  if (flag === undefined || isFlag(flag)) return flag
  if (flag.startsWith('providers.kubernetesingress')) return 'providers.kubernetesingress.any'
  return isOfCrds(flag) ? 'providers.kubernetescrd.any' : flag
}

function isOfCrds(flag: string): boolean {
  return /^providers\.kubernetescrd\.[a-z]{1,30}$/.test(flag) && redactName(flag) === flag
}

/** The name of a resolver of certificates: `--certificatesResolvers.le.acme.tlsChallenge`. */
function resolverIn(spelled: string): string | null {
  const [, name] = /^--?certificatesresolvers\.([a-z0-9_-]{1,40})\.[a-z0-9.[\]]{1,60}$/i.exec(spelled) ?? []
  return name !== undefined && redactName(name) === name ? name.toLowerCase() : null
}

/** The name of an entry point whose routers are for TLS: `--entryPoints.web.http.tls.certResolver`. */
function tlsEntryPointIn(spelled: string): string | null {
  const [, name] = /^--?entrypoints\.([a-z0-9_-]{1,40})\.http\.tls(?:\.[a-z0-9.[\]]{1,30})?$/i.exec(spelled) ?? []
  return name !== undefined && redactName(name) === name ? name.toLowerCase() : null
}

function redirectingIn(spelled: string): string | null {
  const [, name] = /^--?entrypoints\.([a-z0-9_-]{1,40})\.http\.redirections\.entrypoint\.to$/i.exec(spelled) ?? []
  return name !== undefined && redactName(name) === name ? name.toLowerCase() : null
}

/** The name that a flag of Traefik's gives to a port on which it listens: `--entryPoints.web.address`. */
function entryPointIn(spelled: string): string | null {
  const [, name] = /^--?entrypoints\.([a-z0-9_-]{1,40})\.address$/i.exec(spelled) ?? []
  return name !== undefined && redactName(name) === name ? name.toLowerCase() : null
}

function isFlag(name: string): name is ComponentFlag {
  return Object.hasOwn(forms, name)
}

/**
 * A command line with the flags of the table and their values; whatever else stands in it, and a value without the form
 * of its flag, is one placeholder for each run of words. Linear; never throws; twice is once.
 */
export function keptArgs(args: readonly string[]): readonly string[] {
  const kept: string[] = []
  for (let at = 0; at < args.length; at += 1) {
    const word = wordOf(args[at] ?? '')
    const next = args[at + 1]
    if (word === null) {
      if (kept.at(-1) !== mask) kept.push(mask)
    } else if (word.set !== null) {
      kept.push(`${word.spelled}=${valueOf(word.flag, word.set)}`)
    } else {
      kept.push(word.spelled)
      if (next === undefined || next.startsWith('-') || !forms[word.flag](next)) continue
      kept.push(next)
      at += 1
    }
  }
  return kept
}

function valueOf(flag: ComponentFlag, value: string): string {
  return value === '' || forms[flag](value) ? value : mask
}

/**
 * The value of a flag, of the first where it is given twice, as `--name=value`, `--name value` or `-name=value`: '' for
 * one without a value, the placeholder for one whose value is not kept; null for none.
 */
export function flagOf(args: readonly string[], flag: ComponentFlag): string | null {
  return valuesOf(args, flag)[0] ?? null
}

/** The same of each place in which it is given. */
export function flagsOf(args: readonly string[], flag: ComponentFlag): readonly string[] {
  return valuesOf(args, flag)
}

function valuesOf(args: readonly string[], flag: ComponentFlag): readonly string[] {
  const kept = keptArgs(args)
  return kept.flatMap((arg, at) => {
    const word = wordOf(arg)
    if (word?.flag !== flag) return []
    const next = kept[at + 1] ?? ''
    return [word.set ?? (next.startsWith('-') ? '' : next)]
  })
}

/** Names of the entry points that the flags of Traefik's make; they are read without case (traefik/paerser, flag). */
export function entryPointsIn(args: readonly string[]): readonly string[] {
  return keptArgs(args).flatMap((it) => entryPointIn(it.split('=', 1)[0] ?? '') ?? [])
}

/** Names of the resolvers of certificates that the flags of Traefik's make; they are read without case. */
export function resolversIn(args: readonly string[]): readonly string[] {
  return [...new Set(keptArgs(args).flatMap((it) => resolverIn(it.split('=', 1)[0] ?? '') ?? []))]
}

/**
 * Names of the entry points whose routers are for TLS where these do not say otherwise: any flag of `http.tls` makes it
 * so, but for `false` (traefik, pkg/config/static, EntryPoint.HTTP.TLS).
 */
export function tlsEntryPointsIn(args: readonly string[]): readonly string[] {
  const kept = keptArgs(args)
  const found = kept.flatMap((it, at) => {
    const [spelled = '', set] = it.split('=', 2)
    const value = set ?? (/^(?:false|f|0)$/i.test(kept[at + 1] ?? '') ? 'false' : '')
    return /^(?:false|f|0)$/i.test(value) ? [] : (tlsEntryPointIn(spelled) ?? [])
  })
  return [...new Set(found)]
}

/** Names of the entry points that lead all that comes in to another one (traefik, EntryPoint.HTTP.Redirections). */
export function redirectingEntryPointsIn(args: readonly string[]): readonly string[] {
  return [...new Set(keptArgs(args).flatMap((it) => redirectingIn(it.split('=', 1)[0] ?? '') ?? []))]
}

/** The addresses that a node-cache process takes on its node (`-localip`). */
export function localIps(args: readonly string[]): readonly string[] {
  return valuesOf(args, 'localip')
    .flatMap((it) => it.split(','))
    .filter((it) => it !== '' && isAddress(it))
}

/** The Service that a node-cache process passes names of the cluster on to (`-upstreamsvc`); '' for one not kept. */
export function upstreamService(args: readonly string[]): string | null {
  const [said] = valuesOf(args, 'upstreamsvc')
  return said === mask ? '' : (said ?? null)
}
