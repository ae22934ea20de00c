import type { IngressController } from '../model/ingress.ts'
import { type Known, known } from '../model/known.ts'
import type { Pod } from '../model/pod.ts'
import type { InScope } from './in-scope.ts'
import type { Reader } from './few-at-once.ts'
import { streamMapsIn } from './stream-maps.ts'
import { frontsIn } from './controller-fronts.ts'
import { type ComponentFlag, entryPointsIn, flagOf } from '../wire/component-args.ts'
import { byName } from './order.ts'
import { componentLabels, ingressControllerNames } from './project/known-components.ts'

interface Product {
  /** Values of `app.kubernetes.io/name`, `app` or `istio`. */
  readonly names: readonly string[]
  readonly product?: IngressController['product']
  readonly controller: (flag: Flag) => string
  readonly classNames: (flag: Flag) => readonly string[]
}

/** The value of a flag; '' for one without a value; null where it is not given. */
type Flag = (name: ComponentFlag) => string | null

const unlessFalse = (value: string | null): boolean => value !== null && value !== 'false'

/**
 * Class names by which each product finds its Ingresses; '' = those that name no class. From the products' own code.
 */
const products: readonly Product[] = [
  {
    // internal/ingress/controller/store: GetIngressClass; pkg/flags.
    names: ['ingress-nginx', 'rke2-ingress-nginx'],
    product: 'ingress-nginx',
    controller: (flag) => flag('controller-class') ?? 'k8s.io/ingress-nginx',
    classNames: (flag) => [
      flag('ingress-class') ?? 'nginx',
      ...(unlessFalse(flag('watch-ingress-without-class')) ? [''] : []),
    ],
  },
  {
    // F5's controller ties to the IngressClass of that name.
    names: ['nginx-ingress', 'nginx-ingress-controller'],
    product: 'f5-nginx',
    controller: () => 'nginx.org/ingress-controller',
    classNames: (flag) => [flag('ingress-class') ?? 'nginx'],
  },
  {
    // haproxy-ingress.github.io: a --controller-class is a suffix there.
    names: ['haproxy-ingress'],
    controller: (flag) =>
      ['haproxy-ingress.github.io/controller', flag('controller-class')]
        .filter((it) => it !== null && it !== '')
        .join('/'),
    classNames: (flag) => [
      flag('ingress-class') ?? 'haproxy',
      ...(unlessFalse(flag('watch-ingress-without-class')) ? [''] : []),
    ],
  },
  {
    // haproxytech/kubernetes-ingress: without --ingress.class it takes Ingresses of no class too.
    names: ['kubernetes-ingress'],
    controller: (flag) =>
      ['haproxy.org/ingress-controller', flag('ingress.class')].filter((it) => it !== null && it !== '').join('/'),
    classNames: (flag) => [flag('ingress.class') ?? '', ...(unlessFalse(flag('empty-ingress-class')) ? [''] : [])],
  },
  {
    // pkg/provider/kubernetes/ingress: shouldProcessIngress.
    names: ['traefik', 'rke2-traefik'],
    controller: () => 'traefik.io/ingress-controller',
    classNames: (flag) => {
      const only = flag('providers.kubernetesingress.ingressclass')
      return only === null || only === '' ? ['', 'traefik'] : [only]
    },
  },
  {
    // internal/ingressclass: goes by the class's name, and takes none when none was configured.
    names: ['contour'],
    controller: () => 'projectcontour.io/ingress-controller',
    classNames: (flag) => flag('ingress-class-name')?.split(',') ?? ['', 'contour'],
  },
  {
    names: ['kong', 'ingress-kong'],
    controller: () => 'ingress-controllers.konghq.com/kong',
    classNames: (flag) => [flag('ingress-class') ?? 'kong'],
  },
  {
    // The gateway's pods carry the traffic; istiod, which reads the Ingresses, does not.
    names: ['istio-ingressgateway', 'ingressgateway'],
    controller: () => 'istio.io/ingress-controller',
    classNames: () => ['istio'],
  },
  {
    names: ['aws-load-balancer-controller'],
    controller: () => 'ingress.k8s.aws/alb',
    classNames: (flag) => [flag('ingress-class') ?? 'alb'],
  },
]

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
  const product = products.find((it) => componentLabels.some((label) => it.names.includes(pod.labels[label] ?? '')))
  if (product === undefined || pod.owner?.kind === 'Job' || pod.phase === 'Succeeded' || pod.phase === 'Failed')
    return null
  if (isOtherComponent(pod)) return null
  const args = pod.containers.flatMap((it) => it.args)
  const flag: Flag = (name) => flagOf(args, name)
  // Charts of different makers share a label: a command line that names its class says whose controller it is.
  const own = flag('controller-class')
  const controller = own?.includes('/') === true ? own : product.controller(flag)
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
  const webhook = flag('validating-webhook')
  return {
    product,
    ...(main === undefined ? {} : { container: main.name, image: main.image }),
    ...(Number.isInteger(port) && port > 0 && port < 65_536 && product === 'ingress-nginx' ? { statusPort: port } : {}),
    ...(watches.length === 0 ? {} : { watches }),
    ...(product === 'ingress-nginx'
      ? {
          ...configMapOf(pod, flag),
          ...((flag('default-ssl-certificate') ?? '') === '' ? {} : { defaultCertificate: true as const }),
          webhook: webhook === null || webhook === '' ? 'off' : 'on',
          passthrough: unlessFalse(flag('enable-ssl-passthrough')) ? 'on' : 'off',
          byName: unlessFalse(flag('ingress-class-by-name')) ? 'on' : 'off',
        }
      : {}),
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
  const [namespace = '', name = ''] = (flag('configmap') ?? '').split('/')
  if (namespace === '' || name === '') return {}
  return { configMap: { namespace: namespace === '$(POD_NAMESPACE)' ? pod.namespace : namespace, name } }
}

