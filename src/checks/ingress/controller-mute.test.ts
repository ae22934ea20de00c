import { contacts, get, stranger } from '../../../test/build/contacts.ts'
import { controller, ingress } from '../../../test/build/ingress.ts'
import { controllerConfig, ingressConfigs, nginxConf } from '../../../test/build/ingress-config.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import { parseNginxConf } from '../../wire/nginx-conf.ts'
import check from './controller-mute.ts'

const ingresses = [ingress([['/', 'web', 80]])]
const reset = { error: 'ECONNRESET', scheme: 'http' } as const
const mute = {
  ...contacts([], [get('/', null, reset), get('/', null, reset)]),
  strangers: [stranger(0, { status: null, error: 'ECONNRESET' })],
}
const refused = get('/', null, { error: 'ECONNREFUSED', scheme: 'http' })
const given = { ingresses, contacts: mute, ingressControllers: [controller()] }
const running = (text: string) => ingressConfigs(controllerConfig(ingresses, { conf: known(parseNginxConf(text)) }))
const plain = nginxConf(ingresses)
const proxied = running(plain.replaceAll('listen 443 ssl', 'listen 80 proxy_protocol; listen 443 proxy_protocol ssl'))
const answer = { by: 'lb', ip: '198.18.0.11', port: 30_080, host: 'web.example.com', path: '/', ms: 4 } as const
const at = { subject: 'Pod/ingress-nginx/controller-1', confidence: 'observed' } as const

describeCheck(check, [
  {
    it: 'the PROXY protocol is expected, and who asks through the load balancer is ended as well',
    given: {
      ...given,
      ingressConfigs: proxied,
      outside: { lookupError: null, answers: [{ ...answer, status: null, error: 'ECONNRESET' }] },
    },
    expect: [{ ...at, severity: 'warning', args: { proxy: 'wanted', outside: '198.18.0.11:30080', outsideBad: 1 } }],
  },
  {
    it: 'the PROXY protocol is expected, and the load balancer may speak it: plain requests tell nothing',
    given: { ...given, ingressConfigs: proxied },
    expect: [{ ...at, severity: 'info', args: { proxy: 'wanted', outside: '' } }],
  },
  {
    it: 'the load balancer says itself that it got nothing of it',
    given: {
      ...given,
      ingressConfigs: proxied,
      outside: { lookupError: null, answers: [{ ...answer, status: 502, error: null }] },
    },
    expect: [{ ...at, severity: 'error', args: { proxy: 'wanted', outsideBad: 1 } }],
  },
  {
    it: 'the controller says 502 in its own name: it heard the request, so that the load balancer speaks it',
    given: {
      ...given,
      ingressConfigs: proxied,
      outside: {
        lookupError: null,
        answers: [{ ...answer, status: 502, error: null, page: { body: 'a', head: 'b', by: 'nginx' } }],
      },
    },
    expect: [{ ...at, severity: 'info', args: { outside: '' } }],
  },
  {
    it: 'the load balancer speaks it',
    given: {
      ...given,
      ingressConfigs: proxied,
      outside: { lookupError: null, answers: [{ ...answer, status: 200, error: null }] },
    },
    expect: [{ ...at, severity: 'info', args: { outside: '' } }],
  },
  {
    it: 'by its configuration it expects none, and ends each connection all the same',
    given: { ...given, ingressConfigs: running(plain) },
    expect: [{ ...at, severity: 'warning', args: { proxy: 'not-wanted', ends: 'reset' } }],
  },
  {
    it: 'its configuration was not read',
    given,
    expect: [{ ...at, severity: 'warning', args: { proxy: 'unknown', bad: 2 } }],
  },
  {
    it: 'it refuses',
    given: { ...given, contacts: contacts([], [refused, refused]) },
    expect: [{ ...at, severity: 'warning', args: { ends: 'refused', port: 80 } }],
  },
  {
    it: 'it serves TLS alone',
    given: { ...given, contacts: contacts([], [refused, get('/', 200, { scheme: 'https' })]) },
    expect: 'cannot-tell',
    says: /answers on another/,
  },
  {
    it: 'a host that nobody has is answered: it is about these hosts',
    given: { ...given, contacts: { ...mute, strangers: [stranger(404)] } },
    expect: 'ok',
  },
  { it: 'well', given: { ...given, contacts: contacts([], [get('/', 200)]) }, expect: 'ok' },
  { it: 'nothing was asked', given: { ...given, contacts: contacts([]) }, expect: 'not-applicable' },
  {
    it: 'not measured',
    given: modelOf({ ingresses }, { contacts: unknown('not-asked', 'no probe') }),
    expect: 'cannot-tell',
  },
])
