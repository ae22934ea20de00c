import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { known } from '../../model/known.ts'
import { subject } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import { endsOf } from '../../relations/path/trace-ends.ts'
import { svcUnanswered } from '../../relations/symptom.ts'

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
  wants: ['services', 'endpointSlices'],
  remedies: [],
  decides: ['PRX-07'],

  run({ pods, crossings, services, endpointSlices, scope }) {
    const ends = endsOf({ scope, pods: known(pods), services, endpointSlices })
    if (ends === null || ends.from === null || ends.to.kind !== 'service')
      return notApplicable('no trace to a Service was asked for')
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
    return finding({
      subject: subject('Pod', from.namespace, from.name),
      confidence: 'observed',
      args: {
        service: full(to.service),
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
      causes: [svcUnanswered(to.service)],
    })
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
