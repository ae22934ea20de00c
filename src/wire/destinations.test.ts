import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addressesIn,
  destinationsIn,
  destinationsInCommand,
  proxyExceptions,
  proxyHost,
  proxyRanges,
} from './destinations.ts'

const told = (name: string, text: string): readonly string[] =>
  destinationsIn(name, text).map((it) => (it.port === null ? it.host : `${it.host}:${it.port}`))

describe('whom a variable names', () => {
  test.each([
    ['DB_HOST', 'ledger', ['ledger']],
    ['DB_HOST', 'ledger.pay.svc.cluster.local.', ['ledger.pay.svc.cluster.local']],
    ['CART_URL', 'http://cart/api?x=1', ['cart:80']],
    ['CART_URL', 'https://cart.shop:8443/', ['cart.shop:8443']],
    ['DATABASE_URL', 'postgres://app:hunter2@db.pay:5433/main', ['db.pay:5433']],
    ['DATABASE_URL', 'postgres://app:hun/ter@2@db/main', ['db']],
    ['KAFKA_BROKERS', 'k-0.kafka:9092,k-1.kafka:9092', ['k-0.kafka:9092', 'k-1.kafka:9092']],
    ['ANYTHING', 'cart.shop.svc:80', ['cart.shop.svc:80']],
    ['REDIS_ADDR', 'redis:6379', ['redis:6379']],
    ['downstream', 'cart:8080', ['cart:8080']],
    ['JAVA_OPTS', '-Dcart.url=http://cart:80', ['cart:80']],
    ['ELASTICSEARCH_HOSTS', '["http://es-master:9200"]', ['es-master:9200']],
    ['BACKENDS', 'cart=http://cart:8080;orders=http://orders:8081', ['cart:8080', 'orders:8081']],
    ['MONGO_URL', 'mongodb://u:p@m-0.m:27017,m-1.m:27018/db?x=a,b', ['m-0.m:27017', 'm-1.m:27018']],
    ['MONGO_URL', 'mongodb://u:p@a,b@m-0.m:27017,hunter2/db', ['a']],
    ['MONGO_URL', 'mongodb://u:p,hunter2:80@m-0.m:27017', []],
    ['CART_TARGET', 'dns:///cart.shop.svc:9090', ['cart.shop.svc:9090']],
    ['CART_TARGET', 'dns://10.0.0.2/cart:9090', ['cart:9090']],
    ['GREETING', 'passthrough:///cart:9090', ['cart:9090']],
    ['CART_TARGET', 'xds:///cart:9090', []],
    ['REDIS_SENTINELS', 'redis-0.redis:26379', ['redis-0.redis:26379']],
    ['XMLNS', 'http://orders:80', []],
    ['JAVA_OPTS', '-Dcors.allowedOrigins=http://web:81 -Dcart.url=http://cart:82', ['cart:82']],
    ['BODY', '<a xmlns:b="http://orders:81" href="http://cart:82">', ['cart:82']],
    ['GREETING', 'hello', []],
    ['TIME', '12:30', []],
    ['IMAGE', 'app:8080', []],
    ['DB_PASSWORD', 'ledger:5432', []],
    ['DB_HOST', '10.0.0.7:5432', []],
    ['DB_HOST', 'localhost:5432', []],
    ['DB_HOST', '$(OTHER_HOST):80', []],
    ['LISTEN_ADDR', 'cart:80', []],
    ['BIND_HOST', 'cart', []],
    ['POD_HOST', 'web-1', []],
    ['DB_HOST', 'ledger:99999', []],
    ['downstream', 'http://cart.shop:81/', ['cart.shop:81']],
    ['http.listen-address', 'cart:80', []],
    ['DB_HOST', 'app:secret@ledger', []],
    ['X', 'config.yaml', []],
    ['DATABASE_URL', 'postgres://app:12345,6@db/main', []],
    ['CART_URL', 'http://user@cart:81', ['cart:81']],
    ...(
      'JWT_AUDIENCE OAUTH_AUDIENCE JWT_ISSUER APP_BASE_URL BASE_URL ROOT_URL GF_SERVER_ROOT_URL CALLBACK_URL ' +
      'OAUTH_CALLBACK_URL REDIRECT_URI oidcRedirectUri redirectURIs NO_PROXY no_proxy http.nonProxyHosts CSRF_ORIGINS ' +
      'allowedOrigins COOKIE_DOMAIN HOSTNAME KC_HOSTNAME KC_HOSTNAME_URL PUBLIC_URL publicUrl EXTERNAL_URL SITE_URL ' +
      'base-url'
    )
      .split(' ')
      .map((name): [string, string, string[]] => [name, 'http://cart.shop.svc:81', []]),
    ...[
      'API_BASE_URL',
      'APP_HOST',
      'CART_BASE_URL',
      'DB_HOSTNAME',
      'ORIGIN_URL',
      'cartBaseUrl',
      'DOMAIN_SERVICE_URL',
    ].map((name): [string, string, string[]] => [name, 'http://cart.shop.svc:81', ['cart.shop.svc:81']]),
  ])('%s=%s', (name, text, expected) => expect(told(name, text)).toEqual(expected))
})

