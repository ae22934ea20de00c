import { configMaps } from '../kube/resources.ts'
import { type Known, known, unknown } from '../model/known.ts'
import type { ProxyConfig } from '../model/node.ts'
import type { Pod } from '../model/pod.ts'
import { flagOf } from '../wire/component-args.ts'
import { type ApiServer, apiServerIn } from '../wire/api-server.ts'
import { readKubeProxyConfig } from '../wire/kube-proxy-config.ts'
import type { Reader } from './few-at-once.ts'
import type { InScope } from './in-scope.ts'
import { fields, text } from './project/json.ts'
import { isProxyImage } from './project/proxy.ts'

/**
 * kube-proxy's pods: by kubeadm's label, else by what DaemonSets run, whatever they are called and wherever they stand.
 * None where something else does its work.
 */
export async function collectProxies(inScope: InScope): Promise<Known<readonly Pod[]>> {
  const usual = await inScope.podsWith({ namespace: 'kube-system', labels: { 'k8s-app': ['kube-proxy'] } })
  if (!usual.known || usual.value.length > 0) return usual
  const templates = await inScope.proxyTemplates()
  if (!templates.known) return templates
  const all: Pod[] = []
  for (const { namespace, labels } of templates.value) {
    const each = Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, [value]]))
    const found = await inScope.podsWith({ namespace, labels: each })
    if (!found.known) return found
    all.push(...found.value.filter((it) => it.containers.some(({ image }) => isProxyImage(image))))
  }
  return known(all)
}

/**
 * What kube-proxy is started with; null where it is not known to be a file: no pod of it runs, or its flags say all.
 */
export async function collectProxyConfig(
  reader: Reader,
  proxies: Known<readonly Pod[]>,
): Promise<Known<ProxyConfig> | null> {
  if (!proxies.known || proxies.value.length === 0) return null
  const words = proxies.value.flatMap((it) => it.containers.flatMap(({ args }) => args))
  // With `--config` the flags beside it are not heeded (cmd/kube-proxy/app/options.go); no word at all says nothing.
  if (words.length > 0 && flagOf(words, 'config') === null) return null
  const found = await proxyConfigText(proxies.value, reader)
  if (!found.known) return found
  const { namespace, name } = found.value
  const config = readKubeProxyConfig(found.value.text)
  return config === null
    ? unknown('failed', `ConfigMap ${namespace}/${name} holds no configuration of kube-proxy that can be read`)
    : known({ namespace, name, config, ...(found.value.api === null ? {} : { api: found.value.api }) })
}

interface ConfigText {
  readonly namespace: string
  readonly name: string
  readonly text: string
  readonly api: ApiServer | null
}

/**
 * The ConfigMap bears kubeadm's name, EKS's, or that of the DaemonSet; each stands beside the pods. EKS has another
 * one of kubeadm's name, with a kubeconfig in it.
 */
export async function proxyConfigText(proxies: readonly Pod[], reader: Reader): Promise<Known<ConfigText>> {
  const [proxy] = proxies
  const namespace = proxy?.namespace ?? 'kube-system'
  const names = [...new Set(['kube-proxy', proxy?.owner?.name ?? 'kube-proxy', 'kube-proxy-config'])]
  let empty: ConfigText | null = null
  let api: ApiServer | null = null
  for (const name of names) {
    const found = await reader.get(configMaps, namespace, name, (raw) => {
      const data = fields(raw['data'])
      return {
        text: text(data['config.conf']) ?? text(data['config']) ?? '',
        api: apiServerIn(text(data['kubeconfig.conf']) ?? text(data['kubeconfig']) ?? ''),
      }
    })
    if (found.known) api ??= found.value.api
    if (found.known && found.value.text !== '') return known({ namespace, name, text: found.value.text, api })
    if (found.known) empty ??= { namespace, name, text: '', api }
    else if (found.why.reason !== 'not-there') return empty === null ? found : known(empty)
  }
  return empty === null ? unknown('not-there', `no ConfigMap ${names.join(' or ')} in ${namespace}`) : known(empty)
}
