import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { certificate, contacts, get, getOf, repeat, stranger, toPod } from '../../../test/build/contacts.ts'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { controllerConfig, ingressConfigs } from '../../../test/build/ingress-config.ts'
import { probe } from '../../../test/build/lookups.ts'
import { pod } from '../../../test/build/pod.ts'
import { egressPolicy } from '../../../test/build/policy.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { model } from '../../model/build.ts'
import { known } from '../../model/known.ts'
import { subject } from '../../model/subject.ts'
import { checks } from '../registry.ts'
import backendWithoutEndpoints from './backend-without-endpoints.ts'
import check from './bad-answer.ts'
import classUnserved from './class-unserved.ts'
import serviceMissing from './service-missing.ts'

const ingresses = [
  ingress([
    ['/', 'front', 80],
    ['/cart', 'cart', 80],
  ]),
]
const reset = { error: 'ECONNRESET', scheme: 'http' } as const
const never = { error: 'no connection within 18000 ms', scheme: 'http' } as const
const asked = (...http: ReturnType<typeof get>[]) => ({ ingresses, contacts: contacts([], http) })

describeCheck(check, [
  {
    it: 'a part of the rules was asked for: no word of the others',
    given: {
      ingresses: [
        ingress([
          ['/', 'web', 80],
          ['/cart', 'web', 80],
          ['/pay', 'web', 80],
        ]),
      ],
      contacts: contacts([], [get('/', 200), get('/cart', 200)]),
    },
    expect: 'ok',
    says: /2 of 3 rules asked for/,
  },
  {
    it: 'the pods are well: what is between is left',
    given: {
      ingresses,
      contacts: {
        ...contacts([], [get('/', 200), get('/cart', 504, { ms: 1000 })]),
        direct: [getOf('cart', 'cart-1', 200)],
      },
    },
    expect: [{ subject: 'Ingress/shop/web', args: { direct: '200, within 4 ms', service: 'cart' } }],
  },
  {
    it: 'nginx gives up before the pods are done',
    given: {
      ingresses,
      contacts: {
        ...contacts([], [get('/cart', 504, { ms: 60_000 })]),
        direct: [getOf('cart', 'cart-1', 200, { ms: 70_000 })],
      },
      ingressConfigs: ingressConfigs(controllerConfig(ingresses)),
    },
    expect: [
      {
        subject: 'Ingress/shop/web',
        args: {
          waits:
            'nginx waits 60 s for the pods (proxy_read_timeout, line 31 of nginx.conf in controller-1), ' +
            'and asked directly they take up to 70.0 s',
        },
      },
    ],
  },
  {
    it: 'the pods want the name of a host in the handshake',
    given: {
      ingresses,
      contacts: {
        ...contacts([], [get('/cart', 502)]),
        direct: [
          getOf('cart', 'cart-1', 200, { scheme: 'https', certificate: certificate({ names: ['cart.example.com'] }) }),
        ],
      },
      ingressConfigs: ingressConfigs(
        controllerConfig(ingresses, {
          failed: known([{ host: 'web.example.com', upstream: '10.2.1.9:8443', trouble: 'tls-refused', times: 3 }]),
        }),
      ),
    },
    expect: [{ subject: 'Ingress/shop/web', args: { sni: 'cart.example.com' } }],
  },
  {
    it: 'the limit of the Ingress refuses some of the probe',
    given: {
      ...asked(get('/cart', 503), get('/cart', 200), get('/', 200)),
      ingresses: ingresses.map((it) => ({ ...it, annotated: ['nginx.ingress.kubernetes.io/limit-rps'] })),
    },
    expect: 'ok',
  },
  {
    it: 'a limit, and every request is a 503 of which the log tells another reason',
    given: {
      ...asked(get('/cart', 503)),
      ingresses: ingresses.map((it) => ({ ...it, annotated: ['nginx.ingress.kubernetes.io/limit-rps'] })),
      ingressConfigs: ingressConfigs(
        controllerConfig(ingresses, {
          failed: known([{ host: 'web.example.com', upstream: null, trouble: 'no-live-upstream', times: 1 }]),
        }),
      ),
    },
    expect: [{ subject: 'Ingress/shop/web' }],
  },
  {
    it: 'a limit, and nothing else is known of the 503',
    given: {
      ...asked(get('/cart', 503)),
      ingresses: ingresses.map((it) => ({ ...it, annotated: ['nginx.ingress.kubernetes.io/limit-rps'] })),
    },
    expect: [{ subject: 'Ingress/shop/web' }],
  },
  {
    it: 'the controller says why',
    given: {
      ingresses,
      contacts: {
        ...contacts([], [get('/cart', 502), get('/cart', 502)]),
        direct: [getOf('cart', 'cart-1', 200)],
      },
      ingressConfigs: ingressConfigs(
        controllerConfig(ingresses, {
          failed: known([
            { host: 'web.example.com', upstream: '10.2.1.9:8080', trouble: 'answer-too-big', times: 2 },
            { host: 'web.example.com', upstream: '10.2.1.9:8080', trouble: 'broke-off', times: 1 },
            { host: 'other.example.com', upstream: '10.2.1.9:8080', trouble: 'refused', times: 9 },
          ]),
        }),
      ),
    },
    expect: [
      {
        subject: 'Ingress/shop/web',
        args: {
          trouble: 'answer-too-big',
          said:
            "the controller's log says why, 2 times: the headers of 10.2.1.9:8080 do not fit its buffer " +
            '(proxy-buffer-size, 4k where nothing else is said): many or long cookies',
        },
      },
    ],
  },
  {
    it: '503',
    given: { ...asked(get('/cart', 503), get('/cart', 503), get('/', 200)), ingressControllers: [controller()] },
    expect: [
      {
        subject: 'Ingress/shop/web',
        severity: 'error',
        confidence: 'observed',
        args: {
          what: '503',
          service: 'cart',
          bad: 2,
          of: 2,
          controller: 'controller-1',
          controllerNamespace: 'ingress-nginx',
          host: 'web.example.com',
        },
      },
    ],
  },
  {
    it: 'some of them',
    given: asked(get('/cart', 502), get('/cart', 200)),
    expect: [{ subject: 'Ingress/shop/web', args: { bad: 1, of: 2, counts: '1 of 2 502' } }],
  },
  {
    it: '504 by two backends are two findings',
    given: asked(get('/cart', 504, { ms: 15_000 }), get('/', 504, { ms: 60_000 })),
    expect: [
      { subject: 'Ingress/shop/web', args: { service: 'cart' } },
      { subject: 'Ingress/shop/web', args: { service: 'front' } },
    ],
  },
  {
    it: 'no answer at all',
    given: asked(get('/cart', null)),
    expect: [{ subject: 'Ingress/shop/web', args: { what: 'no answer (connection reset)' } }],
  },
  {
    it: 'a host that no rule knows, and an error',
    given: asked(get('/', 500, { host: 'other.example.com' })),
    expect: [{ subject: 'Ingress/shop/web', args: { service: '' } }],
  },
  { it: 'well', given: asked(get('/', 200), get('/cart', 204)), expect: 'ok' },
  {
    it: 'a redirect says nothing of the backend',
    given: asked(get('/', 200), get('/cart', 308, { location: 'https://web.example.com/cart' })),
    expect: 'cannot-tell',
    says: /308 by a redirect to https:.*the backend was not asked/,
  },
  {
    it: 'a body that does not end',
    given: asked(
      get('/', 200),
      get('/cart', 200, { error: 'no complete answer within 18000 ms: 0 bytes of the body came, and no end' }),
    ),
    expect: [{ subject: 'Ingress/shop/web', args: { worst: 'cut', service: 'cart' } }],
  },
  { it: 'a 4xx is an answer', given: asked(get('/', 404), get('/cart', 401)), expect: 'ok' },
  { it: 'a backend that was not asked for', given: asked(get('/', 200)), expect: 'cannot-tell' },
  {
    it: 'a backend that was not asked for, where another Service is the question',
    given: asked(get('/', 200)),
    scope: { target: { kind: 'object', object: subject('Service', 'shop', 'front'), url: null } },
    expect: 'ok',
  },
  {
    it: 'of a URL that somebody asked about the other backends are none of the question',
    given: asked({ ...get('/', 200), basis: 'url' }),
    scope: { target: { kind: 'object', object: subject('Ingress', 'shop', 'web'), url: 'http://web.example.com/' } },
    expect: 'ok',
  },
  {
    it: 'late is no answer',
    given: asked(get('/', 200), get('/cart', null, { error: 'no complete answer within 5000 ms' })),
    expect: [{ subject: 'Ingress/shop/web', args: { worst: 'late' } }],
  },
  {
    it: 'a controller that refuses all: perhaps the wrong port',
    given: asked(get('/', null, { error: 'ECONNREFUSED' }), get('/cart', null, { error: 'ECONNREFUSED' })),
    expect: 'cannot-tell',
  },
  {
    it: 'a controller that hangs up on everybody: perhaps it expects PROXY',
    given: {
      ingresses,
      contacts: {
        ...contacts([], [get('/', null, reset), get('/cart', null, reset)]),
        strangers: [stranger(404, { status: null, error: 'ECONNRESET' })],
      },
    },
    expect: 'cannot-tell',
    says: /PROXY protocol/,
  },
  {
    it: 'it hangs up on the declared host alone',
    given: {
      ingresses,
      contacts: { ...contacts([], [get('/', null, reset), get('/cart', null, reset)]), strangers: [stranger(404)] },
    },
    expect: [{ subject: 'Ingress/shop/web' }, { subject: 'Ingress/shop/web' }],
  },
  { it: 'slow is not failing', given: asked(get('/', 200, { ms: 20_000 }), get('/cart', 200)), expect: 'ok' },
  { it: 'not asked', given: asked(), expect: 'cannot-tell' },
  { it: 'no Ingress', given: { ingresses: [], contacts: contacts([]) }, expect: 'not-applicable' },
  {
    it: 'a policy on the probe itself stops it',
    given: {
      ...asked(get('/', 200), get('/cart', null, never)),
      networkPolicies: [egressPolicy('deny')],
      namespaces: [],
      pods: [],
    },
    expect: 'cannot-tell',
    says: /NetworkPolicy shop\/deny denies the probe pod the way to 10\.2\.1\.80:80/,
  },
  {
    it: 'the same policy, and a 503: that came',
    given: {
      ...asked(get('/', 200), get('/cart', 503, { scheme: 'http' })),
      networkPolicies: [egressPolicy('deny')],
      namespaces: [],
      pods: [],
    },
    expect: [{ subject: 'Ingress/shop/web' }],
  },
  {
    it: 'a probe that was late, and its silence',
    given: {
      ...asked(get('/', 200), get('/cart', null, { error: 'no complete answer within 18000 ms', scheme: 'http' })),
      dnsProbe: { ...probe({ nodes: ['worker-1'] }), lag: [{ node: 'worker-1', p99Ms: 1500 }] },
    },
    expect: 'cannot-tell',
    says: /worker-1 got the CPU 1500 ms late/,
  },
  { it: 'no probe', given: { ingresses }, expect: 'cannot-tell' },
])

