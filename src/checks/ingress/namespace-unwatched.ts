import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress, IngressController } from '../../model/ingress.ts'
import { controllersOf } from '../../relations/ingress/controllers-of.ts'
import { allOfIngress } from '../../relations/symptom.ts'
import { full, some } from '../../phrases.ts'
import { isAskedAbout } from '../service/words.ts'
import { ingressSubject } from './words.ts'

/** A controller that was told which namespaces to look at leaves the Ingresses of all others without a word. */
export default check({
  code: 'ING327',
  slug: 'ingress/namespace-unwatched',
  title: 'the controller of an Ingress does not look at its namespace',
  fine: 'the controllers of Ingresses look at their namespaces',
  severity: 'error',
  needs: ['ingresses', 'ingressControllers'],
  wants: ['ingressClasses'],
  remedies: [],
  decides: ['ING-02'],

  run({ ingresses, ingressControllers, ingressClasses, scope }) {
    const classes = ingressClasses.known ? ingressClasses.value : []
    const judged = ingresses
      .filter((it) => isAskedAbout(scope, 'Ingress', it))
      .flatMap((ingress) => {
        const own = controllersOf(ingress, ingressControllers, classes)
        return own.some((it) => it.watches !== undefined) ? [judge(ingress, own)] : []
      })
    return judged.length > 0 ? judged : notApplicable('no controller here was told which namespaces to look at')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `The controllers of Ingress ${full(on)} look at ${args.watches}, and not at namespace ${on.namespace}.`,
    detail: ({ args }) => `0 of ${args.of} controllers of class ${args.class} look at it · ${args.controllers}`,
    note: () => 'its host is answered as one that nobody declared',
    help: ({ subject: on, args }) => [
      `add the namespace to ${args.flag}, remove the flag, or use a class whose controller looks at it`,
      `kubectl -n ${args.home} get pod ${args.pod} -o yaml`,
      `kubectl -n ${on.namespace} get ingress ${on.name} -o yaml`,
    ],
  },
})

function flagOf({ controller }: IngressController): string {
  return controller.startsWith('traefik.io/') ? '--providers.kubernetesingress.namespaces' : '--watch-namespace'
}

function judge(ingress: Ingress, own: readonly IngressController[]) {
  const [first] = own
  if (first === undefined || own.some((it) => it.watches === undefined || it.watches.includes(ingress.namespace)))
    return ok(1)
  const watches = some([...new Set(own.flatMap((it) => it.watches ?? []))])
  return finding({
    subject: ingressSubject(ingress),
    confidence: 'inferred',
    args: {
      watches,
      of: own.length,
      class: ingress.className ?? 'none',
      controllers: some(own.map((it) => it.pod)),
      pod: first.pod,
      home: first.namespace,
      flag: flagOf(first),
    },
    evidence: [{ kind: 'fact', label: flagOf(first), value: watches }],
    causes: allOfIngress(ingress),
  })
}
