import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { contacts, repeat, toPod, toService } from '../../../test/build/contacts.ts'
import { cluster } from '../../../test/build/dns-faults.ts'
import { runs } from '../../../test/build/effort.ts'
import { networks, routesOf, threeNodes } from '../../../test/build/node-network.ts'
import { answered, type Network, never } from '../../../test/build/lookups.ts'
import { pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { checks } from '../../checks/registry.ts'
import { diagnose, exitCode } from '../../engine.ts'
import type { Contacts } from '../../model/contacts.ts'
import { known } from '../../model/known.ts'
import type { DropRule, MtuPath, NodeNetwork, NodeNetworks, NodeProxy } from '../../model/node-network.ts'

/*
 * Whatever is read of nodes: what is broken there is told with the name of a node that has a part in it, by the exit
 * code as well, and a healthy cluster accuses nobody.
 */

const names = threeNodes.map((it) => it.name)
const name = fc.constantFrom(...names)
const pair = fc.tuple(name, name).filter(([a, b]) => a !== b)

function told(nodeNetworks: NodeNetworks): { readonly code: number; readonly about: readonly string[] } {
  const diagnosis = diagnose(modelOf({ nodes: threeNodes, pods: [], nodeNetworks }), {
    checks: checks.filter((it) => /^(?:NOD53|TRB)/.test(it.code)),
  })
  return {
    code: exitCode(diagnosis, { failOn: 'warning', strict: false }),
    about: diagnosis.results
      .flatMap((it) => it.findings)
      .flatMap((it) => [it.subject.name, ...(it.also ?? []).map((one) => one.name)]),
  }
}

test('healthy nodes accuse nobody, whatever passes in part', () => {
  const lossy = fc.record({
    small: fc.integer({ min: 1, max: 3 }),
    large: fc.integer({ min: 1, max: 3 }),
    back: fc.integer({ min: 1, max: 3 }),
  })
  fc.assert(
    fc.property(fc.array(lossy, { maxLength: 6 }), (counts) => {
      const well = networks()
      const paths = well.paths.map((it, i) => ({ ...it, ...counts[i] }))
      expect(told({ ...well, paths })).toEqual({ code: 0, about: [] })
    }),
    { numRuns: runs(100) },
  )
})

const size = fc.record({ pair, small: fc.integer({ min: 2, max: 3 }), way: fc.constantFrom('there', 'back') })

test('packets that are lost for their size are told, with both ends', () => {
  fc.assert(
    fc.property(size, ({ pair: [from, to], small, way }) => {
      const lost = (it: MtuPath): MtuPath =>
        it.node === from && it.to === to ? { ...it, small, large: way === 'there' ? 0 : 3, back: 0 } : it
      const { code, about } = told({ ...networks(), paths: networks().paths.map(lost) })
      expect(code).toBe(1)
      expect(about).toEqual(expect.arrayContaining([from, to]))
    }),
    { numRuns: runs(100) },
  )
})

type Break = (node: NodeNetwork, other: string) => Partial<NodeNetwork>
const rangeOf = (node: string): string => `10.2.${names.indexOf(node) + 1}.0/24`
const breaks: readonly Break[] = [
  ({ node }, other) => ({
    routes: routesOf(node).map((it) => (it.to === rangeOf(other) ? { ...it, via: null, dev: null } : it)),
  }),
  ({ node }, other) => ({
    routes: [...routesOf(node), { to: rangeOf(other).replace('/24', '/25'), via: null, dev: null }],
  }),
  () => ({ bridgeCalls: 'off' }),
  () => ({ bridgeCalls: 'no-module' }),
  () => ({ proxy: { health: 'unwell', said: 'HTTP 503', mode: null } }),
  () => ({ proxy: { health: 'mute', metrics: 'mute', said: 'no complete answer within 3000 ms', mode: null } }),
  () => ({ proxy: { health: 'nobody', metrics: 'mute', said: 'ECONNREFUSED', mode: null } }),
  () => ({ reversePathDrops: 9 }),
]

test('what is broken on a node is told with its name, whatever else is', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(pair, fc.nat(breaks.length - 1)), { minLength: 1, maxLength: 3, selector: ([[a]]) => a }),
      (planted) => {
        const well = networks()
        const nodes = well.nodes.map((it) => {
          const mine = planted.find(([[node]]) => node === it.node)
          return mine === undefined ? it : { ...it, ...breaks[mine[1]]?.(it, mine[0][1]) }
        })
        const { code, about } = told({ ...well, nodes })
        expect(code).toBe(1)
        expect(about).toEqual(expect.arrayContaining(planted.map(([[node]]) => node)))
      },
    ),
    { numRuns: runs(200) },
  )
})

