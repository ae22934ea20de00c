import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Subject } from '../../model/subject.ts'
import type { Confidence, Severity } from '../../findings/verdict.ts'
import { type Served, servedBy, servedClasses, type ServingSeen } from '../../relations/ingress/ingress-served.ts'
import {
  type GoneMaker,
  goneHelp,
  goneMakers,
  goneText,
  makerArgs,
  makerOf,
  makerSubject,
} from '../../relations/controller-makers.ts'
import { nodesBelow } from '../../relations/ingress/nodes-below.ts'
import { ingressFails, ingressWaits, noPodNetwork } from '../../relations/symptom.ts'
import { ingressSubject } from './words.ts'
import { full, some } from '../../phrases.ts'

/**
 * A controller takes only Ingresses of its class, and leaves the others without a word. Who serves a class may run
 * outside the cluster (a cloud's load balancer) or under labels that nobody knows, so a controller that is not seen
 * here is suspicion, not proof; and an address says that somebody served the Ingress, not who, nor that he still does.
 */
export default check({
  code: 'ING303',
  slug: 'ingress/class-unserved',
  title: 'no controller serves the class of an Ingress',
  fine: 'every Ingress has a class that a controller serves',
  severity: 'error',
  needs: ['ingresses', 'ingressClasses'],
  wants: ['ingressControllers', 'nodes', 'pods', 'workloads', 'beside'],
  remedies: [],
  decides: ['ING-01', 'ING-02'],

  run({ ingresses, ingressClasses, ingressControllers, nodes, pods, workloads, beside, scope }) {
    if (ingresses.length === 0) return notApplicable('there is no Ingress here')
    if (!ingressControllers.known)
      return cannotTell(
        ingressControllers.why.reason,
        `which controllers run is not known: ${ingressControllers.why.detail}`,
      )
    const seen = {
      classes: ingressClasses,
      controllers: ingressControllers.value,
      nodes,
      pods,
      gone: goneMakers({ workloads, beside, pods }),
      everyPod: scope.namespace === null,
    }
    const others = Map.groupBy(ingresses, (it) => it.namespace)
    return ingresses.map((it) => judge(it, { ...seen, beside: others.get(it.namespace) ?? [] }))
  },

  words: {
    headline: ({ subject: on, args }) => `Ingress ${full(on)} ${args.problem}.`,
    detail: ({ args }) =>
      `class ${args.class} · IngressClasses: ${args.classes} · controllers seen: ` +
      `${args.controllers} · ${args.address}`,
    note: ({ args }) =>
      args.maker !== null
        ? 'what its status holds is from before: nobody follows this Ingress, and requests get no answer, or that of ' +
          'somebody else'
        : 'a controller leaves Ingresses of other classes alone, without an event: requests get its 404, ' +
          'or nothing at all',
    help: ({ subject: on, args }) => {
      const gone = makerOf(args)
      return [...(gone === null ? chooseClass(on, args) : goneHelp(gone)), 'kubectl get ingressclasses -o wide']
    },
  },
})

interface Choice {
  readonly near: string
  readonly owner: string | null
}

/** Of cert-manager's solver by HTTP-01, which makes one for each challenge, and takes it away again. */
const isSolver = /^cm-acme-http-solver-/

function chooseClass(on: Subject, args: Choice): readonly string[] {
  if (isSolver.test(on.name))
    return [
      'leave this Ingress: cert-manager makes another for the next challenge. Set ' +
        'spec.acme.solvers[].http01.ingress.ingressClassName of its Issuer or ClusterIssuer' +
        (args.near === '' ? ' to a class that is served' : ` to ${args.near}`),
      'kubectl get clusterissuers.cert-manager.io,issuers.cert-manager.io -A -o yaml',
    ]
  return [
    args.near === ''
      ? 'name a class that is served, make its IngressClass, or run ' +
        (args.owner === null ? 'its controller' : `\`${args.owner}\``)
      : `name a class that is served: \`${args.near}\``,
    ...(args.near === ''
      ? []
      : [
          `kubectl -n ${on.namespace} patch ingress ${on.name} --type=merge -p ` +
            `'{"spec":{"ingressClassName":"${args.near}"}}'`,
        ]),
    ...(args.owner === null || args.near !== ''
      ? []
      : ['an IngressClass with the controller that runs here does as well: spec.controller cannot be changed later']),
  ]
}

/** Whoever asks about an Ingress of the same host waits for the certificate that this one is to prove. */
type Seen = ServingSeen & { readonly beside: readonly Ingress[] }

