import fc from 'fast-check'
import { expect, test } from 'vitest'
import { saidIn } from './program-words.ts'

const hosts = new Set(['cart', 'redis', 'cart.shop'])
const said = (line: string): string => {
  const it = saidIn(line, hosts)
  return it === null ? '' : `${it.kind} ${it.host}:${it.port}`
}

test.each([
  // Go
  [
    '2026/01/02 03:04:05 Get "http://cart:8080/items": dial tcp 10.0.0.1:8080: connect: connection refused',
    'refused cart:8080',
  ],
  ['dial tcp: lookup cart on 10.96.0.10:53: no such host', 'no-host cart:null'],
  ['dial tcp 10.96.4.5:5432: i/o timeout', 'timed-out 10.96.4.5:5432'],
  ['{"level":"error","err":"dial tcp 10.96.4.5:5432: connect: no route to host"}', 'no-route 10.96.4.5:5432'],
  ['read tcp 10.0.0.7:41234->10.96.0.9:80: read: connection reset by peer', 'closed 10.96.0.9:80'],
  ['Post "https://u:p@pay.example.com/v1?key=x": EOF', 'closed pay.example.com:443'],
  [
    'Get "http://cart/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    'timed-out cart:80',
  ],
  ['Get "https://cart.shop/": x509: certificate is valid for a, not cart.shop', 'tls cart.shop:443'],
  // Node
  ['cannot resolve peer db-1.db.shop.svc.cluster.local: ENOTFOUND', 'no-host db-1.db.shop.svc.cluster.local:null'],
  ['Error: connect ECONNREFUSED 10.0.0.1:6379', 'refused 10.0.0.1:6379'],
  ['ERROR ENOTFOUND getaddrinfo ENOTFOUND cart', 'no-host cart:null'],
  ['Error: getaddrinfo EAI_AGAIN redis', 'no-dns redis:null'],
  [
    '20:22:50 ERROR getaddrinfo api.partner.test: 1003.0 Temporary failure in name resolution',
    'no-dns api.partner.test:null',
  ],
  ['20:24:32 ERROR getaddrinfo erp.corp.test: 103.5 Name or service not known', 'no-host erp.corp.test:null'],
  ['erp sync failed: getaddrinfo ENOTFOUND erp.corp.test', 'no-host erp.corp.test:null'],
  ['getaddrinfo failed: Name or service not known', 'no-host null:null'],
  ['ping: api.partner.test: Temporary failure in name resolution', 'no-dns api.partner.test:null'],
  [
    'java.net.UnknownHostException: api.partner.test: Temporary failure in name resolution',
    'no-dns api.partner.test:null',
  ],
  ['java.net.UnknownHostException: no such host', 'no-host null:null'],
  ['failed to lookup address information: Try again', 'no-dns null:null'],
  ['[error] 7#7: api.partner.test could not be resolved (3: Host not found)', 'no-host api.partner.test:null'],
  ['[error] 7#7: api.partner.test could not be resolved (110: Operation timed out)', 'no-dns api.partner.test:null'],
  ['dial tcp: lookup cart on 10.96.0.10:53: server misbehaving', 'no-dns cart:null'],
  ['dial tcp: lookup cart on 10.96.0.10:53: read udp 10.2.1.9:4->10.96.0.10:53: i/o timeout', 'no-dns cart:null'],
  ['the queue is full, try again', ''],
  ['ERROR UND_ERR_SOCKET other side closed', 'closed null:null'],
  ['ERROR cannot connect to redis ERR_SOCKET_BAD_PORT Port should be >= 0 and < 65536.', 'bad-port redis:null'],
  ['ERROR EADDRNOTAVAIL connect EADDRNOTAVAIL 198.19.1.1:80 - Local (0.0.0.0:0)', 'no-source-port 198.19.1.1:80'],
  ['ERROR ETIMEDOUT connect ETIMEDOUT 10.1.1.1:8080', 'timed-out 10.1.1.1:8080'],
  ['ERROR render: ETIMEDOUT after 3004 ms', 'timed-out null:null'],
  ['ERROR cart: ETIMEDOUT after 3004 ms', 'timed-out cart:null'],
  ['connect ETIMEDOUT while calling', 'timed-out null:null'],
  ['getaddrinfo EMFILE ledger-db', 'no-files null:null'],
  [
    '2026-11-30T20:11:28.848Z ERROR: could not resize shared memory segment "/PostgreSQL.1" to 20971520 bytes: No space ' +
      'left on device',
    'no-space null:null',
  ],
  ['HikariPool-1 - Connection is not available, request timed out after 30000ms.', 'no-pool null:null'],
  ['fork: Cannot allocate memory', 'no-memory null:null'],
  ['http: Accept error: accept tcp [::]:8080: accept4: too many open files; retrying in 5ms', 'no-files null:null'],
  ["EMFILE: too many open files, watch '/app/src'", ''],
  ["Error: EMFILE: too many open files, open '/data/a'", 'no-files null:null'],
  ['render: ETIMEDOUT after 3004 ms', 'timed-out null:null'],
  ['proxy: ECONNREFUSED giving up', 'refused null:null'],
  ['ECONNREFUSED 3s later', 'refused null:null'],
  ['ERROR pool: read ECONNRESET', 'closed null:null'],
  ['Query read timeout after 4000 ms, connection is dropped from the pool', 'timed-out null:null'],
  ['Error: Connection terminated unexpectedly', 'closed null:null'],
  ['ERROR cart: read ECONNRESET', 'closed cart:null'],
  ['WARN upstream: connection closed by peer', 'closed null:null'],
  ['redis: connection dropped, reconnecting', 'closed null:null'],
  ['read ECONNRESET', ''],
  ['WARN subscriber lost after 0 messages: connection closed by peer', ''],
  ['client 7: connection dropped', ''],
  [
    'WARN readiness: dependency customers is not available: connect ECONNREFUSED 198.19.218.67:80',
    'refused 198.19.218.67:80',
  ],
  // Python
  [
    "requests.exceptions.ConnectionError: HTTPConnectionPool(host='cart', port=80): Max retries exceeded with url: / " +
      '(Caused by NewConnectionError: [Errno 111] Connection refused)',
    'refused cart:80',
  ],
  ['redis.exceptions.ConnectionError: Error 111 connecting to redis:6379. Connection refused.', 'refused redis:6379'],
  ['socket.gaierror: [Errno -2] Name or service not known', 'no-host null:null'],
  // Java
  ['java.net.UnknownHostException: cart', 'no-host cart:null'],
  ['Caused by: java.net.ConnectException: Connection refused (Connection refused)', 'refused null:null'],
  ['java.net.SocketTimeoutException: connect timed out', 'timed-out null:null'],
  // libpq, MySQL, curl, wget, nginx
  ['connection to server at "db.pay" (10.96.4.5), port 5432 failed: Connection refused', 'refused db.pay:5432'],
  ['could not translate host name "db" to address: Name or service not known', 'no-host db:null'],
  ["ERROR 2003 (HY000): Can't connect to MySQL server on 'db:3306' (110) Connection timed out", 'timed-out db:3306'],
  ['curl: (6) Could not resolve host: cart', 'no-host cart:null'],
  ['curl: (7) Failed to connect to cart port 80 after 0 ms: Connection refused', 'refused cart:80'],
  ["wget: bad address 'cart'", 'no-host cart:null'],
  [
    '2026/01/02 03:04:05 [error] 29#29: *1 connect() failed (111: Connection refused) while connecting to upstream, ' +
      'client: 10.0.0.3, server: x, request: "GET / HTTP/1.1", upstream: "http://10.0.0.9:8080/", host: "shop"',
    'refused 10.0.0.9:8080',
  ],
  ['host not found in upstream "cart" in /etc/nginx/conf.d/default.conf:3', 'no-host cart:null'],
  // of clients, of nobody, and no failure
  ['http: TLS handshake error from 10.0.0.3:41234: EOF', ''],
  ['read error: Connection reset by peer', ''],
  ['recv() failed (104: Connection reset by peer) while reading client request', ''],
  ['level=debug msg="retry: connection refused by 10.0.0.1:80"', ''],
  ['GET /docs/connection-refused 200', ''],
  ['password:12345 was set: operation timed out', ''],
  ['app.js:12 request timed out', ''],
  ['12:30:15 request timed out', ''],
  ['ready', ''],
])('%s', (line, wanted) => expect(said(line)).toBe(wanted))

test('of a line nothing is kept but a kind, a host and a port', () => {
  const words = [
    'connection refused',
    'i/o timeout',
    'ENOTFOUND',
    'lookup',
    'http://u:secret@',
    'cart:80',
    '->',
    ':',
    'x509: ',
  ]
  const line = fc.array(fc.oneof(fc.constantFrom(...words), fc.string()), { maxLength: 12 }).map((it) => it.join(' '))
  fc.assert(
    fc.property(line, (text) => {
      const it = saidIn(text, hosts)
      if (it === null) return
      expect(it.host ?? 'a').toMatch(/^[a-z0-9._:-]{1,253}$/)
      expect(it.host ?? '').not.toContain('secret')
      expect(it.port ?? 1).toBeGreaterThan(0)
      expect(it.port ?? 1).toBeLessThan(65_536)
    }),
  )
})