type CrdFlag = 'allowcrossnamespace' | 'allowexternalnameservices' | 'ingressclass'

/** cmd/traefik, the static configuration as flags; of a file or of variables nothing is known. */
function aboutTraefik(pod: Pod, flag: Flag): Partial<IngressController> {
  const main = pod.containers.find((it) => it.name.includes('traefik')) ?? pod.containers[0]
  const watches = namespacesIn(flag('providers.kubernetesingress.namespaces'))
  const entryPoints = entryPointsIn(main?.args ?? [])
  const ofRoutes = namespacesIn(flag('providers.kubernetescrd.namespaces'))
  const crd = (name: CrdFlag): string | null => flag(`providers.kubernetescrd.${name}`)
  // Where none of its flags is given, it is set up by a file or by variables, which nobody here reads.
  const isByFlags = flag('providers.kubernetescrd') !== null || ofRoutes.length > 0
  const allows = (value: string | null): 'yes' | 'no' | 'unsure' => {
    if (value === null) return isByFlags ? 'no' : 'unsure'
    return /^(?:false|f|0)$/i.test(value) ? 'no' : 'yes'
  }
  return {
    ...(main === undefined ? {} : { container: main.name, image: main.image }),
    ...(watches.length === 0 ? {} : { watches }),
    // A file that is named has the last word (cmd/traefik: the loaders are tried one after another).
    ...(entryPoints.length === 0 || flag('configfile') !== null ? {} : { entryPoints }),
    crd: {
      watches: ofRoutes.length === 0 ? null : ofRoutes,
      className: crd('ingressclass'),
      acrossNamespaces: allows(crd('allowcrossnamespace')),
      externalNames: allows(crd('allowexternalnameservices')),
    },
  }
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

/** Charts give all their pods one name; the default backend and the webhook serve no Ingress. */
function isOtherComponent(pod: Pod): boolean {
  return /default-?backend|webhook|cert-?gen|migrations/.test(pod.labels['app.kubernetes.io/component'] ?? '')
}
