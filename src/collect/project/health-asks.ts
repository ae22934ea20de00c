import type { AzureProbe, HealthAsk, LoadBalancer } from '../../model/service.ts'
import { type Fields, list, fields, stringMap, text, whole } from './json.ts'

const azure = 'service.beta.kubernetes.io/'
const azureProbe = `${azure}azure-load-balancer-health-probe-`

/**
 * As cloud-provider-azure decides it for a port: an annotation of that port, its `appProtocol`, the annotation of all,
 * TCP; and `/` where no path is said. With externalTrafficPolicy Local the nodes are asked instead.
 */
export function azureProbesOf(spec: Fields, metadata: Fields): Pick<LoadBalancer, 'azureProbes'> {
  if (spec['externalTrafficPolicy'] === 'Local') return {}
  const annotations = stringMap(metadata['annotations'])
  const found = list(spec['ports'])
    .map(fields)
    .flatMap((each): readonly AzureProbe[] => {
      const number = whole(each['port'])
      const of = (what: string): string | undefined => annotations[`${azure}port_${number}_${what}`]
      const isLeft = ['no_probe_rule', 'no_lb_rule'].some((it) => of(it) === 'true')
      if (number === null || isLeft || of('health-probe_port') !== undefined) return []
      if (each['protocol'] === 'UDP' || each['protocol'] === 'SCTP') return []
      const told = of('health-probe_protocol') ?? text(each['appProtocol']) ?? annotations[`${azureProbe}protocol`]
      const scheme = (['http', 'https'] as const).find((it) => it === told?.trim().toLowerCase())
      const path = of('health-probe_request-path') ?? annotations[`${azureProbe}request-path`] ?? '/'
      return scheme === undefined ? [] : [{ port: number, scheme, path: path.slice(0, longestPath) }]
    })
  return found.length === 0 ? {} : { azureProbes: found }
}

const longestPath = 500

const aws = `${azure}aws-load-balancer-healthcheck-`
const hetzner = 'load-balancer.hetzner.cloud/health-check-'

/**
 * What other clouds are told to ask each port of a Service for by HTTP: AWS (cloud-provider-aws, and
 * aws-load-balancer-controller, docs/guide/service/annotations.md; `/` and 200-399 where nothing is said) and Hetzner
 * (hcloud-cloud-controller-manager, internal/annotation/load_balancer.go). A port of its own is none of the Service's.
 */
export function healthAsksOf(spec: Fields, metadata: Fields): Pick<LoadBalancer, 'healthAsks'> {
  const annotations = stringMap(metadata['annotations'])
  const ports = list(spec['ports'])
    .map(fields)
    .filter((it) => it['protocol'] !== 'UDP' && it['protocol'] !== 'SCTP')
    .flatMap((it) => whole(it['port']) ?? [])
  const isLocal = spec['externalTrafficPolicy'] === 'Local'
  const asked = ofAws(annotations, isLocal) ?? ofHetzner(annotations)
  return asked === null || ports.length === 0 ? {} : { healthAsks: ports.map((port) => ({ ...asked, port })) }
}

type Asked = Omit<HealthAsk, 'port'>

function ofAws(annotations: Readonly<Record<string, string>>, isLocal: boolean): Asked | null {
  const scheme = schemeIn(annotations[`${aws}protocol`])
  const port = annotations[`${aws}port`]?.trim()
  // With Local the nodes' own port for it is asked, unless another is named.
  const isOfTraffic = port === undefined || port === '' ? !isLocal : port === 'traffic-port'
  if (scheme === null || !isOfTraffic || takes404(annotations[`${aws}success-codes`])) return null
  return { by: 'aws', scheme, path: pathIn(annotations[`${aws}path`]) }
}

function ofHetzner(annotations: Readonly<Record<string, string>>): Asked | null {
  const scheme = schemeIn(annotations[`${hetzner}protocol`])
  if (scheme === null || annotations[`${hetzner}port`] !== undefined) return null
  if (takes404(annotations[`${hetzner}http-status-codes`])) return null
  return { by: 'hetzner', scheme, path: pathIn(annotations[`${hetzner}http-path`]) }
}

function schemeIn(said: string | undefined): 'http' | 'https' | null {
  return (['http', 'https'] as const).find((it) => it === said?.trim().toLowerCase()) ?? null
}

function pathIn(said: string | undefined): string {
  const path = said?.trim() ?? ''
  return path === '' ? '/' : path.slice(0, longestPath)
}

/** `200-404`, `200,404`, `4??`. */
function takes404(said: string | undefined): boolean {
  return (said ?? '').split(',', 50).some((it) => {
    const [from = '', to = from] = it.trim().replaceAll('?', '0').split('-', 2)
    const end = it.includes('??') ? Number(from) + 99 : Number(to)
    return from !== '' && Number(from) <= 404 && end >= 404
  })
}
