import { ingress, ingressClass } from '../../../test/build/ingress.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { NginxRouting } from '../../model/ingress.ts'
import check from './upgrade-taken-away.ts'

const keep = { by: 'connection-proxy-header', value: 'keep-alive' } as const
const plain = { rewrite: null, regex: false, canary: false, protocol: null }
const given = (path: string, about: Partial<NginxRouting> = {}) => ({
  ingresses: [ingress([[path, 'chat', 80]], { nginx: { ...plain, noUpgrade: keep, ...about } })],
  ingressClasses: [ingressClass('nginx')],
})
const found = [{ subject: 'Ingress/shop/web', severity: 'warning', confidence: 'possible' }] as const

describeCheck(check, [
  { it: 'a path of WebSockets', given: given('/ws'), expect: [{ ...found[0], args: { paths: ['/ws'] } }] },
  { it: 'of Socket.IO', given: given('/socket.io/'), expect: found },
  { it: 'of a regular expression', given: given('/chat/ws(/|$)(.*)'), expect: found },
  { it: 'connections that are held for an hour', given: given('/', { isLong: true }), expect: found },
  {
    it: 'HTTP/1.0',
    given: given('/hub', { noUpgrade: { by: 'proxy-http-version', value: '1.0' } }),
    expect: [{ ...found[0], says: /proxy-http-version/ }],
  },
  { it: 'plain requests', given: given('/'), expect: 'ok' },
  { it: 'a word that begins so', given: given('/wsdl'), expect: 'ok' },
  {
    it: 'no such annotation',
    given: { ingresses: [ingress([['/ws', 'chat', 80]], { nginx: plain })] },
    expect: 'not-applicable',
  },
  {
    it: 'another controller',
    given: { ...given('/ws'), ingressClasses: [ingressClass('nginx', { controller: 'nginx.org/ingress-controller' })] },
    expect: 'not-applicable',
  },
])
