import type { Why } from '../../model/known.ts'
import type { Node, ProxyConfig } from '../../model/node.ts'

/** One configuration of kube-proxy, with the nodes whose kube-proxy is started with it. */
export interface Configured extends ProxyConfig {
  readonly nodes: readonly Node[]
}

/** What kube-proxy is started with, by the ConfigMap that holds it. */
export function proxyConfigs(nodes: readonly Node[]): readonly Configured[] {
  const read = nodes.flatMap((node) =>
    node.proxyConfig?.known === true ? [{ node, config: node.proxyConfig.value }] : [],
  )
  return [...Map.groupBy(read, ({ config }) => `${config.namespace}/${config.name}`).values()].flatMap((its) =>
    its[0] === undefined ? [] : [{ ...its[0].config, nodes: its.map(({ node }) => node) }],
  )
}

/** Why nothing is known of it; null where it was read, and where there is none that is known by its name. */
export function unreadConfig(nodes: readonly Node[]): Why | null {
  const [why] = nodes.flatMap(({ proxyConfig: it }) => (it === undefined || it.known ? [] : [it.why]))
  return why === undefined || why.reason === 'not-there' ? null : why
}
