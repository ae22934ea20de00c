import type { IngressController } from '../../model/ingress.ts'
import type { Workload } from '../../model/workload.ts'
import { type ComponentFlag, flagOf, keptArgs } from '../../wire/component-args.ts'
import type { Intern } from '../../wire/intern.ts'
import { type Fields, fields, list, stringMap, text, texts } from './json.ts'
import { componentLabels } from './known-components.ts'

/** A known controller of Ingresses. */
export interface Product {
  /** Values of `app.kubernetes.io/name`, `app` or `istio`. */
  readonly names: readonly string[]
  readonly product?: IngressController['product']
  readonly controller: (flag: Flag) => string
  readonly classNames: (flag: Flag) => readonly string[]
}

/** The value of a flag; '' for one without a value; null where it is not given. */
export type Flag = (name: ComponentFlag) => string | null

/** A flag of Go's is on by its name alone. */
export const unlessFalse = (value: string | null): boolean => value !== null && value !== 'false'

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

type Labels = Readonly<Record<string, string>>

/** What the labels say is run; null where it is no known controller of Ingresses, or a job of its chart. */
export function productOfLabels(labels: Labels): Product | null {
  const product = products.find((it) => componentLabels.some((label) => it.names.includes(labels[label] ?? '')))
  return product === undefined || isOtherComponent(labels) ? null : product
}

/** Charts of different makers share a label: a command line that names its class says whose controller it is. */
export function controllerName(product: Product, flag: Flag): string {
  const own = flag('controller-class')
  return own?.includes('/') === true ? own : product.controller(flag)
}

/** Charts give all their pods one name; the default backend and the webhook serve no Ingress. */
function isOtherComponent(labels: Labels): boolean {
  return /default-?backend|webhook|cert-?gen|migrations/.test(labels['app.kubernetes.io/component'] ?? '')
}

interface GatewayProduct {
  /** The end of its image's name, before the tag. */
  readonly image: RegExp
  /** `spec.controllerName` of the GatewayClasses that it takes. */
  readonly controllers: readonly string[]
  /** The flag that names another. */
  readonly flag?: RegExp
}

/** Control planes of the Gateway API, by their images. From their documentation and code. */
const gatewayProducts: readonly GatewayProduct[] = [
  { image: /(?:^|\/)envoyproxy\/gateway(?:-dev)?$/, controllers: ['gateway.envoyproxy.io/gatewayclass-controller'] },
  { image: /(?:^|\/)pilot$/, controllers: ['istio.io/gateway-controller', 'istio.io/unmanaged-gateway'] },
  {
    image: /(?:^|\/)nginx-gateway-fabric$/,
    controllers: ['gateway.nginx.org/nginx-gateway-controller'],
    flag: /^--gateway-ctlr-name=([a-z0-9.-]{1,253}\/[a-z0-9./-]{1,253})$/,
  },
  { image: /(?:^|\/)operator-(?:generic|aws|azure|alibabacloud)$/, controllers: ['io.cilium/gateway-controller'] },
  { image: /(?:^|\/)contour$/, controllers: ['projectcontour.io/gateway-controller'] },
  { image: /(?:^|\/)traefik$/, controllers: ['traefik.io/gateway-controller'] },
  { image: /(?:^|\/)kubernetes-ingress-controller$/, controllers: ['konghq.com/kic-gateway-controller'] },
  { image: /(?:^|\/)kgateway$/, controllers: ['kgateway.dev/kgateway'] },
  { image: /(?:^|\/)aws-load-balancer-controller$/, controllers: ['gateway.k8s.aws/alb', 'gateway.k8s.aws/nlb'] },
]

/**
 * Whose classes the pods of this template serve, of Ingresses and of Gateways: also where there is no pod now. Absent
 * where it is no known controller.
 */
export function servesOf(kind: Workload['kind'], template: Fields, intern: Intern): Pick<Workload, 'serves'> {
  if (kind !== 'Deployment' && kind !== 'DaemonSet' && kind !== 'StatefulSet') return {}
  const containers = list(fields(template['spec'])['containers']).map(fields)
  const words = containers.flatMap((it) => [...texts(it['command']), ...texts(it['args'])])
  const product = productOfLabels(stringMap(fields(template['metadata'])['labels']))
  const kept = product === null ? [] : keptArgs(words)
  const flag: Flag = (name) => flagOf(kept, name)
  const images = containers.map((it) => (text(it['image']) ?? '').slice(0, 500).replace(/[@:][^/]*$/, ''))
  // A helper beside a data plane has the image of its controller: Contour's Envoys are of a DaemonSet.
  const gateways = kind === 'DaemonSet' ? [] : gatewayProducts.filter((it) => images.some((one) => it.image.test(one)))
  const controllers = [
    ...(product === null ? [] : [controllerName(product, flag)]),
    ...gateways.flatMap((it) => namedBy(it, words)),
  ]
  const classNames = product === null ? [] : product.classNames(flag)
  return controllers.length === 0
    ? {}
    : {
        serves: {
          controllers: [...new Set(controllers)].map(intern.text),
          classNames: [...new Set(classNames)].map(intern.text),
        },
      }
}

function namedBy({ flag, controllers }: GatewayProduct, words: readonly string[]): readonly string[] {
  const named = flag === undefined ? [] : words.flatMap((it) => flag.exec(it.slice(0, 600))?.[1] ?? [])
  return named.length > 0 ? named : controllers
}
