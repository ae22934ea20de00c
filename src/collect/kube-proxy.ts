import { type Known, known } from '../model/known.ts'
import type { Pod } from '../model/pod.ts'
import type { InScope } from './in-scope.ts'
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
