import { beside, ingressRoute } from '../../../test/build/beside.ts'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { IngressController } from '../../model/ingress.ts'
import type { Sources } from '../../model/sources.ts'
import check from './entry-point-missing.ts'

const traefik = (about: Partial<IngressController> = {}): IngressController =>
  controller({ controller: 'traefik.io/ingress-controller', entryPoints: ['web', 'websecure'], ...about })
const given = (entryPoints: readonly string[], more: Partial<Sources> = {}): Partial<Sources> => ({
  beside: beside({ ingressRoutes: [ingressRoute([['web', 80]], { entryPoints })] }),
  ingressControllers: [traefik()],
  ...more,
})
const annotated = (controllerOfClass: string): Partial<Sources> => ({
  ingresses: [ingress([['/', 'web', 80]], { entryPoints: ['https'], className: 'mine' })],
  ingressClasses: [ingressClass('mine', { controller: controllerOfClass })],
  ingressControllers: [traefik()],
})
const web = 'IngressRoute/shop/web'
const { entryPoints: _, ...byFile } = traefik()

describeCheck(check, [
  {
    it: 'a name of others',
    given: given(['https']),
    expect: [{ subject: web, severity: 'error', confidence: 'inferred', says: 'names https, which Traefik' }],
  },
  { it: 'its own', given: given(['websecure']), expect: 'ok' },
  { it: 'its own in other letters', given: given(['webSecure']), expect: 'ok' },
  { it: 'the one that it makes by itself', given: given(['traefik']), expect: 'ok' },
  {
    it: 'one that is there beside it',
    given: given(['web', 'https']),
    expect: [{ subject: web, severity: 'warning', args: { missing: ['https'], left: ['web'] } }],
  },
  {
    it: 'of another Traefik',
    given: given(['https'], { ingressControllers: [traefik(), traefik({ pod: 'inner', entryPoints: ['https'] })] }),
    expect: 'ok',
  },
  {
    it: 'a Traefik that is set up by a file',
    given: given(['https'], { ingressControllers: [traefik(), byFile] }),
    expect: 'cannot-tell',
    says: /file/,
  },
  { it: 'no Traefik', given: given(['https'], { ingressControllers: [] }), expect: 'cannot-tell' },
  {
    it: 'a route for connections',
    given: given([], {
      beside: beside({
        streamRoutes: [{ kind: 'IngressRouteTCP', namespace: 'shop', name: 'db', entryPoints: ['postgres'] }],
      }),
    }),
    expect: [{ subject: 'IngressRouteTCP/shop/db' }],
  },
  {
    it: 'an annotation of an Ingress',
    given: annotated('traefik.io/ingress-controller'),
    expect: [{ subject: 'Ingress/shop/web' }],
  },
  { it: 'the same, of another controller', given: annotated('k8s.io/ingress-nginx'), expect: 'not-applicable' },
  {
    it: 'a route that names none',
    given: { beside: beside({ ingressRoutes: [ingressRoute([['web', 80]])] }), ingressControllers: [traefik()] },
    expect: 'not-applicable',
  },
])