test('the last of a thousand addresses is one of them, and of a value of 300,000 characters', () => {
  const many = Array.from({ length: 1000 }, (_, at) => `k-${at}.kafka:9092`)
  expect(told('KAFKA_BROKERS', [...many, 'gone:1'].join(','))).toHaveLength(1001)
  expect(told('KAFKA_BROKERS', `${' '.repeat(300_000)}gone:1`)).toEqual(['gone:1'])
  expect(destinationsInCommand([`--brokers=${many.join(',')},gone:1`]).at(-1)).toMatchObject({ host: 'gone', port: 1 })
})

test.each<readonly [string, string, readonly string[]]>([
  [
    'a whole name, whatever the key',
    'hazel-hs.payments.svc.cluster.local',
    ['hazel-hs.payments.svc.cluster.local:null'],
  ],
  ['a node of RabbitMQ', 'rabbit@r-0.r-hs.payments.svc.cluster.local', ['r-0.r-hs.payments.svc.cluster.local:null']],
  ['one of a name of its own', 'rabbit@$(POD_NAME).r-hs.mq.svc.cluster.local', ['r-hs.mq.svc.cluster.local:null']],
  ['what is put behind a name', '.r-hs.mq.svc.cluster.local', ['r-hs.mq.svc.cluster.local:null']],
  ['members of a quorum', '0@k-0.k-hs:9093,1@k-1.k-hs:9093', ['k-0.k-hs:9093', 'k-1.k-hs:9093']],
  [
    'servers of ZooKeeper',
    'server.1=zk-0.zk-hs.data.svc.cluster.local:2888:3888;2181',
    ['zk-0.zk-hs.data.svc.cluster.local:2888'],
  ],
  [
    'a range of MinIO',
    'http://m-{0...3}.m-hs.storage.svc.cluster.local/export',
    ['m-0.m-hs.storage.svc.cluster.local:80', 'm-3.m-hs.storage.svc.cluster.local:80'],
  ],
  ['an address of somebody', 'ops@example.com', []],
  ['a domain', 'svc.cluster.local', []],
])('%s', (_what, value, expected) => {
  expect(destinationsIn('PEERS_LIST_OF', value).map((it) => `${it.host}:${it.port}`)).toEqual(expected)
})

test.each([
  ['DB_HOST', 'pg-rw', true],
  ['CASSANDRA_SEEDS', 'cass-hs', true],
  ['KC_DB_URL_HOST', 'pg-rw', true],
  ['DB_HOST', 'none', undefined],
  ['CACHE_HOST', 'redis', undefined],
  ['DB_HOST', 'PRODDB', undefined],
  ['DATABASE_URL', 'postgres://u@pg-rw/app', true],
  ['SITE_URL', 'http://intranet/app', undefined],
])('%s=%s is a server for certain: %s', (name, value, expected) => {
  expect(destinationsIn(name, value)[0]?.isUrl).toBe(expected)
})

test('a key in camel case, and names of certificates', () => {
  expect(destinationsIn('zookeeperServers', 'zk-hs:2181')).toMatchObject([{ host: 'zk-hs', port: 2181 }])
  expect(destinationsIn('KAFKA_ZOOKEEPER_CONNECT', 'zk-hs.peers:2181/kafka')).toMatchObject([{ host: 'zk-hs.peers' }])
  expect(destinationsIn('TLS_DNS_NAMES', 'web.shop.svc,web.shop.svc.cluster.local')).toEqual([])
})

test('flags, joined or not', () => {
  const words = ['serve', '--db-host', 'ledger', '--cart=http://cart:81/x', '-v', '--token', 'ledger:80', 'http://web']
  expect(destinationsInCommand(words)).toEqual([
    { flag: '--db-host', host: 'ledger', port: null, isTold: false, isUrl: true },
    { flag: '--cart', host: 'cart', port: 81, isTold: true, scheme: 'http', isUrl: true },
    { flag: null, host: 'web', port: 80, isTold: false, scheme: 'http' },
  ])
})

