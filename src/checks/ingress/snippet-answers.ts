import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress, IngressSnippet } from '../../model/ingress.ts'
import { full } from '../../phrases.ts'
import { isTarget } from '../../relations/asked-about.ts'
import { controllersOf } from '../../relations/ingress/controllers-of.ts'
import { snippetRefusal } from '../../relations/ingress/snippets.ts'
import { allOfIngress } from '../../relations/symptom.ts'
import { ingressSubject } from './words.ts'

/**
 * A `return` of nginx's rewrite module is the answer, before anybody is asked; in a server-snippet it is that of every
 * Ingress of the host (ngx_http_rewrite_module: the directives of the server come first).
 */
export default check({
  code: 'ING382',
  slug: 'ingress/snippet-answers',
  title: 'a snippet of an Ingress answers in the place of its backends',
  fine: 'snippets of Ingresses leave the answers to the backends',
  severity: 'warning',
  needs: ['ingresses', 'ingressControllers'],
  wants: ['beside', 'ingressClasses'],
  doubts: true,
  remedies: [],
  decides: [],

  run({ ingresses, ingressControllers, beside, ingressClasses, scope }) {
    const classes = ingressClasses.known ? ingressClasses.value : []
    const settings = beside.known ? beside.value.controllerSettings : []
    const its = ingresses.flatMap((ingress) => {
      const own = controllersOf(ingress, ingressControllers, classes).filter((it) => it.product === 'ingress-nginx')
      return own.length === 0 ? [] : (ingress.snippets ?? []).map((snippet) => ({ ingress, snippet, own }))
    })
    if (its.length === 0) return notApplicable('no snippet of an Ingress of ingress-nginx answers by itself')
    return its.map(({ ingress, snippet, own }) => {
      const refusals = own.map((it) => snippetRefusal(it, settings))
      // That it is not heeded, another check says.
      if (refusals.every((it) => it !== null && it !== 'unsure')) return ok(1)
      const isAsked = isTarget(scope, ingressSubject(ingress))
      if (snippet.does === 'deny')
        return cannotTell(
          isAsked ? 'ambiguous' : 'not-asked',
          `${snippet.by} of Ingress ${full(ingress)} keeps callers out by their address`,
        )
      return verdict(ingress, snippet, { isSure: refusals.includes(null), isAsked })
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} answers each request with ${args.status} by its ${args.by}, and asks no backend.`,
    detail: ({ args }) =>
      args.by === 'server-snippet' ? 'for the whole host, other Ingresses with it' : 'for its own paths',
    note: ({ args }) =>
      args.sure ? null : 'whether the controller heeds snippets, its ConfigMap says, which was not read',
    help: ({ subject: on, args }) => [
      `take the return out of ${args.by}, if it is not meant to be there (a page for maintenance)`,
      `kubectl -n ${on.namespace} get ingress ${on.name} -o yaml`,
    ],
  },
})

interface Around {
  readonly isSure: boolean
  readonly isAsked: boolean
}

function verdict(ingress: Ingress, { by, status }: IngressSnippet, { isSure, isAsked }: Around) {
  const isBad = status >= 400
  return finding({
    subject: ingressSubject(ingress),
    confidence: isSure ? 'inferred' : 'possible',
    severity: isBad || isAsked ? 'warning' : 'info',
    args: { by, status, sure: isSure },
    evidence: [
      {
        kind: 'config',
        object: ingressSubject(ingress),
        path: `metadata.annotations['nginx.ingress.kubernetes.io/${by}']`,
        lines: [`return ${status}`],
        at: 0,
        mark: `return ${status}`,
        label: 'of each request',
      },
    ],
    ...(isBad && isSure ? { causes: allOfIngress(ingress) } : {}),
  })
}
