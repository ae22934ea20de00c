import { expect, test } from 'vitest'
import { callsInConfig, isConfigName } from './config-calls.ts'

const read = (text: string): readonly string[] =>
  callsInConfig(text).map((it) => `${it.by} ${it.host}:${it.port} @${it.line}`)

test.each<readonly [string, string, readonly string[]]>([
  ['YAML', 'pay:\n  url: http://ledger:81/pay', ['url ledger:81 @2']],
  ['properties', 'spring.datasource.url=jdbc:postgresql://db:5432/shop', ['spring.datasource.url db:5432 @1']],
  ['an environment', 'REDIS_HOST=redis:6379\n#OLD=http://old:80', ['REDIS_HOST redis:6379 @1']],
  ['nginx', 'location / {\n  proxy_pass http://cart:8080/;\n}', ['proxy_pass cart:8080 @2']],
  [
    'nginx, an upstream',
    'upstream cart {\n server cart-svc:80;\n}\nproxy_pass http://cart;',
    ['server cart-svc:80 @2'],
  ],
  ['nginx, PHP', 'fastcgi_pass php:9000;', ['fastcgi_pass php:9000 @1']],
  ['HAProxy', 'backend cart\n  server s1 cart:8080 check', ['server cart:8080 @2']],
  ['Envoy', 'endpoints:\n  socket_address:\n    address: cart\n    port_value: 8080', ['address cart:8080 @3']],
  [
    'Envoy, on one line',
    'endpoints:\n  socket_address: { address: cart, port_value: 8080 }',
    ['socket_address cart:8080 @2'],
  ],
  ['JSON', '{\n  "url": "http://cart:8080",\n}', ['url cart:8080 @2']],
  ['a whole name without a port', 'host: cart.shop.svc.cluster.local', ['host cart.shop.svc.cluster.local:null @1']],
  ['a bare word without a port', 'host: cart', []],
  ['prose', 'description: see cart:80 and http_server', []],
  ['its own', 'listen: cart:80\nserver_name cart;', []],
  ['what others call it by', 'allowedOrigins: http://web:3000\naudience: http://cart:80\nbaseUrl: http://web:80', []],
  ['the same word, of a client', 'clients:\n  baseUrl: http://cart:81', ['baseUrl cart:81 @2']],
  ['a secret', 'db_password: http://hunter2:80\nurl: http://user:hunter2@cart:80', ['url cart:80 @2']],
])('%s', (_what, text, wanted) => {
  expect(read(text)).toEqual(wanted)
  expect(JSON.stringify(callsInConfig(text))).not.toContain('hunter2')
})

const local = 'spring:\n  config:\n    activate:\n      on-profile: local\nclients:\n  o: http://cart:81'
const rules = 'groups:\n- name: a\n  rules:\n  - alert: Down\n    url: http://cart:80'