test('each failing backend folds under its own cause', () => {
  const given = model({
    ingresses: known([
      ingress([
        ['/', 'front', 80],
        ['/cart', 'cart', 80],
        ['/gone', 'gone', 80],
      ]),
    ]),
    contacts: known(contacts([], [get('/', 500), get('/cart', 503), get('/gone', 503)])),
    services: known([service('front'), service('cart')]),
    endpointSlices: known([slice('front', [pod('front-1')])]),
  })
  const { roots } = diagnose(given, { checks: [serviceMissing, backendWithoutEndpoints, check] })
  expect(
    roots.map((it) => [it.finding.code, it.finding.args.service, ...it.consequences.map((one) => one.args.service)]),
  ).toEqual([
    ['ING301', 'gone', 'gone'],
    ['ING304', 'cart', 'cart'],
    ['ING305', 'front'],
  ])
})

test('a class that nobody serves explains silence, never a 5xx', () => {
  expect(under(null)).toEqual(['ING303'])
  expect(under(503)).toEqual(['ING305', 'ING303'])
})

function under(status: number | null): readonly string[] {
  const given = model({
    ingresses: known(ingresses),
    ingressClasses: known([ingressClass('other')]),
    ingressControllers: known([]),
    contacts: known(contacts([], [get('/cart', status)])),
  })
  return diagnose(given, { checks: [classUnserved, check] }).roots.map((it) => it.finding.code)
}

