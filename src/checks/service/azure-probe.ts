import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ControllerFront, Ingress, IngressController } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { Outside } from '../../model/outside.ts'
import type { AzureProbe } from '../../model/service.ts'
import { full, some } from '../../phrases.ts'
import { controllersOf } from '../../relations/ingress/controllers-of.ts'
import { routeFor } from '../../relations/ingress/ingress-routes-to-service.ts'
import { serviceSubject } from './words.ts'

/**
 * Azure's load balancer asks a port of which the Service says `appProtocol: http` by GET, since Kubernetes 1.24, and
 * for `/` unless an annotation names another path; what is not answered with 200 gets no traffic. A controller of
 * Ingresses answers 404 where no Ingress takes the path for any host (Azure/AKS#2903, #3210).
 */
export default check({
  code: 'SVC259',
  slug: 'service/azure-probe',
  title: "Azure's health probe asks a controller for what it does not have",
  fine: 'what the health probes of Azure ask the controllers of Ingresses for is there',
  severity: 'warning',
  needs: ['ingressControllers', 'nodes'],
  wants: ['ingresses', 'ingressClasses', 'outside'],
  remedies: [],
  decides: [],

  run({ ingressControllers, nodes, ingresses, ingressClasses, outside }) {
    if (!nodes.some((it) => it.provider === 'azure')) return notApplicable('no node here is of Azure')
    const all = ingressControllers
      .filter((it) => it.controller !== 'istio.io/ingress-controller')
      .flatMap((controller) =>
        (controller.fronts ?? []).flatMap((front) =>
          front.type === 'LoadBalancer' && front.wants.length === 0 && front.azureProbes !== undefined
            ? [{ front, controller, probes: front.azureProbes }]
            : [],
        ),
      )
    const asked = [...new Map(all.map((it) => [full(it.front), it])).values()]
    if (asked.length === 0)
      return notApplicable('no load balancer of Azure here asks a controller of Ingresses by HTTP')
    if (!ingresses.known) return cannotTell(ingresses.why.reason, ingresses.why.detail)
    const classes = ingressClasses.known ? ingressClasses.value : []
    return asked.map((it) => {
      const own = ingresses.value.filter((one) => controllersOf(one, [it.controller], classes).length > 0)
      return judge(it, own, outside)
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `The health probe of Azure asks Service ${full(on)} for ${some(args.paths)}, ` +
      `to which ${args.product} answers 404.`,
    detail: ({ args }) => `probes: ${some(args.probes)} · no Ingress takes that path for any host`,
    note: () =>
      'nodes whose probe is not answered with 200 get no traffic: the address is there, and connections to it ' +
      'time out; ' +
      'appProtocol of a port goes before the annotation azure-load-balancer-health-probe-protocol',
    help: ({ subject: on, args }) => [
      args.isNginx ? 'name the path at which ingress-nginx answers' : 'have the probe connect, and ask for nothing',
      ...(args.isNginx
        ? [
            `kubectl -n ${on.namespace} annotate service ${on.name} --overwrite ` +
              'service.beta.kubernetes.io/azure-load-balancer-health-probe-request-path=/healthz',
          ]
        : args.ports.map(
            (it) =>
              `kubectl -n ${on.namespace} annotate service ${on.name} --overwrite ` +
              `service.beta.kubernetes.io/port_${it}_health-probe_protocol=tcp`,
          )),
    ],
  },
})

interface Asked {
  readonly front: ControllerFront
  readonly controller: IngressController
  readonly probes: readonly AzureProbe[]
}

/** No host of a rule: the probe names the address of a node. */
const anyHost = 'node'

function judge({ front, controller, probes }: Asked, own: readonly Ingress[], outside: Known<Outside>) {
  const isNginx = controller.product === 'ingress-nginx'
  // `/healthz` is of ingress-nginx itself (--health-check-path); what else was chosen for others was chosen with care.
  const bad = probes.filter(({ path }) => (isNginx ? path !== '/healthz' : path === '/'))
  if (bad.length === 0 || isReached(front, outside)) return ok(probes.length)
  if (controller.crd !== undefined)
    return cannotTell('ambiguous', 'whether an IngressRoute takes what the health probe of Azure asks Traefik for')
  const routed = own.find((it) => bad.some(({ path }) => routeFor(it, anyHost, path) !== null))
  if (routed !== undefined)
    return cannotTell('ambiguous', `whether the health probe of Azure is answered with 200, by Ingress ${full(routed)}`)
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
    },
    evidence: [{ kind: 'fact', label: 'probes by appProtocol and annotations', value: some(shown) }],
  })
}

/** What was answered there beats what should not be. */
function isReached({ addresses }: ControllerFront, outside: Known<Outside>): boolean {
  return outside.known && outside.value.answers.some((it) => it.status !== null && addresses.includes(it.ip))
}
