import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress } from '../../model/ingress.ts'
import { count, full } from '../../phrases.ts'
import { requestsOf } from '../../relations/ingress/http-of-ingress.ts'
import { ingressSubject } from './words.ts'

const annotation = 'nginx.ingress.kubernetes.io/custom-http-errors'

/**
 * With custom-http-errors the controller throws the back end's answer away and asks its default backend for a page:
 *  what
 * a client sees is that page, with whatever status it was given.
 */
export default check({
  code: 'ING338',
  slug: 'ingress/errors-masked',
  title: 'the status of a backend is masked by error pages',
  fine: 'no error pages stand between the backends that were asked and their clients',
  severity: 'info',
  needs: ['ingresses', 'contacts'],
  remedies: [],
  decides: ['ING-34'],

  run({ ingresses, contacts }) {
    const masking = ingresses.filter((it) => it.annotated?.includes(annotation))
    if (masking.length === 0) return notApplicable('no Ingress here has error pages of its own')
    const found = masking.flatMap((ingress) => {
      const asked = requestsOf(contacts, ingress)
      const bad = asked.filter((it) => it.status !== null && it.status >= 400)
      return bad.length === 0
        ? []
        : [
            verdict(
              ingress,
              bad.map((it) => it.status ?? 0),
              asked.length,
            ),
          ]
    })
    return found.length > 0 ? found : ok(masking.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} has error pages of its own: the ${args.status} that clients get may stand for ` +
      'another status.',
    detail: ({ args }) => `custom-http-errors · ${args.bad} of ${count(args.of, 'request')} answered ${args.status}`,
    note: () => "the back end's own status stands in the controller's access log, as $upstream_status",
    help: ({ subject: on, args }) => [
      'read what the back end said in the access log of the controller, before this status is taken for its own',
      `kubectl logs -A -l app.kubernetes.io/name=ingress-nginx --since=10m | grep -F ' ${args.status} '`,
      `kubectl -n ${on.namespace} get ingress ${on.name} -o yaml`,
    ],
  },
})

function verdict(ingress: Ingress, statuses: readonly number[], of: number) {
  return finding({
    subject: ingressSubject(ingress),
    confidence: 'possible',
    args: {
      status: statuses[0] ?? 0,
      bad: statuses.length,
      of,
    },
    evidence: [
      {
        kind: 'config',
        object: ingressSubject(ingress),
        path: `metadata.annotations['${annotation}']`,
        lines: ['annotations:', `  ${annotation}: …`],
        at: 1,
        mark: annotation,
        label: "these statuses are answered by the default backend in the back end's place",
      },
    ],
  })
}