describe('a canary has a share of the requests', () => {
  const nginx = { rewrite: null, regex: false, canary: true, protocol: null }
  const pair = [
    ingress([['/', 'blue', 80]]),
    ingress([['/', 'green', 80]], { name: 'web-canary', nginx }),
    ingress([['/other', 'red', 80]], { name: 'web-other', nginx }),
  ]
  const http = [get('/', 200), get('/', 502), get('/', 200)]
  const noteOf = (direct: readonly ReturnType<typeof getOf>[]) => {
    const contacted = { ...contacts([], http), direct }
    const results = diagnose(modelOf({ ingresses: pair, contacts: contacted }), { checks: [check] }).results
    const [first] = results.flatMap((it) => it.findings)
    return first === undefined ? null : `${check.words.detail(first as never)}; ${check.words.note(first as never)}`
  }

  test('the pods are said to be well only where those of both answered well', () => {
    const state = fc.constantFrom('well', 'bad', 'unasked')
    const asked = (name: string, is: string) =>
      is === 'unasked' ? [] : [getOf(name, `${name}-1`, is === 'well' ? 200 : null)]
    fc.assert(
      fc.property(state, state, (blue, green) => {
        const note = noteOf([...asked('blue', blue), ...asked('green', green)])
        expect(note).toContain('backend blue, and green of Ingress shop/web-canary')
        expect(/its pods answer well|the pods answer well/.test(note ?? '')).toBe(blue === 'well' && green === 'well')
      }),
    )
  })

  test('what is wrong with its Service is the cause, asked about the URL or about all', () => {
    const [blue, green] = [
      pod('blue-1', { labels: { app: 'blue' }, ip: '10.2.1.1' }),
      pod('green-1', { labels: { app: 'green' }, ip: '10.2.1.2' }),
    ]
    const sources = {
      ingresses: pair.slice(0, 2),
      services: [service('blue'), service('green', { clusterIP: '10.96.44.8' })],
      pods: [blue, green],
      endpointSlices: [slice('blue', [blue]), slice('green', [green])],
      contacts: {
        ...contacts(
          [toPod('blue', 'worker-1', blue, repeat(5, 'open')), toPod('green', 'worker-1', green, repeat(5, 'refused'))],
          http,
        ),
        direct: [getOf('blue', 'blue-1', 200), getOf('green', 'green-1', null)],
      },
    }
    const object = subject('Ingress', 'shop', 'web')
    const url = { namespace: 'shop', target: { kind: 'object', object, url: 'http://web.example.com/' } } as const
    for (const scope of [url, { namespace: 'shop' }]) {
      const { roots } = diagnose(modelOf(sources, {}, scope), { checks })
      expect(roots.map(({ finding }) => `${finding.code} ${finding.subject.name}`)).toEqual(['SVC202 green'])
    }
  })
})
const redirecting = [
  'permanent-redirect',
  'temporal-redirect',
  'app-root',
  'ssl-redirect',
  'force-ssl-redirect',
  'from-to-www-redirect',
].map((it) => `nginx.ingress.kubernetes.io/${it}`)
const harmless = ['nginx.ingress.kubernetes.io/proxy-read-timeout', 'nginx.ingress.kubernetes.io/cors-max-age']

