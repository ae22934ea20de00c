import type { IngressController } from '../../model/ingress.ts'
import type { ControllerConfig } from '../../model/ingress-config.ts'
import type { Model } from '../../model/sources.ts'
import { endpointMarks, ingressMark, type Marks } from './object-marks.ts'

export interface ConfigSpec {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly product: ControllerConfig['product']
  readonly statusPort: number
}

export interface IngressConfigPlan {
  readonly specs: readonly ConfigSpec[]
  /** Controllers of these classes that are left as they are, for the sake of load. */
  readonly leftOut: number
  /** null = every namespace. */
  readonly namespace: string | null
  /** What the objects said when they were read. */
  readonly ingresses: Marks
  /** When each Ingress was last changed, as far as it tells: what was refused before is over. */
  readonly changedAt: ReadonlyMap<string, number>
  readonly endpoints: Marks
}

/** A replica that is behind the others is what this is for, and more than these say the same. */
const mostControllers = 6

/** Internal/ingress/controller: --status-port. */
const statusPort = 10246

/** The nginx controllers whose classes the Ingresses in scope bear. */
export function planIngressConfigs({ scope, sources }: Model): IngressConfigPlan {
  const { ingresses, ingressClasses, ingressControllers, endpointSlices } = sources
  const all = ingresses.known && scope.target.kind !== 'dns' ? ingresses.value : []
  const classes = new Set(all.map((it) => it.className ?? ''))
  const controllerOf = new Map((ingressClasses.known ? ingressClasses.value : []).map((it) => [it.name, it.controller]))
  const wanted = (it: IngressController): boolean =>
    [...classes].some((name) => it.classNames.includes(name) || controllerOf.get(name) === it.controller)
  const found = (ingressControllers.known ? ingressControllers.value : []).flatMap((it): readonly ConfigSpec[] => {
    const product = productOf(it)
    if (product === null || it.container === undefined || !wanted(it)) return []
    return [
      {
        namespace: it.namespace,
        pod: it.pod,
        container: it.container,
        product,
        statusPort: it.statusPort ?? statusPort,
      },
    ]
  })
  return {
    specs: found.slice(0, mostControllers),
    leftOut: Math.max(0, found.length - mostControllers),
    namespace: scope.namespace,
    ingresses: new Map(all.map((it) => [`${it.namespace}/${it.name}`, ingressMark(it.rules)])),
    changedAt: new Map(
      all.flatMap((it) => (it.changedAt === undefined ? [] : [[`${it.namespace}/${it.name}`, it.changedAt] as const])),
    ),
    endpoints: endpointMarks(endpointSlices.known ? endpointSlices.value : []),
  }
}

function productOf({ controller, product }: IngressController): ControllerConfig['product'] | null {
  if (product === 'ingress-nginx' || product === 'f5-nginx') return product
  return controller === 'nginx.org/ingress-controller' ? 'f5-nginx' : null
}

export function announceIngressConfigs(
  { specs, leftOut }: IngressConfigPlan,
  logs: 'allowed' | 'left-out',
): readonly string[] {
  if (specs.length === 0) return []
  const pods = `${specs.length} ingress controller${specs.length === 1 ? '' : 's'}`
  return [
    `reads nginx.conf and the list of back ends in ${pods} (${specs.map((it) => it.pod).join(', ')}) by exec, ` +
      `asks the API server for its version from there${logs === 'allowed' ? ', and reads the end of the log' : ''}, ` +
      'before and after; ' +
      'no certificate, no key',
    ...(leftOut === 0 ? [] : [`leaves out the configuration of ${leftOut} more ingress controllers`]),
  ]
}
