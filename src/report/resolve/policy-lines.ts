import type { Resolution } from '../../answers/resolution.ts'
import type { Known } from '../../model/known.ts'
import type { ResolverDecisions } from '../../relations/policy/policy-on-resolver.ts'
import { isolating } from '../../relations/policy/policy-dns.ts'

/** The probe pod is not the pod: what policies say of each is told apart. */
export function policies(it: Resolution): readonly string[] {
  const name = it.from.pod === null ? null : `pod ${it.from.pod}`
  const lines = [
    ...(it.target === null || name === null ? [] : [decision(it.target, name)]),
    ...(it.target === null || isDenied(it.probe) ? [decision(it.probe, 'the probe pod')] : []),
  ]
  const inside = it.from.pod !== null && it.own.known && it.own.value.result === 'ok'
  if (it.target !== null && isDenied(it.target) && inside)
    return [
      ...lines,
      'yet getaddrinfo in it is answered: the CNI does not enforce this policy, or lets this address through',
    ]
  return it.target === null
    ? lines
    : [...lines, `the probe pod has labels of its own: policies for ${name} do not hold it`]
}

function isDenied(decisions: Known<ResolverDecisions>): boolean {
  return decisions.known && decisions.value.udp.kind === 'denied'
}

function decision(decisions: Known<ResolverDecisions>, who: string): string {
  if (!decisions.known) return `not judged: ${decisions.why.detail}`
  const { udp, tcp } = decisions.value
  const by = isolating(udp)
  if (udp.kind === 'denied')
    return `NetworkPolicy ${by?.policy.namespace}/${by?.policy.name} does not let ${who} ask DNS`
  if (udp.kind === 'unknown') return `whether ${who} may ask DNS is open: ${udp.why}`
  if (tcp.kind === 'denied')
    return (
      `lets ${who} ask DNS over UDP, but not over TCP: ` +
      `large answers hang (NetworkPolicy ${isolating(tcp)?.policy.name})`
    )
  return `no NetworkPolicy keeps ${who} from asking DNS`
}
