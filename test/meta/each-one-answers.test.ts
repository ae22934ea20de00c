import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checks } from '../../src/checks/registry.ts'
import { type CheckResult, diagnose, type Diagnosis } from '../../src/engine.ts'
import { known, unknown } from '../../src/model/known.ts'
import type { NodeNetwork } from '../../src/model/node-network.ts'
import type { Model, SourceName, Sources } from '../../src/model/sources.ts'
import { readSnapshot } from '../../src/snapshot/read.ts'
import { cluster } from '../build/dns-faults.ts'
import { forwardingOf, mesh } from '../build/mesh.ts'
import { networks, threeNodes } from '../build/node-network.ts'
import { podWays } from '../build/pod-ways.ts'
import { freeze, modelOf } from '../describe-check.ts'
import { root } from './sources.ts'

/*
 * Two nodes of three that answer well are not three. Whatever nodes and DNS servers are asked for: a check that is not
 * ok when all of them are silent is not simply ok when one of them is. It cannot tell, or it finds something, or its ok
 * says without whom.
 */

type Is = (name: string | null) => boolean

/** A way to be silent: of those that `is` names, whoever they are. */
interface Silence {
  readonly it: string
  readonly of: 'nodes' | 'servers'
  readonly apply: (model: Model, is: Is) => Model
}

function silence<K extends SourceName>(
  it: `${K}: ${string}`,
  of: Silence['of'],
  change: (value: Sources[K], is: Is) => Sources[K],
): Silence {
  const name = it.slice(0, it.indexOf(':')) as K
  return {
    it,
    of,
    apply: (model, is) => {
      const source = model.sources[name] as { readonly known: boolean; readonly value: Sources[K] }
      if (!source.known) return model
      return { ...model, sources: { ...model.sources, [name]: known(change(source.value, is)) } }
    },
  }
}

const why = 'its pod did not start'

/** A node of which one thing was not read. */
const unread: Readonly<Record<string, Partial<NodeNetwork>>> = {
  'kube-proxy says nothing': { proxy: { health: 'mute', said: 'no complete answer within 3000 ms', mode: null } },
  'kube-proxy is not known': { proxy: { health: 'unknown', said: 'EHOSTUNREACH', mode: null } },
  'nobody listens for kube-proxy': { proxy: { health: 'nobody', said: 'ECONNREFUSED', mode: null } },
  'no routes': { routes: null },
  'no interfaces': { links: [] },
  'bridge calls not known': { bridgeCalls: 'unknown' },
  'no counter of rp_filter': { reversePathDrops: null },
  'no rules': { drops: unknown('not-asked', 'a pod without privileges sees no firewall rules') },
  'rules read once': {
    drops: known([
      { family: 'v4', table: 'filter', chain: 'FORWARD', rule: '-j DROP', target: 'DROP', packets: null, total: 7 },
    ]),
  },
}

