import type { Monitor, MonitorAsk, MonitorPort, MonitorReader, MonitorTaking } from '../../model/monitor.ts'
import type { Intern } from '../../wire/intern.ts'
import { identity } from './identity.ts'
import { type Fields, fields, isObject, list, port, text, texts } from './json.ts'
import { projectSelector } from './network-policy.ts'

/** An object that somebody wrote by hand has some of these. */
const most = 100

/**
 * `monitoring.coreos.com` ServiceMonitor, PodMonitor and Probe (prometheus-operator, api-reference/api.md):
 * of a ServiceMonitor `port` is the name of a port of the Service and goes before `targetPort`, one of its pods; of a
 * PodMonitor `port` is the name of a port that a container declares, `portNumber` and `targetPort` its number or name.
 */
export function projectMonitor(kind: Monitor['kind'], raw: unknown, intern: Intern): Monitor | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const spec = fields(fields(raw)['spec'])
  const isProbe = kind === 'Probe'
  if (!isProbe && !isObject(spec['selector'])) return null
  const among = fields(spec['namespaceSelector'])
  const names = texts(among['matchNames']).slice(0, most)
  const own = names.length === 0 ? [it.namespace] : names
  const endpoints = list(spec[kind === 'PodMonitor' ? 'podMetricsEndpoints' : 'endpoints']).slice(0, most)
  return {
    kind,
    namespace: it.namespace,
    name: it.name,
    labels: it.labels,
    selector: isProbe ? null : projectSelector(fields(spec['selector']), intern),
    among: among['any'] === true ? null : own,
    ports: isProbe ? [] : endpoints.map(fields).flatMap((one) => portOf(kind, one) ?? []),
    asks: isProbe ? asksOf(spec) : [],
  }
}

function portOf(kind: Monitor['kind'], endpoint: Fields): MonitorPort | null {
  const named = text(endpoint['port'])
  if (named !== null) return { of: kind === 'ServiceMonitor' ? 'service' : 'container', port: named }
  const target = port(endpoint['portNumber']) ?? port(endpoint['targetPort'])
  return target === null ? null : { of: 'container', port: target }
}

function asksOf(spec: Fields): readonly MonitorAsk[] {
  const prober = text(fields(spec['prober'])['url'])
  const targets = texts(fields(fields(spec['targets'])['staticConfig'])['static']).slice(0, most)
  return [...(prober === null ? [] : askOf('prober', prober)), ...targets.flatMap((it) => askOf('target', it))]
}

/** `blackbox-exporter.monitoring:9115`, `http://orders.shop:80/healthz`: the host and the port, and nothing else. */
function askOf(as: MonitorAsk['as'], told: string): readonly MonitorAsk[] {
  const [, scheme, host, number] =
    /^(?:(https?):\/\/(?:[^/@?#]{0,200}@)?)?([a-z0-9](?:[a-z0-9.-]{0,252}))(?::(\d{1,5}))?(?:[/?#]|$)/i.exec(told) ?? []
  if (host === undefined || !/[a-z]/i.test(host)) return []
  const usual = scheme === undefined ? null : usualPorts[scheme.toLowerCase()]
  return [{ as, host: host.toLowerCase(), port: number === undefined ? (usual ?? null) : Number(number) }]
}

const usualPorts: Readonly<Record<string, number>> = { http: 80, https: 443 }

const selectorsOf = [
  ['ServiceMonitor', 'serviceMonitor'],
  ['PodMonitor', 'podMonitor'],
  ['Probe', 'probe'],
] as const satisfies readonly (readonly [Monitor['kind'], string])[]

/**
 * `Prometheus` and `PrometheusAgent`: a selector that is not there takes none, an empty one takes each; without one of
 * namespaces only its own is looked into. Where none of the selectors is there, scrape configurations' neither, the
 * operator leaves the configuration to others (api.md, `serviceMonitorSelector`).
 */
export function projectMonitorReader(kind: MonitorReader['kind'], raw: unknown, intern: Intern): MonitorReader | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const spec = fields(fields(raw)['spec'])
  const selector = (key: string) => (isObject(spec[key]) ? projectSelector(fields(spec[key]), intern) : null)
  const isManaged = [...selectorsOf.map(([, key]) => key), 'scrapeConfig'].some((key) =>
    isObject(spec[`${key}Selector`]),
  )
  const takes = selectorsOf.map(([of, key]): MonitorTaking => ({
    of,
    selector: selector(`${key}Selector`),
    namespaces: selector(`${key}NamespaceSelector`),
  }))
  return { kind, namespace: it.namespace, name: it.name, takes: isManaged ? takes : [] }
}
