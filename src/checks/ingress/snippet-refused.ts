import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress } from '../../model/ingress.ts'
import { full, some } from '../../phrases.ts'
import { controllersOf } from '../../relations/ingress/controllers-of.ts'
import { type Refusal, snippetRefusal } from '../../relations/ingress/snippets.ts'
import { ingressSubject } from './words.ts'

/**
 * Snippets let who writes an Ingress run what he likes in nginx (CVE-2021-25742): since 1.9 they are off unless
 * `allow-snippet-annotations` says otherwise, and since 1.12 they must be within `annotations-risk-level` as well. What
 * was there before stays in the API server, and is not heeded any more.
 */
export default check({
  code: 'ING366',
  slug: 'ingress/snippet-refused',
  title: 'a snippet of an Ingress is not heeded by its controller',
  fine: 'controllers heed the snippets that Ingresses have',
  severity: 'warning',
  needs: ['beside', 'ingresses', 'ingressControllers'],
  wants: ['ingressClasses'],
  remedies: [],
  decides: [],

  run({ beside, ingresses, ingressControllers, ingressClasses }) {
    const classes = ingressClasses.known ? ingressClasses.value : []
    const its = ingresses.flatMap((ingress) => {
      const snippets = (ingress.annotated ?? []).filter((it) => isSnippet.test(it))
      const own = controllersOf(ingress, ingressControllers, classes).filter((it) => it.product === 'ingress-nginx')
      return snippets.length === 0 || own.length === 0 ? [] : [{ ingress, snippets, own }]
    })
    if (its.length === 0) return notApplicable('no Ingress of ingress-nginx has a snippet')
    return its.map(({ ingress, snippets, own }) => {
      const told = own.map((it) => snippetRefusal(it, beside.controllerSettings))
      const [first] = told
      if (first === undefined || told.includes(null)) return ok(1)
      if (first === null || first === 'unsure')
        return cannotTell('cut-off', 'the ConfigMap of the controller is not in the file')
      return verdict(ingress, snippets, first)
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} has ${args.snippets.length === 1 ? 'a snippet' : 'snippets'} ` +
      (args.denied
        ? `for which ingress-nginx leaves it out: ${args.why}.`
        : `that ingress-nginx does not heed: ${args.why}.`),
    detail: ({ args }) => some(args.snippets, 4),
    note: ({ args }) =>
      args.denied
        ? 'the controller drops the whole Ingress, with all of its hosts and paths (“contains risky annotation”): ' +
          'nginx answers 404 there, unless another Ingress has them; one that was read before may stay until a restart'
        : 'the admission webhook refuses each further change of such an Ingress',
    help: ({ subject: on, args }) => [
      'say the same by annotations of its own (headers, rewrites, auth); allow snippets only where you trust all who ' +
        'write Ingresses',
      ...(args.denied
        ? [
            '`annotations-risk-level: Critical` in ConfigMap ' +
              `${full({ namespace: args.home, name: args.map })} allows them`,
          ]
        : []),
      `kubectl -n ${args.home} get configmap ${args.map} -o yaml`,
      `kubectl -n ${on.namespace} get ingress ${on.name} -o yaml`,
    ],
  },
})

const isSnippet = /^nginx\.ingress\.kubernetes\.io\/(?:auth|configuration|modsecurity|server|stream)-snippet$/

function verdict(ingress: Ingress, snippets: readonly string[], { why, denied, settings }: Refusal) {
  return finding({
    subject: ingressSubject(ingress),
    severity: denied ? 'error' : 'warning',
    confidence: 'inferred',
    args: { why, denied, snippets, home: settings.namespace, map: settings.name },
    evidence: [{ kind: 'fact', label: `ConfigMap ${full(settings)}`, value: why }],
  })
}
