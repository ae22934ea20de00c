import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { stub, trouble } from '../../../test/build/checks.ts'
import { cluster, raceOn, racesPerNode } from '../../../test/build/dns-faults.ts'
import { conntrackOf } from '../../../test/build/lookups.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { checks } from '../../checks/registry.ts'
import { diagnose, type Diagnosis } from '../../engine.ts'
import { cannotTell, notApplicable, ok } from '../../findings/verdict.ts'
import { unknown } from '../../model/known.ts'
import { subject } from '../../model/subject.ts'
import { paint } from '../paint.ts'
import { text } from './text.ts'

const plain = paint({ colour: false, ascii: false, width: 100 })
const ascii = paint({ colour: false, ascii: true, width: 100 })
const colour = paint({ colour: true, ascii: false, width: 100 })
const normal = { paint: plain, detail: 'normal', footer: [] } as const

const selector = trouble('cart', {
  causes: ['ingress-fails:shop/web'],
  evidence: [
    {
      kind: 'config',
      object: subject('Service', 'shop', 'cart'),
      path: 'spec',
      lines: ['selector:', '  app: cat'],
      at: 1,
      mark: 'cat',
      label: 'pods say `cart`',
    },
    { kind: 'fact', label: 'endpoints', value: '0 ready of 0' },
    {
      kind: 'shares',
      label: 'connects that failed',
      rows: [
        { where: 'worker-1', bad: 5, of: 5, note: 'refused' },
        { where: 'worker-10', bad: 0, of: 12, note: '' },
      ],
    },
    { kind: 'log', source: 'nginx', lines: ['no live upstreams'] },
  ],
})

const mixed = diagnose(modelOf({}), {
  checks: [
    stub('SVC901', selector, {
      words: {
        headline: () => 'Service shop/cart selects nothing.',
        detail: () => 'service shop/cart · 0 of 3 pods match',
        note: () => 'a selector is not checked when it is written',
        help: () => ['correct the selector', 'kubectl -n shop edit service cart'],
      },
    }),
    stub('ING901', trouble('web', { symptoms: ['ingress-fails:shop/web'] })),
    stub('DNS901', trouble('dns', { severity: 'warning', confidence: 'inferred' })),
    stub('POL901', cannotTell('not-asked', 'needs --probe', '--probe')),
    stub('POL902', cannotTell('not-asked', 'needs --probe', '--probe')),
    stub('NOD901', cannotTell('forbidden', 'no permission: list nodes')),
    stub('NOD902', ok(3, 'three looked at')),
    stub('NOD903', notApplicable('no such thing')),
    stub('NOD904', () => {
      throw new Error('a bug')
    }),
  ],
})

const unsure = diagnose(modelOf({}), {
  checks: [stub('DNS901', ok(1)), stub('DNS902', cannotTell('too-few', '3 lookups; 20 are needed'))],
})

test('the answer first, then causes with their consequences, then what was not seen', () => {
  expect(text(mixed, normal)).toMatchInlineSnapshot(`
    "Service shop/cart selects nothing.

    ✗ error[SVC901] trouble SVC901: service shop/cart                                           observed
      service shop/cart · 0 of 3 pods match

          Service shop/cart, spec
            │ selector:
            │   app: cat
                     ^^^ pods say \`cart\`

          endpoints: 0 ready of 0

          connects that failed
            worker-1    5 of 5    refused
            worker-10   0 of 12

      note: a selector is not checked when it is written
      help: correct the selector
            kubectl -n shop edit service cart

      └ causes  ✗ ING901  trouble ING901: service shop/web

    ! warning[DNS901] trouble DNS901: service shop/dns                                          inferred
      1 of 3 bad

      help: look at it
            kubectl describe DNS901

    ✗ NOD904 crashed, and says nothing: Error: a bug
      help: this is a bug in hopscope; the other checks are not affected. \`-o json\` has the stack

    ? 1 check could not tell
      NOD901 trouble NOD901
          no permission: list nodes

    1 ok · 2 findings (+1 explained) · 1 cannot tell · 2 need --probe · 1 not applicable · 1 crashed
    "
  `)
})

test('every finding names its subject in its first line', () => {
  for (const { finding } of mixed.roots)
    expect(text(mixed, normal)).toMatch(
      new RegExp(`^\\S+ ${finding.severity}\\[${finding.code}\\] .*${finding.subject.name}`, 'm'),
    )
})

