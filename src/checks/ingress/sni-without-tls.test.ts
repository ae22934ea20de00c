import { beside } from '../../../test/build/beside.ts'
import { controller } from '../../../test/build/ingress.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { StreamRoute } from '../../model/beside.ts'
import check from './sni-without-tls.ts'

const route = (about: Partial<StreamRoute> = {}): StreamRoute => ({
  kind: 'IngressRouteTCP',
  namespace: 'shop',
  name: 'db',
  entryPoints: ['sql'],
  ...about,
})
const unseen = route({ unseenHosts: [{ path: 'spec.routes[0]', host: 'db.example.com' }] })
const traefik = controller({
  controller: 'traefik.io/ingress-controller',
  crd: { watches: null, className: null, acrossNamespaces: 'no', externalNames: 'no' },
})
const given = (streamRoutes: readonly StreamRoute[], ingressControllers = [traefik]) => ({
  beside: beside({ streamRoutes }),
  ingressControllers,
})

describeCheck(check, [
  {
    it: 'a host without TLS',
    given: given([unseen, route({ name: 'mail' })]),
    expect: [{ subject: 'IngressRouteTCP/shop/db', severity: 'error', says: /db\.example\.com/ }],
  },
  { it: 'TLS, or any host', given: given([route()]), expect: 'ok' },
  { it: 'nobody reads it', given: given([unseen], []), expect: 'cannot-tell' },
  { it: 'routes of UDP alone', given: given([route({ kind: 'IngressRouteUDP' })]), expect: 'not-applicable' },
])
