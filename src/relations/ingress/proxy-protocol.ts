import type { IngressConfigs } from '../../model/ingress-config.ts'
import type { Known } from '../../model/known.ts'

/**
 * Whether this controller expects the PROXY protocol before each request: both products write it into `listen`
 * (rootfs/etc/nginx/template/nginx.tmpl of ingress-nginx, `use-proxy-protocol`; `proxy-protocol` of F5's).
 */
export function proxyProtocolOf(
  configs: Known<IngressConfigs>,
  controllerPod: string,
): { readonly kind: 'wanted'; readonly line: number } | { readonly kind: 'not-wanted' | 'unknown' } {
  const conf = configs.known ? configs.value.controllers.find((it) => it.pod === controllerPod)?.conf : undefined
  if (conf === undefined || !conf.known) return { kind: 'unknown' }
  const listens = conf.value.servers
    .flatMap(({ settings }) => settings)
    .filter(({ setting }) => /^listen\s/.test(setting))
  const wanted = listens.find(({ setting }) => /\sproxy_protocol\b/.test(setting))
  if (wanted !== undefined) return { kind: 'wanted', line: wanted.line }
  return { kind: listens.length > 0 && conf.value.complete ? 'not-wanted' : 'unknown' }
}