test.each<readonly [string, string, string, readonly string[]]>([
  ['Envoy, whom clients ask for', 'envoy.yaml', 'virtual_hosts:\n- domains: ["cart:80", "cart.shop.svc:80"]', []],
  [
    'Envoy, its own addresses',
    'envoy.yaml',
    'listeners:\n- address:\n    socket_address: { address: cart, port_value: 8080 }',
    [],
  ],
  [
    'Envoy, rewrites beside a cluster',
    'envoy.yaml',
    'clusters:\n- name: a\n  load_assignment: {endpoints: [{socket_address: {address: cart, port_value: 81}}]}\n' +
      'route: {host_rewrite_literal: cart.shop.svc}',
    ['socket_address cart:81 @3'],
  ],
  [
    'nginx, all on one line',
    'default.conf',
    'server { location / { proxy_pass http://cart:81; proxy_redirect http://cart:80/ /; } }',
    ['proxy_pass cart:81 @1'],
  ],
  [
    'nginx, what only writes and compares',
    'default.conf',
    "server {\n add_header A 'connect-src http://cart:80';\n sub_filter 'http://cart:80' x;\n" +
      ' proxy_set_header Origin http://cart:80;\n if ($http_origin = "http://cart:80") { return 301 http://cart:80; }\n' +
      ' rewrite ^/a http://cart:80/ redirect;\n error_page 404 http://cart:80/;\n server_name cart.shop.svc;\n}',
    [],
  ],
  ['nginx, a variable', 'default.conf', 'set $a cart.shop.svc;\nproxy_pass http://$a:80;', []],
  ['nginx, below an if', 'default.conf', 'if ($a) { proxy_pass http://cart:81; }', ['proxy_pass cart:81 @1']],
  [
    'nginx, a server that is down',
    'default.conf',
    'upstream a { server cart:80 down; server b:80; }',
    ['server b:80 @1'],
  ],
  ['nginx, a comment', 'default.conf', 'server {\n # proxy_pass http://cart:80;\n}', []],
  ['nginx, a template', 'a.template', 'server { listen ${PORT}; grpc_pass grpc://cart:81; }', ['grpc_pass cart:81 @1']],
  [
    'HAProxy, rules',
    'haproxy.cfg',
    'frontend f\n acl a hdr(host) -i cart.shop.svc:80\n http-request redirect location http://cart:80/ if a\n' +
      ' http-check send hdr Host cart.shop.svc:80\n redirect prefix http://cart:80',
    [],
  ],
  ['HAProxy, off', 'haproxy.cfg', 'backend b\n server a cart:80 disabled\n server b cart:81', ['server cart:81 @3']],
  [
    'HAProxy, off by default',
    'haproxy.cfg',
    'backend b\n default-server disabled\n server a cart:80\nbackend c\n server-template a 3 cart.shop.svc:81',
    ['server-template cart.shop.svc:81 @5'],
  ],
  ['Apache', 'httpd.conf', 'ProxyPass / http://cart:81/\nProxyPassReverse / http://cart:80/', ['ProxyPass cart:81 @1']],
  ['Spring, of a profile', 'application.yaml', `a: http://b:81\n---\n${local}`, ['a b:81 @1']],
  ['Spring, by another document', 'application.yaml', `clients:\n  o: http://cart:80\n---\n${local}`, []],
  [
    'Spring, properties of a profile',
    'application.properties',
    'a.url=http://b:81\n#---\nspring.config.activate.on-profile=local\nb.url=http://cart:80',
    ['a.url b:81 @1'],
  ],
  ['Spring, where tokens come from', 'application.yaml', 'jwt:\n  issuer-uri: http://sso:81', ['issuer-uri sso:81 @2']],
  ['origins', 'a.yaml', 'cors:\n  allowedOrigins: ["http://web:80"]\n  url: http://cart:81', ['url cart:81 @3']],
  ['audience and issuer', 'a.yaml', 'auth:\n  audience: http://cart.shop.svc:80\n  issuer: http://cart:80', []],
  ['for browsers', '.env', 'OAUTH_REDIRECT_URL=http://a:80\nCALLBACK_URL=http://a:80\nAPP_BASE_URL=http://a:80', []],
  ['no base URL', '.env', 'DATABASE_URL=http://db:81', ['DATABASE_URL db:81 @1']],
  ['a client', 'a.yaml', 'clients:\n  cart:\n    baseUrl: http://cart:81', ['baseUrl cart:81 @3']],
  ['for people', 'a.yaml', 'annotations:\n  url: http://cart:80\nrunbook_url: http://cart:80\ndocs: http://c:80', []],
  ['switched off below', 'a.yaml', 'a:\n  url: http://b:80\n  enabled: false\nc:\n  url: http://d:81', ['url d:81 @5']],
  [
    'switched off, one of a list',
    'a.yaml',
    'all:\n- url: http://b:80\n  disabled: true\n- url: http://d:81\n  enabled: true',
    ['url d:81 @4'],
  ],
  ['switched off on one line', 'a.yaml', 'a: {enabled: false, url: "http://b:80"}', []],
  ['on one line', 'a.yaml', 'a: {audience: "http://b:80", url: "http://d:81"}', ['a d:81 @1']],
  [
    'switched off, properties',
    'a.properties',
    'a.enabled=false\na.url=http://b:80\nb.url=http://d:81',
    ['b.url d:81 @3'],
  ],
  [
    'base URLs: of another, and its own',
    'a.yaml',
    'cart:\n  baseUrl: http://a:81\napp:\n  baseUrl: http://b:80',
    ['baseUrl a:81 @2'],
  ],
  ['names of XML', 'a.yaml', 'soap:\n  namespace: http://cart:80\n  xmlns.a: http://cart:80', []],
  ["Prometheus's rules", 'rules.yaml', rules, []],
])('%s: only what is called', (_what, name, text, wanted) => {
  expect(callsInConfig(text, name).map((it) => `${it.by} ${it.host}:${it.port} @${it.line}`)).toEqual(wanted)
})

test.each<readonly [string, string, readonly string[]]>([
  ['replica.conf', 'port 6379\nreplicaof redis-0.redis-hs 6379\n', ['redis-0.redis-hs:6379 by replicaof, line 2']],
  [
    'sentinel.conf',
    'sentinel monitor main redis-0 6379 2\nsentinel down-after main 5',
    ['redis-0:6379 by sentinel, line 1'],
  ],
  [
    'nats.conf',
    'cluster {\n  routes = [\n    nats://nats-0.hs.mq.svc.cluster.local:6222\n    # nats://old.hs.mq.svc:6222\n  ]\n}',
    ['nats-0.hs.mq.svc.cluster.local:6222 by nats, line 3'],
  ],
  ['config.xml', '<host>ch-0.hs.ch.svc.cluster.local</host>', ['ch-0.hs.ch.svc.cluster.local:null by host, line 1']],
  ['vault.hcl', 'leader_api_addr = "http://v-0.v.vault.svc:8200"', ['v-0.v.vault.svc:8200 by leader_api_addr, line 1']],
  [
    'rabbitmq.conf',
    'nodes.1 = rabbit@r-0.hs.mq.svc.cluster.local',
    ['r-0.hs.mq.svc.cluster.local:null by nodes.1, line 1'],
  ],
])('servers of %s', (name, text, expected) => {
  expect(callsInConfig(text, name).map((it) => `${it.host}:${it.port} by ${it.by}, line ${it.line}`)).toEqual(expected)
})

test('settings by their names; no scripts, no samples, nothing of another place', () => {
  expect(['application.yaml', '.env', 'nginx.conf', 'haproxy.cfg'].map(isConfigName)).toEqual([true, true, true, true])
  expect(['run.sh', 'application-dev.yaml', 'config.example.yaml', 'README.md'].map(isConfigName)).toEqual([
    false,
    false,
    false,
    false,
  ])
})
