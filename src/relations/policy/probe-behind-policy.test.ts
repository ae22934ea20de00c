import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { insideView } from '../../../test/build/dns.ts'
import * as F from '../../../test/build/dns-faults.ts'
import { answered, type Network, never } from '../../../test/build/lookups.ts'
import { dnsServers, nameAnswer, nameAnswers, rightAnswers } from '../../../test/build/name-answers.ts'
import {
  egressPolicy,
  ingressPolicy,
  labels,
  namespace,
  namespaceNamed,
  onPort,
  rule,
} from '../../../test/build/policy.ts'
import { service } from '../../../test/build/service.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { checks } from '../../checks/registry.ts'
import { diagnose, exitCode } from '../../engine.ts'
import { known } from '../../model/known.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import type { Model } from '../../model/sources.ts'

const asCli = { failOn: 'warning', strict: false } as const
const dnsPorts = [onPort(53, 'UDP'), onPort(53, 'TCP')]
const web = labels({ app: 'web' })
const denyAll = egressPolicy('default-deny')
/** What a careful owner writes: all is denied, and the own pods are named. */
const allowWeb = egressPolicy('web', [rule([namespaceNamed('kube-system')], dnsPorts)], { podSelector: web })

/** The probe's pods run in `shop`, where nobody's policy knows their labels. */
function modelWith(networkPolicies: readonly NetworkPolicy[], network: Network, inside = insideView('web-1')): Model {
  const namespaces = ['shop', 'kube-system'].map((it) => namespace(it))
  return modelOf({ ...F.cluster({ network }), networkPolicies, namespaces, insideViews: [inside] })
}

const past = (role: string): boolean => role === 'service' || role === 'endpoint'
const silent: Network = ({ server }) => (past(server.role) ? never() : answered())
const silentOver =
  (transport: 'udp' | 'tcp'): Network =>
  (it) =>
    it.transport === transport ? silent(it) : answered()
const codes = (model: Model): readonly string[] =>
  diagnose(model, { checks }).roots.map(({ finding }) => `${finding.code} ${finding.subject.name}`)

describe('a policy that the probe is the only pod to meet', () => {
  test("its silence is nobody's trouble, and what rests on it is open", () => {
    const model = modelWith([denyAll, allowWeb], silent)
    expect(codes(model)).toEqual([])
    const open = diagnose(model, { checks }).results.find((it) => it.check.code === 'DNS110')
    expect(open?.cannotTell[0]?.why).toContain('NetworkPolicy shop/default-deny')
  })

  test.each(['udp', 'tcp'] as const)('closed over %s alone: the other way is judged', (transport) => {
    const other = transport === 'udp' ? 'TCP' : 'UDP'
    const half = egressPolicy('half', [rule([namespaceNamed('kube-system')], [onPort(53, other)])])
    expect(codes(modelWith([half, allowWeb], silentOver(transport))).filter((it) => it.startsWith('DNS'))).toEqual([])
    expect(codes(modelWith([half, allowWeb], silent)).filter((it) => it.startsWith('DNS'))).not.toEqual([])
  })

  test('names too: what was answered before the network knew of the pod is no proof against the silence after', () => {
    const web = service('web', { clusterIP: '10.96.44.7' })
    const reason = { kind: 'port', service: { namespace: 'shop', name: 'web' }, port: 'http', protocol: 'TCP' } as const
    const says = { type: 'SRV', answer: 'timeout', rcode: null, ttl: null } as const
    const name = '_http._tcp.web.shop.svc.cluster.local.'
    const srv = dnsServers.map((server) => nameAnswer(reason, name, { ...says, server }))
    const given = (some: readonly NetworkPolicy[], network: Network): Model => {
      const { sources, ...rest } = modelWith(some, network)
      const answers = nameAnswers([...rightAnswers(web), ...srv])
      return { ...rest, sources: { ...sources, services: known([web]), nameAnswers: known(answers) } }
    }
    expect(codes(given([denyAll, allowWeb], silent)).filter((it) => it.startsWith('DNS'))).toEqual([])
    expect(codes(given([allowWeb], () => answered()))).toContain('DNS196 web')
  })

  test('a policy before the servers that admits other namespaces is told of the pods that it keeps out', () => {
    const admits = ingressPolicy('clients', [rule([namespaceNamed('kube-system')])], { namespace: 'kube-system' })
    const lookup = known({ tool: 'getent', name: 'kubernetes.default', result: 'timeout' as const, ms: 10_000 })
    expect(codes(modelWith([admits], silent, insideView('web-1', { lookup })))).toEqual(['POL401 clients'])
  })
})

const policies = fc.subarray([
  denyAll,
  allowWeb,
  egressPolicy('open', [rule()]),
  egressPolicy('dns', [rule([namespaceNamed('kube-system')], dnsPorts)]),
  ingressPolicy('in'),
  egressPolicy('web-deny', [], { podSelector: web }),
])

test('the same silence is told wherever no policy forbids the lookup, or one lookup was answered later on', () => {
  fc.assert(
    fc.property(policies, fc.constantFrom('none', 'at first', 'later on'), (some, answers) => {
      const isClosed = some.includes(denyAll) && !some.some((it) => it.name === 'open' || it.name === 'dns')
      // Lookup n of a series begins 40 ms after the one before.
      const network: Network = (it) => {
        const isAnswered = (answers === 'at first' && it.index < 3) || (answers === 'later on' && it.index === 29)
        return isAnswered ? answered() : silent(it)
      }
      const told = exitCode(diagnose(modelWith(some, network), { checks }), asCli)
      if (!isClosed || answers === 'later on') expect(told).toBe(1)
      else expect(codes(modelWith(some, network)).filter((it) => it.startsWith('DNS'))).toEqual([])
    }),
  )
})
