import { closest } from '../../closest.ts'
import type { Ingress, IngressClass, IngressController } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import type { GoneMaker, goneMakers } from '../controller-makers.ts'
import { controllerGone } from './controller-gone.ts'

/**
 * Who serves an Ingress. A controller may run where hopscope does not look: outside the cluster, under labels of its
 * own, in a namespace that may not be listed. So `served` takes evidence that names somebody, `nobody` takes evidence
 * against (a slip of a class that is served), and all between is open.
 */
export type Served =
  | { readonly kind: 'served'; readonly by: string }
  /** Pods of its controller are here, and none is ready. */
  | { readonly kind: 'down'; readonly pods: readonly IngressController[] }
  /** The workload of its controller is here, and has no pod that is ready. */
  | { readonly kind: 'gone'; readonly maker: GoneMaker }
  /** A cloud's own controller takes it, and has given it no address: at work on it, or in trouble. */
  | { readonly kind: 'waiting'; readonly of: string }
  /**
   * Nobody who is seen takes it, and no address says that somebody else did. `meant`: the served class that it nearly
   * names.
   */
  | { readonly kind: 'nobody'; readonly why: string; readonly meant: string | null }
  /** It has an address, or might be given one by somebody out of sight. */
  | { readonly kind: 'open'; readonly why: string }

export interface ServingSeen {
  readonly classes: readonly IngressClass[]
  readonly controllers: readonly IngressController[]
  readonly nodes: Known<readonly Node[]>
  readonly pods: Known<readonly Pod[]>
  /** Absent where workloads are not looked at. */
  readonly gone?: ReturnType<typeof goneMakers>
  /** Whether `pods` are those of every namespace. Absent = nobody says so. */
  readonly everyPod?: boolean
}

type Cloud = 'gke' | 'aks' | 'aws'

interface CloudClass {
  readonly name: string
  /** By the class's name, where no IngressClass need exist. */
  readonly classes: RegExp | null
  /** By `spec.controller` of an IngressClass. */
  readonly controllers: RegExp | null
  /** The names under which it writes the status. */
  readonly writers: RegExp | null
  /** Nodes of another cloud say that this one is not here. */
  readonly home: Cloud | null
}

/**
 * Controllers that work from outside, or in namespaces that belong to the provider. From their documentation and code.
 */
