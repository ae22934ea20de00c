import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Service } from '../../model/service.ts'
import { full } from '../../phrases.ts'
import { portsText } from '../../relations/service/service-endpoints.ts'
import { svcUnanswered } from '../../relations/symptom.ts'
import { serviceSubject } from './words.ts'

/**
 * A Service answers on its own ports alone. On another one iptables lets the packet fall through, which ends in a
 * timeout, and nftables refuses it: neither says that the port is wrong.
 */
export default check({
  code: 'SVC227',
  slug: 'service/no-such-port',
  title: 'the port that was asked for is none of the Service',
  fine: 'the traced port is one of the Service',
  severity: 'error',
  needs: ['services'],
  remedies: [],
  decides: ['SVC-16', 'SVC-23'],

  run({ services, scope: { trace, target } }) {
    if (trace === undefined || trace.port === null) return notApplicable('no port was asked about')
    if (target.kind !== 'object' || target.object.kind !== 'Service' || trace.host !== null)
      return notApplicable('no trace to a Service was asked for')
    const { namespace, name } = target.object
    const service = services.find((it) => it.namespace === namespace && it.name === name)
    if (service === undefined) return notApplicable('the Service is not among those that were read')
    // A DNS alias has no ports of its own: clients connect to whatever they ask for.
    if (service.type === 'ExternalName') return notApplicable('an ExternalName has no ports of its own')
    return judge(service, trace.port)
  },

  words: {
    headline: ({ subject: on, args }) => `Service ${full(on)} has no port ${args.port}${hints[args.is](args)}.`,
    detail: ({ args }) => `its ports: ${args.ports}`,
    note: ({ args }) =>
      args.is === 'headless'
        ? 'a headless Service gives out the addresses of its pods: whoever connects needs the port of the pod, ' +
          'and the port of the Service is never used'
        : 'on a port that a Service does not have, iptables drops and nftables refuses: neither says why',
    help: ({ subject: on, args }) => [
      args.use === null ? 'connect to one of its ports' : `connect to port ${args.use}`,
      `kubectl -n ${on.namespace} get service ${on.name}`,
    ],
  },
})

type Is = 'target-port' | 'node-port' | 'headless' | 'other'

interface Told {
  readonly port: number
  readonly use: number | null
}

const hints: Readonly<Record<Is, (args: Told) => string>> = {
  'target-port': ({ use }) => `: that is the port of its pods, and its own is ${use}`,
  'node-port': ({ use }) => `: that is the port of the nodes, and its own is ${use}`,
  headless: ({ use }) => ` that pods listen on: it is headless, and its pods have ${use ?? 'another one'}`,
  other: () => '',
}

function judge(service: Service, asked: number) {
  const own = service.ports.find((it) => it.port === asked)
  if (own !== undefined && (service.clusterIP !== 'None' || own.targetPort === asked)) return ok(1)
  if (own !== undefined && typeof own.targetPort === 'string')
    return ok(1, `it is headless, and \`${own.targetPort}\` is another number in each pod`)
  const byTarget = service.ports.find((it) => it.targetPort === asked)
  const byNode = service.ports.find((it) => it.nodePort === asked)
  if (byTarget !== undefined && service.clusterIP === 'None') return ok(1, 'headless: clients use the port of the pods')
  const is = isOf(own !== undefined, byTarget !== undefined, byNode !== undefined)
  const target = typeof own?.targetPort === 'number' ? own.targetPort : null
  return finding({
    subject: serviceSubject(service),
    confidence: 'inferred',
    args: { port: asked, is, use: target ?? byTarget?.port ?? byNode?.port ?? null, ports: portsText(service) },
    evidence: [
      {
        kind: 'shares',
        label: 'ports of the Service',
        rows: service.ports.map((it) => ({
          where:
            `${it.port}/${it.protocol} -> ` +
            `${it.targetPort}${it.nodePort === null ? '' : `, node port ${it.nodePort}`}`,
          bad: 1,
          of: 1,
          note: it.name ?? '',
        })),
      },
    ],
    causes: [svcUnanswered(service)],
  })
}

function isOf(headless: boolean, target: boolean, node: boolean): Is {
  if (headless) return 'headless'
  if (target) return 'target-port'
  return node ? 'node-port' : 'other'
}
