import type { IngressController } from '../model/ingress.ts'
import { type Known, known } from '../model/known.ts'
import type { Pod } from '../model/pod.ts'
import type { InScope } from './in-scope.ts'
import type { Reader } from './few-at-once.ts'
import { streamMapsIn } from './stream-maps.ts'
import { frontsIn } from './controller-fronts.ts'
import {
  entryPointsIn,
  flagOf,
  flagsOf,
  redirectingEntryPointsIn,
  resolversIn,
  tlsEntryPointsIn,
} from '../wire/component-args.ts'
import { isTraefikBefore } from '../relations/ingress/traefik-release.ts'
import { writtenSelector } from '../wire/label-selector.ts'
import { byName } from './order.ts'
import { controllerName, type Flag, type Product, productOfLabels, unlessFalse } from './project/controller-products.ts'
import { ingressControllerNames } from './project/known-components.ts'
import { proxyContainer } from './project/proxy-container.ts'

/** Pods of the well-known ingress controllers, in every namespace: an Ingress's controller rarely lives in its own. */
export async function collectIngressControllers(
  reader: Reader,
  inScope: InScope,
): Promise<Known<readonly IngressController[]>> {
  const lists = await Promise.all(
    ['app.kubernetes.io/name', 'app'].map((label) =>
      inScope.podsWith({ namespace: null, labels: { [label]: ingressControllerNames } }),
    ),
  )
  const found = new Map<string, IngressController>()
  const frontsOf = frontsIn(inScope)
  const streamsOf = streamMapsIn(reader)
  for (const list of lists) {
    if (!list.known) return list
    for (const pod of list.value) {
      const controller = ingressController(pod)
      if (controller === null) continue
      const fronts = await frontsOf(pod)
      const streams = controller.product === 'ingress-nginx' ? await streamsOf(pod) : []
      found.set(`${pod.namespace}/${pod.name}`, {
        ...controller,
        ...(fronts === null ? {} : { fronts }),
        ...(streams.length === 0 ? {} : { streams }),
      })
    }
  }
  return known([...found.values()].sort(byName((it) => `${it.namespace}/${it.pod}`)))
}

/** What the pod's labels and command line say; null when it is no known controller, or a job of its chart. */
export function ingressController(pod: Pod): IngressController | null {
  const product = productOfLabels(pod.labels)
  if (product === null || pod.owner?.kind === 'Job' || pod.phase === 'Succeeded' || pod.phase === 'Failed') return null
  const args = pod.containers.flatMap((it) => it.args)
  const flag: Flag = (name) => flagOf(args, name)
  const controller = controllerName(product, flag)
  return {
    namespace: pod.namespace,
    pod: pod.name,
    ip: pod.ip,
    node: pod.node,
    labels: pod.labels,
    ...(pod.hostNetwork ? { hostNetwork: true as const } : {}),
    ready: pod.ready,
    controller,
    classNames: [...new Set(product.classNames(flag))],
    ...aboutNginx(pod, { product: productOf(product, controller), flag }),
    ...prefixesOf(flag),
    ...(flag('default-target-type') === 'ip' ? { defaultTarget: 'ip' as const } : {}),
    ...(product.names.includes('traefik') ? aboutTraefik(pod, flag) : {}),
    ...(controller.startsWith('haproxy.org/') ? aboutHaproxy(args) : {}),
    ...(product.product === undefined && !product.names.includes('traefik') ? containerOf(pod) : {}),
    ports: {
      plain: portOf(pod, ['http', 'web', 'proxy', 'http2'], [80, 8080, 8000]),
      tls: portOf(pod, ['https', 'websecure', 'proxy-tls'], [443, 8443]),
    },
  }
}

/** Charts of different makers share a label: the class that it claims says which of the two it is. */
function productOf({ product }: Product, controller: string): IngressController['product'] {
  if (controller.startsWith('nginx.org/')) return 'f5-nginx'
  return product === 'f5-nginx' && controller.startsWith('k8s.io/') ? 'ingress-nginx' : product
}

/** Flags of both: pkg/flags of ingress-nginx, cmd/nginx-ingress/flags.go of F5's. */
function aboutNginx(
  pod: Pod,
  { product, flag }: { readonly product: IngressController['product']; readonly flag: Flag },
): Partial<IngressController> {
  if (product === undefined) return {}
  const main = pod.containers.find((it) => /^(?:controller|nginx-ingress)/.test(it.name)) ?? pod.containers[0]
  const port = Number(flag('status-port') ?? '')
  const watches = namespacesIn(flag('watch-namespace'))
  return {
    product,
    ...(main === undefined ? {} : { container: main.name, image: main.image }),
    ...(Number.isInteger(port) && port > 0 && port < 65_536 && product === 'ingress-nginx' ? { statusPort: port } : {}),
    ...(watches.length === 0 ? {} : { watches }),
    ...(product === 'ingress-nginx' ? aboutIngressNginx(pod, flag) : {}),
  }
}

