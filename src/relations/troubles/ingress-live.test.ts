import { expect, test } from 'vitest'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { backends, controllerConfig, ingressConfigs, liveConf } from '../../../test/build/ingress-config.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { linesOf } from '../../../test/build/troubles.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { known } from '../../model/known.ts'
import type { Scope, Sources } from '../../model/sources.ts'
import { liveTroubles } from './ingress-live.ts'

const pods = [pod('web-1', { ip: '10.2.1.1' }), pod('web-2', { ip: '10.2.1.2' })] as const
const services = [service('web'), service('cart')]
const slices = [slice('web', pods), slice('cart', [])]
const own = ingress([
  ['/', 'web', 80],
  ['/cart', 'cart', 80],
])
const list = backends([own], { services, slices })
const config = controllerConfig([own], { backends: known(list) })
const around: Partial<Sources> = {
  ingresses: [own],
  ingressClasses: [ingressClass('nginx')],
  ingressControllers: [controller()],
  services,
  endpointSlices: slices,
  namespaces: [],
}
const refused = controllerConfig([own], {
  backends: known(list),
  refused: known({
    line: 12,
    directive: 'rewrite',
    host: null,
    path: null,
    ingress: { namespace: 'shop', name: 'web' },
  }),
})
const ofWeb = (endpoints: readonly string[]) =>
  list.map((it) => (it.upstream === 'shop-web-80' ? { ...it, endpoints } : it))
const denying = liveConf([own])
const denied = {
  ...denying,
  servers: denying.servers.map((it) => ({
    ...it,
    locations: it.locations.map((one) => (one.declared === '/' ? { ...one, denied: 'Ingress is denied' } : one)),
  })),
}

test.each<[it: string, given: Partial<Sources>, scope: Partial<Scope>, expected: readonly string[]]>([
  ['nobody looked', around, {}, []],
  ['as declared', { ...around, ingressConfigs: ingressConfigs(config) }, {}, []],
  [
    'a configuration that nginx refused, and an Ingress that is not live',
    {
      ...around,
      ingressConfigs: ingressConfigs({ ...refused, conf: known(liveConf([ingress([['/', 'web', 80]])])) }),
    },
    {},
    [
      'nuisance of ingressConfigs: not-as-declared, 1 of 1',
      'Pod/ingress-nginx/controller-1: its last configuration in the pod: nginx refused to load it',
      'with ',
      'keys reload-refused:ingress-nginx/controller-1',
      'nuisance of ingressConfigs: not-as-declared, 1 of 2',
      'Ingress/shop/web: web.example.com/cart in nginx.conf of controller-1: not as declared',
      'with ',
      'keys ingress-not-live:shop/web',
    ],
  ],
  [
    'the same for who asks about DNS alone',
    { ...around, ingressConfigs: ingressConfigs(refused) },
    { target: { kind: 'dns' } },
    [],
  ],
  [
    'refused for an Ingress that is gone',
    { ...around, ingresses: [], ingressConfigs: ingressConfigs(refused) },
    {},
    [
      'sign of ingressConfigs: not-as-declared, 1 of 1',
      'Pod/ingress-nginx/controller-1: its last configuration in the pod: nginx refused to load it',
      'with ',
      'keys reload-refused:ingress-nginx/controller-1',
    ],
  ],
  [
    'refused, where nobody may list Ingresses',
    { namespaces: [], ingressConfigs: ingressConfigs(refused) },
    {},
    [
      'nuisance of ingressConfigs: not-as-declared, 1 of 1',
      'Pod/ingress-nginx/controller-1: its last configuration in the pod: nginx refused to load it',
      'with ',
      'keys reload-refused:ingress-nginx/controller-1',
    ],
  ],
  [
    'a path that the controller denies',
    { ...around, ingressConfigs: ingressConfigs({ ...config, conf: known(denied) }) },
    {},
    [
      'nuisance of ingressConfigs: not-as-declared, 1 of 2',
      'Ingress/shop/web: web.example.com/ in nginx.conf of controller-1: denied by the controller',
      'with ',
      'keys ingress-not-live:shop/web',
    ],
  ],
  [
    'an endpoint that is gone, and one that is not in the list',
    {
      ...around,
      ingressConfigs: ingressConfigs({ ...config, backends: known(ofWeb(['10.2.1.1:8080', '10.2.1.9:8080'])) }),
    },
    {},
    [
      'nuisance of ingressConfigs: not-as-declared, 2 of 3',
      "Service/shop/web: the controller's list of endpoints in controller-1: 1 of 2 are ready in no EndpointSlice, 1 ready ones are not in it",
      'with ',
      'keys backends-not-live:shop/web',
    ],
  ],
  [
    'an endpoint that is gone',
    {
      ...around,
      ingressConfigs: ingressConfigs({
        ...config,
        backends: known(ofWeb(['10.2.1.1:8080', '10.2.1.2:8080', '10.2.1.9:8080'])),
      }),
    },
    {},
    [
      'nuisance of ingressConfigs: not-as-declared, 1 of 3',
      "Service/shop/web: the controller's list of endpoints in controller-1: 1 of 3 are ready in no EndpointSlice, 0 ready ones are not in it",
      'with ',
      'keys backends-not-live:shop/web',
    ],
  ],
  [
    'a list that is empty',
    { ...around, ingressConfigs: ingressConfigs({ ...config, backends: known(ofWeb([])) }) },
    {},
    [
      'nuisance of ingressConfigs: not-as-declared, 2 of 2',
      "Service/shop/web: the controller's list of endpoints in controller-1: 0 of 0 are ready in no EndpointSlice, 2 ready ones are not in it",
      'with ',
      'keys backends-not-live:shop/web',
    ],
  ],
  [
    'a list that is empty, where slices are not known',
    {
      ingresses: [own],
      ingressClasses: [ingressClass('nginx')],
      ingressControllers: [controller()],
      services,
      ingressConfigs: ingressConfigs({ ...config, backends: known(ofWeb([])) }),
    },
    {},
    [],
  ],
])('%s', (_it, given, scope, expected) => {
  expect(liveTroubles(modelOf(given, {}, scope)).flatMap(linesOf)).toEqual(expected)
})
