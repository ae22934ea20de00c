import { expect, test } from 'vitest'
import { ingress } from '../../../test/build/ingress.ts'
import { controllerConfig, ingressConfigs, nginxConf } from '../../../test/build/ingress-config.ts'
import { lately, lateRequests } from '../../../test/build/said-lately.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { ControllerConfig } from '../../model/ingress-config.ts'
import { known, unknown } from '../../model/known.ts'
import { type ErrorLog, parseNginxConf } from '../../wire/nginx-conf.ts'
import { sizeText, timeOfDay } from './late-words.ts'
import check from './uploads-refused.ts'

const key = 'nginx.ingress.kubernetes.io/proxy-body-size'
const web = ingress([['/', 'web', 80]], { annotated: [key] })
const conf = parseNginxConf(
  nginxConf([web]).replace('proxy_read_timeout', 'client_max_body_size 64k;\n      proxy_read_timeout'),
)
const line = conf.servers.flatMap((it) => it.locations)[0]?.line ?? 0
const uploads = lateRequests('body-too-big', { line, largest: 5 * 2 ** 20 })

function given(said: ControllerConfig['lately'], about: Partial<ControllerConfig> = {}) {
  return {
    ingresses: [web],
    ingressConfigs: ingressConfigs(
      controllerConfig([web], { conf: known(conf), ...(said === undefined ? {} : { lately: said }), ...about }),
    ),
  }
}

function logging(errorLog: ErrorLog) {
  return given(known(lately()), { conf: known({ ...conf, errorLog }) })
}

describeCheck(check, [
  {
    it: 'three uploads over the limit of the annotation',
    given: given(known(lately([uploads]))),
    expect: [
      {
        subject: 'Ingress/shop/web',
        severity: 'warning',
        confidence: 'observed',
        args: { times: 3, largest: 5 * 2 ** 20, limit: '64k', annotation: key, last: '10:55:37 UTC', lines: 400 },
        says: /refused 3 requests .* it takes 64k\.\nthe largest 5 MiB · .* back to 10:41:47 UTC/,
      },
    ],
  },
  {
    it: 'no annotation sets the limit: it is the ConfigMap’s',
    given: { ...given(known(lately([uploads]))), ingresses: [ingress([['/', 'web', 80]])] },
    expect: [{ subject: 'Ingress/shop/web', args: { annotation: null } }],
  },
  {
    it: 'two controllers are summed',
    given: {
      ingresses: [web],
      ingressConfigs: ingressConfigs(
        controllerConfig([web], { conf: known(conf), lately: known(lately([uploads])) }),
        controllerConfig([web], { pod: 'controller-2', conf: known(conf), lately: known(lately([uploads])) }),
      ),
    },
    expect: [{ subject: 'Ingress/shop/web', args: { times: 6, controllers: ['controller-1', 'controller-2'] } }],
  },
  {
    it: 'all were refused before the Ingress was changed',
    given: given(known(lately([{ ...uploads, times: 0, last: null, largest: null, over: 4 }]))),
    expect: 'ok',
    says: /400 lines of controller-1 back to 10:41:47 UTC; 4 older ones are over/,
  },
  { it: 'other troubles are others’', given: given(known(lately([lateRequests('limited')]))), expect: 'ok' },
  { it: 'of another Ingress', given: given(known(lately([uploads]))), scope: about('other'), expect: 'not-applicable' },
  { it: 'a quiet log', given: given(known(lately())), expect: 'ok', says: /of what the logs hold/ },
  {
    it: 'no line at all',
    given: given(known(lately([], { lines: 0, from: null, until: null }))),
    expect: 'cannot-tell',
    says: /no line of the last 15 minutes/,
  },
  {
    it: 'a busy log, read for some seconds',
    given: given(known(lately([], { cutOff: true, lines: 20_000, from: 1_000_000, until: 1_040_000 }))),
    expect: 'cannot-tell',
    says: /the last 20000 lines .* go back 40 s/,
  },
  {
    it: 'lines of nobody',
    given: given(known(lately([], { unplaced: 2 }))),
    expect: 'cannot-tell',
    says: /of 2 lines/,
  },
  { it: 'forbidden', given: given(unknown('forbidden', 'get pods/log')), expect: 'cannot-tell', says: /get pods\/log/ },
  { it: 'an old recording', given: given(undefined), expect: 'cannot-tell' },
  {
    it: 'only what is worse than an error is written',
    given: logging({ place: 'container', level: 'crit' }),
    expect: 'cannot-tell',
    says: /error-log-level crit/,
  },
  {
    it: 'into a file',
    given: logging({ place: 'elsewhere', level: 'notice' }),
    expect: 'cannot-tell',
    says: /error-log-path/,
  },
  { it: 'as usual', given: logging({ place: 'container', level: 'notice' }), expect: 'ok' },
  { it: 'no controller', given: { ...given(undefined), ingressConfigs: ingressConfigs() }, expect: 'not-applicable' },
])

function about(name: string) {
  return { target: { kind: 'object', object: { kind: 'Ingress', namespace: 'shop', name }, url: null } } as const
}

test('sizes and times', () => {
  expect([0, 1023, 1024, 1536, 5 * 2 ** 20, 3e15].map(sizeText)).toEqual([
    '0 bytes',
    '1023 bytes',
    '1 KiB',
    '1.5 KiB',
    '5 MiB',
    '2728 TiB',
  ])
  expect(timeOfDay(1e300)).toBe('an unknown time')
})
