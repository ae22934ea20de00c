import { contacts, repeat, toPod } from '../../../test/build/contacts.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { controllerConfig, ingressConfigs } from '../../../test/build/ingress-config.ts'
import { pod } from '../../../test/build/pod.ts'
import { slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import type { FailedRequests } from '../../wire/access-log/failed-requests.ts'
import check from './controller-kept-from-endpoint.ts'

const ingresses = [ingress([['/', 'web', 80]])]
const [one, two] = [pod('web-1', { ip: '10.2.1.5' }), pod('web-2', { ip: '10.2.2.5', node: 'worker-2' })]
const silent: FailedRequests = {
  host: 'web.example.com',
  upstream: '10.2.1.5:8080',
  trouble: 'timed-out-connecting',
  times: 4,
}
const said = (...failed: readonly FailedRequests[]) => ({
  ingresses,
  endpointSlices: [slice('web', [one, two])],
  ingressConfigs: ingressConfigs(controllerConfig(ingresses, { failed: known(failed) })),
})
const reached = (result: 'open' | 'timeout') => ({
  contacts: contacts([toPod('web', 'worker-1', one, repeat(5, result))]),
})

describeCheck(check, [
  {
    it: 'one endpoint is silent to it, and others reach that',
    given: { ...said(silent), ...reached('open') },
    expect: [
      {
        subject: 'Service/shop/web',
        severity: 'error',
        confidence: 'observed',
        args: { endpoint: '10.2.1.5:8080', times: 4, others: 1, open: 5, of: 5, controller: 'controller-1' },
      },
    ],
  },
  {
    it: 'nobody reaches it',
    given: { ...said(silent), ...reached('timeout') },
    expect: [{ subject: 'Service/shop/web', args: { open: 0, of: 5 } }],
  },
  {
    it: 'two hosts of one Service, once each',
    given: said({ ...silent, times: 1 }, { ...silent, times: 1, host: 'www.example.com' }),
    expect: [{ subject: 'Service/shop/web', args: { times: 2, hosts: ['web.example.com', 'www.example.com'] } }],
  },
  { it: 'once is luck', given: said({ ...silent, times: 1 }), expect: 'ok' },
  { it: 'a refusal is the word of the pod', given: said({ ...silent, trouble: 'refused' }), expect: 'ok' },
  { it: 'an endpoint that is gone', given: said({ ...silent, upstream: '10.2.9.9:8080' }), expect: 'ok' },
  { it: 'another port of that pod', given: said({ ...silent, upstream: '10.2.1.5:9090' }), expect: 'ok' },
  { it: 'nothing failed', given: said(), expect: 'ok' },
  {
    it: 'its log can not be read',
    given: {
      ...said(),
      ingressConfigs: ingressConfigs(
        controllerConfig(ingresses, { failed: unknown('forbidden', 'get pods/log in ingress-nginx') }),
      ),
    },
    expect: 'cannot-tell',
    says: /pods\/log/,
  },
  {
    it: 'nothing was asked for',
    given: { ...said(), ingressConfigs: ingressConfigs(controllerConfig(ingresses)) },
    expect: 'not-applicable',
  },
  {
    it: 'no probe',
    given: modelOf({ ingresses }, { ingressConfigs: unknown('not-asked', 'needs --probe') }),
    expect: 'cannot-tell',
  },
])
