import { type Fields, fields, list, text } from './json.ts'

/** `registry.k8s.io/kube-proxy`, `gke.gcr.io/kube-proxy-amd64`, `rancher/hardened-kube-proxy`. */
const proxyImage = /(^|[/-])kube-?proxy([-:@/]|$)/i

export function isProxyImage(image: string): boolean {
  return proxyImage.test(image)
}

/** Whether a raw DaemonSet runs kube-proxy. */
export function projectProxy(raw: Fields): boolean {
  const spec = fields(fields(fields(raw['spec'])['template'])['spec'])
  return list(spec['containers']).some((it) => isProxyImage(text(fields(it)['image']) ?? ''))
}
