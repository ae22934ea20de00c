import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress, IngressClass, IngressController } from '../../model/ingress.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { full, some } from '../../phrases.ts'
import { toldTarget } from '../../relations/ingress/albs.ts'
import { controllersOf } from '../../relations/ingress/controllers-of.ts'
import { routesOf, servicesByName } from '../../relations/ingress/ingress-routes-to-service.ts'
import { declaredPorts } from '../../relations/service/service-endpoints.ts'
import { isLive, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { ingressBackendFails } from '../../relations/symptom.ts'
import { ingressSubject } from './words.ts'

const classes = {
  alb: { controllers: /^ingress\.k8s\.aws\/alb$/, annotation: 'alb.ingress.kubernetes.io/healthcheck-port' },
  appgw: {
    controllers: /^azure\/application-gateway$/,
    annotation: 'appgw.ingress.kubernetes.io/health-probe-port',
  },
} as const

/**
 * The load balancer asks its targets on a port of its own: pods on a port of theirs, nodes on one of a node, which a
 * Service has as its node port. A name is one of the Service's ports; what can't be looked up stops the controller
 * (aws-load-balancer-controller, pkg/ingress/model_build_target_group.go; AGIC, docs/annotations.md).
 */
export default check({
  code: 'ING380',
  slug: 'ingress/health-check-astray',
  title: "a load balancer's health check asks a port that nobody has",
  fine: 'the ports that health checks of load balancers ask are those of somebody',
  severity: 'warning',
  needs: ['ingresses', 'services', 'pods'],
  wants: ['ingressClasses', 'ingressControllers'],
  remedies: [],
  decides: [],

  run({ ingresses, services, pods, ingressClasses, ingressControllers, scope }) {
    const around = {
      classes: ingressClasses.known ? ingressClasses.value : [],
      controllers: ingressControllers.known ? ingressControllers.value : [],
      services,
      pods,
      podsOf: podsOfServices(pods),
      isWhole: scope.namespace === null,
    }
    const find = servicesByName(services)
    const verdicts = ingresses.flatMap((ingress) =>
      [...new Set(routesOf(ingress).map((it) => it.backend.service))].flatMap((name) => {
        const service = find(ingress.namespace, name)
        const asks = service === null ? null : askedOf(ingress, service, around.classes)
        return service === null || asks === null ? [] : [judge({ ingress, service, asks }, around)]
      }),
    )
    return verdicts.length > 0 ? verdicts : notApplicable('no Ingress here has its health check ask a port of its own')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `The health check of Ingress ${full(on)} asks ${args.asked} of Service ${args.service}${why(args)}.`,
    detail: ({ args }) => `${args.by}: ${args.port} · targets: ${args.target}`,
    note: ({ args }) => notes[args.fault],
    help: ({ subject: on, args }) => [
      args.by.startsWith('alb')
        ? 'take the annotation away, so that the port of the traffic is asked, or name a port that is there'
        : 'take the annotation away, or name a port that the pods listen on',
      `kubectl -n ${on.namespace} annotate ${args.on} ${args.by}-`,
      `kubectl -n ${on.namespace} get service ${args.service} -o yaml`,
    ],
  },
})

type Fault = 'pods' | 'nodes' | 'no-name' | 'named-target'

const refused = 'the controller stops at this Ingress: no target of it is written any more'

const notes: Readonly<Record<Fault, string>> = {
  pods:
    'a pod may listen on a port that it does not declare; where it does not, each target is unhealthy: an ' +
    'Application Gateway answers 502 then, an ALB sends to all of them as if it had no health check, and readiness ' +
    'gates stay false',
  nodes: 'each target is unhealthy then: an ALB sends to all of them as if it had no health check',
  'no-name': refused,
  'named-target': refused,
}

interface Words {
  readonly fault: Fault
  readonly declared: readonly string[]
}

function why({ fault, declared }: Words): string {
  if (fault === 'pods') return `, whose pods declare ${some(declared)} alone`
  if (fault === 'nodes') return ': no Service has it as a node port, and no pod opens it on a node'
  return fault === 'no-name' ? ', which has no port of that name' : ', whose target port is a name as well'
}

interface Asks {
  readonly by: 'alb' | 'appgw'
  readonly port: number | string
  /** Whose annotation it is. */
  readonly on: 'ingress' | 'service'
}

/** A Service's annotation goes before that of its Ingress. */
function askedOf(ingress: Ingress, service: Service, known: readonly IngressClass[]): Asks | null {
  const own = known.find((it) => it.name === ingress.className)
  const isFor = (by: 'alb' | 'appgw'): boolean => own === undefined || classes[by].controllers.test(own.controller)
  if (ingress.albTarget !== undefined && service.albHealthPort !== undefined && isFor('alb'))
    return service.albHealthPort === null ? null : { by: 'alb', port: service.albHealthPort, on: 'service' }
  const { healthPort } = ingress
  return healthPort === undefined || !isFor(healthPort.by) ? null : { ...healthPort, on: 'ingress' }
}

interface Around {
  readonly classes: readonly IngressClass[]
  readonly controllers: readonly IngressController[]
  readonly services: readonly Service[]
  readonly pods: readonly Pod[]
  readonly podsOf: (service: Service) => readonly Pod[]
  readonly isWhole: boolean
}

interface Asked {
  readonly ingress: Ingress
  readonly service: Service
  readonly asks: Asks
}

function judge(it: Asked, around: Around) {
  const target = targetOf(it, around)
  if (target === null)
    return cannotTell('ambiguous', `the parameters of the class of ${full(it.ingress)} may say what its ALBs send to`)
  if (typeof it.asks.port === 'string') return judgeName(it, it.asks.port, target)
  return target === 'ip' ? judgePods(it, it.asks.port, around) : judgeNodes(it, it.asks.port, around)
}

/** As `alb-without-node-port` decides it; null where it is not known. An Application Gateway sends to pods alone. */
function targetOf({ ingress, service, asks }: Asked, around: Around): 'ip' | 'instance' | null {
  if (asks.by === 'appgw') return 'ip'
  const said = toldTarget(ingress, service)
  if (said !== undefined) return said
  if (around.classes.find((it) => it.name === ingress.className)?.parameters === true) return null
  return controllersOf(ingress, around.controllers, around.classes).some((it) => it.defaultTarget === 'ip')
    ? 'ip'
    : 'instance'
}

function judgeName(it: Asked, name: string, target: 'ip' | 'instance') {
  const port = it.service.ports.find((one) => one.name === name)
  if (port === undefined) return verdict(it, { target, fault: 'no-name', declared: [] })
  return target === 'ip' && typeof port.targetPort === 'string'
    ? verdict(it, { target, fault: 'named-target', declared: [] })
    : ok(1)
}

/** Where a container of a pod shows that it has a port: declared, asked by the kubelet, or told to listen there. */
function hasPort(pod: Pod, port: number): boolean {
  return (
    declaredPorts(pod, 'TCP').some((it) => it.port === port) ||
    pod.containers.some(
      ({ readinessProbe, livenessProbe, startupProbe, listens = [] }) =>
        listens.some((it) => it.port === port) ||
        [readinessProbe, livenessProbe, startupProbe].some((it) => askedBy(it) === port),
    )
  )
}

/** Of `http-get :9000/healthz`. */
function askedBy(probe: string | null | undefined): number | null {
  const [, port] = /:(\d{1,5})(?!\d)/.exec(probe ?? '') ?? []
  return port === undefined ? null : Number(port)
}

function judgePods(it: Asked, port: number, { podsOf }: Around) {
  const live = podsOf(it.service).filter(isLive)
  if (live.length === 0) return cannotTell('not-there', `no pod of Service ${full(it.service)} was seen`)
  if (live.some((one) => hasPort(one, port))) return ok(1)
  // Who declares nothing may listen anywhere, and a node has ports that no pod declares.
  if (live.some((one) => one.hostNetwork || declaredPorts(one, 'TCP').length === 0))
    return cannotTell('ambiguous', `what the pods of Service ${full(it.service)} listen on is not declared`)
  const declared = [...new Set(live.flatMap((one) => declaredPorts(one, 'TCP').map((each) => `${each.port}`)))]
  return verdict(it, { target: 'ip', fault: 'pods', declared })
}

/** The range that the API server gives node ports of, `--service-node-port-range`, where it is not told otherwise. */
const nodePorts = { from: 30_000, to: 32_767 }

function judgeNodes(it: Asked, port: number, { services, pods, podsOf, isWhole }: Around) {
  const isServed = services.some((one) => one.ports.some(({ nodePort }) => nodePort === port))
  const isOpened = pods.some(
    (pod) =>
      declaredPorts(pod, 'TCP').some(({ hostPort }) => hostPort === port) || (pod.hostNetwork && hasPort(pod, port)),
  )
  if (isServed || isOpened) return ok(1)
  const isOfPods = podsOf(it.service).some((pod) => hasPort(pod, port))
  // Of a Service with externalTrafficPolicy Local kube-proxy answers on a port of that range, which is not kept.
  const isKept = services.some((one) => one.type === 'LoadBalancer' && one.externalTrafficPolicy === 'Local')
  const isNodePort = port >= nodePorts.from && port <= nodePorts.to
  if (!isWhole || isKept || !(isNodePort || isOfPods))
    return cannotTell('ambiguous', `whether a program of the nodes listens on ${port}`)
  return verdict(it, { target: 'instance', fault: 'nodes', declared: [] })
}

interface Seen extends Words {
  readonly target: 'ip' | 'instance'
}

function verdict({ ingress, service, asks }: Asked, { target, fault, declared }: Seen) {
  const by = classes[asks.by].annotation
  const isRefused = fault === 'no-name' || fault === 'named-target'
  const onNodes = target === 'instance' && !isRefused
  return finding({
    subject: ingressSubject(ingress),
    severity: isRefused ? 'error' : 'warning',
    confidence: isRefused ? 'inferred' : 'possible',
    args: {
      service: service.name,
      asked: isRefused ? `the port named \`${asks.port}\`` : `port ${asks.port}${onNodes ? ' on nodes, for pods' : ''}`,
      port: `${asks.port}`,
      by,
      on: asks.on === 'ingress' ? `ingress ${ingress.name}` : `service ${service.name}`,
      target,
      fault,
      declared,
    },
    evidence: [
      {
        kind: 'config',
        object:
          asks.on === 'ingress'
            ? ingressSubject(ingress)
            : { kind: 'Service', namespace: service.namespace, name: service.name },
        path: `metadata.annotations['${by}']`,
        lines: ['annotations:', `  ${by}: ${asks.port}`],
        at: 1,
        mark: `${asks.port}`,
        label: isRefused ? 'it stops at this' : 'nobody was seen to have it',
      },
    ],
    // An ALB of which no target is well sends to all of them.
    causes: isRefused || asks.by === 'appgw' ? [ingressBackendFails(ingress, service.name)] : [],
  })
}
