import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ControllerFront, Ingress, IngressController } from '../../model/ingress.ts'
import type { Scope } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { isTarget } from '../../relations/asked-about.ts'
import { albListeners, hasParameters, isOfAlb } from '../../relations/ingress/albs.ts'
import { controllersByClass } from '../../relations/ingress/controller-services.ts'
import { ingressSubject } from './words.ts'

/**
 * A load balancer opens the ports of its Service and no others: a URL of http asks port 80, one of https 443. GKE's
 * opens none for http where `kubernetes.io/ingress.allow-http` says so (cloud.google.com, "Configure Ingress
 * features"). An ALB listens where annotations say so (albListens).
 */
export default check({
  code: 'ING381',
  slug: 'ingress/port-not-open',
  title: 'nobody before an Ingress opens the port that is asked',
  fine: 'the load balancers before Ingresses open the ports that are asked',
  severity: 'warning',
  needs: ['ingresses', 'ingressControllers'],
  wants: ['ingressClasses'],
  remedies: [],
  decides: [],

  run({ ingresses, ingressControllers, ingressClasses, scope }) {
    const classes = ingressClasses.known ? ingressClasses.value : []
    const controllersOf = controllersByClass({ ingressClasses: classes, ingressControllers })
    const asked = askedIn(scope)
    const own = asked === null ? ingresses : ingresses.filter((it) => isTarget(scope, ingressSubject(it)))
    const seen = own.flatMap((ingress): readonly Seen[] => {
      if (ingress.allowHttp === 'off') return [{ ingress, fronts: [], is: 'told', open: [] }]
      if (isOfAlb(ingress, classes)) {
        // A certificate may be found by the host, where HTTPS is asked for; nobody asks for it unless he is told.
        const on = hasParameters(ingress, classes) ? null : albListeners(ingress, ingresses, scope.namespace === null)
        return on === null ? [] : [{ ingress, fronts: [], is: 'alb', open: on.map((it) => it.port) }]
      }
      const fronts = frontsOf(controllersOf(ingress))
      return fronts === null ? [] : [{ ingress, fronts, is: 'front', open: portsOf(fronts) }]
    })
    if (seen.length === 0) return notApplicable('no load balancer that is known stands before an Ingress here')
    const wanted = asked ?? { port: 80, text: 'http://…' }
    const shut = seen.filter((it) => isShut(it, wanted.port))
    if (asked !== null && shut.length === 0) return ok(seen.length)
    if (asked !== null) return shut.map((it) => verdict(it, { ...wanted, isAsked: true }))
    // Who serves by https alone shuts port 80 on purpose.
    const plain = shut.filter((it) => it.is === 'front' && it.ingress.tls === undefined)
    const byFront = Map.groupBy(plain, (it) => some(it.fronts.map(full)))
    const found = [...byFront.values()].flatMap(([first]) =>
      first === undefined ? [] : [verdict(first, { ...wanted, isAsked: false })],
    )
    if (found.length > 0) return found
    return shut.length > 0
      ? notApplicable('those without port 80 are asked by https, as far as it is known')
      : ok(seen.length)
  },

  words: {
    headline: ({ subject: on, args }) => headlines[args.is](full(on), args),
    detail: ({ args }) => (args.asked ? `${args.url} asks port ${args.port}` : 'it has no TLS, and is asked by http'),
    note: ({ args }) =>
      args.is === 'told'
        ? 'clients that ask by http get no connection, and no redirect either'
        : 'a proxy outside of the cluster that asks another port of the load balancer is not seen here',
    help: ({ subject: on, args }) => [
      cures[args.is](args.port),
      args.is === 'front'
        ? `kubectl get services -A | grep LoadBalancer`
        : `kubectl -n ${on.namespace} get ingress ${on.name} -o yaml`,
    ],
  },
})

interface Told {
  readonly port: number
  readonly fronts: readonly string[]
  readonly open: readonly number[]
  /** Of an ALB: it is told of ports, or of a certificate. */
  readonly told: boolean
}

