import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { controllerConfig, ingressConfigs } from '../../../test/build/ingress-config.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './live-differs.ts'

const web = ingress([['/', 'web', 80]])
const about = { ingressClasses: [ingressClass('nginx')], ingressControllers: [controller()] }
const runs = (...live: Parameters<typeof controllerConfig>[0][number][]) => ingressConfigs(controllerConfig(live))

describeCheck(check, [
  {
    it: 'an older backend',
    given: { ...about, ingresses: [web], ingressConfigs: runs(ingress([['/', 'web-old', 80]])) },
    expect: [{ subject: 'Ingress/shop/web', args: { runs: 'web-old:80', says: 'web:80', owner: '' } }],
  },
  {
    it: 'another port',
    given: { ...about, ingresses: [web], ingressConfigs: runs(ingress([['/', 'web', 8080]])) },
    expect: [{ subject: 'Ingress/shop/web', args: { runs: 'web:8080' } }],
  },
  {
    it: 'an Ingress that is gone has the path',
    given: { ...about, ingresses: [web], ingressConfigs: runs({ ...web, name: 'gone' }) },
    expect: [{ subject: 'Ingress/shop/web', args: { owner: 'Ingress shop/gone' } }],
  },
  {
    it: 'another Ingress declares it too, and is the older one',
    given: {
      ...about,
      ingresses: [web, { ...ingress([['/', 'cart', 80]]), name: 'first' }],
      ingressConfigs: runs({ ...ingress([['/', 'cart', 80]]), name: 'first' }, web),
    },
    expect: 'ok',
  },
  {
    it: 'an Ingress of a namespace out of sight has the path',
    scope: { namespace: 'shop' },
    given: { ...about, ingresses: [web], ingressConfigs: runs({ ...web, namespace: 'other', name: 'x' }) },
    expect: 'ok',
  },
  { it: 'as declared', given: { ...about, ingresses: [web], ingressConfigs: runs(web) }, expect: 'ok' },
  { it: 'none', given: { ...about, ingresses: [], ingressConfigs: runs() }, expect: 'not-applicable' },
  { it: 'not asked', given: { ingresses: [web] }, expect: 'cannot-tell' },
])