const silences: readonly Silence[] = [
  silence('dnsProbe: did not run', 'nodes', (it, is) => ({
    ...it,
    nodes: it.nodes.filter((one) => !is(one)),
    missing: [...it.missing, ...it.nodes.filter(is).map((node) => ({ node, why }))],
    series: it.series.filter((one) => !is(one.node)),
    ...(it.large === undefined ? {} : { large: it.large.filter((one) => !is(one.node)) }),
  })),
  silence('dnsProbe: told of no lookup', 'nodes', (it, is) => ({
    ...it,
    series: it.series.filter((one) => !is(one.node)),
    ...(it.large === undefined ? {} : { large: it.large.filter((one) => !is(one.node)) }),
  })),
  silence('dnsProbe: got the CPU too late', 'nodes', (it, is) => ({
    ...it,
    lag: [
      ...(it.lag ?? []).filter((one) => !is(one.node)),
      ...it.nodes.filter(is).map((node) => ({ node, p99Ms: 5000 })),
    ],
  })),
  silence('dnsProbe: asked nothing with EDNS0', 'nodes', (it, is) => ({
    ...it,
    ...(it.edns === undefined ? {} : { edns: it.edns.filter((one) => !is(one.node)) }),
  })),
  silence('contacts: connected to nothing', 'nodes', (it, is) => ({
    ...it,
    connects: it.connects.filter((one) => !is(one.node)),
    http: it.http.filter((one) => !is(one.node)),
    direct: (it.direct ?? []).filter((one) => !is(one.node)),
    nodePorts: (it.nodePorts ?? []).filter((one) => !is(one.node)),
  })),
  silence('podWays: connected to nothing', 'nodes', (it, is) => ({
    ...it,
    api: it.api.filter((one) => !is(one.node)),
  })),
  silence('podWays: got the CPU too late', 'nodes', (it, is) => ({
    ...it,
    api: it.api.map((one) => (is(one.node) ? { ...one, tries: one.tries.slice(0, 0) } : one)),
  })),
  silence('podWays: was sent nothing', 'nodes', (it, is) => ({
    ...it,
    between: it.between.filter((one) => !is(one.node) && !is(one.to)),
  })),
  silence('podWays: answered nothing', 'nodes', (it, is) => ({
    ...it,
    between: it.between.map((one) => {
      const none = { asked: 3, small: 0, there: 0, back: 0 }
      return is(one.node) || is(one.to) ? { ...one, datagrams: none, streams: none } : one
    }),
  })),
  silence('nodeNetworks: was not read', 'nodes', (it, is) => ({
    nodes: it.nodes.filter((one) => !is(one.node)),
    paths: it.paths.filter((one) => !is(one.node) && !is(one.to)),
    missing: [...it.missing, ...it.nodes.filter((one) => is(one.node)).map(({ node }) => ({ node, why }))],
  })),
  silence('nodeNetworks: answers no datagram', 'nodes', (it, is) => ({
    ...it,
    paths: it.paths.map((one) => (is(one.node) || is(one.to) ? { ...one, small: 0, large: 0, back: 0 } : one)),
  })),
  silence('nodeNetworks: was sent no datagram', 'nodes', (it, is) => ({
    ...it,
    paths: it.paths.filter((one) => !is(one.node) && !is(one.to)),
  })),
  ...Object.entries(unread).map(([it, about]) =>
    silence(`nodeNetworks: ${it}`, 'nodes', (all, is) => ({
      ...all,
      nodes: all.nodes.map((one) => (is(one.node) ? { ...one, ...about } : one)),
    })),
  ),
  silence('conntrack: no counters', 'nodes', (its, is) => its.filter((it) => !is(it.node))),
  silence('conntrack: no forwarding', 'nodes', (its, is) =>
    its.map(({ forwarding, ...it }) => (is(it.node) || forwarding === undefined ? it : { ...it, forwarding })),
  ),
  silence('conntrack: forwarding not known', 'nodes', (its, is) =>
    its.map((it) => (is(it.node) ? { ...it, forwarding: { all: null, off: [], routes: null } } : it)),
  ),
  silence('nodes: whether kube-proxy runs is not known', 'nodes', (its, is) =>
    its.map(({ proxy, ...it }) => (is(it.name) || proxy === undefined ? it : { ...it, proxy })),
  ),
  silence('dnsProbe: was not asked', 'servers', (it, is) => ({
    ...it,
    series: it.series.filter((one) => !is(one.server.ip)),
    ...(it.large === undefined ? {} : { large: it.large.filter((one) => !is(one.ip)) }),
  })),
  silence('dnsProbe: sent no large answer', 'servers', (it, is) => ({
    ...it,
    ...(it.large === undefined ? {} : { large: it.large.filter((one) => !is(one.ip)) }),
  })),
  silence('coreDnsWindows: gave no metrics', 'servers', (its, is) => its.filter((it) => !is(it.ip))),
  silence('coreDnsWindows: says little', 'servers', (its, is) =>
    its.map((it) =>
      is(it.ip)
        ? { ...it, cpuSeconds: null, requests: null, responses: {}, slowShare: null, forwardFailures: null }
        : it,
    ),
  ),
  silence('dnsServerLogs: was not read', 'servers', (its, is) => its.filter((it) => !is(it.pod))),
  silence('nameAnswers: was asked for no name', 'servers', (it, is) => ({
    ...it,
    answers: it.answers.filter((one) => !is(one.server.ip)),
  })),
]

const names = threeNodes.map((it) => it.name)
const ways = mesh(names, () => true)
const dns = cluster({ nodes: names, conntrack: names.map((it) => forwardingOf(names, it)) })
const built = modelOf({
  ...dns,
  pods: ways.pods,
  contacts: ways.contacts,
  podWays: podWays(Object.fromEntries(names.map((it) => [it, {}]))),
  nodes: threeNodes.map((it) => ({ ...it, proxy: 'ready' })),
  nodeNetworks: networks(),
  networkPolicies: [],
  namespaces: [],
  services: [],
})
const recordings = ['healthy', 'dns-many-servers', 'node-cache-healthy', 'service-odd-shapes', 'dns-odd-corefile']
const recorded = await Promise.all(
  recordings.map(async (it) => [it, await readSnapshot(join(root, 'scenarios', it, 'snapshot.hops'))] as const),
)

/** Each by the names that it goes by. */
function membersOf({ sources: { dnsProbe, clusterDns } }: Model, of: Silence['of']): readonly (readonly string[])[] {
  if (of === 'nodes') return (dnsProbe.known ? dnsProbe.value.nodes : []).map((it) => [it])
  return (clusterDns.known ? clusterDns.value.pods : []).map((it) => [it.name, it.ip ?? it.name])
}

const isOk = (it: CheckResult | undefined): boolean => it?.verdict === 'ok'
const resultOf = ({ results }: Diagnosis, code: string): CheckResult | undefined =>
  results.find((it) => it.check.code === code)

/** What an ok says of them, if only that they are missing. */
function isNamed(result: CheckResult | undefined, who: readonly string[]): boolean {
  const said = [result?.note ?? '', ...(result?.without ?? []).map((it) => it.who)]
  return who.some((name) => said.some((it) => it.includes(name)))
}

describe.each([['built', built] as const, ...recorded])('%s', (_, model) => {
  const whole = diagnose(freeze(model), { checks })
  const codes = whole.results.filter(isOk).map((it) => it.check.code)

  test.each(silences)('$of, $it', ({ of, apply }) => {
    const members = membersOf(model, of)
    const all = diagnose(freeze(apply(model, (it) => members.flat().includes(it ?? ''))), { checks })
    const deciding = codes.filter((it) => !isOk(resultOf(all, it)))
    const green = members.flatMap((who) => {
      const partly = diagnose(freeze(apply(model, (it) => who.includes(it ?? ''))), { checks })
      return deciding.flatMap((code) => {
        const result = resultOf(partly, code)
        return isOk(result) && !isNamed(result, who) ? [`${code} without ${who[0]}`] : []
      })
    })
    expect(green).toEqual([])
  })
})