const headlines: Readonly<Record<Seen['is'], (ingress: string, told: Told) => string>> = {
  told: (ingress) =>
    `Ingress ${ingress} has its load balancer open no port 80: kubernetes.io/ingress.allow-http is "false".`,
  front: (ingress, { port, fronts, open }) =>
    `Nobody opens port ${port} before Ingress ${ingress}: Service ${some(fronts)} has ${some(open.map(String))} alone.`,
  alb: (ingress, { port, open, told }) =>
    `The ALB of Ingress ${ingress} does not listen on port ${port}, but on ${some(open.map(String))} alone` +
    (told ? '.' : ', as neither listen-ports nor certificate-arn is set.'),
}

const cures: Readonly<Record<Seen['is'], (port: number) => string>> = {
  told: () => 'ask by https, or take the annotation away (a redirect to https needs port 80: FrontendConfig)',
  front: (port) => `give the Service port ${port}, or ask by another`,
  alb: (port) =>
    `set alb.ingress.kubernetes.io/listen-ports with port ${port}` +
    (port === 80 ? '' : ', and certificate-arn unless ACM has a certificate for the host') +
    ', or ask by another',
}

interface Seen {
  readonly ingress: Ingress
  readonly fronts: readonly ControllerFront[]
  readonly is: 'told' | 'front' | 'alb'
  /** Ports that are open, as far as `is` does not say which one is not. */
  readonly open: readonly number[]
}

function portsOf(fronts: readonly ControllerFront[]): readonly number[] {
  return [...new Set(fronts.flatMap(({ ports }) => ports.map((it) => it.port)))]
}

interface Asked {
  readonly port: number
  readonly text: string
}

function askedIn({ target }: Scope): Asked | null {
  const url = target.kind === 'object' && target.url !== null ? URL.parse(target.url) : null
  if (url === null || !/^https?:$/.test(url.protocol)) return null
  const usual = url.protocol === 'https:' ? 443 : 80
  return { port: url.port === '' ? usual : Number(url.port), text: `${url.protocol}//${url.host}` }
}

/** null where the way in is another one, or may be: node ports that something outside leads to, a node's own ports. */
function frontsOf(controllers: readonly IngressController[]): readonly ControllerFront[] | null {
  if (controllers.length === 0 || controllers.some((it) => it.hostNetwork === true || it.fronts === undefined))
    return null
  const all = [...new Map(controllers.flatMap((it) => it.fronts ?? []).map((it) => [full(it), it])).values()]
  const isOne = all.every((it) => it.type === 'LoadBalancer' && it.wants.length === 0 && it.addresses.length > 0)
  return all.length > 0 && isOne ? all : null
}

function isShut({ is, open }: Seen, port: number): boolean {
  return is === 'told' ? port === 80 : !open.includes(port)
}

function verdict({ ingress, fronts, is, open }: Seen, { port, text, isAsked }: Asked & { readonly isAsked: boolean }) {
  return finding({
    subject: ingressSubject(ingress),
    also: fronts.map((it) => subject('Service', it.namespace, it.name)),
    confidence: is === 'front' ? 'possible' : 'inferred',
    severity: isAsked ? 'warning' : 'info',
    args: {
      is,
      port,
      url: text,
      asked: isAsked,
      fronts: fronts.map(full),
      open,
      told: ingress.albListens?.told === true,
    },
    evidence: [evidenceOf(ingress, is, open)],
  })
}

function evidenceOf({ albListens }: Ingress, is: Seen['is'], open: readonly number[]) {
  if (is === 'told') return { kind: 'fact', label: 'kubernetes.io/ingress.allow-http', value: 'false' } as const
  if (is === 'front') return { kind: 'fact', label: 'ports of the Service', value: some(open.map(String)) } as const
  return {
    kind: 'fact',
    label: 'listeners of the ALB',
    value: some((albListens?.on ?? []).map((it) => `${it.protocol} ${it.port}`)),
  } as const
}
