import { expect, test } from 'vitest'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { controllerConfig, ingressConfigs, quietLog } from '../../../test/build/ingress-config.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { mtuPath, networks } from '../../../test/build/node-network.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { known, unknown } from '../../model/known.ts'
import sizeLost from '../node/size-lost.ts'
import check from './controller-cut-off.ts'

const web = ingress([['/', 'web', 80]])
const about = {
  ingresses: [web],
  services: [service('web')],
  endpointSlices: [slice('web', [pod('web-1', { ip: '10.2.1.5' })])],
  ingressClasses: [ingressClass('nginx')],
  ingressControllers: [controller()],
}
const said = 'dial tcp 10.96.0.1:443: i/o timeout'
const deaf = known(quietLog({ signs: [{ kind: 'api-unreachable', times: 12, said }] }))
const withNews = (it: string) =>
  known(quietLog({ signs: [{ kind: 'api-unreachable', times: 12, said: it }], sinceSilence: 'news' }))
const upstream = (endpoints: readonly string[]) =>
  known([{ upstream: 'shop-web-80', endpoints, weight: null, alternatives: [] }])

describeCheck(check, [
  {
    it: 'and it has the pods of before',
    given: {
      ...about,
      ingressConfigs: ingressConfigs(controllerConfig([web], { log: deaf, backends: upstream(['10.2.1.3:8080']) })),
    },
    expect: [
      {
        subject: 'Pod/ingress-nginx/controller-1',
        severity: 'error',
        args: { said, times: 12, services: 1, ingresses: 0 },
      },
    ],
  },
  {
    it: 'and it does not know an Ingress',
    given: { ...about, ingressConfigs: ingressConfigs(controllerConfig([], { log: deaf })) },
    expect: [{ subject: 'Pod/ingress-nginx/controller-1', severity: 'error', args: { ingresses: 1 } }],
  },
  {
    it: 'the API server is silent, and the log has no word of it yet',
    given: {
      ...about,
      ingressConfigs: ingressConfigs(
        controllerConfig([web], { api: known('silent'), backends: upstream(['10.2.1.5:8080']) }),
      ),
    },
    expect: [{ subject: 'Pod/ingress-nginx/controller-1', severity: 'warning', args: { times: 0 } }],
  },
  {
    it: 'it answers again, and the controller has had news since',
    given: { ...about, ingressConfigs: ingressConfigs(controllerConfig([], { log: withNews(said) })) },
    expect: 'ok',
  },
  {
    it: 'news of what it may read, and not of the rest',
    given: { ...about, ingressConfigs: ingressConfigs(controllerConfig([], { log: withNews('forbidden: User x') })) },
    expect: [{ subject: 'Pod/ingress-nginx/controller-1', severity: 'error', args: { ingresses: 1 } }],
  },
  {
    it: 'news, and no answer now',
    given: {
      ...about,
      ingressConfigs: ingressConfigs(controllerConfig([], { log: withNews(said), api: known('silent') })),
    },
    expect: [{ subject: 'Pod/ingress-nginx/controller-1', severity: 'error', args: { ingresses: 1 } }],
  },
  {
    it: 'it answers again, and nothing differs',
    given: {
      ...about,
      ingressConfigs: ingressConfigs(controllerConfig([web], { log: deaf, backends: upstream(['10.2.1.5:8080']) })),
    },
    expect: 'ok',
  },
  {
    it: 'nothing has changed since',
    given: {
      ...about,
      ingressConfigs: ingressConfigs(
        controllerConfig([web], {
          log: deaf,
          api: unknown('not-there', 'no curl'),
          backends: upstream(['10.2.1.5:8080']),
        }),
      ),
    },
    expect: [{ subject: 'Pod/ingress-nginx/controller-1', severity: 'warning' }],
  },
  {
    it: 'no such line',
    given: { ...about, ingressConfigs: ingressConfigs(controllerConfig([web])) },
    expect: 'ok',
  },
  {
    it: 'its log may not be read',
    given: {
      ...about,
      ingressConfigs: ingressConfigs(
        controllerConfig([web], { log: unknown('forbidden', 'get pods/log in ingress-nginx') }),
      ),
    },
    expect: 'cannot-tell',
    says: /pods\/log/,
  },
])

const nodes = ['worker-1', 'worker-2', 'worker-3']
const lossy = networks(
  {},
  nodes.flatMap((a) =>
    nodes.filter((b) => b !== a).map((b) => mtuPath(a, b, a === 'worker-2' ? { large: 0, back: 0 } : {})),
  ),
)

test.each([
  ['what keeps its whole node from others is its cause', 'worker-2', ['NOD532']],
  ['where it runs is not known', null, ['ING324', 'NOD532']],
])('%s', (_, node, roots) => {
  const model = modelOf({
    ...about,
    ingressControllers: [controller({ node })],
    ingressConfigs: ingressConfigs(controllerConfig([], { log: deaf })),
    nodeNetworks: lossy,
  })
  const codes = diagnose(model, { checks: [check, sizeLost] }).roots.map((it) => it.finding.code)
  expect(codes.toSorted()).toEqual(roots)
})
