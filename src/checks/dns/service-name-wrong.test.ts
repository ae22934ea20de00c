import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import { dnsServers, nameAnswers, rightAnswers } from '../../../test/build/name-answers.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { known } from '../../model/known.ts'
import type { NameAnswer } from '../../model/name-answers.ts'
import check from './service-name-wrong.ts'

const cart = service('cart')
const peers = service('peers', { clusterIP: 'None' })
const bank = service('bank', { type: 'ExternalName', clusterIP: null, selector: null, externalName: 'bank.example' })
const round = (name: string, to: string) =>
  service(name, { type: 'ExternalName', clusterIP: null, selector: null, externalName: `${to}.shop.svc.cluster.local` })
const pods = [pod('peers-0', { ip: '10.2.1.5' }), pod('peers-1', { ip: '10.2.1.6', ready: false })]
const name = 'cart.shop.svc.cluster.local'
const dns = (corefile: string) => clusterDns({ corefile: known(corefile) })
const plain = '.:53 {\n    errors\n    kubernetes cluster.local\n    cache 30\n    forward . /etc/resolv.conf\n}\n'
const before = (line: string): string => plain.replace('    kubernetes', `    ${line}\n    kubernetes`)

/** The right answers, with one server's replaced. */
const but = (
  of: typeof cart,
  about: Partial<NameAnswer>,
  at = 1,
  ready: readonly string[] = ['10.2.1.5'],
): readonly NameAnswer[] => rightAnswers(of, ready).map((it, index) => (index === at ? { ...it, ...about } : it))
const everywhere = (of: typeof cart, about: Partial<NameAnswer>): readonly NameAnswer[] =>
  rightAnswers(of).map((it) => ({ ...it, ...about }))
const onlyIpv4 = service('cart', { families: ['IPv4'] })
/** A is answered rightly, and AAAA with this. */
const bothFamilies = (of: typeof cart, aaaa: Partial<NameAnswer>): readonly NameAnswer[] => [
  ...rightAnswers(of),
  ...rightAnswers(of).map((it): NameAnswer => ({
    ...it,
    type: 'AAAA',
    answer: aaaa.addresses === undefined ? 'nodata' : 'ok',
    addresses: [],
    ...aaaa,
  })),
]
const foreign = { addresses: ['198.51.100.9'] }
const denied = { answer: 'nxdomain', rcode: 'NXDOMAIN', addresses: [], ttl: 5 } as const
const given = (answers: readonly NameAnswer[], corefile = plain) => ({
  services: [cart, peers, bank],
  clusterDns: dns(corefile),
  endpointSlices: [slice('peers', pods)],
  nameAnswers: nameAnswers(answers),
})
const found = (how: string | null, args = {}) => [
  { subject: 'Service/shop/cart', severity: 'error' as const, confidence: 'observed' as const, args: { how, ...args } },
]

/** Answers of before, 22 s from their end, and a pod that is ready since so many seconds. */
const replaced = (seconds: number) => ({
  ...given(
    rightAnswers(peers, ['10.2.1.99']).map((it, at) => ({
      ...it,
      ttl: 22,
      ...(at === 0 ? { ...denied, ttl: 20 } : {}),
    })),
    plain.replace('cluster.local', 'cluster.local {\n        ttl 30\n    }'),
  ),
  pods: [pod('peers-0', { ip: '10.2.1.5', turnedSeconds: seconds })],
  endpointSlices: [slice('peers', [pod('peers-0', { ip: '10.2.1.5' })])],
})

