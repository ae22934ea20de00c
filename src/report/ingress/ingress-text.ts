import type { IngressConf, ServingBlock, ServingConf } from '../../answers/ingress-conf.ts'
import type { IngressRoute } from '../../answers/ingress-routes.ts'
import type { Mark, Paint } from '../paint.ts'
import { tableLines } from '../table.ts'
import { page } from '../visible.ts'
import { count, shown, some } from '../../phrases.ts'

/** Just the blocks that serve the URL, each with what it comes from. */
export function ingressConfText(conf: IngressConf, paint: Paint): string {
  const lines = conf.controllers.flatMap((it, index) => [
    ...(index === 0 ? [] : ['']),
    ...controllerLines(it, conf, paint),
  ])
  return page(lines, paint)
}

function controllerLines(
  { namespace, pod, found }: ServingConf,
  { host, path }: IngressConf,
  paint: Paint,
): readonly string[] {
  const head = (mark: Mark, said: string): string =>
    `${paint.mark(mark)} ${paint.strong(`${namespace}/${pod}`)}  ${said}`
  const rest = ': it may stand in the rest of nginx.conf, which was read in part'
  switch (found.kind) {
    case 'unread':
      return [head('cannot-tell', `nginx.conf could not be read: ${found.why.detail}`)]
    case 'no-server':
      return [
        head(found.complete ? 'error' : 'cannot-tell', `no server block takes ${host}${found.complete ? '' : rest}`),
      ]
    case 'no-location':
      return [
        head(found.complete ? 'error' : 'cannot-tell', `no location takes ${path}${found.complete ? '' : rest}`),
        ...blockLines(found.server, '', paint),
      ]
    case 'served': {
      const from = originText(found.ingress)
      const said = found.denied === null ? from : `denied: ${shown(found.denied, 'without a reason')}`
      return [
        head(markOf(found), said),
        ...(found.isSure ? [] : ['  an expression could not be read, and may take the path first']),
        ...blockLines(found.server, '', paint),
        ...blockLines(found.location, '  ', paint, from),
        ...(found.upstream === null
          ? []
          : [
              `  back end ${found.upstream}: ` +
                (found.endpoints === null
                  ? 'its endpoints were not read'
                  : found.endpoints.join(', ') || 'no endpoint'),
            ]),
      ]
    }
  }
}

function markOf({ denied, endpoints, isSure }: Extract<ServingConf['found'], { kind: 'served' }>): Mark {
  if (denied !== null || endpoints?.length === 0) return 'error'
  return isSure ? 'ok' : 'cannot-tell'
}

function originText(ingress: Extract<ServingConf['found'], { kind: 'served' }>['ingress']): string {
  if (ingress === null) return 'from no Ingress: the controller itself answers'
  const name = `from Ingress ${ingress.namespace}/${ingress.name}`
  return ingress.spot === null ? `${name}, which does not declare it now` : `${name}, ${ingress.spot}`
}

function blockLines(
  { head, line, end, settings, hidden }: ServingBlock,
  indent: string,
  paint: Paint,
  from?: string,
): readonly string[] {
  return [
    `  ${indent}${String(line).padStart(5)}  ${paint.strong(`${head} {`)}` +
      (from === undefined ? '' : paint.dim(`   # ${from}`)),
    ...settings.map((it) => `  ${indent}${String(it.line).padStart(5)}    ${it.setting};`),
    ...(hidden === 0 ? [] : [paint.dim(`  ${indent}         # ${hidden} more lines are not shown`)]),
    `  ${indent}${String(end).padStart(5)}  }`,
  ]
}

/** The table of routes, the answer first. */
export function ingressRoutesText(
  routes: readonly IngressRoute[],
  paint: Paint,
  others: readonly RoutingOther[] = [],
): string {
  const beside = besideText(others)
  if (routes.length === 0)
    return page(['There is no Ingress here.', ...(beside === null ? [] : ['', ...beside])], paint)
  const bad = routes.filter((it) => it.health === 'finding').length
  const asked = routes.filter((it) => it.answered !== null).length
  const header = ['', 'HOST', 'PATH', 'INGRESS', 'BACKEND', 'READY', 'HEALTH']
  const rows = routes.map((it) => [
    paint.mark(markOfRoute(it)),
    it.host ?? '*',
    it.path ?? '(default)',
    `${it.ingress.namespace}/${it.ingress.name}`,
    `${it.service}${it.port === null ? '' : `:${it.port}`}`,
    it.ready === null ? '?' : String(it.ready),
    healthText(it),
  ])
  return page(
    [
      `${bad} of ${routes.length} routes ${bad === 1 ? 'has' : 'have'} a finding; ` +
        `${asked} of ${routes.length} were asked over HTTP.`,
      '',
      ...tableLines([header, ...rows], { indent: 0 }),
      ...(asked === routes.length
        ? []
        : ['', paint.dim('what was not asked is not known to work: --probe asks each route')]),
      ...(beside === null ? [] : ['', ...beside]),
    ],
    paint,
  )
}

/** What routes HTTP beside Ingresses: of these this table has nothing. */
export interface RoutingOther {
  readonly kind: string
  readonly namespace: string | null
  readonly name: string
}

function besideText(others: readonly RoutingOther[]): readonly string[] | null {
  const [first] = others
  if (first === undefined) return null
  const kinds = [...Map.groupBy(others, (it) => it.kind)].map(
    ([kind, its]) => `${count(its.length, kind)} (${some(its.map((it) => `${it.namespace}/${it.name}`))})`,
  )
  return [
    `Not in this table: ${kinds.join(', ')}. What they have is asked for and judged by:`,
    `  hopscope diagnose -n ${first.namespace} --probe`,
  ]
}

function markOfRoute({ worst, health, answered }: IngressRoute): Mark {
  if (worst !== null) return worst.severity
  // It is there, and whether it should say so nobody knows.
  if ((answered?.status ?? 0) >= 400) return 'cannot-tell'
  return health === 'answered' ? 'ok' : 'cannot-tell'
}

function healthText({ worst, answered }: IngressRoute): string {
  const answer =
    answered === null ? null : `${answered.status ?? answered.error ?? 'no answer'} after ${answered.ms} ms`
  if (worst !== null) return `${worst.code} ${worst.title}${answer === null ? '' : ` (${answer})`}`
  return answer ?? 'nothing wrong was read'
}