/** Of HAProxy Technologies', each flag as often as there are namespaces (documentation/controller.md). */
function aboutHaproxy(args: readonly string[]): Pick<IngressController, 'watches' | 'leavesOut'> {
  const watches = flagsOf(args, 'namespace-whitelist').flatMap(namespacesIn)
  const leavesOut = flagsOf(args, 'namespace-blacklist').flatMap(namespacesIn)
  return {
    ...(watches.length === 0 ? {} : { watches }),
    ...(leavesOut.length === 0 ? {} : { leavesOut }),
  }
}

/** Of HAProxy, Contour and Istio; the controller of Contour carries no requests. */
function containerOf(pod: Pod): Pick<IngressController, 'container'> {
  const container = proxyContainer(pod)
  return container === null ? {} : { container }
}

function aboutIngressNginx(pod: Pod, flag: Flag): Partial<IngressController> {
  const webhook = flag('validating-webhook')
  const secret = placeOf(pod, flag('default-ssl-certificate'))
  const backend = placeOf(pod, flag('default-backend-service'))
  const watchesBy = writtenSelector(flag('watch-namespace-selector') ?? '')
  return {
    ...configMapOf(pod, flag),
    ...(watchesBy === null ? {} : { watchesBy }),
    ...((flag('default-ssl-certificate') ?? '') === '' ? {} : { defaultCertificate: true as const }),
    ...(secret === null ? {} : { defaultSecret: secret }),
    ...(backend === null ? {} : { defaultBackend: backend }),
    // internal/ingress/controller/controller.go, serviceEndpoints: "not allowed due to Ingress configuration".
    ...(unlessFalse(flag('disable-svc-external-name')) ? { externalNames: 'refused' as const } : {}),
    webhook: webhook === null || webhook === '' ? 'off' : 'on',
    passthrough: unlessFalse(flag('enable-ssl-passthrough')) ? 'on' : 'off',
    byName: unlessFalse(flag('ingress-class-by-name')) ? 'on' : 'off',
  }
}

/** Of ingress-nginx one (pkg/flags), of HAProxy Ingress a list (haproxy-ingress.github.io, command-line). */
function prefixesOf(flag: Flag): Pick<IngressController, 'annotationPrefixes'> {
  const all = (flag('annotations-prefix') ?? '').split(',').filter((it) => /^[a-z0-9][a-z0-9.-]*$/i.test(it))
  return all.length === 0 ? {} : { annotationPrefixes: all }
}

function namespacesIn(value: string | null): readonly string[] {
  return (value ?? '').split(',').filter((it) => /^[a-z0-9][a-z0-9-]*$/.test(it))
}

/** `$(POD_NAMESPACE)/ingress-nginx-controller`. */
function configMapOf(pod: Pod, flag: Flag): Pick<IngressController, 'configMap'> {
  const place = placeOf(pod, flag('configmap'))
  return place === null ? {} : { configMap: place }
}

function placeOf(pod: Pod, value: string | null): { readonly namespace: string; readonly name: string } | null {
  const [namespace = '', name = ''] = (value ?? '').split('/')
  if (namespace === '' || name === '') return null
  return { namespace: namespace === '$(POD_NAMESPACE)' ? pod.namespace : namespace, name }
}

type CrdFlag = 'allowcrossnamespace' | 'allowexternalnameservices' | 'ingressclass' | 'labelselector'

/** cmd/traefik, the static configuration as flags; of a file or of variables nothing is known. */
function aboutTraefik(pod: Pod, flag: Flag): Partial<IngressController> {
  const main = pod.containers.find((it) => it.name.includes('traefik')) ?? pod.containers[0]
  const watches = namespacesIn(flag('providers.kubernetesingress.namespaces'))
  const args = main?.args ?? []
  const entryPoints = entryPointsIn(args)
  const redirecting = flag('configfile') === null ? redirectingEntryPointsIn(args) : []
  return {
    ...(main === undefined ? {} : { container: main.name, image: main.image }),
    ...(watches.length === 0 ? {} : { watches }),
    // A file that is named has the last word (cmd/traefik: the loaders are tried one after another).
    ...(entryPoints.length === 0 || flag('configfile') !== null
      ? {}
      : { entryPoints, tlsEntryPoints: tlsEntryPointsIn(args) }),
    ...(redirecting.length === 0 ? {} : { redirectingEntryPoints: redirecting }),
    ...(refusesExternalNames(main?.image ?? '', flag) ? { externalNames: 'refused' as const } : {}),
    ...(readsNoIngresses(args, flag) ? { ingressesOff: true as const } : {}),
    crd: crdOf(main?.image ?? '', args, flag),
  }
}