describeCheck(check, [
  {
    it: 'a line of hosts stands in its place',
    given: given(
      everywhere(cart, foreign),
      before(`hosts {\n        198.51.100.9 ${name}\n        fallthrough\n    }`),
    ),
    expect: found('hosts', { says: '198.51.100.9', is: '10.96.44.7', wrong: 3 }),
  },
  {
    it: 'a file of hosts may',
    given: given(everywhere(cart, foreign), before('hosts /etc/coredns/hosts')),
    expect: found('hosts'),
  },
  {
    it: 'a Service that was made just now, and the address of the one before it in the cache',
    given: { ...given(everywhere(cart, { ...foreign, ttl: 18 })), services: [{ ...cart, youngSeconds: 12 }] },
    expect: 'cannot-tell',
  },
  {
    it: 'a denial from before it was made, at one server',
    given: { ...given(but(cart, { ...denied, ttl: 5 })), services: [{ ...cart, youngSeconds: 25 }] },
    expect: 'cannot-tell',
  },
  {
    it: 'what was asked after it was made',
    given: { ...given(everywhere(cart, { ...foreign, ttl: 19 })), services: [{ ...cart, youngSeconds: 12 }] },
    expect: found(null, { wrong: 3 }),
  },
  {
    it: 'a Service that was made just now, and a line of hosts in its place',
    given: {
      ...given(everywhere(cart, { ...foreign, ttl: 5 }), before(`hosts {\n        198.51.100.9 ${name}\n    }`)),
      services: [{ ...cart, youngSeconds: 2 }],
    },
    expect: found('hosts'),
  },
  {
    it: 'the pod of a headless Service was replaced 8 s ago: caches keep its address, and the denial between the two',
    given: replaced(8),
    expect: [
      {
        subject: 'Service/shop/peers',
        severity: 'info',
        confidence: 'inferred',
        args: { how: 'replaced', left: 22, wrong: 3, says: '10.2.1.99 (2), NXDOMAIN (1)' },
        says: /^DNS still says from its cache what headless Service shop\/peers was, for 22 s more at most: 10/,
      },
    ],
  },
  {
    it: 'that was longer ago than the answers are kept: they were made since',
    given: replaced(20),
    expect: [{ subject: 'Service/shop/peers', severity: 'error', args: { how: null, wrong: 3 } }],
  },
  {
    it: 'another of its pods was there all the time',
    given: {
      ...replaced(8),
      pods: [pod('peers-0', { ip: '10.2.1.5', turnedSeconds: 8 }), pod('peers-1', { ip: '10.2.1.6' })],
      endpointSlices: [slice('peers', [pod('peers-0', { ip: '10.2.1.5' }), pod('peers-1', { ip: '10.2.1.6' })])],
    },
    expect: [{ subject: 'Service/shop/peers', severity: 'error' }],
  },
  {
    it: 'the Corefile keeps answers for five seconds: 22 s are not of a cache',
    given: { ...replaced(8), clusterDns: dns(plain.replace('cache 30', 'cache 5')) },
    expect: [{ subject: 'Service/shop/peers', severity: 'error' }],
  },
  {
    it: 'the pod was replaced just now, and a line of hosts stands in the place of its name',
    given: {
      ...replaced(8),
      clusterDns: dns(before('hosts {\n        10.2.1.99 peers.shop.svc.cluster.local\n    }')),
    },
    expect: [{ subject: 'Service/shop/peers', severity: 'error', args: { how: 'hosts' } }],
  },
  {
    it: 'only the question for the other family is answered from before: A has the new address',
    given: {
      ...replaced(8),
      nameAnswers: nameAnswers(
        rightAnswers(peers, ['10.2.1.5']).flatMap((it) => [it, { ...it, type: 'AAAA' as const, ...denied, ttl: 20 }]),
      ),
    },
    expect: [{ subject: 'Service/shop/peers', severity: 'info', args: { how: 'replaced' } }],
  },
  {
    it: 'servers say different things of a Service: each is told, with how many said it',
    given: given(everywhere(cart, foreign).map((it, at) => (at === 0 ? { ...it, ...denied } : it))),
    expect: found(null, { says: '198.51.100.9 (2), NXDOMAIN (1)' }),
  },
  {
    it: 'a rewrite of this name',
    given: given(everywhere(cart, foreign), before(`rewrite name ${name} other.shop.svc.cluster.local`)),
    expect: found('rewrite'),
  },
  {
    it: 'a rewrite by regular expression',
    given: given(
      everywhere(cart, foreign),
      before('rewrite stop name regex (.*)[.]shop[.]svc[.]cluster[.]local {1}.pay.svc.cluster.local'),
    ),
    expect: found('rewrite'),
  },
  {
    it: 'a rewrite of the answer',
    given: given(
      everywhere(cart, denied),
      before('rewrite stop rcode suffix shop.svc.cluster.local. NOERROR NXDOMAIN'),
    ),
    expect: found('rewrite'),
  },
  {
    it: 'a rewrite of the type',
    given: given(everywhere(cart, denied), before('rewrite type A AAAA')),
    expect: found('rewrite'),
  },
  {
    it: 'a template',
    given: given(
      everywhere(cart, foreign),
      before(
        'template IN A cluster.local {\n        match ^cart\n        answer "{{ .Name }} 60 IN A 198.51.100.9"\n    }',
      ),
    ),
    expect: found('template'),
  },
  {
    it: 'a narrower zone takes the name',
    given: given(everywhere(cart, denied), `${plain}shop.svc.cluster.local:53 {\n    forward . 192.0.2.1\n}\n`),
    expect: found('other-zone'),
  },
  {
    it: 'the namespace is not served',
    given: given(
      everywhere(cart, denied),
      plain.replace('cluster.local', 'cluster.local {\n        namespaces default pay\n    }'),
    ),
    expect: found('namespaces'),
  },
  {
    it: 'the namespaces of a label alone are served',
    given: given(
      everywhere(cart, denied),
      plain.replace('cluster.local', 'cluster.local {\n        namespace_labels tier=prod\n    }'),
    ),
    expect: found('namespace_labels'),
  },
  {
    it: "another cluster's API server",
    given: given(
      everywhere(cart, denied),
      plain.replace('cluster.local', 'cluster.local {\n        kubeconfig /x\n    }'),
    ),
    expect: found('kubeconfig'),
  },
  {
    it: 'an API server by its kubeconfig, and other names are right: it is this cluster',
    given: given(
      [...everywhere(cart, denied), ...rightAnswers(bank)],
      plain.replace('cluster.local', 'cluster.local {\n        kubeconfig /x\n    }'),
    ),
    expect: found(null),
  },
  {
    it: 'headless Services are turned off',
    given: given(
      rightAnswers(peers).map((it) => ({ ...it, ...denied })),
      plain.replace('cluster.local', 'cluster.local {\n        noendpoints\n    }'),
    ),
    expect: [{ subject: 'Service/shop/peers', severity: 'error', args: { how: 'noendpoints' } }],
  },
  {
    it: 'no block has kubernetes',
    given: given(everywhere(cart, denied), '.:53 {\n    forward . 192.0.2.1\n}\n'),
    expect: found('no-kubernetes'),
  },
  {
    it: 'a denial that is kept',
    given: given(
      but(cart, { ...denied, ttl: 3411 }),
      plain.replace('cache 30', 'cache 3600 {\n        denial 9984 3600 3600\n    }'),
    ),
    expect: found('cache', { wrong: 1, of: 3 }),
  },
  {
    it: 'the address of before, and an answer may be kept for an hour',
    given: given(
      everywhere(cart, { ...foreign, ttl: 3400 }),
      plain.replace('cache 30', 'cache 3600').replace('ttl 30', 'ttl 3600'),
    ),
    expect: found('kept', { says: '198.51.100.9, kept for 3400 s more', wrong: 3 }),
  },
  {
    it: 'one server denies it, nobody knows why',
    given: given(but(cart, denied)),
    expect: found(null, { servers: ['coredns-0'] }),
  },
  {
    it: 'one server refuses it',
    given: given(but(cart, { ...denied, answer: 'refused', rcode: 'REFUSED' })),
    expect: found(null, { says: 'REFUSED' }),
  },
  {
    it: 'a headless Service leads to a stranger',
    given: given(but(peers, foreign)),
    expect: [{ subject: 'Service/shop/peers', args: { says: '198.51.100.9' } }],
  },
  {
    it: 'a headless Service with a ready pod is denied',
    given: given(but(peers, denied)),
    expect: [{ subject: 'Service/shop/peers' }],
  },
  {
    it: 'an alias to nowhere',
    given: given(everywhere(bank, { ...denied, aliases: ['bank.example'] })),
    expect: [{ subject: 'Service/shop/bank', args: { how: 'nowhere' } }],
  },
  {
    it: 'an alias to nowhere that is not shown',
    given: given(everywhere(bank, { ...denied, aliases: [] })),
    expect: [{ subject: 'Service/shop/bank', args: { how: 'nowhere' } }],
  },
  {
    it: 'an address of a family that the Service does not have stands beside its own',
    given: {
      ...given(
        bothFamilies(onlyIpv4, { addresses: ['2001:db8::53'] }),
        before(
          'template IN AAAA shop.svc.cluster.local {\n        answer "{{ .Name }} 60 IN AAAA 2001:db8::53"\n    }',
        ),
      ),
      services: [onlyIpv4],
    },
    expect: [
      { subject: 'Service/shop/cart', severity: 'warning', args: { how: 'template', says: '2001:db8::53', wrong: 3 } },
    ],
  },
  {
    it: 'a second family that the Service may have, or that nobody knows of',
    given: {
      ...given(bothFamilies(cart, { addresses: ['2001:db8::53'] })),
      services: [cart],
    },
    expect: 'ok',
  },
  ...(['nxdomain', 'servfail', 'refused'] as const).map((answer) => ({
    it: `A has an address, and AAAA is answered ${answer}`,
    given: given(bothFamilies(cart, { answer, rcode: answer.toUpperCase() })),
    expect: found('half', { says: `${answer.toUpperCase()} for AAAA, though it has an address` }),
  })),
  {
    it: 'AAAA has no address, as it should be',
    given: given(bothFamilies(onlyIpv4, {})),
    expect: 'ok',
  },

  {
    it: 'two aliases that lead to each other',
    given: { ...given([]), services: [round('a', 'b'), round('b', 'a'), cart] },
    expect: [{ subject: 'Service/shop/a', args: { how: 'circle' } }, { subject: 'Service/shop/b' }],
  },
  {
    it: 'an alias of an alias that ends',
    given: { ...given(rightAnswers(cart)), services: [round('a', 'b'), { ...bank, name: 'b' }, cart] },
    expect: 'ok',
  },
  {
    it: 'an alias of itself',
    given: { ...given([]), services: [round('a', 'a')] },
    expect: [{ subject: 'Service/shop/a', args: { how: 'circle' } }],
  },
  {
    it: 'a pod of a headless Service that is gone, and may be kept for ten minutes',
    given: given(everywhere(peers, { addresses: ['10.2.1.5', '10.2.1.77'], ttl: 600 })),
    expect: [{ subject: 'Service/shop/peers', severity: 'warning', args: { how: 'stale' } }],
  },

  {
    it: 'all as the API says',
    given: given([...rightAnswers(cart), ...rightAnswers(bank), ...rightAnswers(peers, ['10.2.1.5'])]),
    expect: 'ok',
  },
  {
    it: 'a headless Service with a pod more than the list had',
    given: given(rightAnswers(peers, ['10.2.1.5', '10.2.1.77'])),
    expect: 'ok',
  },
  {
    it: 'IPv6 in another spelling',
    given: {
      ...given([]),
      services: [service('cart', { clusterIP: 'fd00::a' })],
      nameAnswers: nameAnswers(
        everywhere(service('cart', { clusterIP: 'fd00::a' }), { addresses: ['fd00:0:0:0:0:0:0:a'] }),
      ),
    },
    expect: 'ok',
  },
  {
    it: 'no endpoint is ready, and there is no address',
    given: {
      ...given(everywhere(peers, denied)),
      endpointSlices: [slice('peers', [pod('peers-1', { ip: '10.2.1.6', ready: false })])],
    },
    expect: 'not-applicable',
  },
  {
    it: 'nobody answers',
    given: given(everywhere(cart, { answer: 'timeout', rcode: null, addresses: [], ttl: null })),
    expect: 'cannot-tell',
    says: /timeout/,
  },
  {
    it: 'endpoints forbidden',
    given: modelOf({
      services: [peers],
      clusterDns: dns(plain),
      nameAnswers: nameAnswers(rightAnswers(peers, ['10.2.1.5'])),
    }),
    expect: 'cannot-tell',
  },
  {
    it: 'not probed',
    given: modelOf({ services: [cart], clusterDns: dns(plain) }),
    expect: 'cannot-tell',
    says: /--probe/,
  },
  { it: 'no Service was asked for', given: given([]), expect: 'not-applicable' },
])

