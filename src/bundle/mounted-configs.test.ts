import { expect, test } from 'vitest'
import { projectPod } from '../collect/project/pod.ts'
import type { RawObject } from '../kube/cluster.ts'
import { createIntern } from '../wire/intern.ts'
import { mapsIn } from './env-of-maps.ts'
import { readerOfMounts } from './mounted-configs.ts'

const map = (name: string, data: Readonly<Record<string, string>>): RawObject => ({
  metadata: { namespace: 'shop', name },
  data,
})

interface Of {
  readonly data: Readonly<Record<string, string>>
  readonly mount: object
  readonly volume?: object
  readonly container?: object
}

const read = ({ data, mount, volume = { configMap: { name: 'conf' } }, container = {} }: Of) => {
  const pod: RawObject = {
    metadata: { namespace: 'shop', name: 'web-1' },
    spec: {
      volumes: [{ name: 'v', ...volume }],
      containers: [{ name: 'app', image: 'app:1', volumeMounts: [{ name: 'v', ...mount }], ...container }],
    },
    status: { phase: 'Running' },
  }
  return projectPod(readerOfMounts(mapsIn([map('conf', data)]))(pod), createIntern())?.containers[0]
}
const redis = { 'redis.conf': 'port 6379\nbind 127.0.0.1\n' }
const served = { by: 'bind', host: '127.0.0.1', port: 6379, portBy: 'port', map: 'conf', key: 'redis.conf', line: 2 }
const args = { args: ['/etc/redis/redis.conf'] }

test('a file that the command line names', () => {
  expect(read({ data: redis, mount: { mountPath: '/etc/redis' }, container: args })?.listens).toEqual([served])
  const one = { mountPath: '/etc/redis/redis.conf', subPath: 'redis.conf' }
  expect(read({ data: redis, mount: one, container: args })?.listens).toEqual([served])
  const projected = { projected: { sources: [{ configMap: { name: 'conf' } }] } }
  expect(
    read({ data: redis, mount: { mountPath: '/etc/redis/' }, volume: projected, container: args })?.listens,
  ).toEqual([served])
  const items = { configMap: { name: 'conf', items: [{ key: 'redis.conf', path: 'other.conf' }] } }
  expect(
    read({ data: redis, mount: { mountPath: '/etc/redis' }, volume: items, container: args })?.listens,
  ).toBeUndefined()
})

test('nothing where nobody names it, where another map is mounted, and where a flag says otherwise', () => {
  expect(read({ data: redis, mount: { mountPath: '/etc/redis' } })?.listens).toBeUndefined()
  const other = { configMap: { name: 'other' } }
  expect(
    read({ data: redis, mount: { mountPath: '/etc/redis' }, volume: other, container: args })?.listens,
  ).toBeUndefined()
  const flags = { args: ['/etc/redis/redis.conf', '--bind', '0.0.0.0'] }
  expect(
    read({ data: redis, mount: { mountPath: '/etc/redis' }, container: flags })?.listens?.map((it) => it.by),
  ).toEqual(['--bind'])
})

test("nginx: the image's default.conf is hidden, or may listen as well", () => {
  const local = 'server { \n listen 127.0.0.1:80;\n}'
  const whole = { data: { 'app.conf': local }, mount: { mountPath: '/etc/nginx/conf.d' } }
  expect(read(whole)?.listens?.[0]).toMatchObject({ host: '127.0.0.1', port: 80, key: 'app.conf' })
  const beside = { mountPath: '/etc/nginx/conf.d/app.conf', subPath: 'app.conf' }
  expect(read({ data: { 'app.conf': local }, mount: beside })?.listens).toBeUndefined()
  const includes = { 'nginx.conf': `include /etc/nginx/conf.d/*.conf;\n${local}` }
  const one = { mountPath: '/etc/nginx/nginx.conf', subPath: 'nginx.conf' }
  expect(read({ data: includes, mount: one })?.listens).toBeUndefined()
  expect(read({ data: { 'nginx.conf': local }, mount: one })?.listens).toHaveLength(1)
})

test('whom nginx keeps out, by all of its files', () => {
  const deny = 'server {\n listen 8080;\n allow 10.9.0.0/16;\n deny all;\n}'
  const at = { mountPath: '/etc/nginx/conf.d' }
  const refused = { by: 'deny', status: 403, line: 3, port: 8080, map: 'conf', key: 'default.conf' }
  expect(read({ data: { 'default.conf': deny }, mount: at })?.refusals).toMatchObject([refused])
  const open = 'server {\n listen 8080;\n server_name b;\n}'
  expect(read({ data: { 'default.conf': deny, 'b.conf': open }, mount: at })?.refusals).toBeUndefined()
  const real = 'real_ip_header X-Forwarded-For;'
  expect(read({ data: { 'default.conf': deny, 'real.conf': real }, mount: at })?.refusals).toBeUndefined()
  const beside = { mountPath: '/etc/nginx/conf.d/a.conf', subPath: 'a.conf' }
  const usual = { 'a.conf': deny.replace('8080', '80') }
  expect(read({ data: usual, mount: beside })?.refusals).toBeUndefined()
  expect(read({ data: { 'a.conf': deny }, mount: { mountPath: '/x' } })?.refusals).toBeUndefined()
})

