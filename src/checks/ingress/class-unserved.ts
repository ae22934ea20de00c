import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import { closest } from '../../closest.ts'
import type { Ingress, IngressClass, IngressController } from '../../model/ingress.ts'
import type { Confidence, Severity } from '../../findings/verdict.ts'
import { ingressFails } from '../../relations/symptom.ts'
import { full, some } from '../service/words.ts'
import { ingressSubject } from './words.ts'

/**
 * A controller takes only Ingresses of its class, and leaves the others without a word. Who serves a class may run
 * outside the cluster (a cloud's load balancer), so a controller that is not seen here is suspicion, not proof.
 */
export default check({
  code: 'ING303',
  slug: 'ingress/class-unserved',
  title: 'no controller serves the class of an Ingress',
  fine: 'every Ingress has a class that a controller serves',
  severity: 'error',
  needs: ['ingresses', 'ingressClasses'],
  wants: ['ingressControllers'],
  remedies: [],
  decides: ['ING-01', 'ING-02'],

  run({ ingresses, ingressClasses, ingressControllers }) {
    if (ingresses.length === 0) return notApplicable('there is no Ingress here')
    if (!ingressControllers.known) return cannotTell(ingressControllers.why.reason, `which controllers run is not known: ${ingressControllers.why.detail}`)
    const seen = { classes: ingressClasses, controllers: ingressControllers.value }
    const verdicts = ingresses.map((it) => judge(it, seen))
    return verdicts
  },

  words: {
    headline: ({ subject: on, args }) => `Ingress ${full(on)} ${args['problem']}.`,
    detail: ({ args }) => `class ${args['class']} · IngressClasses: ${args['classes']} · controllers seen: ${args['controllers']} · ${args['address']}`,
    note: () => 'a controller leaves Ingresses of other classes alone, without an event: requests get its 404, or nothing at all',
    help: ({ subject: on, args }) => [
      args['near'] === '' ? 'name a class that is served, or run its controller' : `name a class that is served: \`${args['near']}\``,
      ...(args['near'] === '' ? [] : [`kubectl -n ${on.namespace} patch ingress ${on.name} --type=merge -p '{"spec":{"ingressClassName":"${args['near']}"}}'`]),
      'kubectl get ingressclasses -o wide',
    ],
  },
})

interface Seen {
  readonly classes: readonly IngressClass[]
  readonly controllers: readonly IngressController[]
}

/** Classes of controllers that clouds run outside the cluster: none of their pods is to be seen. */
const cloudClasses = /^(?:gce(?:-internal|-multi-cluster)?|alb|azure\/application-gateway|azure-application-gateway|webapprouting\..*)$/

/** Controllers that run as pods in every installation: not to see one of these is to miss it. */
const runsAsPods: ReadonlySet<string> = new Set(['k8s.io/ingress-nginx', 'nginx.org/ingress-controller', 'traefik.io/ingress-controller', 'haproxy.org/ingress-controller', 'haproxy-ingress.github.io/controller'])

function judge(ingress: Ingress, seen: Seen): Verdict {
  const { classes, controllers } = seen
  const fault = (problem: string, severity: Severity, confidence: Confidence): Verdict => verdict(ingress, seen, { problem, severity, confidence })
  const answered = ingress.addresses.length > 0
  if (ingress.className === null) {
    const fallback = classes.find((it) => it.isDefault)
    if (answered || controllers.some(takesClassless)) return ok(1)
    if (fallback === undefined) return fault('has no class, and no IngressClass is the default', 'error', 'inferred')
    return fault(`has no class; the default \`${fallback.name}\` is filled in only when an Ingress is created`, 'warning', 'possible')
  }

  const named = classes.find((it) => it.name === ingress.className)
  if (named === undefined) {
    if (controllers.some((it) => it.classNames.includes(ingress.className ?? ''))) return ok(1)
    // Who wrote an address into its status serves it, or did: a cloud's controller runs outside, and knows its class by the
    // annotation alone (GKE: "you cannot specify a GKE Ingress using spec.ingressClassName"; AGIC, ALB alike).
    if (answered && ingress.classFrom === 'annotation') return ok(1)
    if (answered) return cannotTell('ambiguous', `Ingress ${full(ingress)} has an address, but neither an IngressClass nor a controller bears its class \`${ingress.className}\`: the address may be left from before`)
    return cloudClasses.test(ingress.className) ? fault(`is of class \`${ingress.className}\`, a cloud's own, and has no address yet`, 'warning', 'possible') : fault(`is of class \`${ingress.className}\`, which neither an IngressClass nor a controller bears`, 'error', 'inferred')
  }
  const serving = controllers.filter((it) => it.controller === named.controller)
  if (serving.some((it) => it.ready)) return ok(1)
  if (serving.length > 0) return fault(`is of class \`${named.name}\`, whose controller is not ready (${some(serving.map((it) => `${it.namespace}/${it.pod}`))})`, 'error', 'inferred')
  if (!answered) return fault(`is of class \`${named.name}\`, and nothing that serves \`${named.controller}\` is to be seen`, 'warning', 'possible')
  if (runsAsPods.has(named.controller)) return cannotTell('ambiguous', `Ingress ${full(ingress)} has an address, but no pod serves ${named.controller}: the address may be left from before`)
  return ok(1)
}

/** Traefik takes Ingresses without a class unless it was told a class of its own (providers.kubernetesIngress). */
function takesClassless(it: IngressController): boolean {
  return it.controller === 'traefik.io/ingress-controller' && it.classNames.length === 0 && it.ready
}

function verdict(ingress: Ingress, { classes, controllers }: Seen, { problem, severity, confidence }: { readonly problem: string; readonly severity: Severity; readonly confidence: Confidence }): Verdict {
  const served = classes.filter((it) => controllers.some((one) => one.ready && one.controller === it.controller)).map((it) => it.name)
  const near = closest(ingress.className ?? '', served, 1)[0] ?? (served.length === 1 ? served[0] : undefined) ?? ''
  const where = ingress.classFrom === 'annotation' ? ['metadata:', '  annotations:', `    kubernetes.io/ingress.class: ${ingress.className}`] : ['spec:', `  ingressClassName: ${ingress.className ?? ''}`.trimEnd()]
  return finding({
    subject: ingressSubject(ingress),
    confidence,
    severity,
    args: {
      problem,
      class: ingress.className ?? 'none',
      near,
      classes: some(classes.map((it) => it.name)) || 'none',
      controllers: some([...new Set(controllers.map((it) => it.controller))]) || 'none',
      address: ingress.addresses.length > 0 ? `address ${ingress.addresses[0]}` : 'no address in its status',
    },
    evidence: [
      { kind: 'config', object: ingressSubject(ingress), path: ingress.classFrom === 'annotation' ? 'metadata.annotations' : 'spec.ingressClassName', lines: where, at: where.length - 1, mark: ingress.className ?? 'ingressClassName:', label: served.length > 0 ? `served here: ${some(served)}` : 'no class is served here' },
      ...controllers.map((it) => ({ kind: 'fact' as const, label: `controller pod ${it.namespace}/${it.pod}`, value: `${it.controller}, ${it.ready ? 'ready' : 'not ready'}` })),
    ],
    explains: [ingressFails(ingress)],
  })
}