test('a kube-proxy that hangs is told before what its old rules bring about, and nothing beside it', () => {
  const app = pod('web-1', { ip: '10.2.1.9', labels: { app: 'web' } })
  const port = { name: null, protocol: 'TCP' as const, port: 80, targetPort: 8080, nodePort: 30080 }
  const services = [
    service('web', { selector: { app: 'web' } }),
    service('web-public', { selector: { app: 'web' }, type: 'NodePort', ports: [port] }),
  ]
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.constantFrom('timeout' as const, 'refused' as const), (sick, how) => {
      const tries = (node: string) => repeat(5, node === sick ? how : 'open')
      const seen: Contacts = {
        ...contacts(
          names.flatMap((node) => [
            ...services.map((it) => toService(it.name, node, tries(node))),
            ...services.map((it) => toPod(it.name, node, app, repeat(5, 'open'))),
          ]),
        ),
        nodePorts: names.map((node, i) => ({
          node: names[(i + 1) % names.length] ?? node,
          service: { namespace: 'shop', name: 'web-public', port: 80 },
          at: { node, ip: `192.168.0.1${i + 1}` },
          port: 30080,
          tries: tries(node),
        })),
      }
      const proxy: NodeProxy = { health: 'mute', said: 'no complete answer within 3000 ms', mode: null }
      const { roots } = diagnose(
        modelOf({
          nodes: threeNodes,
          pods: [app],
          services,
          networkPolicies: [],
          contacts: seen,
          nodeNetworks: networks({ [sick]: { proxy } }),
        }),
        { checks },
      )
      const errors = roots.filter((it) => it.finding.severity === 'error')
      expect(errors.map((it) => `${it.finding.code} ${it.finding.subject.name}`)).toEqual([`NOD534 ${sick}`])
      expect(errors[0]?.consequences.map((it) => it.code).toSorted()).toEqual(['SVC207', 'SVC207', 'SVC209'])
    }),
    { numRuns: runs(20) },
  )
})

test('a rule of nftables that eats queries with EDNS0 is the cause of their silence', () => {
  fc.assert(
    fc.property(fc.constantFrom(...names), (sick) => {
      const network: Network = (it) => (it.edns && it.node === sick ? never() : answered())
      const eats: DropRule = {
        family: 'v4',
        by: 'nft',
        table: 'ip tfw',
        chain: 'f',
        rule: 'udp dport 53 @th,144,16 0x1 counter drop',
        target: 'DROP',
        packets: 40,
        total: 90,
      }
      const { roots } = diagnose(
        modelOf({
          ...cluster({ nodes: names, network }),
          nodes: threeNodes,
          nodeNetworks: networks({ [sick]: { drops: known([eats]), nftTables: known(['ip tfw']) } }),
        }),
        { checks },
      )
      const errors = roots.filter((it) => it.finding.severity === 'error')
      expect(errors.map((it) => `${it.finding.code} ${it.finding.subject.name}`)).toEqual([`NOD535 ${sick}`])
      expect(errors[0]?.consequences.map((it) => it.code)).toEqual(['DNS187'])
    }),
    { numRuns: runs(20) },
  )
})