const clouds: readonly CloudClass[] = [
  // ingress-gce: "you cannot specify a GKE Ingress using spec.ingressClassName"; its manager is glbc (cmd/glbc).
  {
    name: 'GKE Ingress',
    classes: /^gce(?:-internal|-multi-cluster)?$/,
    controllers: /^(?:networking\.gke\.io|k8s\.io\/ingress-gce)\b/,
    writers: /^glbc$/,
    home: 'gke',
  },
  {
    name: 'the AWS Load Balancer Controller',
    classes: /^alb$/,
    controllers: /^(?:ingress\.k8s\.aws|eks\.amazonaws\.com)\/alb$/,
    writers: null,
    home: 'aws',
  },
  {
    name: 'Application Gateway',
    classes: /^(?:azure\/application-gateway|azure-application-gateway)$/,
    controllers: /^azure\/application-gateway$/,
    writers: /^(?:appgw-ingress|ingress-azure|ApplicationGatewayIngress)/i,
    home: 'aks',
  },
  {
    name: 'Application Gateway for Containers',
    classes: /^azure-alb-(?:external|internal)$/,
    controllers: /^alb\.networking\.azure\.io\//,
    writers: null,
    home: 'aks',
  },
  {
    name: "AKS's application routing",
    classes: /^webapprouting\.kubernetes\.azure\.com$/,
    controllers: /^webapprouting\.kubernetes\.azure\.com\//,
    writers: null,
    home: 'aks',
  },
  { name: 'NSX', classes: /^nsx$/, controllers: /^(?:ncp\.vmware\.com|nsx)\b/, writers: /^nsx-ncp$/, home: null },
  { name: 'Avi', classes: /^avi(?:-lb)?$/, controllers: /^ako\.vmware\.com\//, writers: null, home: null },
  // Routes that OpenShift makes of Ingresses: its controller manager is not a router pod.
  {
    name: "OpenShift's router",
    classes: /^openshift-default$/,
    controllers: /^openshift\.io\/ingress-to-route$/,
    writers: /^route-controller-manager$/,
    home: null,
  },
  {
    name: 'Alibaba Cloud ALB',
    classes: null,
    controllers: /^ingress\.k8s\.alibabacloud\/alb$/,
    writers: null,
    home: null,
  },
  {
    name: 'Tencent CLB',
    classes: /^qcloud$/,
    controllers: /^ingress\.cloud\.tencent\.com\/qcloud$/,
    writers: null,
    home: null,
  },
  {
    name: 'OCI native ingress',
    classes: null,
    controllers: /^oci\.oraclecloud\.com\/native-ingress-controller$/,
    writers: null,
    home: null,
  },
]

/** By its class, else by whoever wrote its address. */
export function servedBy(ingress: Ingress, seen: ServingSeen): Served {
  const byClass = ingress.className === null ? withoutClass(ingress, seen) : ofClass(ingress, ingress.className, seen)
  if (byClass.kind !== 'open' && byClass.kind !== 'nobody') return byClass
  const writer = ingress.addresses.length > 0 ? writerOf(ingress, seen) : null
  return writer === null ? byClass : { kind: 'served', by: writer }
}

function ofClass(ingress: Ingress, name: string, seen: ServingSeen): Served {
  const { classes, controllers } = seen
  const named = classes.find((it) => it.name === name)
  const own = controllers.filter((it) =>
    named === undefined
      ? it.classNames.includes(name) && goesByName(ingress, it)
      : it.controller === named.controller || (it.classNames.includes(name) && goesByName(ingress, it)),
  )
  const ready = own.find((it) => it.ready)
  if (ready !== undefined) return { kind: 'served', by: podName(ready) }

  const cloud = clouds.find(
    (it) => (named === undefined ? it.classes?.test(name) : it.controllers?.test(named.controller)) === true,
  )
  if (cloud !== undefined && own.length === 0) return ofCloud(ingress, cloud, seen)
  if (own.length > 0) return { kind: 'down', pods: own }
  const maker = seen.gone?.((it) =>
    named === undefined ? it.classNames.includes(name) : it.controllers.includes(named.controller),
  )
  if (maker != null) return { kind: 'gone', maker }
  // Whoever goes by the object let go of it when the object went, and leaves the address as it was.
  const blind = named === undefined ? controllers.find((it) => it.ready && it.classNames.includes(name)) : undefined
  if (blind !== undefined)
    return {
      kind: 'nobody',
      why:
        `is of class \`${name}\`, and there is no IngressClass of that name, by which its controller ` +
        `${podName(blind)} goes`,
      meant: null,
    }
  const other = named === undefined ? undefined : controllers.find((it) => isForOther(ingress, named, it))
  if (other !== undefined && named !== undefined)
    return {
      kind: 'nobody',
      why:
        `is of class \`${name}\`, that of \`${named.controller}\`, and the ingress-nginx that is here ` +
        `(${podName(other)}) serves \`${other.controller}\``,
      meant: null,
    }
  const moved = named === undefined ? null : servedElsewhere(ingress, named, seen)
  if (moved !== null) return moved
  const what =
    named === undefined
      ? `neither an IngressClass nor a controller bears the class \`${name}\``
      : `nothing that serves \`${named.controller}\` is to be seen`
  if (ingress.addresses.length > 0)
    return { kind: 'open', why: `${what}: its address may be left from before, or come from a controller out of sight` }
  const why =
    named === undefined
      ? `is of class \`${name}\`, which neither an IngressClass nor a controller bears`
      : `is of class \`${name}\`, and ${what}`
  return { kind: 'nobody', why, meant: named === undefined ? (closest(name, servedClasses(seen), 1)[0] ?? null) : null }
}

/** Another maker's controller runs in place of its own. */
function servedElsewhere(ingress: Ingress, named: ServingSeen['classes'][number], seen: ServingSeen): Served | null {
  const instead = controllerGone(named, seen)
  if (instead === null) return null
  return {
    kind: 'nobody',
    why:
      `is of class \`${named.name}\`, no pod of its controller \`${named.controller}\` is here, and another ` +
      'controller is ' +
      `(${podName(instead)}, of \`${instead.controller}\`)` +
      (ingress.addresses.length > 0 ? ': its address may be left from before' : ''),
    meant: null,
  }
}

/**
 * `spec.ingressClassName` leads ingress-nginx to an IngressClass, and it heeds those of its own controller alone,
 * unless it has --ingress-class-by-name; its --ingress-class is for the annotation (internal/ingress/controller/store).
 */
function goesByName({ classFrom }: Ingress, { byName }: IngressController): boolean {
  return classFrom !== 'spec' || byName !== 'off'
}

/**
 * Its class is ingress-nginx's own, nobody serves it, and the one that is here has another --controller-class.
 * An address that is not of that one's Services says that a second one may be out of sight.
 */
function isForOther({ addresses }: Ingress, named: IngressClass, it: IngressController): boolean {
  const own = (it.fronts ?? []).flatMap((front) => front.addresses)
  return (
    it.product === 'ingress-nginx' &&
    it.ready &&
    named.controller.startsWith('k8s.io/') &&
    named.controller.includes('nginx') &&
    addresses.every((one) => own.includes(one))
  )
}

function ofCloud(ingress: Ingress, cloud: CloudClass, { nodes }: ServingSeen): Served {
  const here = cloudOf(nodes)
  if (cloud.home !== null && here !== null && here !== cloud.home) {
    return ingress.addresses.length > 0
      ? {
          kind: 'open',
          why:
            `its class is that of ${cloud.name}, and the nodes are another cloud's: ` +
            'its address may be left from before',
        }
      : {
          kind: 'nobody',
          why: `is of class \`${ingress.className}\`, that of ${cloud.name}, and the nodes are another cloud's`,
          meant: null,
        }
  }
  return ingress.addresses.length > 0 ? { kind: 'served', by: cloud.name } : { kind: 'waiting', of: cloud.name }
}

/** Those that name no class are for controllers that take them: by a flag, by default (Traefik, Contour), or GKE's. */
function withoutClass(ingress: Ingress, { classes, controllers, nodes, gone }: ServingSeen): Served {
  const taking = controllers.filter(takesClassless)
  const ready = taking.find((it) => it.ready)
  if (ready !== undefined) return { kind: 'served', by: podName(ready) }
  // GKE's own controller takes Ingresses without a class wherever HTTP load balancing is on.
  if (cloudOf(nodes) === 'gke')
    return ingress.addresses.length > 0 ? { kind: 'served', by: 'GKE Ingress' } : { kind: 'waiting', of: 'GKE Ingress' }
  if (taking.length > 0) return { kind: 'down', pods: taking }
  const maker = gone?.((it) => it.classNames.includes(''))
  if (maker != null) return { kind: 'gone', maker }
  if (ingress.addresses.length > 0)
    return {
      kind: 'open',
      why: 'it has no class, and no controller that is seen takes such Ingresses: its address may be left from before',
    }
  const fallback = classes.find((it) => it.isDefault)
  if (fallback !== undefined)
    return {
      kind: 'nobody',
      why: `has no class; the default \`${fallback.name}\` is filled in only when an Ingress is created`,
      meant: null,
    }
  if (!nodes.known)
    return {
      kind: 'open',
      why: "it has no class: on GKE the cloud's own controller takes it, and the nodes could not be read",
    }
  return { kind: 'nobody', why: 'has no class, and no IngressClass is the default', meant: null }
}

/** `''` stands for no class. Recordings of before know Traefik's by an empty list. */
function takesClassless(it: IngressController): boolean {
  return it.classNames.includes('') || (it.controller === 'traefik.io/ingress-controller' && it.classNames.length === 0)
}

/** Who wrote the address: a cloud's known name, or that of a container that runs here and is ready. */
function writerOf(ingress: Ingress, { pods, controllers, nodes }: ServingSeen): string | null {
  const here = cloudOf(nodes)
  // What a controller takes that is recognised is known: an address of its making on another's class is an old one.
  const known = new Set(controllers.map(podName))
  const ready = pods.known ? pods.value.filter((it) => it.ready && !it.deleting) : []
  const strangers = ready.filter((it) => !known.has(podName({ namespace: it.namespace, pod: it.name })))
  for (const writer of ingress.statusBy ?? []) {
    const cloud = clouds.find(
      (it) => it.writers?.test(writer) === true && (it.home === null || here === null || it.home === here),
    )
    if (cloud !== undefined) return cloud.name
    if (tellsNothing.test(writer)) continue
    const running = strangers.find((pod) => pod.containers.some((it) => it.ready && isProgram(writer, it)))
    if (running !== undefined) return podName({ namespace: running.namespace, pod: running.name })
  }
  return null
}

/** People and pipelines write status too, which serves nothing; other names are any program's. */
const tellsNothing =
  /^(?:kubectl.*|helm|argocd.*|flux.*|kustomize.*|terraform.*|controller|manager|operator|main|app|unknown)$/i

/** A program writes under its binary's name, which mostly is its image's or its container's. */
function isProgram(writer: string, it: { readonly name: string; readonly image: string }): boolean {
  const image = /([^/:@]+)(?::[^/@]*)?(?:@.*)?$/.exec(it.image)?.[1]
  return it.name === writer || image === writer
}

export function servedClasses({
  classes,
  controllers,
}: Pick<ServingSeen, 'classes' | 'controllers'>): readonly string[] {
  const ready = controllers.filter((it) => it.ready)
  const byObject = classes.filter((it) => ready.some((one) => one.controller === it.controller)).map((it) => it.name)
  const byName = ready.flatMap((one) =>
    one.classNames.filter((name) => {
      const isByObject = one.byName === 'off'
      const named = classes.find((it) => it.name === name)
      return name !== '' && (!isByObject || named?.controller === one.controller)
    }),
  )
  return [...new Set([...byObject, ...byName])]
}

/** By the scheme of the nodes' providerID, else by the labels that the cloud puts on them; null where neither says. */
function cloudOf(nodes: Known<readonly Node[]>): Cloud | null {
  if (!nodes.known) return null
  const found = nodes.value.map(cloudOfNode)
  return found.find((it) => it !== null) ?? null
}

const providers: Readonly<Record<string, Cloud>> = { gce: 'gke', azure: 'aks', aws: 'aws' }
const nodeLabels: readonly (readonly [RegExp, Cloud])[] = [
  [/^cloud\.google\.com\/gke-/, 'gke'],
  [/^kubernetes\.azure\.com\//, 'aks'],
  [/^(?:eks\.amazonaws\.com\/|alpha\.eksctl\.io\/)/, 'aws'],
]

function cloudOfNode(node: Node): Cloud | null {
  const keys = Object.keys(node.labels)
  const byLabel = nodeLabels.find(([pattern]) => keys.some((it) => pattern.test(it)))?.[1]
  return byLabel ?? providers[node.provider ?? ''] ?? null
}

function podName(it: { readonly namespace: string; readonly pod: string }): string {
  return `${it.namespace}/${it.pod}`
}
