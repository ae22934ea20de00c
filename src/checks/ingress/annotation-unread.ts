import { editDistance } from '../../closest.ts'
import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress, IngressClass, IngressController } from '../../model/ingress.ts'
import { nginxAnnotations, removedAnnotations } from '../../relations/ingress/nginx-annotations.ts'
import { full, some } from '../../phrases.ts'
import { isAskedAbout } from '../service/words.ts'
import { ingressSubject } from './words.ts'

/**
 * An annotation that its controller does not read is no error to anybody: it is not there. The two nginx controllers
 * have annotations of the same purposes behind different prefixes, and a name that is misspelt or was taken out does
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
        const product = productOf(ingress, ingressClasses, controllers)
        return product === null || ingress.annotated === undefined ? [] : [judge(ingress, product)]
      })
    return judged.length > 0 ? judged : notApplicable('no Ingress here bears an annotation for an nginx controller')
  },

  words: {
    headline: ({ subject: on, args }) => `Ingress ${full(on)} bears ${args.keys}, which ${args.product} does not read.`,
    detail: ({ args }) =>
      `${args.bad} of ${args.of} annotations for ingress controllers do nothing · class ${args.class}`,
    note: ({ args }) => (args.instead === '' ? null : args.instead),
    help: ({ subject: on, args }) => [args.cure, `kubectl -n ${on.namespace} get ingress ${on.name} -o yaml`],
  },
})

type Product = 'ingress-nginx' | 'F5 NGINX Ingress Controller'

function productOf(
  { className }: Ingress,
  classes: readonly IngressClass[],
  controllers: readonly IngressController[],
): Product | null {
  const controller =
    classes.find((it) => it.name === className)?.controller ??
    controllers.find((it) => className !== null && it.classNames.includes(className))?.controller
  // A controller class of one's own says nothing of the product.
  if (controller === 'k8s.io/ingress-nginx') return 'ingress-nginx'
  return controller === 'nginx.org/ingress-controller' ? 'F5 NGINX Ingress Controller' : null
}

const prefixes: Readonly<Record<Product, readonly string[]>> = {
  'ingress-nginx': ['nginx.ingress.kubernetes.io/'],
  'F5 NGINX Ingress Controller': ['nginx.org/', 'nginx.com/', 'appprotect.f5.com/', 'appprotectdos.f5.com/'],
}

/** Of the two products alone: what a load balancer before them reads is none of theirs. */
const ofEither = Object.values(prefixes).flat()

function judge(ingress: Ingress, product: Product) {
  const all = (ingress.annotated ?? []).filter((it) => ofEither.some((prefix) => it.startsWith(prefix)))
  const foreign = all.filter((it) => !prefixes[product].some((prefix) => it.startsWith(prefix)))
  const slips = product === 'ingress-nginx' ? all.flatMap((it) => slipOf(it) ?? []) : []
  const bad = [...foreign, ...slips.map((it) => it.key)]
  if (bad.length === 0) return ok(Math.max(1, all.length))
  return finding({
    subject: ingressSubject(ingress),
    confidence: 'inferred',
    // One object for two controllers, on its way from one to the other, is what it looks like.
    severity: slips.length === 0 && foreign.length < all.length ? 'info' : 'warning',
    args: {
      keys: some(bad, 3),
      product,
      bad: bad.length,
      of: all.length,
      class: ingress.className ?? 'none',
      instead: some(
        slips.map((it) => `${it.key}: ${it.instead}`),
        3,
      ),
      cure:
        slips.length === 0
          ? `write what is meant with the names of ${product} (${some(prefixes[product])}), or remove it`
          : `fix ${some(
              slips.map((it) => it.key),
              3,
            )}`,
    },
    evidence: [{ kind: 'fact', label: 'annotations that are not read', value: some(bad, 5) }],
  })
}

function slipOf(key: string): { readonly key: string; readonly instead: string } | null {
  const name = key.slice('nginx.ingress.kubernetes.io/'.length)
  if (!key.startsWith('nginx.ingress.kubernetes.io/') || nginxAnnotations.includes(name)) return null
  const later = removedAnnotations.get(name)
  if (later !== undefined) return { key, instead: `was taken out; in its place stands ${later}` }
  // A name that is like none may be of a release that is newer than this list.
  const near = name.length < 6 ? undefined : nginxAnnotations.find((it) => editDistance(name, it) <= 2)
  return near === undefined ? null : { key, instead: `there is no such annotation; \`${near}\` is meant, perhaps` }
}
