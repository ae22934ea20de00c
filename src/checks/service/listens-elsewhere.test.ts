import { expect, test } from 'vitest'
import { contacts, repeat, toPod } from '../../../test/build/contacts.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { unknown } from '../../model/known.ts'
import type { Container, Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import type { Listen } from '../../wire/listens.ts'
import check from './listens-elsewhere.ts'

const bind = (about: Partial<Listen> = {}): Listen => ({ by: '--bind', host: '127.0.0.1', port: 8080, ...about })
const cart = (listens: readonly Listen[], about: Partial<Container> = {}, of: Partial<Pod> = {}): Pod =>
  pod('cart-1', { containers: [container({ listens, ...about })], ...of })
const given = (...pods: readonly Pod[]) => ({ services: [service('cart')], pods })
const found = { subject: 'Service/shop/cart', severity: 'error' as const, confidence: 'inferred' as const }
const maybe = { ...found, severity: 'warning' as const, confidence: 'possible' as const }
const port3000: Listen = { by: 'PORT', host: null, port: 3000 }

test('of a file nothing is quoted that was not kept', () => {
  const listen = { by: 'Listen', host: null, port: 9090, map: 'conf', key: 'httpd.conf', line: 2 } as const
  const [found] = diagnose(modelOf(given(cart([listen]))), { checks: [check] }).results[0]?.findings ?? []
  expect(found?.evidence[0]).toEqual({
    kind: 'fact',
    label: 'ConfigMap shop/conf, data[httpd.conf], line 2',
    value: 'Listen sets port 9090: the Service leads to 8080',
  })
})

const flag = (by: string, told: number): Listen => ({ by, host: null, port: told })
const given2 = (listens: readonly Listen[]) => ({
  services: [
    service('cart', {
      ports: [
        port({ name: 'http', port: 80, targetPort: 'http' }),
        port({ name: 'https', port: 443, targetPort: 'https' }),
      ],
    }),
  ],
  pods: [
    cart(listens, {
      ports: [
        { name: 'http', port: 80, protocol: 'TCP' },
        { name: 'https', port: 443, protocol: 'TCP' },
      ],
    }),
  ],
})

test('evidence is what stands in the spec', () => {
  const linesOf = (listen: Listen): unknown =>
    diagnose(modelOf(given(cart([listen]))), { checks: [check] }).results[0]?.findings[0]?.evidence[0]
  expect(linesOf({ by: 'HOSTNAME', host: '0.0.0.0', port: 3000, portBy: 'PORT' })).toMatchObject({
    lines: ['PORT: 3000'],
    mark: 'PORT',
  })
  expect(linesOf({ by: '--bind', host: '0.0.0.0', port: 3000 })).toMatchObject({ lines: ['--bind …:3000'] })
  expect(linesOf({ by: 'BIND_ADDR', host: '127.0.0.1', port: 8080, portBy: 'PORT' })).toMatchObject({
    lines: ['BIND_ADDR: 127.0.0.1', 'PORT: 8080'],
  })
  expect(linesOf({ by: 'uvicorn', host: '127.0.0.1', port: 8080, portBy: '--port', isDefault: true })).toMatchObject({
    lines: ['uvicorn', '--port 8080'],
  })
})

describeCheck(check, [
  {
    it: 'on no port at all',
    given: given(cart([bind({ by: '--skip-networking' })])),
    expect: [{ ...found, says: /listen on a socket alone, and on no port at all/ }],
  },
  {
    it: "on the loopback at another port, by its server's own file",
    given: given(cart([bind({ by: 'bind-address', port: 3307, map: 'conf', key: 'my.cnf', line: 2 })])),
    expect: [{ subject: found.subject, args: { is: 'loopback' } }],
  },
  {
    it: 'of something else on the loopback at another port, by a flag',
    given: given(cart([bind({ by: '--metrics-bind-address', port: 9090 })])),
    expect: 'ok',
  },
  {
    it: 'told to listen on the loopback, on the target port',
    given: given(cart([bind()])),
    expect: [{ ...found, args: { is: 'loopback', by: '--bind', host: '127.0.0.1' }, says: /told to listen on 127/ }],
  },
  {
    it: 'on the loopback, beside a container that may listen for others and pass on',
    given: given(
      pod('cart-1', { containers: [container({ listens: [bind()] }), container({ name: 'socat', ports: [] })] }),
    ),
    expect: [maybe],
  },
  {
    it: 'by a file of a ConfigMap that the pod mounts',
    given: given(cart([bind({ by: 'bind', map: 'conf', key: 'redis.conf', line: 2 })])),
    expect: [{ ...found, says: /bind in redis\.conf \(line 2\) of ConfigMap conf: 127\.0\.0\.1:8080/ }],
  },
  {
    it: 'by such a file that is read where the program was started beside it',
    given: given(cart([bind({ by: 'server.address', map: 'conf', key: 'application.yaml', line: 2, isGuess: true })])),
    expect: [maybe],
  },
  {
    it: 'by such a file without a word on it, where the program serves its own machine then',
    given: given(
      cart([
        bind({ by: 'mosquitto', host: 'localhost', isDefault: true, map: 'conf', key: 'mosquitto.conf', line: 1 }),
      ]),
    ),
    expect: [{ ...maybe, says: /mosquitto by itself in mosquitto\.conf of ConfigMap conf/ }],
  },
  ...(['eclipse-mosquitto:1.6.15', 'registry.example.com/iot/mosquitto:v1.6-openssl'] as const).map((image) => ({
    it: `the same of ${image}, which listens on every address then`,
    given: given(
      cart(
        [bind({ by: 'mosquitto', host: 'localhost', isDefault: true, map: 'conf', key: 'mosquitto.conf', line: 1 })],
        { image },
      ),
    ),
    expect: 'ok' as const,
  })),
  {
    it: 'another port by such a file',
    given: given(cart([{ by: 'server.port', host: null, port: 9090, map: 'conf', key: 'application.yaml', line: 2 }])),
    expect: [{ ...maybe, says: /told to listen on 9090/ }],
  },
  {
    it: 'every address by such a file, on the target port',
    given: given(cart([bind({ by: 'listen', host: '0.0.0.0', map: 'conf', key: 'nginx.conf', line: 2 })])),
    expect: 'ok',
  },
  {
    it: 'on the loopback of IPv6, and no port is declared',
    given: given(cart([bind({ host: '::1' })], { ports: [] })),
    expect: [{ ...found, says: /\[::1\]:8080/ }],
  },
  {
    it: 'on the loopback, and no port is told',
    given: given(cart([{ by: 'HOST', host: 'localhost', port: null }])),
    expect: [{ ...maybe, says: /HOST: localhost/ }],
  },
  {
    it: 'by a variable that one program reads and another does not, beside its port',
    given: given(cart([{ by: 'HOST', host: 'localhost', port: 8080 }])),
    expect: [maybe],
  },
  {
    it: 'its program listens there by itself',
    given: given(cart([bind({ by: 'uvicorn', isDefault: true })])),
    expect: [{ ...maybe, args: { isDefault: true }, says: /not told where to listen: uvicorn listens on 127/ }],
  },
  {
    it: 'told another port than the one where the Service leads',
    given: given(cart([port3000])),
    expect: [{ ...maybe, args: { is: 'port', told: 3000, target: 8080 } }],
  },
  {
    it: 'the same, with an address beside it by another variable: each is quoted as it stands there',
    given: given(cart([{ by: 'HOSTNAME', host: '0.0.0.0', port: 3000, portBy: 'PORT' }])),
    expect: [{ ...maybe, args: { is: 'port', by: 'PORT', told: 3000 }, says: /\nPORT: 3000/ }],
  },
  {
    it: 'the same of a flag, and of one address of all',
    given: given(cart([{ by: '--bind', host: '0.0.0.0', port: 3000 }])),
    expect: [{ ...maybe, args: { is: 'port', by: '--bind' }, says: /--bind: 3000/ }],
  },
  {
    it: 'on the loopback, and the port by a variable of its own',
    given: given(cart([{ by: 'BIND_ADDR', host: '127.0.0.1', port: 8080, portBy: 'PORT' }])),
    expect: [
      { ...found, args: { by: 'BIND_ADDR', portBy: 'PORT' }, says: /BIND_ADDR: 127\.0\.0\.1:8080, the port by PORT/ },
    ],
  },
  {
    it: 'somebody asks about it',
    given: modelOf(
      given(cart([port3000])),
      {},
      { target: { kind: 'object', object: subject('Service', 'shop', 'cart'), url: null } },
    ),
    expect: [{ ...maybe, severity: 'error' }],
  },
  {
    it: 'not ready, since the kubelet does not get there either',
    given: given(cart([bind()], { readinessProbe: 'http-get :http/', ready: false }, { ready: false })),
    expect: [found],
  },
  { it: 'on every address as well', given: given(cart([bind(), bind({ host: '0.0.0.0' })])), expect: 'ok' },
  { it: 'on another port of the loopback', given: given(cart([bind({ port: 9090 })])), expect: 'ok' },
  {
    it: 'ready by a probe of the kubelet, which comes from outside',
    given: given(cart([bind()], { readinessProbe: 'http-get :http/healthz' })),
    expect: 'ok',
  },
  {
    it: 'ready by a probe that names the loopback of the node: nobody came from outside',
    given: given(cart([bind()], { readinessProbe: 'http-get :http/healthz', probeHosts: { readiness: '127.0.0.1' } })),
    expect: [found],
  },
  {
    it: 'ready by a probe on the target port, whatever the variable says',
    given: given(cart([port3000], { readinessProbe: 'tcp-socket :8080' })),
    expect: 'ok',
  },
  {
    it: 'another container declares the target port: a proxy before it',
    given: given(
      cart([], {}, { containers: [container({ name: 'nginx' }), container({ listens: [bind()], ports: [] })] }),
    ),
    expect: 'ok',
  },
  {
    it: 'no container declares it, and there are two',
    given: given(
      cart(
        [],
        {},
        { containers: [container({ name: 'nginx', ports: [] }), container({ listens: [bind()], ports: [] })] },
      ),
    ),
    expect: 'ok',
  },
  {
    it: "a mesh's proxy takes its connections",
    given: given(cart([], {}, { containers: [container({ listens: [bind()] }), container({ name: 'istio-proxy' })] })),
    expect: 'ok',
  },
  { it: "on the node's network", given: given(cart([bind()], {}, { hostNetwork: true })), expect: 'ok' },
  { it: 'the very port', given: given(cart([{ ...port3000, port: 8080 }])), expect: 'ok' },
  { it: 'two ports are told', given: given(cart([port3000, { ...port3000, by: '--port', port: 3001 }])), expect: 'ok' },
  {
    it: 'the other port is declared as well: it has two',
    given: given(
      cart([port3000], { ports: [8080, 3000].map((it) => ({ name: null, port: it, protocol: 'TCP' as const })) }),
    ),
    expect: 'ok',
  },
  {
    it: 'another port of the Service leads to the one that is told',
    given: {
      services: [service('cart', { ports: [port(), port({ name: 'web', port: 81, targetPort: 3000 })] })],
      pods: [cart([port3000], { ports: [] })],
    },
    expect: 'ok',
  },
  {
    it: 'a port of its metrics',
    given: given(cart([{ by: '--bind-metrics', host: '0.0.0.0', port: 9100 }])),
    expect: 'ok',
  },
  { it: 'one of two pods, in a rollout', given: given(cart([bind()]), pod('cart-2')), expect: 'ok' },
  {
    it: 'it was connected to',
    given: {
      ...given(cart([bind()])),
      contacts: contacts([toPod('cart', 'worker-1', cart([bind()]), repeat(4, 'refused'))]),
    },
    expect: 'not-applicable',
  },
  { it: 'no pod', given: given(), expect: 'not-applicable' },
  {
    it: 'pods forbidden',
    given: modelOf({ services: [service('cart')] }, { pods: unknown('forbidden', 'list pods in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
  {
    it: 'two flags, each for one kind of traffic',
    given: given2([flag('--http-port', 8081), flag('--https-port', 8443)]),
    expect: [
      { ...maybe, args: { is: 'port', port: '80 (http)', told: 8081 } },
      { ...maybe, args: { is: 'port', port: '443 (https)', told: 8443 } },
    ],
  },
  {
    it: 'one of them is right',
    given: given2([flag('--http-port', 80), flag('--https-port', 8443)]),
    expect: [{ ...maybe, args: { port: '443 (https)' } }],
  },
  { it: 'both are', given: given2([flag('--http-port', 80), flag('--https-port', 443)]), expect: 'ok' },
  {
    it: 'a flag for TLS, and a port for plain text',
    given: given(cart([flag('--secure-port', 8443)])),
    expect: 'ok',
  },
  {
    it: 'a webhook of the API server',
    given: {
      services: [service('cart', { ports: [port({ name: 'https', port: 443, targetPort: 10_250 })] })],
      pods: [cart([flag('--secure-port', 10_260)], { ports: [{ name: 'https', port: 10_250, protocol: 'TCP' }] })],
    },
    expect: [{ ...maybe, args: { told: 10_260, target: 10_250 } }],
  },
  {
    it: 'an entry point of Traefik, by its name',
    given: {
      services: [service('cart', { ports: [port({ name: 'web', port: 80, targetPort: 'web' })] })],
      pods: [
        cart([flag('--entryPoints.web.address', 8000), flag('--entryPoints.traefik.address', 8080)], {
          ports: [{ name: 'web', port: 80, protocol: 'TCP' }],
        }),
      ],
    },
    expect: [{ ...maybe, args: { told: 8000, by: '--entryPoints.web.address' } }],
  },
])