test('a port that a flag of its own tells, and each URL of a script', () => {
  expect(
    destinationsInCommand(['--redis-host', 'redis', '--redis-port', '6380', '--host', 'cart', '--port=1']),
  ).toEqual([
    { flag: '--redis-host', host: 'redis', port: 6380, isTold: false, isUrl: true },
    { flag: '--host', host: 'cart', port: null, isTold: false },
  ])
  const words = ['sh', '-c', 'web --cart-url=http://carts:8080 --orders http://orders:80']
  expect(destinationsInCommand(words).map(({ host, port }) => `${host}:${port}`)).toEqual(['carts:8080', 'orders:80'])
})

test('a flag that takes a script tells nobody whom to call: the script does', () => {
  const script = "fetch('http://api:8080/')"
  for (const words of [
    ['node', '-e', script],
    ['sh', '-c', 'curl http://api:8080/; sleep 1'],
    ['node', '--eval', script],
  ])
    for (const it of destinationsInCommand(words)) expect([it.flag, it.host, it.port]).toEqual([null, 'api', 8080])
  expect(destinationsInCommand(['app', '-h', 'http://api:8080'])).toMatchObject([{ flag: '--h', host: 'api' }])
})

test('a password that is joined to its flag is no name of one', () => {
  const found = destinationsInCommand(['-phunter2', 'http://db', '-upstream=http://cart', '-H', 'http://web'])
  expect(found.map(({ flag, host }) => [flag, host])).toEqual([
    [null, 'db'],
    ['--upstream', 'cart'],
    ['--H', 'web'],
  ])
})

test('no password of a URL is ever kept, whatever it is made of', () => {
  const planted = 'Zq9PLANTED'
  const odd = fc.string({ unit: fc.constantFrom('@', ':', '/', '?', '#', 'a', '1', '.', '-', '%'), maxLength: 12 })
  fc.assert(
    fc.property(odd, odd, fc.constantFrom('postgres', 'http', 'amqp'), (before, after, scheme) => {
      const found = destinationsIn('DATABASE_URL', `${scheme}://app:${before}${planted}${after}@db.pay:5433/main`)
      expect(proxyHost(`${scheme}://app:${before}${planted}${after}@db.pay:5433/main`) ?? '').not.toContain('planted')
      expect(JSON.stringify(found).toLowerCase()).not.toContain(planted.toLowerCase())
    }),
  )
})

test.each([
  ['http://proxy.corp.example:3128', 'proxy.corp.example'],
  ['http://user:pa@ss@proxy:3128/', 'proxy'],
  ['10.0.0.7:3128', '10.0.0.7'],
  ['socks5h://Proxy.corp', 'proxy.corp'],
  ['http://localhost:15001', null],
  ['127.0.0.1:3128', null],
  ['$(PROXY)', null],
  ['', null],
])('the proxy of `%s`', (text, host) => expect(proxyHost(text)).toBe(host))

test.each([
  ['localhost, .svc,.cluster.local 10.0.0.0/8', ['svc', 'cluster.local']],
  ['*.corp.example,cart:80', ['corp.example', 'cart:80']],
  ['*', ['*']],
  ['10.0.0.7,::1,$(X)', []],
])('what is excepted by `%s`', (text, names) => expect(proxyExceptions(text)).toEqual(names))

test.each([
  ['localhost,127.0.0.1,.svc', ['127.0.0.1']],
  ['10.96.0.0/12, 10.0.0.7:8080', ['10.96.0.0/12', '10.0.0.7']],
  ['10.0.0.0/33,10.0.0.256,10.0.0,cart,::1/128,*', []],
  ['', []],
])('addresses that are excepted by `%s`', (text, ranges) => expect(proxyRanges(text)).toEqual(ranges))

test('of a long list of exceptions each name counts, and of one that is too long none is said to be missing', () => {
  const names = Array.from({ length: 1000 }, (_, n) => `host-${n}.corp.example`)
  expect(proxyExceptions([...names, '.svc'].join(','))?.at(-1)).toBe('svc')
  expect(proxyExceptions('a,'.repeat(32 * 1024))).toHaveLength(32 * 1024)
  expect(proxyExceptions(`${'a,'.repeat(32 * 1024)}b`)).toBeNull()
})

