import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { controllerConfig, ingressConfigs, liveConf } from '../../../test/build/ingress-config.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { known } from '../../model/known.ts'
import check from './location-denied.ts'

const web = ingress([['/', 'web', 80]])
const about = { ingresses: [web], ingressClasses: [ingressClass('nginx')], ingressControllers: [controller()] }
const plain = liveConf([web])
const denied = {
  ...plain,
  servers: plain.servers.map((it) => ({
    ...it,
    locations: it.locations.map((one) => ({ ...one, denied: 'annotation group ConfigurationSnippet is risky' })),
  })),
}

describeCheck(check, [
  {
    it: 'denied',
    given: { ...about, ingressConfigs: ingressConfigs(controllerConfig([web], { conf: known(denied) })) },
    expect: [
      {
        subject: 'Ingress/shop/web',
        severity: 'error',
        args: { reason: 'annotation group ConfigurationSnippet is risky', bad: 1, of: 1 },
      },
    ],
  },
  { it: 'not denied', given: { ...about, ingressConfigs: ingressConfigs(controllerConfig([web])) }, expect: 'ok' },
  {
    it: 'none',
    given: { ...about, ingresses: [], ingressConfigs: ingressConfigs(controllerConfig([])) },
    expect: 'not-applicable',
  },
  { it: 'not asked', given: { ingresses: [web] }, expect: 'cannot-tell' },
])
