import type { DnsProbe } from '../../model/lookups.ts'
import type { Known } from '../../model/known.ts'
import type { NameAnswer, NameAnswers, NameReason } from '../../model/name-answers.ts'
import type { Service } from '../../model/service.ts'
import { lossOf, seriesOf } from './lookup-loss.ts'
import type { Named } from './unserved-names.ts'

export type PortAsked = Extract<NameReason, { kind: 'port' }>

/** What one server said to the SRV name of a Service's port. */
export interface PortAnswer {
  readonly asked: PortAsked
  readonly answer: NameAnswer
  /**
   * `other`: another port or another target than the API's. `behind`: the same server gives no right address either, so
   * that it is no matter of SRV.
   */
  readonly says: 'right' | 'denied' | 'other' | 'error' | 'silent' | 'behind' | 'unknown'
  /** Ports that the API has under that name; none where they are not known. */
  readonly ports: readonly number[]
}

export function portAnswers(names: NameAnswers, probe: Known<DnsProbe>, named: Named): readonly PortAnswer[] {
  return names.answers.flatMap((answer): readonly PortAnswer[] => {
    if (answer.reason.kind !== 'port') return []
    const asked = answer.reason
    const service = named.services.find(
      (it) => it.namespace === asked.service.namespace && it.name === asked.service.name,
    )
    const ports = service === undefined ? [] : portsOf(service, asked, named)
    const says = saysOf(answer, asked, ports)
    const isBehind = says !== 'right' && says !== 'unknown' && !givesAddresses(answer, names, probe, says)
    return [{ asked, answer, ports, says: isBehind ? 'behind' : says }]
  })
}

/** A headless Service has its pods' ports, which a name may stand for; any other its own. */
function portsOf(service: Service, { port, protocol }: PortAsked, { slicesOf }: Named): readonly number[] {
  if (service.clusterIP !== 'None')
    return service.ports.filter((it) => it.name === port && it.protocol === protocol).map((it) => it.port)
  const slices = slicesOf(service) ?? []
  return slices
    .flatMap((it) => it.ports)
    .flatMap((it) => (it.name === port && it.protocol === protocol && it.port !== null ? [it.port] : []))
}

function saysOf(answer: NameAnswer, { service }: PortAsked, ports: readonly number[]): PortAnswer['says'] {
  switch (answer.answer) {
    case 'ok': {
      const said = answer.ports ?? []
      if (said.length === 0) return 'unknown'
      // `kubernetes` names the Service, or its endpoints below it (plugin/kubernetes, Services).
      const own = `${service.name}.${service.namespace}.svc.`
      const isOwn = said.some((it) => it.target === '' || `.${it.target.toLowerCase()}`.includes(`.${own}`))
      const isPort = ports.length === 0 || said.some((it) => ports.includes(it.port))
      return isOwn && isPort ? 'right' : 'other'
    }
    case 'nxdomain':
    case 'nodata':
      return 'denied'
    case 'servfail':
    case 'refused':
    case 'other-name':
      return 'error'
    case 'timeout':
      return 'silent'
    default:
      return 'unknown'
  }
}

/**
 * Whether this server, from this node, gives addresses of the cluster. Silence tells of SRV alone only where little
 * else is lost: a policy that came into force meanwhile has let the first lookups through.
 */
function givesAddresses(
  { node, server }: NameAnswer,
  { answers }: NameAnswers,
  probe: Known<DnsProbe>,
  says: PortAnswer['says'],
): boolean {
  const isThis = (it: Pick<NameAnswer, 'node' | 'server'>): boolean => it.node === node && it.server.ip === server.ip
  const series = probe.known ? seriesOf(probe.value, { node, zone: 'cluster', transport: 'udp' }).filter(isThis) : []
  const loss = lossOf(series)
  if (says === 'silent' && loss.of > 0 && loss.unanswered / loss.of > mostLost) return false
  return (
    answers.some((it) => isThis(it) && it.reason.kind === 'service' && it.type !== 'SRV' && it.answer === 'ok') ||
    series.some((it) => it.lookups.some((one) => one.a === 'ok' || one.aaaa === 'ok'))
  )
}

const mostLost = 0.2
