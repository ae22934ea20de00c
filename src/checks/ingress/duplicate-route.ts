import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { IngressConfigs } from '../../model/ingress-config.ts'
import type { Known } from '../../model/known.ts'
import { type Route, backendsOf, routeText } from '../../relations/ingress/ingress-routes-to-service.ts'
import { withBeside } from '../../relations/ingress/of-one-host.ts'
import { subject } from '../../model/subject.ts'
import { ingressSubject } from './words.ts'
import { full, some } from '../../phrases.ts'

/**
 * Two Ingresses of one class with one host and path: the older one wins (ingress-nginx, docs/how-it-works.md), or the
 * controller picks, and nothing says that the other is never asked. A canary is such a pair on purpose.
 */
export default check({
  code: 'ING312',
  slug: 'ingress/duplicate-route',
  title: 'two Ingresses claim the same host and path',
  fine: 'each host and path belongs to one Ingress',
  severity: 'warning',
  needs: ['ingresses'],
  wants: ['ingressConfigs', 'ingressesBeside'],
  remedies: [],
  decides: ['ING-15'],

  run({ ingresses, ingressesBeside, ingressConfigs }) {
    const asked = new Set(ingresses)
    const routes = withBeside(ingresses, ingressesBeside)
      .filter(isPlain)
      .flatMap(backendsOf)
      .filter((it) => it.path !== null)
    if (routes.length === 0) return notApplicable('no Ingress here has a path')
    const claims = [
      ...Map.groupBy(routes, (it) => `${it.ingress.className}\n${it.host ?? ''}\n${it.path}\n${it.pathType}`).values(),
    ]
    const rivals = claims.filter(
      (its) =>
        its.some(({ ingress }) => asked.has(ingress)) &&
        new Set(its.map(({ ingress }) => full(ingress))).size > 1 &&
        new Set(its.map(backendText)).size > 1,
    )
    const found = [
      ...Map.groupBy(rivals, (its) => some([...new Set(its.map(({ ingress }) => full(ingress)))], 9)).values(),
    ].flatMap((its) => verdict(its, ingressConfigs))
    return found.length > 0 ? found : ok(routes.length)
  },

  words: {
    headline: ({ subject: on, args }) => `Ingress ${full(on)} claims ${args.routes}, and so does ${args.others}.`,
    detail: ({ args }) => `${args.backends} · class ${args.class}`,
    note: ({ args }) =>
      args.winner === ''
        ? `one of them gets the requests, the older one with ingress-nginx${args.older}; ` +
          'the other is never asked, without an event'
        : `${args.winner}; the other is never asked, without an event`,
    help: ({ subject: on }) => [
      'see which is the older one, and take the path out of the one that should not have it',
      'kubectl get ingress -A --sort-by=.metadata.creationTimestamp',
      `kubectl -n ${on.namespace} edit ingress ${on.name}`,
    ],
  },
})

/** Canaries share a path by design; those that merge into one load balancer order themselves by annotations. */
function isPlain(ingress: Ingress): boolean {
  return ingress.nginx?.canary !== true && ingress.vendors?.includes('alb') !== true
}

function backendText({ ingress, backend }: Route): string {
  return `${ingress.namespace}/${backend.service}:${backend.port ?? ''}`
}

/** Whose location it is in the configuration that a controller runs. */
function winnerOf(route: Route | undefined, configs: Known<IngressConfigs>): string {
  if (route === undefined || !configs.known) return ''
  for (const { conf, pod } of configs.value.controllers) {
    const server = conf.known ? conf.value.servers.find((it) => it.serverNames.includes(route.host ?? '_')) : undefined
    const location = server?.locations.find((it) => it.declared === route.path && it.ingress !== null)
    if (location?.ingress !== undefined && location.ingress !== null)
      return `Ingress ${full(location.ingress)} has it: nginx.conf line ${location.line} in ${pod}`
  }
  return ''
}

/** '' where one of them says no time, or all say the same. */
function olderOf(routes: readonly Route[]): string {
  const dated = routes.flatMap(({ ingress }) => (ingress.created === undefined ? [] : [ingress.created]))
  const [oldest, ...others] = [...new Set(dated)].toSorted((a, b) => a - b)
  if (dated.length < routes.length || oldest === undefined || others.length === 0) return ''
  const its = routes.find(({ ingress }) => ingress.created === oldest)
  return its === undefined ? '' : ` (here ${full(its.ingress)})`
}

function verdict(claims: readonly (readonly Route[])[], configs: Known<IngressConfigs>) {
  const all = claims.flat()
  const [first] = all
  if (first === undefined) return []
  const others = [...new Set(all.map(({ ingress }) => full(ingress)))].filter((it) => it !== full(first.ingress))
  return [
    finding({
      subject: ingressSubject(first.ingress),
      also: [...new Set(all.map((it) => it.ingress))]
        .filter((it) => it !== first.ingress)
        .map((it) => subject('Ingress', it.namespace, it.name)),
      confidence: 'inferred',
      args: {
        routes: some([...new Set(claims.flatMap((its) => its.slice(0, 1).map(routeText)))], 2),
        others: some(others),
        backends: some([...new Set(all.map((it) => `${full(it.ingress)} sends it to ${backendText(it)}`))], 3),
        class: first.ingress.className ?? 'none',
        winner: winnerOf(first, configs),
        older: olderOf(all),
      },
      evidence: all.map((it) => ({
        kind: 'fact' as const,
        label: `Ingress ${full(it.ingress)}`,
        value: `${routeText(it)} to ${backendText(it)}`,
      })),
    }),
  ]
}
