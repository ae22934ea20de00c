import { contacts, get } from '../../../test/build/contacts.ts'
import { ingress, ingressClass } from '../../../test/build/ingress.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Container } from '../../model/pod.ts'
import check from './redirects-to-tls.ts'

const argo: Partial<Container> = { leadsToTls: { program: 'argocd-server', port: 8080 } }
const file: Partial<Container> = {
  refusals: [{ by: 'https', status: 301, rules: [], line: 3, port: 8080, map: 'ngx', key: 'default.conf' }],
}
const tls = [{ hosts: ['web.example.com'], secret: 'web-tls' }]
const nginx = { rewrite: null, regex: false, canary: false, protocol: null }
const given = (about: Partial<Container>, of: Partial<Ingress> = { tls, nginx }) => ({
  ingresses: [ingress([['/', 'argo', 80]], of)],
  ingressClasses: [ingressClass('nginx'), ingressClass('traefik', { controller: 'traefik.io/ingress-controller' })],
  services: [service('argo')],
  pods: [pod('argo-1', { containers: [container(about)] })],
})
const found = { subject: 'Ingress/shop/web', confidence: 'possible', severity: 'warning' } as const

describeCheck(check, [
  {
    it: 'Argo CD that is not told of the Ingress',
    given: given(argo),
    expect: [{ ...found, args: { program: 'argocd-server' }, says: /requests go in a circle/ }],
  },
  { it: 'an nginx by its file', given: given(file), expect: [{ ...found, args: { program: 'nginx' } }] },
  {
    it: 'by another controller',
    given: given(argo, { tls, className: 'traefik' }),
    expect: [{ ...found, args: { isNginx: false } }],
  },
  {
    it: 'it redirects at another port',
    given: given({ leadsToTls: { program: 'gitlab', port: 80 } }),
    expect: 'not-applicable',
  },
  { it: 'asked by TLS', given: given(argo, { tls, nginx: { ...nginx, protocol: 'HTTPS' } }), expect: 'ok' },
  {
    it: 'TLS goes through',
    given: given(argo, { tls, nginx: { ...nginx, passthrough: true } }),
    expect: 'not-applicable',
  },
  { it: 'no TLS at the Ingress', given: given(argo, { nginx }), expect: 'not-applicable' },
  {
    it: 'of another host',
    given: given(argo, { nginx, tls: [{ hosts: ['x.io'], secret: 'x' }] }),
    expect: 'not-applicable',
  },
  {
    it: 'it was asked, and showed a page',
    given: { ...given(argo), contacts: contacts([], [get('/', 200)]) },
    expect: 'ok',
  },
  {
    it: 'a rollout is under way',
    given: { ...given(argo), pods: [...given(argo).pods, pod('argo-2')] },
    expect: 'not-applicable',
  },
  { it: 'it does not redirect', given: given({}), expect: 'not-applicable' },
])
