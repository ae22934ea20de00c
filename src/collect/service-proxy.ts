import { localRedirectPolicies } from '../kube/resources.ts'
import type { ServiceProxy } from '../model/cluster-dns.ts'
import { type Known, known, mapKnown, unknown } from '../model/known.ts'
import type { Pod } from '../model/pod.ts'
import { flagOf } from '../wire/component-args.ts'
import { mask } from '../wire/secrets.ts'
import type { Workload } from '../model/workload.ts'
import type { Reader } from './few-at-once.ts'
import type { InScope } from './in-scope.ts'
import { collectProxies, proxyConfigText } from './kube-proxy.ts'

/**
 * What carries packets to the addresses of Services. Asked only where it decides something: whether a cache on the node
 * gets what pods send to the DNS Service's address.
 */
export async function collectServiceProxy(
  reader: Reader,
  inScope: InScope,
  workloads: readonly Workload[],
): Promise<Known<ServiceProxy>> {
  const proxies = await collectProxies(inScope)
  if (!proxies.known) return proxies
  if (proxies.value.length > 0)
    return mapKnown(await modeOf(proxies.value, reader), (mode) => ({ kind: 'kube-proxy', mode }))
  if (!workloads.some((it) => it.kind === 'DaemonSet' && it.name === 'cilium'))
    return unknown('not-there', 'neither kube-proxy nor Cilium runs as pods here')
  const redirects = await reader.list(
    localRedirectPolicies,
    {},
    (raw) => `${raw.metadata.namespace ?? ''}/${raw.metadata.name}`,
  )
  return known({ kind: 'cilium', redirects: mapKnown(redirects, (its) => its.toSorted()) })
}

/**
 * `--proxy-mode` counts where there is no `--config`, which overrides it (k8s.io/kubernetes
 * cmd/kube-proxy/app/options.go).
 */
async function modeOf(proxies: readonly Pod[], reader: Reader): Promise<Known<string>> {
  const words = proxies.flatMap((it) => it.containers.flatMap(({ args }) => args))
  const flag = flagOf(words, 'config') === null ? flagOf(words, 'proxy-mode') : null
  if (flag === mask) return unknown('failed', "kube-proxy's --proxy-mode is none of those that are known")
  if (flag !== null && flag !== '') return known(flag)
  const config = await proxyConfigText(proxies, reader)
  // Without a word of its own kube-proxy takes iptables.
  return mapKnown(config, ({ text }) => /^mode: *["']?([a-z]+)/m.exec(text)?.[1] ?? 'iptables')
}