test('what nginx looks up itself, with the resolver of all of its files', () => {
  const pass = 'server {\n set $up cart;\n location / { proxy_pass http://$up:80; }\n}'
  const at = { mountPath: '/etc/nginx/conf.d' }
  const one = { host: 'cart', by: 'proxy_pass', line: 3, map: 'conf', key: 'default.conf' }
  expect(read({ data: { 'default.conf': pass }, mount: at })?.lookups).toEqual([
    { ...one, servers: null, isGuess: true },
  ])
  const stock = { image: 'docker.io/library/nginx:1.27' }
  expect(read({ data: { 'default.conf': pass }, mount: at, container: stock })?.lookups).toEqual([
    { ...one, servers: null },
  ])
  const beside = { 'default.conf': pass, 'dns.conf': 'resolver 10.96.0.10 valid=10s;' }
  expect(read({ data: beside, mount: at })?.lookups).toEqual([{ ...one, servers: ['10.96.0.10'] }])
  const group = { 'default.conf': pass, 'up.conf': 'upstream cart { server 10.0.0.1; }' }
  expect(read({ data: group, mount: at })?.lookups).toBeUndefined()
  const more = { 'default.conf': pass, 'a.conf': 'include /opt/more/*.conf;' }
  expect(read({ data: more, mount: at })?.lookups).toBeUndefined()
  const whole = { 'default.conf': pass.replace('cart', 'cart.pay.svc.cluster.local') }
  expect(read({ data: whole, mount: at })?.calls).toMatchObject([{ host: 'cart.pay.svc.cluster.local', line: 3 }])
})

test('whether PostgreSQL speaks TLS', () => {
  const at = { mountPath: '/etc/pg' }
  const args = { args: ['-c', 'config_file=/etc/pg/postgresql.conf'] }
  const off = { 'postgresql.conf': "listen_addresses = '*'\n" }
  expect(read({ data: off, mount: at, container: args })?.secures).toBe('off')
  const alone = { 'postgresql.conf': 'ssl = on\n', 'pg_hba.conf': 'hostssl all all all scram-sha-256\n' }
  expect(read({ data: alone, mount: at, container: args })?.secures).toBe('on')
  expect(read({ data: { 'postgresql.conf': 'ssl = on\n' }, mount: at, container: args })?.secures).toBeUndefined()
})

test('whom a mounted text tells to call, with the place that it stands in, and no secret of it', () => {
  const data = { 'application.yaml': 'db:\n  url: postgres://u:hunter2@db:5432/x\n' }
  const found = read({ data, mount: { mountPath: '/app/config' } })
  expect(found?.calls).toEqual([
    {
      by: 'url',
      host: 'db',
      port: 5432,
      map: 'conf',
      key: 'application.yaml',
      line: 2,
      isUrl: true,
      over: 'TCP',
      speaks: 'postgres',
    },
  ])
  expect(JSON.stringify(found)).not.toContain('hunter2')
  expect(read({ data: { 'run.sh': 'curl http://cart:80' }, mount: { mountPath: '/x' } })?.calls).toBeUndefined()
})

test.each([
  ['redis-server /etc/redis/redis.conf', 'redis:7', ['protected-mode']],
  ['redis-server /etc/redis/redis.conf --requirepass $(PASSWORD)', 'redis:7', []],
  ['redis-server /etc/redis/redis.conf --protected-mode no', 'redis:7', []],
  ['postgres -c hba_file=/etc/redis/pg_hba.conf -c listen_addresses=*', 'postgres:16', ['pg_hba.conf']],
  ['postgres', 'postgres:16', []],
])('who lets nobody in but the pod itself: %s', (command, image, expected) => {
  const data = { 'redis.conf': 'protected-mode yes\n', 'pg_hba.conf': 'host all all 127.0.0.1/32 md5\n' }
  const container = { image, command: command.split(' ') }
  const found = read({ data, mount: { mountPath: '/etc/redis' }, container })
  const by = (found?.listens ?? []).map((it) => it.by)
  expect(by.filter((it) => it === 'protected-mode' || it === 'pg_hba.conf')).toEqual(expected)
})

test('hostile shapes are no trouble', () => {
  const pod = (spec: unknown): RawObject => ({ metadata: { namespace: 'shop', name: 'x' }, spec })
  const fill = readerOfMounts(mapsIn([map('conf', redis)]))
  for (const spec of [null, [], { volumes: 3 }, { volumes: [null, { name: 1, configMap: { name: 'conf' } }] }])
    expect(() => fill(pod(spec))).not.toThrow()
})

test("Spring Boot's file of a profile: only of the one that the environment names, and over the one without", () => {
  const data = {
    'application.yaml': 'clients:\n  cart: http://cart:80\n  pay: http://pay:81\n',
    'application-prod.yaml': 'clients:\n  cart: http://cart:81\n',
  }
  const called = (profile: string | null) => {
    const env = profile === null ? [] : [{ name: 'SPRING_PROFILES_ACTIVE', value: profile }]
    const found = read({ data, mount: { mountPath: '/app/config' }, container: { env } })
    return found?.calls?.filter((it) => it.map === 'conf').map((it) => `${it.host}:${it.port} ${it.key}`)
  }
  const plain = ['cart:80 application.yaml', 'pay:81 application.yaml']
  expect(called(null)).toEqual(plain)
  expect(called('other')).toEqual(plain)
  expect(called('prod')).toEqual(['pay:81 application.yaml', 'cart:81 application-prod.yaml'])
})
