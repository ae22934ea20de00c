import type { Ingress } from '../../src/model/ingress.ts'
import type { ControllerConfig, IngressConfigs } from '../../src/model/ingress-config.ts'
import type { ControllerLog } from '../../src/wire/nginx-controller-log.ts'
import { known } from '../../src/model/known.ts'
import type { EndpointSlice, Service } from '../../src/model/service.ts'
import { parseNginxConf, type NginxConf } from '../../src/wire/nginx-conf.ts'

/** nginx.conf as ingress-nginx's template writes it for these, the oldest first: who comes first has a path. */
export function nginxConf(ingresses: readonly Ingress[]): string {
  const own = ingresses.filter((it) => it.nginx?.canary !== true)
  const hosts = new Set(own.flatMap((it) => it.rules.map((rule) => rule.host ?? '_')))
  return [
    '# Configuration checksum: 1234567890',
    'http {',
    ...[...new Set(['_', ...hosts])].map((host) => serverText(host, own)),
    '}',
  ].join('\n')
}

function serverText(host: string, ingresses: readonly Ingress[]): string {
  const taken = new Set<string>()
  const all = ingresses.flatMap((ingress) =>
    ingress.rules
      .filter((rule) => (rule.host ?? '_') === host)
      .flatMap((rule) => rule.paths.map((it) => ({ ingress, ...it }))),
  )
  const isRegex = ingresses.some(
    (it) =>
      (it.nginx?.regex === true || it.nginx?.rewrite !== undefined) &&
      it.rules.some((rule) => (rule.host ?? '_') === host),
  )
  const locations = all.flatMap(({ ingress, path, pathType, backend }) => {
    const kinds = headsOf(path, pathType, isRegex).filter((it) => !taken.has(it))
    for (const it of kinds) taken.add(it)
    return kinds.map(
      (head) => `
    location ${head} {
      set $namespace      "${ingress.namespace}";
      set $ingress_name   "${ingress.name}";
      set $service_name   "${backend.service}";
      set $service_port   "${backend.port ?? ''}";
      set $location_path  "${path.replaceAll('$', '${literal_dollar}')}";
      set $proxy_upstream_name "${upstreamOf(ingress.namespace, backend)}";
      proxy_read_timeout  60s;
      proxy_pass http://upstream_balancer;
    }`,
    )
  })
  return `
  server {
    server_name ${host.startsWith('*.') ? `"~^(?<subdomain>[\\w-]+)\\.${host.slice(2).replaceAll('.', '\\.')}$"` : host} ;
    listen 443 ssl;
    ${locations.join('')}
  }`
}

function headsOf(path: string, pathType: string, isRegex: boolean): readonly string[] {
  if (isRegex) return [`~* "^${path}"`]
  if (pathType === 'Exact') return [`= "${path}"`]
  return path === '/' || pathType !== 'Prefix' ? [`"${path}"`] : [`"${path}/"`, `= "${path}"`]
}

function upstreamOf(
  namespace: string,
  { service, port }: { readonly service: string; readonly port: number | string | null },
): string {
  return `${namespace}-${service}-${port ?? ''}`
}

/** The list of back ends for these, as the slices have them. */
export function backends(
  ingresses: readonly Ingress[],
  { services, slices }: { readonly services: readonly Service[]; readonly slices: readonly EndpointSlice[] },
): Extract<ControllerConfig['backends'], { known: true }>['value'] {
  const all = ingresses.flatMap((ingress) =>
    ingress.rules.flatMap((rule) => rule.paths.map((it) => ({ ingress, ...it }))),
  )
  const found = new Map(
    all.map(({ ingress, backend }) => {
      const service = services.find((it) => it.namespace === ingress.namespace && it.name === backend.service)
      const port = service?.ports.find((it) => it.port === backend.port || it.name === backend.port)
      const endpoints = slices
        .filter((it) => it.namespace === ingress.namespace && it.service === backend.service)
        .flatMap((it) =>
          it.ports
            .filter((one) => (one.name ?? '') === (port?.name ?? ''))
            .flatMap((one) => it.endpoints.filter(({ ready }) => ready).map(({ ip }) => `${ip}:${one.port}`)),
        )
      return [upstreamOf(ingress.namespace, backend), port === undefined ? [] : endpoints] as const
    }),
  )
  return [...found].map(([upstream, endpoints]) => ({ upstream, endpoints, weight: null, alternatives: [] }))
}

export function liveConf(ingresses: readonly Ingress[]): NginxConf {
  return parseNginxConf(nginxConf(ingresses))
}

export function quietLog(about: Partial<ControllerLog> = {}): ControllerLog {
  return { lines: 40, lastLoad: null, signs: [], ...about }
}

/** `controller-1`, as `controller` of test/build/ingress.ts has it, which runs these and nothing else. */
export function controllerConfig(
  ingresses: readonly Ingress[],
  about: Partial<ControllerConfig> = {},
): ControllerConfig {
  return {
    namespace: 'ingress-nginx',
    pod: 'controller-1',
    container: 'controller',
    product: 'ingress-nginx',
    conf: known(liveConf(ingresses)),
    backends: known([]),
    refused: known(null),
    log: known(quietLog()),
    api: known('answers'),
    ...about,
  }
}

export function ingressConfigs(...controllers: readonly ControllerConfig[]): IngressConfigs {
  return { controllers, changed: known([]) }
}
