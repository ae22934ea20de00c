import { expect, it } from 'vitest'
import { insideView } from '../../../test/build/dns.ts'
import { model } from '../../model/build.ts'
import { known, unknown } from '../../model/known.ts'
import type { DnsServerLog } from '../../model/server-log.ts'
import { clients, serverLogs } from './dns-clients.ts'

const resolvConf = known(
  'nameserver 10.96.0.10\nsearch shop.svc.cluster.local svc.cluster.local cluster.local corp.example\noptions ndots:5\n',
)
const noShell = unknown('not-there', 'the container has no shell')

it('each pod with its library, its lookup and what one lookup costs it', () => {
  const insideViews = known([
    insideView('web-1', { libc: 'musl', resolvConf }),
    insideView('cart-1', { libc: null, lookup: known({ tool: 'getent', name: 'x', result: 'timeout', ms: 8010 }) }),
    insideView('db-0', { resolvConf: noShell, lookup: noShell }),
  ])
  expect(clients(model({ insideViews }))).toEqual([
    'from inside application pods, and queries for one lookup of api.example.com (with a last dot 2):',
    '  shop/web-1   musl                 getent ok within 20 ms                 10 queries: 4 suffixes, ndots:5',
    '  shop/cart-1  libc unknown         getent timeout after 8.01 s            8 queries: 3 suffixes, ndots:5',
    '  shop/db-0    libc not looked for  not tried: the container has no shell  resolv.conf not read: the container has no shell',
  ])
})

it('the container, of a pod of which several were looked into', () => {
  const insideViews = known([
    insideView('web-1', { libc: 'musl' }),
    insideView('web-1', { libc: 'glibc', container: 'proxy' }),
    insideView('cart-1', { libc: 'glibc' }),
  ])
  expect(clients(model({ insideViews })).slice(1)).toEqual([
    '  shop/web-1 app    musl   getent ok within 20 ms  8 queries: 3 suffixes, ndots:5',
    '  shop/web-1 proxy  glibc  getent ok within 20 ms  8 queries: 3 suffixes, ndots:5',
    '  shop/cart-1       glibc  getent ok within 20 ms  8 queries: 3 suffixes, ndots:5',
  ])
})

it('says that it did not look', () => {
  expect(clients(model({}))).toEqual(['application pods: not looked into (needs --probe)'])
  expect(serverLogs(model({ dnsServerLogs: unknown('forbidden', 'get pods/log in namespace kube-system') }))).toEqual([
    "DNS servers' logs: not read (get pods/log in namespace kube-system)",
  ])
})

it("the servers' own words, or that there are none", () => {
  const log = (about: Partial<DnsServerLog>): DnsServerLog => ({
    pod: 'coredns-0',
    container: 'coredns',
    run: 'now',
    lines: 400,
    signs: [],
    ...about,
  })
  expect(serverLogs(model({ dnsServerLogs: known([log({}), log({ pod: 'coredns-1' })]) }))).toEqual([
    'logs of 2 DNS servers, last two minutes: no sign of a fault',
  ])
  expect(
    serverLogs(
      model({
        dnsServerLogs: known([
          log({ signs: [{ kind: 'io-timeout', times: 7, said: 'read udp 10.2.0.2:41000->10.0.0.2:53: i/o timeout' }] }),
        ]),
      }),
    ),
  ).toEqual([
    'coredns-0 says 7 times: an upstream gave no answer (“read udp 10.2.0.2:41000->10.0.0.2:53: i/o timeout”)',
  ])
})
