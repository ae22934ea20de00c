import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { Crossing } from '../../model/crossing.ts'
import { type Known, known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import { bad, legsOf } from '../../relations/path/lossy-nodes.ts'
import type { Measured } from '../../relations/path/node-ways.ts'
import { endsOf } from '../../relations/path/trace-ends.ts'
import { aloneBehind } from '../../relations/service/alone-behind.ts'
import { calleeOutOfReach, svcUnanswered } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * A pod that connects to its own Service, and is chosen itself, gets its packets back on the port of the bridge that
 * they came from: a bridge does not do that unless hairpin mode is on. Others reach the Service, and so does the pod
 * whenever another one is chosen.
 */
export default check({
  code: 'NOD522',
  slug: 'node/hairpin',
  title: 'a pod does not reach itself through its Service',
  fine: 'the pod reaches itself through its Service',
  severity: 'error',
  needs: ['pods', 'crossings'],
  wants: ['services', 'endpointSlices', 'contacts', 'dnsProbe', 'clusterDns', 'networkPolicies', 'namespaces'],
  remedies: [],
  decides: ['PRX-07'],

  run({ pods, crossings, services, endpointSlices, scope, ...seen }) {
    const ends = endsOf({ scope, pods: known(pods), services, endpointSlices })
    const lossOn = lossesOn({ ...seen, pods: known(pods), scope })
    if (ends === null) return ofThemselves(crossings, { pods, services, endpointSlices, lossOn })
    if (ends.from === null || ends.to.kind !== 'service') return notApplicable('no trace to a Service was asked for')
    const { from, to } = ends
    const endpoints = to.slices.flatMap((it) => it.endpoints).filter((it) => it.ready)
    const isOwn = endpoints.some((it) => it.ip === from.ip)
    if (!isOwn) return notApplicable('the pod is not behind the Service that it asks for')
    const told = crossings.filter((it) => it.result !== null)
    const through = told.filter((it) => it.to.kind === 'service')
    const itself = told.filter((it) => it.to.kind === 'endpoint' && it.host === from.ip)
    if (through.length === 0 || itself.length === 0)
      return cannotTell('too-few', 'the pod did not connect both to its Service and to itself')
    if (through.every((it) => it.result === 'open')) return ok(through.length)
    if (itself.some((it) => it.result !== 'open'))
      return ok(itself.length, 'the pod does not reach itself by its own address either')
    const ips = new Set(endpoints.map((it) => it.ip))
    if (ips.size > 1) return cannotTell('ambiguous', `any of ${ips.size} endpoints may have been chosen`)
    return lossOn(from) ?? verdict(from, { service: to.service, through, itself, isCalled: true })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Pod ${full(on)} does not reach itself through Service ${args.service}: ${args.how}, and by its own ` +
      'address it does.',
    detail: ({ args }) => `${args.address}: ${args.how} · ${args.ip}: open · it is the only endpoint`,
    note: () => 'packets to itself leave by the port of the bridge that they came from: that takes hairpin mode',
    help: ({ args }) => [
      "turn hairpin mode on in the CNI's configuration (hairpinMode: true of the bridge plugin), or let the pod " +
        'use localhost',
      `on node ${args.node}:  cat /sys/devices/virtual/net/*/brport/hairpin_mode`,
    ],
  },
})

/**
 * It is one try: where the node loses handshakes of others as well, or takes a second one to open them, one more that
 * is lost says nothing of the bridge, and hairpin mode would be turned on for nothing.
 */
function lossesOn(measured: Measured): (pod: Pod) => Verdict<never> | null {
  const legs = legsOf(measured)
  return ({ node }) => {
    const its = legs.filter((it) => it.from === node || it.to === node).map((it) => it.tcp)
    const lost = its.reduce((sum, it) => sum + bad(it), 0)
    const tried = its.reduce((sum, it) => sum + it.tried, 0)
    if (lost === 0) return null
    return cannotTell(
      'ambiguous',
      `${lost} of ${tried} new connections to and from pods of node ${node} lost a packet: the one of the pod to ` +
        'itself may be one of these',
    )
  }
}

interface Tried {
  readonly service: Pick<Service, 'namespace' | 'name'>
  readonly through: readonly Crossing[]
  readonly itself: readonly Crossing[]
  /** The pod is known to call it: a trace says so, or its spec. */
  readonly isCalled: boolean
}

function verdict(from: Pod, { service, through, itself, isCalled }: Tried) {
  return finding({
    subject: subject('Pod', from.namespace, from.name),
    also: [subject('Service', service.namespace, service.name)],
    confidence: 'observed',
    severity: isCalled ? 'error' : 'warning',
    args: {
      service: full(service),
      how: through.find((it) => it.result !== 'open')?.result ?? '',
      address: through[0]?.host ?? '',
      ip: from.ip ?? '',
      node: from.node ?? '',
    },
    evidence: [
      {
        kind: 'shares',
        label: 'connects out of the pod',
        rows: [...through, ...itself].map((it) => ({
          where: `${it.host}:${it.port}${it.host === from.ip ? ' (itself)' : ' (its Service)'}`,
          bad: it.result === 'open' ? 0 : 1,
          of: 1,
          note: it.result ?? '',
        })),
      },
    ],
    causes: [svcUnanswered(service), calleeOutOfReach(workloadOfPod(from))],
  })
}

interface Around {
  readonly pods: readonly Pod[]
  readonly services: Known<readonly Service[]>
  readonly endpointSlices: Known<readonly EndpointSlice[]>
  readonly lossOn: (pod: Pod) => Verdict<never> | null
}

/** Without a trace: pods that were tried by a Service behind which they stand alone. */
function ofThemselves(crossings: readonly Crossing[], { pods, services, endpointSlices, lossOn }: Around) {
  if (!services.known || !endpointSlices.known) return notApplicable('Services and their endpoints were not read')
  const aloneAt = aloneBehind(services.value, endpointSlices.value)
  const told = crossings.filter((it) => it.result !== null)
  const groups = Map.groupBy(told, ({ from }) => `${from.namespace}/${from.pod}`)
  const tried = pods.flatMap((pod) => {
    const its = groups.get(full(pod)) ?? []
    const itself = its.filter((it) => it.to.kind === 'endpoint' && it.host === pod.ip)
    if (itself.length === 0) return []
    return aloneAt(pod.ip).flatMap((service) => {
      const through = its.filter(
        ({ to }) => to.kind === 'service' && to.namespace === service.namespace && to.name === service.name,
      )
      return through.length > 0 ? [{ pod, service, through, itself }] : []
    })
  })
  if (tried.length === 0) return notApplicable('no pod was tried by a Service behind which it stands alone')
  const bad = tried.filter(
    ({ through, itself }) =>
      through.some((it) => it.result === 'timeout') && itself.every((it) => it.result === 'open'),
  )
  return bad.length === 0
    ? ok(tried.length)
    : bad.map(({ pod, service, through, itself }) => {
        const isCalled = pod.containers.some(({ calls = [] }) =>
          calls.some(({ host }) => host.split('.')[0] === service.name),
        )
        return lossOn(pod) ?? verdict(pod, { service, through, itself, isCalled })
      })
}
