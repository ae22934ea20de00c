import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { backends, controllerConfig, ingressConfigs, quietLog } from '../../../test/build/ingress-config.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { ControllerConfig } from '../../model/ingress-config.ts'
import { known, unknown } from '../../model/known.ts'
import check from './live-endpoints.ts'

const web = ingress([['/', 'web', 80]])
const pods = [pod('web-1', { ip: '10.2.1.5' }), pod('web-2', { ip: '10.2.1.6' })]
const about = {
  ingresses: [web],
  services: [service('web')],
  endpointSlices: [slice('web', pods)],
  ingressClasses: [ingressClass('nginx')],
  ingressControllers: [controller()],
}
const list = backends([web], { services: about.services, slices: about.endpointSlices })
const running = (endpoints: readonly string[] | null, more: Partial<ControllerConfig> = {}) =>
  controllerConfig([web], {
    backends: known(endpoints === null ? [] : list.map((it) => ({ ...it, endpoints }))),
    ...more,
  })
const both = ['10.2.1.5:8080', '10.2.1.6:8080']

describeCheck(check, [
  {
    it: 'pods of before',
    given: { ...about, ingressConfigs: ingressConfigs(running(['10.2.1.3:8080', '10.2.1.4:8080'])) },
    expect: [
      {
        subject: 'Service/shop/web',
        severity: 'error',
        confidence: 'observed',
        args: { live: 2, stale: 2, absent: 2 },
      },
    ],
  },
  {
    it: 'one that it does not know, and it says why',
    given: {
      ...about,
      ingressConfigs: ingressConfigs(
        running(['10.2.1.5:8080'], {
          log: known(quietLog({ signs: [{ kind: 'api-unreachable', times: 3, said: 'dial tcp: i/o timeout' }] })),
        }),
      ),
    },
    expect: [{ subject: 'Service/shop/web', args: { stale: 0, absent: 1, said: 'dial tcp: i/o timeout' } }],
  },
  {
    it: 'no list at all for a Service that has pods',
    given: { ...about, ingressConfigs: ingressConfigs(running(null)) },
    expect: [{ subject: 'Service/shop/web', args: { live: 0, absent: 2 } }],
  },
  { it: 'the same', given: { ...about, ingressConfigs: ingressConfigs(running(both.toReversed())) }, expect: 'ok' },
  {
    it: "the Service's own address, as service-upstream has it",
    given: { ...about, ingressConfigs: ingressConfigs(running(['10.96.44.7:80'])) },
    expect: 'not-applicable',
  },
  {
    it: 'endpoints that moved meanwhile',
    given: {
      ...about,
      ingressConfigs: {
        ...ingressConfigs(running(['10.2.1.3:8080'])),
        changed: known([{ kind: 'Service' as const, namespace: 'shop', name: 'web' }]),
      },
    },
    expect: 'not-applicable',
  },
  {
    it: 'whether they moved is not known',
    given: {
      ...about,
      ingressConfigs: {
        ...ingressConfigs(running(['10.2.1.3:8080'])),
        changed: unknown('forbidden', 'list endpointslices'),
      },
    },
    expect: 'cannot-tell',
  },
  {
    it: 'the list could not be read',
    given: {
      ...about,
      ingressConfigs: ingressConfigs(running(both, { backends: unknown('failed', 'no curl') })),
    },
    expect: 'cannot-tell',
    says: /no curl/,
  },
  { it: 'not asked', given: { ingresses: [web] }, expect: 'cannot-tell' },
])