/**
 * Before it neither flag was there, and both were allowed (doc.traefik.io, "Migration v2", v2.4.9 to v2.4.10:
 * `allowCrossNamespace` is false by default, and ExternalName Services are refused).
 */
const refusing = [2, 4, 10] as const

/** Of Ingresses, where flags set this provider up and this is not among them (pkg/provider/kubernetes/ingress). */
function refusesExternalNames(image: string, flag: Flag): boolean {
  const told = flag('providers.kubernetesingress.allowexternalnameservices')
  if (flag('providers.kubernetesingress') === null || flag('configfile') !== null) return false
  return isTraefikBefore(image, refusing) === 'no' && (told === null || /^(?:false|f|0)$/i.test(told))
}

function crdOf(image: string, args: readonly string[], flag: Flag): NonNullable<IngressController['crd']> {
  const namespaces = namespacesIn(flag('providers.kubernetescrd.namespaces'))
  const crd = (name: CrdFlag): string | null => flag(`providers.kubernetescrd.${name}`)
  // Where none of its flags is given, it is set up by a file or by variables, which nobody here reads.
  const isByFlags = flag('providers.kubernetescrd') !== null || namespaces.length > 0
  const hasOthers = entryPointsIn(args).length > 0 || ofIngresses.some((it) => flag(it) !== null)
  const isSetUpByFlags = hasOthers && flag('configfile') === null
  const syntax = (['v2', 'v3'] as const).find((it) => it === flag('core.defaultrulesyntax')?.toLowerCase())
  const selector = writtenSelector(crd('labelselector') ?? '')
  const isOld = isTraefikBefore(image, refusing)
  const allows = (value: string | null): 'yes' | 'no' | 'unsure' => {
    if (value === null && isOld === 'yes') return 'yes'
    if (value === null) return isByFlags && isOld === 'no' ? 'no' : 'unsure'
    return /^(?:false|f|0)$/i.test(value) ? 'no' : 'yes'
  }
  return {
    ...(isSetUpByFlags && !readsCrds(flag) ? { off: true as const } : {}),
    ...(syntax === undefined ? {} : { syntax }),
    ...(isSetUpByFlags ? { resolvers: resolversIn(args) } : {}),
    watches: namespaces.length === 0 ? null : namespaces,
    className: crd('ingressclass'),
    ...(selector === null ? {} : { selector }),
    acrossNamespaces: allows(crd('allowcrossnamespace')),
    externalNames: allows(crd('allowexternalnameservices')),
  }
}

const ofIngresses = [
  'providers.kubernetesingress',
  'providers.kubernetesingress.ingressclass',
  'providers.kubernetesingress.namespaces',
] as const

const ofProvider = [
  'providers.kubernetesingress.any',
  'providers.kubernetesingress.ingressclass',
  'providers.kubernetesingress.namespaces',
  'providers.kubernetesingress.allowexternalnameservices',
] as const

const ofCrds = [
  'providers.kubernetescrd.any',
  'providers.kubernetescrd.namespaces',
  'providers.kubernetescrd.ingressclass',
  'providers.kubernetescrd.labelselector',
  'providers.kubernetescrd.allowcrossnamespace',
  'providers.kubernetescrd.allowexternalnameservices',
] as const

/** Any flag of a provider's makes it, also where the provider's own is not given (traefik/paerser, flag). */
function readsCrds(flag: Flag): boolean {
  const own = flag('providers.kubernetescrd')
  return own === null ? ofCrds.some((it) => flag(it) !== null) : !/^(?:false|f|0)$/i.test(own)
}

/**
 * Flags set Traefik up, and none of them makes a provider of Ingresses: of its own, or the one that reads those of
 * ingress-nginx (`kubernetesIngressNGINX`). One way of setting up has it all (cmd/traefik: file, flags, variables).
 */
function readsNoIngresses(args: readonly string[], flag: Flag): boolean {
  if (entryPointsIn(args).length === 0 || flag('configfile') !== null) return false
  // Neither provider: it may be set up by a file or by variables after all.
  if (flag('providers.kubernetescrd') === null && ofCrds.every((it) => flag(it) === null)) return false
  const own = flag('providers.kubernetesingress')
  if (own !== null) return /^(?:false|f|0)$/i.test(own)
  return ofProvider.every((it) => flag(it) === null)
}

/** The container port that the charts call so, else the first of the numbers that is declared, else the first. */
function portOf(pod: Pod, names: readonly string[], numbers: readonly [number, ...number[]]): number {
  const declared = pod.containers.flatMap((it) => it.ports).filter((it) => it.protocol === 'TCP')
  const named = names.flatMap((name) => declared.filter((it) => it.name === name))[0]
  // What has another name is for other things: metrics, webhooks, a dashboard.
  return (
    named?.port ?? numbers.find((it) => declared.some(({ name, port }) => port === it && name === null)) ?? numbers[0]
  )
}