const wrongs = fc.oneof(
  fc
    .ipV4()
    .filter((ip) => !['10.96.44.7', '10.2.1.5', '10.2.1.6'].includes(ip))
    .map((ip): Partial<NameAnswer> => ({ addresses: [ip], aliases: [] })),
  fc.nat(7200).map((ttl): Partial<NameAnswer> => ({ ...denied, ttl })),
  fc.constant<Partial<NameAnswer>>({ ...denied, aliases: ['nowhere.example'] }),
  fc.constantFrom('servfail', 'refused').map((answer): Partial<NameAnswer> => ({
    ...denied,
    answer: answer as NameAnswer['answer'],
    rcode: answer.toUpperCase(),
  })),
)

test('any wrong answer for any Service at any one server is a finding that names the Service', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(cart, peers, bank),
      wrongs,
      fc.record({ at: fc.nat(dnsServers.length - 1), node: fc.constantFrom('worker-1', 'worker-2') }),
      fc.string({ maxLength: 40 }),
      (of, wrong, { at, node }, corefile) => {
        const answers = [
          ...[cart, peers, bank].filter((it) => it !== of).flatMap((it) => rightAnswers(it, ['10.2.1.5'])),
          ...but(of, { ...wrong, node }, at),
        ]
        const { findings } = diagnose(modelOf(given(answers, corefile)), { checks: [check] }).results[0] ?? {
          findings: [],
        }
        expect(findings.map((it) => it.subject.name)).toEqual([of.name])
        for (const it of findings) expect(check.words.headline(it)).toContain(`Service shop/${of.name}`)
      },
    ),
  )
})

test('right answers are none, whatever the Corefile says', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (corefile) => {
      const answers = [cart, peers, bank].flatMap((it) => rightAnswers(it, ['10.2.1.5']))
      expect(diagnose(modelOf(given(answers, corefile)), { checks: [check] }).results[0]?.findings).toEqual([])
    }),
  )
})
