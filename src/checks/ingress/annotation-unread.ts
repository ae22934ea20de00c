import { editDistance } from '../../closest.ts'
import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress } from '../../model/ingress.ts'
import { type AnnotationReader, annotationReader, routes } from '../../relations/ingress/annotation-prefixes.ts'
import { nginxAnnotations, removedAnnotations } from '../../relations/ingress/nginx-annotations.ts'
import { full, some } from '../../phrases.ts'
import { isAskedAbout } from '../service/words.ts'
import { ingressSubject } from './words.ts'

/**
 * An annotation that its controller does not read is no error to anybody: it is not there. Controllers have annotations
 * of the same purposes behind different prefixes, and a name or a prefix that is misspelt, or was taken out, does
 * nothing as well.
 */
export default check({
  code: 'ING326',
  slug: 'ingress/annotation-unread',
  title: 'an annotation of an Ingress does nothing for its controller',
  fine: 'the annotations of Ingresses are those that their controllers read',
  severity: 'warning',
  needs: ['ingresses', 'ingressClasses'],
  wants: ['ingressControllers'],
  remedies: [],
  decides: ['ING-05'],

  run({ ingresses, ingressClasses, ingressControllers, scope }) {
    const controllers = ingressControllers.known ? ingressControllers.value : []
    const judged = ingresses
      .filter((it) => isAskedAbout(scope, 'Ingress', it))
      .flatMap((ingress) => {
        const reader = annotationReader(ingress, ingressClasses, controllers)
        return reader === null || ingress.annotated === undefined ? [] : judge(ingress, reader)
      })
    return judged.length > 0
      ? judged
      : notApplicable('no Ingress here bears an annotation for a controller of another product')
  },

  words: {
    headline: ({ subject: on, args }) => `Ingress ${full(on)} bears ${args.keys}, which ${args.product} does not read.`,
    detail: ({ args }) =>
      `${args.bad} of ${args.of} annotations for ingress controllers do nothing · class ${args.class}`,
    note: ({ args }) => (args.instead === '' ? null : args.instead),
    help: ({ subject: on, args }) => [args.cure, `kubectl -n ${on.namespace} get ingress ${on.name} -o yaml`],
  },
})

/**
 * What ingress-gce writes itself (pkg/annotations/ingress.go): it stays where an Ingress had been there, and is no wish
 * of anybody.
 */
const written = new RegExp(
  [
    '^ingress\\.kubernetes\\.io/(?:backends|(?:https-)?(?:forwarding-rule|target-proxy)',
    '(?:redirect-)?url-map|ssl-cert|static-ip)$',
  ].join('|'),
)

const nginxPrefix = 'nginx.ingress.kubernetes.io/'

/** cert-manager's solver of HTTP-01 writes it for whatever class serves it (pkg/issuer/acme/http/ingress.go). */
function isSolvers({ name }: Ingress, key: string): boolean {
  return name.startsWith('cm-acme-http-solver-') && key === `${nginxPrefix}whitelist-source-range`
}

function judge(ingress: Ingress, { is, name, prefixes, isOwn }: AnnotationReader) {
  const all = (ingress.annotated ?? []).filter((it) => !written.test(it) && !isSolvers(ingress, it))
  const own = all.filter((it) => prefixes.some((prefix) => it.startsWith(prefix)))
  // Charts write both where both are meant to be read by one.
  const isTwin = (it: string): boolean => own.includes(it.replace(/^ingress\.kubernetes\.io\//, prefixes[0] ?? ''))
  const foreign = all.filter((it) => !own.includes(it) && !isTwin(it))
  const isNginx = is === 'ingress-nginx' && !isOwn
  const slips = isNginx ? [...own.flatMap((it) => slipOf(it) ?? []), ...valuesOf(ingress)] : []
  const bad = [...foreign, ...slips.map((it) => it.key)]
  if (bad.length === 0) return all.length === 0 ? [] : [ok(all.length)]
  const asked = some(
    slips.map((it) => it.key),
    3,
  )
  return [
    finding({
      subject: ingressSubject(ingress),
      confidence: isOwn && slips.length === 0 ? 'possible' : 'inferred',
      severity: slips.length > 0 || isMissed(own, foreign, is) ? 'warning' : 'info',
      args: {
        keys: some(bad, 3),
        product: name,
        bad: bad.length,
        of: all.length,
        class: ingress.className ?? 'none',
        instead: some(
          slips.map((it) => `${it.key}: ${it.instead}`),
          3,
        ),
        cure:
          slips.length === 0
            ? `write what is meant with the names of ${name} (${some(prefixes)}), or remove it`
            : `fix ${asked}`,
      },
      evidence: [{ kind: 'fact', label: 'annotations that are not read', value: some(bad, 5) }],
    }),
  ]
}

/**
 * One object for two controllers, on its way from one to the other, has the same of both. Charts bear annotations for
 * whatever may serve them, of sizes and times: who is without these loses little.
 */
function isMissed(own: readonly string[], foreign: readonly string[], is: AnnotationReader['is']): boolean {
  const isNginx = is !== 'other'
  if (own.length === 0 && isNginx)
    return foreign.some(
      (it) => routes(it) || !/^(?:haproxy|konghq|projectcontour|traefik|ingress\.kubernetes)/.test(it),
    )
  return foreign.some(routes) && !own.some(routes)
}

interface Slip {
  readonly key: string
  readonly instead: string
}

/** A value that can't be read is a line in the controller's log, and the default holds (annotations/parser). */
function valuesOf({ unusable = [] }: Ingress): readonly Slip[] {
  return unusable.map(({ annotation: key, wants }) => ({
    key: `${nginxPrefix}${key}`,
    instead:
      wants === 'number'
        ? `takes a whole number without a unit, and has another value${key.endsWith('timeout') ? ' (seconds)' : ''}`
        : 'takes "true" or "false", and has another value',
  }))
}

function slipOf(key: string): Slip | null {
  const name = key.slice(nginxPrefix.length)
  if (!key.startsWith(nginxPrefix) || nginxAnnotations.includes(name)) return null
  const later = removedAnnotations.get(name)
  if (later !== undefined) return { key, instead: `was taken out; in its place stands ${later}` }
  // A name that is like none may be of a release that is newer than this list.
  const near = name.length < 6 ? undefined : nginxAnnotations.find((it) => editDistance(name, it) <= 2)
  return near === undefined ? null : { key, instead: `there is no such annotation; \`${near}\` is meant, perhaps` }
}