describe('whom a variable names by an address', () => {
  test.each([
    ['REDIS_HOST', '10.96.20.199', ['10.96.20.199']],
    ['WEB_URL', 'http://10.244.1.250:8080/x', ['10.244.1.250:8080']],
    ['WEB_URL', 'https://10.244.1.250/x', ['10.244.1.250:443']],
    ['DATABASE_URL', 'postgres://app:hunter2@10.0.0.7:5433/main', ['10.0.0.7:5433']],
    ['BROKERS', '10.0.0.7:9092,10.0.0.8:9092,k-0', ['10.0.0.7:9092', '10.0.0.8:9092']],
    ['ANYTHING', 'tcp://10.0.0.7:1', ['10.0.0.7:1']],
    ['ANYTHING', '10.0.0.7', []],
    ['VERSION', '1.2.3.4', []],
    ['DB_HOST', '10.0.0.0/8', []],
    ['DB_HOST', '256.0.0.1', []],
    ['DB_HOST', '10.0.0', []],
    ['DB_HOST', '127.0.0.1', []],
    ['BIND_HOST', '10.0.0.7', []],
    ['ALLOWED_HOSTS', '10.0.0.7', []],
    ['DB_HOST', '0.0.0.0', []],
    ['DB_PASSWORD', 'http://10.0.0.7', []],
    ['DB_HOST', '10.0.0.7:99999', []],
  ])('%s=%s', (name, text, wanted) =>
    expect(addressesIn(name, text).map((it) => (it.port === null ? it.ip : `${it.ip}:${it.port}`))).toEqual(wanted),
  )
})

test('members by their names, and a JDBC URL', () => {
  const hosts = (name: string, text: string) => destinationsIn(name, text).map((it) => `${it.host}:${it.port}`)
  expect(hosts('ETCD_INITIAL_CLUSTER', 'a=http://a.etcd:2380,b=http://b.etcd:2380')).toEqual([
    'a.etcd:2380',
    'b.etcd:2380',
  ])
  expect(hosts('DB', 'jdbc:postgresql://u:hunter2@db:5432/x?ssl=true')).toEqual(['db:5432'])
  expect(hosts('DB_URL', 'http://db/?host=other')).toEqual(['db:80'])
})

test.each([
  ['dnssrv+_grpc._tcp.store.ops.svc', [{ host: 'store.ops.svc', port: null, isTold: true, srv: '_grpc._tcp' }]],
  ['_Metrics._TCP.web.shop.svc', [{ host: 'web.shop.svc', port: null, isTold: true, srv: '_metrics._tcp' }]],
  ['dns+store:10901', [{ host: 'store', port: 10_901, isTold: true, isUrl: true }]],
  ['dnssrv+store.ops.svc', [{ host: 'store.ops.svc', port: null, isTold: false }]],
  ['_dmarc.example.com', []],
  ['_grpc._tcp.store', []],
  [
    'mongodb+srv://u:hunter2@mongo.db.svc/a?srvServiceName=own',
    [{ host: 'mongo.db.svc', port: null, isTold: true, over: 'TCP', speaks: 'mongodb', srv: '_own._tcp' }],
  ],
  ['udp://syslog:514', [{ host: 'syslog', port: 514, isTold: true, isUrl: true, over: 'UDP' }]],
  ['statsd://metrics:8125', [{ host: 'metrics', port: 8125, isTold: true, isUrl: true }]],
])('%s: SRV records, and what carries a scheme', (text, expected) => {
  expect(destinationsIn('STORE', text)).toEqual(expected)
})

test.each([
  ['JAVA_OPTS_APPEND', '-Djgroups.dns.query=kc.shop.svc -Dx=1', ['kc.shop.svc:null']],
  ['JAVA_OPTS', '-Dspring.redis.host=redis -Dspring.redis.port=6380', ['redis:6380']],
  ['JAVA_TOOL_OPTIONS', '"-Dpay.url=http://pay:81" -Dpay.password=http://cart:80', ['pay:81']],
  ['JAVA_OPTS', '-Dcors.origins=http://web:80 -Dpublic.host=web', []],
  ['SERVER_ARGS', '--upstream http://cart:80 --db-host=db', ['cart:80', 'db:null']],
  ['OPTIONS', '--db-host=db', []],
])('%s: words of a command line', (name, text, expected) => {
  expect(destinationsIn(name, text).map((it) => `${it.host}:${it.port}`)).toEqual(expected)
})

test.each([
  ['Server=sqlserver,1433;Database=a;User Id=b', [{ host: 'sqlserver', port: 1433, isTold: true, isUrl: true }]],
  ['Server=SQLPROD1,1433;Database=a;User Id=b', [{ host: 'sqlprod1', port: 1433, isTold: true }]],
  ['Server=localhost,1433;Database=a;User Id=b', []],
  ['user:word@tcp(mysql:3306)/shop', [{ host: 'mysql', port: 3306, isTold: true, isUrl: true }]],
])('of a connection string: %s', (text, expected) => {
  expect(destinationsIn('ConnectionStrings__Default', text)).toEqual(expected)
})

test('a host by the names of clients that write no underscore', () => {
  expect(destinationsIn('PGHOST', 'postgres')).toMatchObject([{ host: 'postgres' }])
  expect(destinationsIn('GHOST', 'postgres')).toEqual([])
})