test('quiet: verdict lines only', () => {
  expect(text(mixed, { ...normal, detail: 'quiet' })).toMatchInlineSnapshot(`
    "Service shop/cart selects nothing.

    ✗ error[SVC901] trouble SVC901: service shop/cart                                           observed
      service shop/cart · 0 of 3 pods match
      └ causes  ✗ ING901  trouble ING901: service shop/web

    ! warning[DNS901] trouble DNS901: service shop/dns                                          inferred
      1 of 3 bad

    ✗ NOD904 crashed, and says nothing: Error: a bug
      help: this is a bug in hopscope; the other checks are not affected. \`-o json\` has the stack

    ? 1 check could not tell
      NOD901 trouble NOD901
          no permission: list nodes

    1 ok · 2 findings (+1 explained) · 1 cannot tell · 2 need --probe · 1 not applicable · 1 crashed
    "
  `)
})

test('verbose adds the rest of the evidence and the checks that were fine', () => {
  const lines = text(mixed, { ...normal, detail: 'verbose', footer: ['3.1 s'] }).split('\n')
  expect(lines).toContain('      │ no live upstreams')
  expect(lines).toContain('✓ NOD902  no trouble NOD902  (three looked at)')
  expect(lines).toContain('- NOD903  trouble NOD903: no such thing')
  expect(lines.slice(-3)).toEqual([
    '1 ok · 2 findings (+1 explained) · 1 cannot tell · 2 need --probe · 1 not applicable · 1 crashed',
    '3.1 s',
    '',
  ])
})

const opening = (diagnosis: Diagnosis): string => text(diagnosis, normal).split('\n')[0] ?? ''

describe('the opening line', () => {
  const crash = stub('DNS901', () => {
    throw new Error('a bug')
  })

  test.each([
    [
      'all is well',
      diagnose(modelOf({}), { checks: [stub('DNS901', ok(1)), stub('DNS902', ok(1))] }),
      'Nothing wrong was seen in the cluster.',
    ],
    [
      'not everything was seen: never "all is well"',
      unsure,
      'Nothing wrong was seen in the cluster: 1 check could not tell.',
    ],
    [
      'nothing to look at',
      diagnose(modelOf({}), { checks: [stub('DNS901', notApplicable('none'))] }),
      'Nothing to check: the cluster has nothing that these checks look at.',
    ],
    [
      'a crash',
      diagnose(modelOf({}), { checks: [crash, stub('DNS902', ok(1))] }),
      "1 check crashed: hopscope can't say whether the cluster is well.",
    ],
    [
      'several causes',
      diagnose(modelOf({}), { checks: [stub('DNS901', trouble('a')), stub('DNS902', trouble('b'))] }),
      'a is in trouble DNS901. 1 more root cause below.',
    ],
    [
      'something to know, and no fault',
      diagnose(modelOf({}), {
        checks: [stub('DNS901', ok(1)), stub('DNS902', ok(1)), stub('DNS903', trouble('cart', { severity: 'info' }))],
      }),
      'Nothing wrong was seen in the cluster: one thing is worth knowing, below.',
    ],
    [
      'asked about one namespace',
      diagnose(modelOf({}, {}, { namespace: 'shop' }), { checks: [stub('DNS901', ok(1))] }),
      "Nothing wrong was seen in namespace shop and the cluster's DNS.",
    ],
    [
      'asked about one namespace, and another has a fault',
      diagnose(modelOf({}), {
        checks: [stub('DNS901', ok(1)), stub('SVC901', trouble('cart'))],
        within: 'pay',
      }),
      'Nothing wrong was seen in the cluster: 1 fault elsewhere, beside what was asked about.',
    ],
    [
      'no right to see anything',
      diagnose(modelOf({}, { pods: unknown('forbidden', 'list pods') }), {
        checks: [stub('DNS901', ok(1), { needs: ['pods'] })],
      }),
      'hopscope could see nothing of the cluster: no permission: list pods.',
    ],
    [
      'only what was not asked for',
      diagnose(modelOf({}), { checks: [stub('DNS901', ok(1), { needs: ['dnsProbe'] })] }),
      'hopscope could see nothing of the cluster: not measured, add --probe.',
    ],
    [
      'an empty namespace',
      diagnose(modelOf({ pods: [], services: [], ingresses: [], workloads: [] }, {}, { namespace: 'shpo' }), {
        checks: [stub('DNS901', ok(1))],
      }),
      "Nothing to check: 0 Services and 0 pods in namespace shpo and the cluster's DNS: is -n right?",
    ],
    [
      'asked about DNS',
      diagnose(modelOf({}, {}, { target: { kind: 'dns' } }), { checks: [stub('DNS901', ok(1))] }),
      "Nothing wrong was seen in the cluster's DNS.",
    ],
  ])('%s', (_, diagnosis, expected) => expect(opening(diagnosis)).toBe(expected))
})

const raced = diagnose(
  modelOf(
    cluster({
      kernel: '5.4.0-150-generic',
      nodes: ['worker-1', 'worker-2'],
      network: raceOn('worker-2'),
      conntrack: [
        conntrackOf('worker-1', { clash_resolve: null }),
        conntrackOf('worker-2', { insert_failed: racesPerNode, drop: racesPerNode, clash_resolve: null }),
      ],
    }),
    {},
    { target: { kind: 'dns' } },
  ),
  { checks: checks.filter((it) => it.slug.startsWith('dns/')) },
)

