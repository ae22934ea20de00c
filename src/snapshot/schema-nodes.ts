import {
  exactly,
  just,
  known,
  list,
  maybe,
  nullable,
  number,
  object,
  oneOf,
  type Schema,
  type Texts,
} from '../model/marks.ts'
import type { NodeNetworks } from '../model/node-network.ts'
import { networkHereFields } from '../model/probe-shapes.ts'

/** What was read on nodes themselves. */
export function nodeNetworksOf(m: Texts): Schema<NodeNetworks> {
  const drop = object({
    family: oneOf(['v4', 'v6', 'inet', 'bridge', 'netdev']),
    table: m.word,
    chain: m.name,
    rule: m.text,
    target: oneOf(['DROP', 'REJECT']),
    packets: nullable(number),
    total: nullable(number),
    by: maybe(just('nft')),
  })
  const node = object({
    node: m.name,
    way: oneOf(['kube-proxy-exec', 'host-network-pod']),
    ...networkHereFields(m),
    reversePathDrops: nullable(number),
    drops: known(list(drop)),
    nftTables: maybe(known(list(m.text))),
    untracked: maybe(list(object({ family: oneOf(['v4', 'v6']), chain: m.name, rule: m.text }))),
    leading: maybe(list(object({ family: oneOf(['v4', 'v6']), chain: m.name, rule: m.text }))),
    serviceRules: maybe(
      list(
        object({
          ip: m.address,
          port: number,
          protocol: oneOf(['TCP', 'UDP', 'SCTP']),
          endpoints: list(m.address),
        }),
      ),
    ),
  })
  const path = object({
    node: m.name,
    to: m.name,
    ip: m.address,
    mtu: number,
    asked: number,
    small: number,
    large: number,
    back: number,
  })
  return exactly<NodeNetworks>()(
    object({ nodes: list(node), paths: list(path), missing: list(object({ node: m.name, why: m.text })) }),
  )
}
