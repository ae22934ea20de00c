import { describe, expect, it } from 'vitest'
import { allowed, found, query, resolution, serverSays } from '../../../test/build/resolution.ts'
import { egressPolicy } from '../../../test/build/policy.ts'
import { known, unknown } from '../../model/known.ts'
import type { HeadlessName } from '../../relations/service/headless-names.ts'
import { paint } from '../paint.ts'
import { resolveAnswer } from './resolve-json.ts'
import { resolveText } from './resolve-text.ts'

const plain = paint({ colour: false, ascii: false, width: 110 })
const text = (about: Parameters<typeof resolution>[0] = {}) => resolveText(resolution(about), plain, ['2.0 s'])
const winner = 'cart.shop.svc.cluster.local.'

describe('a lookup as text', () => {
  it('the answer first, then whence, then each query', () => {
    expect(text({ own: known({ tool: 'getent ahosts', result: 'ok', addresses: ['10.96.44.7'], ms: 12 }) }))
      .toMatchInlineSnapshot(`
        "✓ cart (cart.shop.svc.cluster.local) is 10.96.44.7: found with suffix shop.svc.cluster.local, 2 queries, 0.90 ms.

          from        pod shop/web-1 on worker-1; asked by a probe pod beside it
          resolv.conf as container web has it
                      nameserver 10.96.0.10
                      search shop.svc.cluster.local svc.cluster.local cluster.local
                      options ndots:5
          /etc/hosts  has no entry for cart
          getaddrinfo in container web: 10.96.44.7 within 20 ms (getent ahosts)
          policy      no NetworkPolicy keeps pod web-1 from asking DNS
                      the probe pod has labels of its own: policies for pod web-1 do not hold it

          as this container asks (glibc)
               server      name                         type  answer              TTL     time
            1  10.96.0.10  cart.shop.svc.cluster.local  A     10.96.44.7         30 s  0.80 ms  ←
                                                        AAAA  no data (NOERROR)        0.80 ms

          musl sends the same and gets the same.

          asked by itself, each of coredns-0, coredns-1 gives the same answer.

        2.0 s
        "
      `)
  })
  it('says why the other library finds nothing, and shows its way', () => {
    const musl = found('musl', {
      end: 'nodata',
      winner: null,
      queries: [query(winner, 'A', { answer: 'nodata' }), query(winner, 'AAAA', { answer: 'nodata' })],
    })
    const glibc = found('glibc', {
      queries: [...musl.queries, query('cart.svc.cluster.local.', 'A')],
      winner: 'cart.svc.cluster.local.',
    })
    expect(text({ walks: known([glibc, musl]) })).toContain(
      '! musl does not find it (no data); musl stops at a name without data, glibc goes on with the list',
    )
  })
  it('what one server says by turns is not laid upon a library', () => {
    const musl = found('musl', {
      end: 'nxdomain',
      winner: null,
      queries: found('musl').queries.map((it) => ({ ...it, answer: 'nxdomain' as const, records: [] })),
    })
    for (const walks of [
      [found('glibc'), musl],
      [
        { ...musl, libc: 'glibc' as const },
        { ...found('glibc'), libc: 'musl' as const },
      ],
    ]) {
      const said = text({ walks: known(walks) })
      expect(said.split('\n')[0]).toMatch(
        /^✗ cart\.shop\S+ is found and "does not exist" by turns: 10\.96\.0\.10 said both/,
      )
      expect(said).not.toContain('musl does not find it')
    }
  })
  it('says that musl does not know use-vc', () => {
    const queries = found('musl').queries.map((it) => ({ ...it, transport: 'tcp' as const }))
    const said = text({ walks: known([found('glibc', { queries }), found('musl')]) })
    expect(said).toContain('musl gets the same by another way; glibc asks over TCP alone (use-vc), musl does not know')
    expect(said).not.toContain('sends the same')
  })
  it('shows whose name the records bear, and who takes them all the same', () => {
    const records = [{ name: 'cart.other.example', type: 'A', ttl: 30, data: '10.96.44.7' }]
    const queries = [query(winner, 'A', { answer: 'other-name', records }), query(winner, 'AAAA', { answer: 'nodata' })]
    const glibc = found('glibc', { end: 'other-name', winner: null, queries })
    const musl = found('musl', { queries })
    const said = text({ walks: known([glibc, musl]), servers: [] })
    expect(said).toMatch(/^✗ cart is answered with records of another name \(cart\.other\.example\): glibc throws/)
    expect(said).toContain('cart.other.example: 10.96.44.7, for another name')
    expect(said).toContain('musl finds it; glibc throws away records of another name, musl takes them')
    expect(said).toContain('DNS194')
    expect(said.match(/←/g)).toHaveLength(1)
    // In a container of musl it is found, and the answer still says whose name it bears.
    const inMusl = text({ libc: 'musl', walks: known([glibc, musl]), servers: [] })
    expect(inMusl).toMatch(/^✓ cart \(cart\.shop\.svc\.cluster\.local\) is 10\.96\.44\.7/)
    expect(inMusl).toContain('DNS194')
  })
  it('counts the addresses that are not shown', () => {
    const records = Array.from({ length: 32 }, (_, n) => ({
      name: winner.slice(0, -1),
      type: 'A',
      ttl: 5,
      data: `10.0.0.${n}`,
    }))
    const queries = [query(winner, 'A', { records, more: 3968 }), query(winner, 'AAAA', { answer: 'nodata' })]
    const shown = text({ walks: known([found('glibc', { queries }), found('musl', { queries })]) })
    expect(shown).toContain('(4000 addresses, 4 shown)')
    expect(shown).toContain('10.0.0.0, 10.0.0.1, 10.0.0.2 and 3997 more')
  })
  it.each([
    [
      'an answer that does not fit, and TCP fails',
      [query(winner, 'A', { answer: 'truncated' }), query(winner, 'A', { transport: 'tcp', answer: 'timeout' })],
      'does not fit into UDP (TC), and over TCP there is no answer',
    ],
    [
      'an answer that does not fit, and the server fails over TCP',
      [
        query(winner, 'A', { answer: 'truncated' }),
        query(winner, 'A', { transport: 'tcp', answer: 'servfail', rcode: 'SERVFAIL' }),
      ],
      'does not fit into UDP (TC), and over TCP there is SERVFAIL',
    ],
    [
      'an alias of itself',
      [query(winner, 'A', { answer: 'nodata', records: [{ name: winner, type: 'CNAME', ttl: 5, data: winner }] })],
      'is an alias that leads back to itself',
    ],
    [
      'A denied, AAAA not',
      [query(winner, 'A', { answer: 'nxdomain' }), query(winner, 'AAAA', { answer: 'nodata' })],
      'is told two ways',
    ],
  ] as const)('says what the answers say: %s', (_what, queries, says) => {
    const walk = { end: 'nodata', winner: null, queries } as const
    expect(text({ walks: known([found('glibc', walk), found('musl', walk)]) }).split('\n')[0]).toContain(says)
  })
  it('blames a dot in the search list where there is one alone', () => {
    const failing = [query(winner, 'A', { answer: 'servfail' }), query(winner, 'AAAA', { answer: 'servfail' })]
    const walks = known([
      found('glibc', { end: 'servfail', winner: null, queries: failing }),
      found('musl', { end: 'timeout', winner: null, queries: [...failing, ...failing] }),
    ])
    const conf = (search: string) =>
      ({ text: `nameserver 10.96.0.10\nsearch ${search}\n`, how: 'read', why: null }) as const
    expect(text({ walks, resolvConf: conf('shop.svc.cluster.local') })).not.toContain('the `.` in the search list')
    expect(text({ walks, resolvConf: conf('shop.svc.cluster.local .') })).toContain('the `.` in the search list')
  })
  it('says of a policy who is held by it, and who is not', () => {
    const denied = known({
      udp: { kind: 'denied' as const, direction: 'Egress' as const, by: [egressPolicy('closed')] },
      tcp: { kind: 'allowed' as const },
    })
    const shown = text({ target: denied })
    expect(shown).toContain(
      "✗ NetworkPolicy shop/closed does not let pod shop/web-1 ask DNS, so it can't look up cart.",
    )
    expect(shown).toContain('the probe pod has labels of its own: policies for pod web-1 do not hold it')
    expect(
      text({ target: denied, own: known({ tool: 'node', result: 'ok', addresses: ['10.96.44.7'], ms: 9 }) }),
    ).toContain('the CNI does not enforce this policy')
  })
  it('names who says what when servers disagree', () => {
    const other = [query(winner, 'A', { answer: 'nxdomain' }), query(winner, 'AAAA', { answer: 'nxdomain' })]
    expect(text({ servers: [serverSays('coredns-0'), serverSays('coredns-1', other)] })).toContain(
      'but the servers disagree: coredns-0 says A 10.96.44.7, AAAA no data (NOERROR); coredns-1 says A NXDOMAIN, AAAA NXDOMAIN.',
    )
  })
  it('does not say which name won, and after how many, where autopath does that for pods other than the probe', () => {
    const outside = found('glibc', {
      queries: [query(winner, 'A', { answer: 'nxdomain' }), query('cart.', 'A')],
      winner: 'cart.',
    })
    const about = { walks: known([outside]), servers: [] }
    expect(text(about)).toContain('the second name tried')
    const shown = text({ ...about, autopath: true })
    expect(shown).not.toContain('the second name tried')
    expect(shown).toContain('The probe pod took 2 queries')
    expect(shown).toContain('CoreDNS walks the search list for each pod that it knows')
    // It was known already, and had the first name's answer.
    expect(text({ autopath: true })).not.toContain('autopath')
  })
  it('says what was computed, and what could not be asked', () => {
    const shown = text({
      resolvConf: { text: 'nameserver 10.96.0.10\n', how: 'computed', why: 'the container has no shell and no `cat`' },
      hosts: { addresses: [], how: 'not-known' },
      walks: unknown('forbidden', 'not allowed: create pods in namespace shop'),
      servers: [],
      probe: allowed,
    })
    expect(shown).toContain("COMPUTED from the pod's spec, not read: the container has no shell and no `cat`")
    expect(shown).toContain('? No query could be sent: not allowed: create pods in namespace shop.')
  })
  it('gives no tick for a file that is only worked out', () => {
    const why = '/etc/resolv.conf is there, and user 1000 of the container may not read it'
    const shown = text({
      resolvConf: { text: 'nameserver 10.96.0.10\n', how: 'computed', why, doubtful: true },
    })
    expect(shown).toMatch(/^\? .*by what the pod's spec implies, and its own resolv\.conf is not known: /)
    expect(shown).toContain(`COMPUTED from the pod's spec, not read: ${why}`)
    expect(shown).not.toContain('✓')
  })
  it("shows a terminal's commands in other people's words, and obeys none", () => {
    const evil = query(winner, 'A', {
      records: [{ name: winner, type: 'A', ttl: 30, data: '10.96.44.7\u001B[2J\u001B[1;1H\u009B8m' }],
    })
    const shown = text({
      walks: known([found('glibc', { queries: [evil] }), found('musl')]),
      resolvConf: { text: 'nameserver 10.96.0.10\u001B]0;x\u0007\n', how: 'read', why: null },
    })
    expect(shown).not.toMatch(/(?!\n)\p{Cc}/u)
    expect(shown).toContain('nameserver 10.96.0.10\\u001b]0;x')
  })
  it('proposes a Service with a name like the one that is not there', () => {
    expect(
      text({
        label: 'crat',
        typed: 'crat',
        near: ['cart'],
        walks: known([
          found('glibc', { end: 'nxdomain', winner: null }),
          found('musl', { end: 'nxdomain', winner: null }),
        ]),
      }),
    ).toContain('help: namespace shop has a Service `cart`')
  })
  it('says that only ready pods of a headless Service have names', () => {
    const walks = known([
      found('glibc', { end: 'nxdomain', winner: null }),
      found('musl', { end: 'nxdomain', winner: null }),
    ])
    const service = { namespace: 'shop', name: 'db', publishNotReadyAddresses: false }
    const headless = { service, pod: { name: 'db-0', ready: false }, ofHost: true, pods: 3, ready: 0 }
    const said = (about: Partial<HeadlessName>) => text({ walks, headless: { ...headless, ...about } })
    expect(said({})).toContain(
      'help: pod db-0 is not ready, and headless Service shop/db has names for ready pods alone',
    )
    expect(said({ pod: null, ofHost: false })).toContain('none of the 3 pods of headless Service shop/db is ready')
    expect(said({ pod: null, ofHost: false, ready: 1 })).not.toContain('ready pods alone')
    expect(said({ pod: null, ofHost: true })).not.toContain('ready pods alone')
    expect(said({ pod: { name: 'db-0', ready: true } })).not.toContain('ready pods alone')
    expect(said({ service: { ...service, publishNotReadyAddresses: true } })).not.toContain('ready pods alone')
    expect(text({ headless })).not.toContain('ready pods alone')
  })
  it('as JSON has the exit code, the winner and its addresses', () => {
    expect(resolveAnswer(resolution(), { started: null, durationMs: 2000, left: [] })).toMatchObject({
      schema: 'hopscope/resolve/v1',
      verdict: 'found',
      exitCode: 0,
      winner,
      addresses: ['10.96.44.7'],
      disagreements: [],
      seconds: 2,
    })
  })
})
