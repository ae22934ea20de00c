import { expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import {
  absent,
  answered,
  type Asked,
  coreDnsWindow,
  type Network,
  probe,
  servfail,
} from '../../../test/build/lookups.ts'
import { nameAnswers, rightAnswers } from '../../../test/build/name-answers.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { known, unknown } from '../../model/known.ts'
import { corefileVersionText } from '../../wire/corefile-version.ts'
import { sha512 } from '../../wire/sha512.ts'
import { checks } from '../registry.ts'
import check from './other-text-runs.ts'

const nodes = ['worker-1', 'worker-2', 'worker-3']
const stored =
  '.:53 {\n    errors\n    kubernetes cluster.local\n    forward . 192.0.2.53\n    cache 30\n    reload\n}\n'
const withAcl = stored.replace('    errors\n', '    errors\n    acl {\n        filter net 10.2.3.0/24\n    }\n')
const hashOf = (text: string) => sha512(corefileVersionText(text, 'unknown') ?? '')
const cart = service('cart', { clusterIP: '10.96.44.7' })
const denial = { answer: 'nxdomain', rcode: 'NXDOMAIN', addresses: [], ttl: 60 } as const
const isClusters = (it: Asked): boolean => it.zone === 'cluster'
const on3: Network = (it) => (isClusters(it) && it.node === 'worker-3' ? absent : answered())
const well: Network = () => answered()

/** `text` is stored, and each server runs its own of `running`; undefined: it does not tell. */
const given = (network: Network, running: readonly (string | undefined)[], text = stored, hash = hashOf(text)) => ({
  clusterDns: clusterDns({ corefile: known(text), corefileHash: hash }),
  dnsProbe: probe({ nodes, network }),
  nameAnswers: nameAnswers(
    ['worker-1', 'worker-3'].flatMap((node) =>
      rightAnswers(cart).map((it) => ({ ...it, node, ...(network === on3 && node === 'worker-3' ? denial : {}) })),
    ),
  ),
  services: [cart],
  coreDnsWindows: clusterDns().pods.map((it, at) => {
    const runs = running[at]
    return { ...coreDnsWindow(it.name, it.ip ?? '', 0.02), ...(runs === undefined ? {} : { config: hashOf(runs) }) }
  }),
})

describeCheck(check, [
  {
    it: 'an acl was taken out of the ConfigMap a moment ago, and denies a node its names still',
    given: given(on3, [withAcl, withAcl]),
    expect: [
      {
        subject: 'ConfigMap/kube-system/coredns',
        severity: 'error',
        confidence: 'observed',
        args: { nodes: ['worker-3'], servers: ['coredns-0', 'coredns-1'], cluster: true },
        says: 'still run another Corefile than is stored',
      },
    ],
  },
  {
    it: 'one of two servers has taken the new text',
    given: given(on3, [stored, withAcl]),
    expect: [{ subject: 'ConfigMap/kube-system/coredns', args: { servers: ['coredns-1'], of: 2 } }],
  },
  {
    it: 'the text before forwards to nobody who answers',
    given: given((it) => (it.zone === 'external' ? servfail(2) : answered()), [withAcl, withAcl]),
    expect: [{ subject: 'ConfigMap/kube-system/coredns', args: { cluster: false } }],
  },
  {
    it: 'a good edit of a moment ago: another text runs, and all is answered',
    given: given(well, [withAcl, withAcl]),
    expect: 'ok',
    says: /run another text than is stored, and answer/,
  },
  {
    it: 'another text runs, and no name of a Service was asked for',
    given: modelOf(given(well, [withAcl, withAcl]), { nameAnswers: unknown('failed', 'no answer') }),
    expect: 'cannot-tell',
  },
  {
    it: 'they run what is stored, and a node is denied its names: another check',
    given: given(on3, [stored, stored]),
    expect: 'ok',
  },
  { it: 'no server tells what it runs', given: given(on3, [undefined, undefined]), expect: 'not-applicable' },
  {
    it: 'hashes of an old recording may have been made others since',
    given: { ...given(on3, [withAcl, withAcl]), clusterDns: clusterDns({ corefile: known(stored) }) },
    expect: 'not-applicable',
  },
  {
    it: 'the Corefile was not read',
    given: {
      ...given(on3, [withAcl, withAcl]),
      clusterDns: clusterDns({ corefile: unknown('forbidden', 'no permission') }),
    },
    expect: 'not-applicable',
  },
  {
    it: 'no probe',
    given: modelOf(given(well, [withAcl, withAcl]), { dnsProbe: unknown('failed', 'no pod came up') }),
    expect: 'cannot-tell',
  },
])

const found = (about: ReturnType<typeof given>) => diagnose(modelOf(about), { checks })
const codes = (about: ReturnType<typeof given>) => found(about).roots.map((it) => it.finding.code)

test('no line of a text that is not in force is named: neither what was taken out nor what was put in', () => {
  expect(codes(given(on3, [withAcl, withAcl]))[0]).toBe('DNS211')
  expect(codes(given(on3, [withAcl, withAcl]))).not.toContain('DNS195')
  // The acl is stored, and the servers do not run it yet.
  expect(codes(given(well, [stored, stored], withAcl))).not.toContain('DNS179')
  const told = found(given(on3, [withAcl, withAcl])).results.filter((it) => it.check.code === 'DNS179')
  expect(told.map((it) => it.verdict)).toEqual(['cannot-tell'])
})

test('the text in force is gone by as ever', () => {
  expect(codes(given(on3, [stored, stored]))[0]).toBe('DNS195')
  expect(codes(given(on3, [stored, stored]))).not.toContain('DNS211')
})