test('the race, as told', () => {
  // How many checks there are is no part of it.
  const told = text(raced, normal).replace(/^\d+ ok · (.*) · \d+ not applicable$/m, 'N ok · $1 · N not applicable')
  expect(told).toMatchInlineSnapshot(`
    "DNS lookups stall for 5 s on node worker-2: conntrack drops one of two parallel queries (18 of 200).

    ✗ error[DNS101] one of two parallel DNS queries is dropped: node worker-2                   observed
      on node worker-2 · 18 of 200 lookups (9.0 %) lost a packet · kernel 5.4.0-150-generic · other nodes 0 of 200

          lookups on worker-2 (230)
              1 ms ████████████████████████████████████████   182
              2 ms ██████████████████████████                  27
               5 s ████████████████████████                    21  ← one resolver timeout

          one such lookup, worker-2 to 10.96.0.10:53
            0.000 s  A kubernetes.default.svc.cluster.local. and AAAA kubernetes.default.svc.cluster.local., both from one UDP socket
            0.001 s  A is answered, AAAA is not
            5.000 s  no answer to AAAA in 5 s: sent again
            5.001 s  complete

          conntrack during the probe, 12.0 s
            worker-2   insert_failed +21   drop +21   clash_resolve unknown
            worker-1   insert_failed 0     drop 0     clash_resolve unknown

      note: both queries leave from one port at once; the packet that loses the race to create the conntrack entry is dropped
      help: a DNS cache on each node takes DNS out of conntrack for every pod
            hopscope fix DNS101 --node-access --plan
            hopscope explain DNS101
            on worker-2:
              conntrack -S | grep -o "insert_failed=[0-9]*"
              iptables-save | grep -E "NFQUEUE|zone|MASQUERADE"

      └ causes  ✗ DNS110  DNS lookups are lost or fail: node worker-2

    ? 20 checks could not tell
      DNS114 the Corefile is broken
          nothing wrong is seen in the Corefile; whether CoreDNS takes it is not known: no server tells which text it runs (its plugin \`reload\` does, in its log and its metrics)
      DNS117 DNS119 DNS148 DNS165 DNS167 DNS177 DNS182 DNS190 DNS193 DNS196 DNS205 DNS206 DNS208 DNS218 DNS219 DNS224 DNS226 DNS228
          needs a read of the cluster
      DNS212 DNS servers are older than the Corefile, and it has no \`reload\`
          the Corefile has no \`reload\`, and whether it was written after the servers started is not known

    N ok · 1 finding (+1 explained) · 20 cannot tell · 2 need --probe · 1 need --node-access · N not applicable
    looked at: 2 DNS servers; 3 names asked from 2 nodes and inside 1 pod
    "
  `)
})

describe('in whatever form', () => {
  const forms = [plain, ascii, colour].flatMap((it) =>
    (['quiet', 'normal', 'verbose'] as const).map((detail) => ({ paint: it, detail, footer: [] })),
  )

  test('nothing is undefined, and no line ends in a blank', () => {
    for (const diagnosis of [mixed, unsure, raced]) {
      for (const form of forms) {
        const told = text(diagnosis, form)
        expect(told).not.toMatch(/undefined|NaN|\[object|Infinity/)
        expect(told).not.toMatch(/[ \t]$/m)
      }
    }
  })

  test('the same diagnosis gives the same text', () => expect(text(raced, normal)).toBe(text(raced, normal)))

  test('without colour there is no escape code', () => expect(text(mixed, normal)).not.toContain('\u001B'))

  test('colour adds escape codes and changes no word', () => {
    const coloured = text(mixed, { ...normal, paint: colour })
    expect(coloured).toContain('\u001B[')
    expect(stripVTControlCharacters(coloured)).toBe(text(mixed, normal))
  })

  test('the ASCII form draws with ASCII', () => {
    // The words of this stub have a dot of their own.
    const drawn = text(mixed, { ...normal, paint: ascii }).replace('cart ·', 'cart -')
    expect([...drawn].filter((it) => it > '~')).toEqual([])
  })
})

test('hundreds of one kind leave room for the others, and those of one object are told apart', () => {
  const many = diagnose(modelOf({}), {
    checks: [
      stub(
        'SVC902',
        Array.from({ length: 300 }, () => trouble('cart')),
      ),
      stub('DNS905', trouble('dns')),
    ],
  })
  const said = text(many, normal)
  expect(said.split('\n').length).toBeLessThan(70)
  expect(said).toContain('294 more of SVC902: -v has each of them')
  expect(said).toContain('DNS905')
  expect(said.split('\n')[0]).not.toContain('cart, service shop/cart')
})
