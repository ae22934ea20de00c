import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ControllerFront, Ingress, IngressController } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { Outside } from '../../model/outside.ts'
import type { AzureProbe, HealthAsk } from '../../model/service.ts'
import { full, some } from '../../phrases.ts'
import { controllersOf } from '../../relations/ingress/controllers-of.ts'
import { routeFor } from '../../relations/ingress/ingress-routes-to-service.ts'
import { serviceSubject } from './words.ts'

/**
 * Azure's load balancer asks a port of which the Service says `appProtocol: http` by GET, since Kubernetes 1.24, and
 * for `/` unless an annotation names another path; what is not answered with 200 gets no traffic. A controller of
 * Ingresses answers 404 where no Ingress takes the path for any host (Azure/AKS#2903, #3210). AWS and Hetzner do the
 * same where annotations say so.
 */
export default check({
  code: 'SVC259',
  slug: 'service/azure-probe',
  title: "a cloud's health probe asks a controller for what it does not have",
  fine: 'what the health probes of load balancers ask the controllers of Ingresses for is there',
  severity: 'warning',
  needs: ['ingressControllers', 'nodes'],
  wants: ['ingresses', 'ingressClasses', 'outside'],
  remedies: [],
  decides: [],

  run({ ingressControllers, nodes, ingresses, ingressClasses, outside }) {
    const isAzure = nodes.some((it) => it.provider === 'azure')
    const all = ingressControllers
      .filter((it) => it.controller !== 'istio.io/ingress-controller')
      .flatMap((controller) =>
        (controller.fronts ?? []).flatMap((front) => {
          const probes = probesOf(front, isAzure)
          return front.type === 'LoadBalancer' && front.wants.length === 0 && probes.length > 0
            ? [{ front, controller, probes }]
            : []
        }),
      )
    const asked = [...new Map(all.map((it) => [full(it.front), it])).values()]
    if (asked.length === 0)
      return notApplicable('no load balancer of Azure, AWS or Hetzner here asks a controller of Ingresses by HTTP')
    if (!ingresses.known) return cannotTell(ingresses.why.reason, ingresses.why.detail)
    const classes = ingressClasses.known ? ingressClasses.value : []
    return asked.map((it) => {
      const own = ingresses.value.filter((one) => controllersOf(one, [it.controller], classes).length > 0)
      return judge(it, own, outside)
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `The health probe of ${clouds[args.by]} asks Service ${full(on)} for ${some(args.paths)}, ` +
      `to which ${args.product} answers 404.`,
    detail: ({ args }) => `probes: ${some(args.probes)} · no Ingress takes that path for any host`,
    note: ({ args }) => notes[args.by],
    help: ({ subject: on, args }) => [
      args.isNginx ? 'name the path at which ingress-nginx answers' : 'have the probe connect, and ask for nothing',
      ...settings[args.by](args).map(
        (it) => `kubectl -n ${on.namespace} annotate service ${on.name} --overwrite ${it}`,
      ),
    ],
  },
})

type Cloud = 'azure' | HealthAsk['by']

const clouds: Readonly<Record<Cloud, string>> = { azure: 'Azure', aws: 'AWS', hetzner: 'Hetzner' }

const notes: Readonly<Record<Cloud, string>> = {
  azure:
    'nodes whose probe is not answered with 200 get no traffic: the address is there, and connections to it ' +
    'time out; ' +
    'appProtocol of a port goes before the annotation azure-load-balancer-health-probe-protocol',
  aws:
    'all targets are unhealthy: a classic load balancer then answers nobody, and an NLB sends to each, also to those ' +
    'that are gone',
  hetzner: 'all targets are unhealthy, and get no traffic',
}

interface Cured {
  readonly isNginx: boolean
  readonly ports: readonly number[]
}

const settings: Readonly<Record<Cloud, (args: Cured) => readonly string[]>> = {
  azure: ({ isNginx, ports }) =>
    isNginx
      ? ['service.beta.kubernetes.io/azure-load-balancer-health-probe-request-path=/healthz']
      : ports.map((it) => `service.beta.kubernetes.io/port_${it}_health-probe_protocol=tcp`),
  aws: ({ isNginx }) => [
    `service.beta.kubernetes.io/aws-load-balancer-healthcheck-${isNginx ? 'path=/healthz' : 'protocol=tcp'}`,
  ],
  hetzner: ({ isNginx }) => [
    `load-balancer.hetzner.cloud/health-check-${isNginx ? 'http-path=/healthz' : 'protocol=tcp'}`,
  ],
}

interface Probe extends AzureProbe {
  readonly by: Cloud
}

/** `appProtocol` is for all clouds, and Azure alone asks by it. */
function probesOf({ azureProbes = [], healthAsks = [] }: ControllerFront, isAzure: boolean): readonly Probe[] {
  return healthAsks.length > 0 || !isAzure ? healthAsks : azureProbes.map((it) => ({ ...it, by: 'azure' as const }))
}

interface Asked {
  readonly front: ControllerFront
  readonly controller: IngressController
  readonly probes: readonly Probe[]
}

/** No host of a rule: the probe names the address of a node. */
const anyHost = 'node'

function judge({ front, controller, probes }: Asked, own: readonly Ingress[], outside: Known<Outside>) {
  const isNginx = controller.product === 'ingress-nginx'
  // `/healthz` is of ingress-nginx itself (--health-check-path); what else was chosen for others was chosen with care.
  const bad = probes.filter(({ path }) => (isNginx ? path !== '/healthz' : path === '/'))
  const [first] = bad
  if (first === undefined || isReached(front, outside)) return ok(probes.length)
  if (controller.crd !== undefined)
    return cannotTell('ambiguous', 'whether an IngressRoute takes what the health probe asks Traefik for')
  if (controller.defaultBackend !== undefined && !usualBackend.test(controller.defaultBackend.name))
    return cannotTell(
      'ambiguous',
      `whether default backend ${full(controller.defaultBackend)} answers the health probe with 200`,
    )
  const routed = own.find((it) => bad.some(({ path }) => routeFor(it, anyHost, path) !== null))
  if (routed !== undefined)
    return cannotTell(
      'ambiguous',
      `whether the health probe of the load balancer is answered with 200, by Ingress ${full(routed)}`,
    )
  const shown = bad.map((it) => `port ${it.port} ${it.scheme} ${it.path}`)
  return finding({
    subject: serviceSubject(front),
    confidence: 'possible',
    args: {
      paths: [...new Set(bad.map((it) => it.path))],
      probes: shown,
      ports: bad.map((it) => it.port),
      product: isNginx ? 'ingress-nginx' : `${controller.namespace}/${controller.pod}`,
      isNginx,
      by: first.by,
    },
    evidence: [
      {
        kind: 'fact',
        label: first.by === 'azure' ? 'probes by appProtocol and annotations' : 'probes by annotations',
        value: some(shown),
      },
    ],
  })
}

/** The chart's own answers 404 to all but its health check (kubernetes/ingress-gce, cmd/404-server). */
const usualBackend = /default-?(?:http-?)?backend$/

/** What was answered there beats what should not be. */
function isReached({ addresses }: ControllerFront, outside: Known<Outside>): boolean {
  return outside.known && outside.value.answers.some((it) => it.status !== null && addresses.includes(it.ip))
}
