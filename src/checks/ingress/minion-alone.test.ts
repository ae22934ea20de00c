import { ingress, ingressClass } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import type { Ingress } from '../../model/ingress.ts'
import check from './minion-alone.ts'

const minion = ingress([['/', 'web', 80]], { mergeable: 'minion' })
const master = (about: Partial<Ingress> = {}) => ingress([], { name: 'edge', mergeable: 'master', ...about })
const given = (ingresses: readonly Ingress[], controller = 'nginx.org/ingress-controller') => ({
  ingresses,
  ingressClasses: [ingressClass('nginx', { controller })],
})
const whole = { namespace: null }
const subject = 'Ingress/shop/web'

describeCheck(check, [
  {
    it: 'no master at all',
    given: modelOf(given([minion]), {}, whole),
    expect: [{ subject, severity: 'error', confidence: 'inferred', says: /is not served\./ }],
  },
  {
    it: 'a master of another host',
    given: modelOf(given([minion, master({ rules: [{ host: 'www.example.com', paths: [] }] })]), {}, whole),
    expect: [{ subject, args: { masters: ['shop/edge (www.example.com)'] } }],
  },
  {
    it: 'a master of another class',
    given: modelOf(given([minion, master({ className: 'internal' })]), {}, whole),
    expect: [{ subject, args: { masters: [] } }],
  },
  {
    it: 'a master without a class',
    given: modelOf(given([minion, master({ className: null })]), {}, whole),
    expect: 'ok',
  },
  { it: 'its master', given: modelOf(given([minion, master()]), {}, whole), expect: 'ok' },
  {
    it: 'its master, of another namespace',
    given: modelOf(given([minion]), { ingressesBeside: known([master({ namespace: 'edge' })]) }, { namespace: 'shop' }),
    expect: 'ok',
  },
  {
    it: 'one namespace was read, and no master is there',
    given: modelOf(given([minion]), { ingressesBeside: unknown('forbidden', 'list ingresses') }, { namespace: 'shop' }),
    expect: [{ subject, severity: 'warning', confidence: 'possible' }],
  },
  {
    it: "another controller's class",
    given: modelOf(given([minion], 'k8s.io/ingress-nginx'), {}, whole),
    expect: 'not-applicable',
  },
  { it: 'none', given: given([ingress([['/', 'web', 80]])]), expect: 'not-applicable' },
])
