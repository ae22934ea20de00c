import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { controllerConfig, ingressConfigs, liveConf, quietLog } from '../../../test/build/ingress-config.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import check from './live-missing.ts'

const web = ingress([
  ['/', 'web', 80],
  ['/cart', 'cart', 80],
])
const old = ingress([['/', 'web', 80]])
const other = ingress([['/', 'api', 80]], {
  name: 'api',
  rules: [{ host: 'api.example.com', paths: ingress([['/', 'api', 80]]).rules[0]?.paths ?? [] }],
})
const about = { ingressClasses: [ingressClass('nginx')], ingressControllers: [controller()] }
const log = known(
  quietLog({
    signs: [
      {
        kind: 'ingress-ignored',
        times: 1,
        said: 'skipping ingress shop/web: x',
        ingress: { namespace: 'shop', name: 'web' },
      },
    ],
  }),
)

describeCheck(check, [
  {
    it: 'the host is not there',
    given: { ...about, ingresses: [web], ingressConfigs: ingressConfigs(controllerConfig([other])) },
    expect: [
      {
        subject: 'Ingress/shop/web',
        severity: 'error',
        confidence: 'observed',
        args: { bad: 2, of: 2, behind: 1, read: 1 },
      },
    ],
  },
  {
    it: 'one path is not there',
    given: { ...about, ingresses: [web], ingressConfigs: ingressConfigs(controllerConfig([old])) },
    expect: [{ subject: 'Ingress/shop/web', args: { bad: 1, of: 2, routes: 'web.example.com/cart' } }],
  },
  {
    it: 'in one replica of two',
    given: {
      ...about,
      ingressControllers: [controller(), controller({ pod: 'controller-2' })],
      ingresses: [web],
      ingressConfigs: ingressConfigs(controllerConfig([web]), controllerConfig([old], { pod: 'controller-2' })),
    },
    expect: [{ subject: 'Ingress/shop/web', args: { controllers: 'controller-2', behind: 1, read: 2 } }],
  },
  {
    it: 'the controller says why',
    given: { ...about, ingresses: [web], ingressConfigs: ingressConfigs(controllerConfig([], { log })) },
    expect: [{ subject: 'Ingress/shop/web', args: { said: 'skipping ingress shop/web: x' } }],
  },
  {
    it: 'all there',
    given: { ...about, ingresses: [web, other], ingressConfigs: ingressConfigs(controllerConfig([web, other])) },
    expect: 'ok',
  },
  {
    it: 'a canary has no location of its own',
    given: {
      ...about,
      ingresses: [
        web,
        { ...web, name: 'canary', nginx: { rewrite: null, regex: false, canary: true, protocol: null } },
      ],
      ingressConfigs: ingressConfigs(controllerConfig([web])),
    },
    expect: 'ok',
  },
  {
    it: 'of another class',
    given: {
      ...about,
      ingresses: [{ ...web, className: 'traefik' }],
      ingressConfigs: ingressConfigs(controllerConfig([other])),
    },
    expect: 'not-applicable',
  },
  {
    it: 'of a namespace that the controller does not look at',
    given: {
      ...about,
      ingressControllers: [controller({ watches: ['team'] })],
      ingresses: [web],
      ingressConfigs: ingressConfigs(controllerConfig([other])),
    },
    expect: 'not-applicable',
  },
  {
    it: 'changed while it was looked at',
    given: {
      ...about,
      ingresses: [web],
      ingressConfigs: {
        ...ingressConfigs(controllerConfig([other])),
        changed: known([{ kind: 'Ingress' as const, namespace: 'shop', name: 'web' }]),
      },
    },
    expect: 'cannot-tell',
    says: /changed while/,
  },
  {
    it: 'read in part',
    given: {
      ...about,
      ingresses: [web],
      ingressConfigs: ingressConfigs(controllerConfig([], { conf: known({ ...liveConf([other]), complete: false }) })),
    },
    expect: 'cannot-tell',
    says: /in part/,
  },
  {
    it: 'no exec',
    given: {
      ...about,
      ingresses: [web],
      ingressConfigs: ingressConfigs(
        controllerConfig([], { conf: unknown('forbidden', 'create pods/exec in ingress-nginx') }),
      ),
    },
    expect: 'cannot-tell',
    says: /could not be read/,
  },
  { it: 'not asked', given: modelOf({ ingresses: [web] }), expect: 'cannot-tell' },
])
