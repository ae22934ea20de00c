import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contacts } from '../../model/contacts.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { isBadEnd, isRedirect } from '../../relations/ingress/http-answers.ts'
import { requestsOf } from '../../relations/ingress/http-of-ingress.ts'
import { routesOf } from '../../relations/ingress/ingress-routes-to-service.ts'
import { isForNginx } from '../../relations/ingress/nginx-paths.ts'
import { withBeside } from '../../relations/ingress/of-one-host.ts'
import { type RedirectCircle, redirectCircles } from '../../relations/ingress/redirect-circles.ts'
import { ingressBackendFails, outsideFails } from '../../relations/symptom.ts'
import { ingressSubject } from './words.ts'

/**
 * `permanent-redirect`, `temporal-redirect` and `app-root` answer before any backend is asked, wherever the request
 * came (ingress-nginx, rootfs/etc/nginx/template/nginx.tmpl: `return` in the location). One that leads to what its own
 * Ingress takes is asked again, and answers so again.
 */
export default check({
  code: 'ING371',
  slug: 'ingress/redirect-circle',
  title: 'an Ingress redirects to itself',
  fine: 'redirects of Ingresses lead away',
  severity: 'error',
  needs: ['ingresses'],
  wants: ['ingressClasses', 'ingressesBeside', 'contacts', 'outside'],
  remedies: [],
  decides: ['ING-09'],

  run({ ingresses, ingressesBeside, ingressClasses, contacts, outside, scope: { target } }) {
    const asked = new Set(ingresses)
    const all = withBeside(ingresses, ingressesBeside)
    const redirecting = all.filter((it) => it.redirect !== undefined && isForNginx(it, ingressClasses))
    if (redirecting.length === 0) return notApplicable('no Ingress here redirects all that it takes')
    const isAnswered = ({ namespace, name }: Ingress): boolean =>
      target.kind === 'object' &&
      target.object.namespace === namespace &&
      target.object.name === name &&
      outside.known &&
      outside.value.answers.some((it) => !isRedirect(it) && !isBadEnd(it))
    // One without a class may be of any controller, and have what one of a class redirects to.
    const found = [...new Set(redirecting.map((it) => it.className))]
      .map((name) => all.filter((it) => it.className === null || it.className === name))
      .flatMap(redirectCircles)
      .filter(
        ({ by }) => by.some((it) => asked.has(it)) && by.every((it) => !isAnswered(it) && !wasAnswered(contacts, it)),
      )
    return found.length > 0 ? found.map(verdict) : ok(redirecting.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.others.length === 0
        ? `Ingress ${full(on)} redirects to ${args.at}, which it takes itself: requests go in a circle.`
        : `Ingress ${full(on)} and ${some(args.others, 2)} redirect to one another: requests for ${args.at} go in a ` +
          'circle.',
    detail: ({ args }) =>
      `${args.by}: ${args.to}` +
      (args.through.length === 0 ? '' : ` · ${args.through[0]} is ${ways[args.way]} ${args.through[1]}`),
    note: () => 'browsers give up after about 20 redirects (ERR_TOO_MANY_REDIRECTS); no backend is asked',
    help: ({ subject: on, args }) => [
      `let ${args.by} lead to another host, or to a path that another Ingress takes; or take it away`,
      ...(args.by === 'app-root' ? [] : ['from http to https alone leads nginx.ingress.kubernetes.io/ssl-redirect']),
      `kubectl -n ${on.namespace} edit ingress ${on.name}`,
      `curl -sIL --max-redirs 5 http://${args.at}`,
    ],
  },
})

const ways = {
  none: '',
  'server-alias': 'another name (server-alias) of',
  'from-to-www-redirect': 'led on, by from-to-www-redirect, to',
}

/** Whoever was answered by something else than a redirect went in no circle. */
function wasAnswered(contacts: Known<Contacts>, ingress: Ingress): boolean {
  return contacts.known && requestsOf(contacts.value, ingress).some((it) => !isRedirect(it) && !isBadEnd(it))
}

function verdict({ route, redirect, by, at, through }: RedirectCircle) {
  const { ingress } = route
  const { to, path } = redirect
  const port = to === null || to.port === (to.scheme === 'https' ? 443 : 80) ? '' : `:${to.port}`
  const text = `${to === null ? '' : `${to.scheme}://${to.host}${port}`}${path ?? '$request_uri'}`
  const key = `nginx.ingress.kubernetes.io/${redirect.by}`
  return finding({
    subject: ingressSubject(ingress),
    also: [...new Set([...by, ...(through === null ? [] : [through.ingress])])]
      .filter((it) => it !== ingress)
      .map((it) => subject('Ingress', it.namespace, it.name)),
    confidence: 'inferred',
    args: {
      at,
      by: redirect.by,
      to: text,
      others: by.filter((it) => it !== ingress).map(full),
      through: through === null ? [] : [through.name, through.host],
      way: through?.by ?? ('none' as const),
    },
    evidence: [
      {
        kind: 'config',
        object: ingressSubject(ingress),
        path: `metadata.annotations['${key}']`,
        lines: ['annotations:', `  ${key}: ${text}`, `host: ${route.host ?? '*'}`, `path: ${route.path ?? '/'}`],
        at: 1,
        mark: text,
        label: 'leads to where it stands',
      },
    ],
    causes: by.flatMap((it) => [
      outsideFails(it),
      ...new Set(routesOf(it).map(({ backend }) => ingressBackendFails(it, backend.service))),
    ]),
  })
}