function ofSameHost(solver: Ingress, beside: readonly Ingress[]): readonly Subject[] {
  if (!isSolver.test(solver.name)) return []
  const hosts = new Set(solver.rules.flatMap((it) => it.host ?? []))
  return beside
    .filter((it) => it !== solver && it.rules.some(({ host }) => host !== null && hosts.has(host)))
    .map(ingressSubject)
}

function judge(ingress: Ingress, seen: Seen) {
  const served = servedBy(ingress, seen)
  const fault = (problem: string, severity: Severity, confidence: Confidence, dueTo: readonly string[] = []) =>
    verdict(ingress, seen, {
      problem,
      severity,
      confidence,
      meant: meantBy(served),
      dueTo,
      isWaiting: served.kind === 'waiting',
      gone: served.kind === 'gone' ? served.maker : null,
    })
  switch (served.kind) {
    case 'served':
      return ok(1)
    case 'open':
      return cannotTell('ambiguous', `who serves Ingress ${full(ingress)} is not seen: ${served.why}`)
    case 'waiting':
      return fault(`is for ${served.of}, which has given it no address yet`, 'warning', 'possible')
    case 'down':
      return fault(
        `${ingress.className === null ? 'has no class' : `is of class \`${ingress.className}\``}, ` +
          `and its controller is not ready (${some(served.pods.map((it) => `${it.namespace}/${it.pod}`))})`,
        'error',
        'inferred',
        nodesBelow(served.pods),
      )
    case 'gone':
      return fault(
        `${ingress.className === null ? 'has no class' : `is of class \`${ingress.className}\``}, and its controller ` +
          `is not there: ${served.maker.kind} ${full(served.maker)} ${goneText(served.maker)}`,
        'error',
        'inferred',
      )
    case 'nobody':
      // Only the slip of a class that is served proves what was meant; others may have a controller out of sight.
      return served.meant !== null ? fault(served.why, 'error', 'inferred') : fault(served.why, 'warning', 'possible')
  }
}

function meantBy(served: Served): string | null {
  return served.kind === 'nobody' ? served.meant : null
}

interface Fault {
  readonly problem: string
  readonly severity: Severity
  readonly confidence: Confidence
  readonly meant: string | null
  readonly dueTo: readonly string[]
  readonly isWaiting: boolean
  readonly gone: GoneMaker | null
}

function verdict(
  ingress: Ingress,
  seen: Seen,
  { problem, severity, confidence, meant, dueTo, isWaiting, gone }: Fault,
) {
  const { classes, controllers } = seen
  const served = servedClasses(seen)
  const near = meant ?? (served.length === 1 ? served[0] : undefined) ?? ''
  const where =
    ingress.classFrom === 'annotation'
      ? ['metadata:', '  annotations:', `    kubernetes.io/ingress.class: ${ingress.className}`]
      : ['spec:', `  ingressClassName: ${ingress.className ?? ''}`.trimEnd()]
  return finding({
    subject: ingressSubject(ingress),
    also: [...(gone === null ? [] : [makerSubject(gone)]), ...ofSameHost(ingress, seen.beside)],
    confidence,
    severity,
    args: {
      problem,
      class: ingress.className ?? 'none',
      near,
      ...makerArgs(gone),
      owner: classes.find((it) => it.name === ingress.className)?.controller ?? null,
      classes: some(classes.map((it) => it.name)) || 'none',
      controllers: some([...new Set(controllers.map((it) => it.controller))]) || 'none',
      address: ingress.addresses.length > 0 ? `address ${ingress.addresses[0]}` : 'no address in its status',
    },
    evidence: [
      {
        kind: 'config',
        object: ingressSubject(ingress),
        path: ingress.classFrom === 'annotation' ? 'metadata.annotations' : 'spec.ingressClassName',
        lines: where,
        at: where.length - 1,
        mark: ingress.className ?? 'ingressClassName:',
        label: served.length > 0 ? `served here: ${some(served)}` : 'no class is served here',
      },
      ...controllers.map((it) => ({
        kind: 'fact' as const,
        label: `controller pod ${it.namespace}/${it.pod}`,
        value: `${it.controller}, ${it.ready ? 'ready' : 'not ready'}`,
      })),
    ],
    dueTo,
    symptoms: [
      ...(isWaiting ? [ingressWaits(ingress)] : []),
      // Where no pod gets an address, its controller is none that is lacking.
      ...(controllers.length > 0 && controllers.every((it) => !it.ready) ? [noPodNetwork] : []),
    ],
    causes: [ingressFails(ingress)],
  })
}