test('a circle is told by the annotation that makes it, and sends nobody to logs; an error is put on none', () => {
  fc.assert(
    fc.property(
      fc.subarray([...redirecting, ...harmless]),
      fc.constantFrom<[number, string | null]>(
        [301, 'redirects in a circle'],
        [308, 'redirects in a circle'],
        [502, null],
      ),
      (annotated, [status, error]) => {
        const its = [ingress([['/', 'front', 80]], { annotated })]
        const seen = contacts(
          [],
          [get('/', status, { error, redirects: [{ status, location: 'http://web.example.com/' }] })],
        )
        const diagnosis = diagnose(model({ contacts: known(seen), ingresses: known(its) }), { checks: [check] })
        const finding = diagnosis.roots[0]?.finding as never
        const help = check.words.help(finding).join('\n')
        const note = check.words.note(finding) ?? ''
        const evidence = JSON.stringify(diagnosis.roots[0]?.finding.evidence)
        const isCircle = error !== null
        expect(/ logs |endpointslices/.test(help)).toBe(!isCircle)
        for (const it of redirecting) expect(evidence.includes(it)).toBe(isCircle && annotated.includes(it))
        expect(/by annotation/.test(note)).toBe(isCircle && annotated.some((it) => redirecting.includes(it)))
        expect(/server error/.test(check.title)).toBe(false)
      },
    ),
  )
})
