import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress, IngressController } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { Namespace } from '../../model/network-policy.ts'
import { controllersOf } from '../../relations/ingress/controllers-of.ts'
import { anyOf, type Labels, selectorText, selectsNamespace, type Tri } from '../../relations/selector.ts'
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
  wants: ['ingressClasses', 'namespaces'],
  remedies: [],
  decides: ['ING-02'],

  run({ ingresses, ingressControllers, ingressClasses, namespaces, scope }) {
    const classes = ingressClasses.known ? ingressClasses.value : []
    const judged = ingresses
      .filter((it) => isAskedAbout(scope, 'Ingress', it))
      .flatMap((ingress) => {
        const own = controllersOf(ingress, ingressControllers, classes)
        const isTold = own.some((it) => (it.watches ?? it.watchesBy ?? it.leavesOut) !== undefined)
        return isTold ? [judge(ingress, own, labelsOf(namespaces, ingress))] : []
      })
    return judged.length > 0 ? judged : notApplicable('no controller here was told which namespaces to look at')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `The controllers of Ingress ${full(on)} look at ${looksAtWhat(args)}, and not at namespace ${on.namespace}.`,
    detail: ({ args }) => `0 of ${args.of} controllers of class ${args.class} look at it · ${args.controllers}`,
    note: () => 'its host is answered as one that nobody declared',
    help: ({ subject: on, args }) => [
      cures[args.how](args),
      `kubectl -n ${args.home} get pod ${args.pod} -o yaml`,
      `kubectl -n ${on.namespace} get ingress ${on.name} -o yaml`,
    ],
  },
})

type How = 'listed' | 'labels' | 'left-out'

interface Told {
  readonly how: How
  readonly watches: string
  readonly flag: string
}

function looksAtWhat({ how, watches }: Told): string {
  if (how === 'left-out') return 'all namespaces but some'
  return how === 'labels' ? `namespaces with ${watches}` : watches
}

const howOf = ({ watches }: IngressController): How => (watches === undefined ? 'labels' : 'listed')

const cures: Readonly<Record<How, (args: Told) => string>> = {
  listed: ({ flag }) => `add the namespace to ${flag}, remove the flag, or use a class whose controller looks at it`,
  labels: ({ flag, watches }) => `give the namespace the labels that ${flag} wants (${watches}), or remove the flag`,
  'left-out': ({ flag }) => `take the namespace out of ${flag}, or use a class whose controller looks at it`,
}

function flagOf({ controller, watches }: IngressController): string {
  if (controller.startsWith('haproxy.org/'))
    return watches === undefined ? '--namespace-blacklist' : '--namespace-whitelist'
  if (controller.startsWith('traefik.io/')) return '--providers.kubernetesingress.namespaces'
  return watches === undefined ? '--watch-namespace-selector' : '--watch-namespace'
}

/** null where they were not read. */
function labelsOf(namespaces: Known<readonly Namespace[]>, { namespace }: Ingress): Labels | null {
  return namespaces.known ? (namespaces.value.find((it) => it.name === namespace)?.labels ?? null) : null
}

/** ingress-nginx takes one of the two flags, and not both (cmd/nginx, flags.go). */
function looksAt({ watches, watchesBy, leavesOut }: IngressController, namespace: string, labels: Labels | null): Tri {
  if (leavesOut?.includes(namespace) === true) return 'no'
  if (watches !== undefined) return watches.includes(namespace) ? 'yes' : 'no'
  return watchesBy === undefined ? 'yes' : selectsNamespace(watchesBy, namespace, labels)
}

function judge(ingress: Ingress, own: readonly IngressController[], labels: Labels | null) {
  const [first] = own
  const looked = anyOf(own.map((it) => looksAt(it, ingress.namespace, labels)))
  if (looked === 'maybe') return cannotTell('not-there', `the labels of namespace ${ingress.namespace} were not read`)
  if (first === undefined || looked === 'yes') return ok(1)
  const watches = some([
    ...new Set(own.flatMap(({ watches: its, watchesBy: by }) => its ?? (by === undefined ? [] : [selectorText(by)]))),
  ])
  const isLeftOut = first.watches === undefined && first.watchesBy === undefined
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
      how: isLeftOut ? ('left-out' as const) : howOf(first),
    },
    evidence: [{ kind: 'fact', label: flagOf(first), value: isLeftOut ? some(first.leavesOut ?? []) : watches }],
    causes: allOfIngress(ingress),
  })
}
