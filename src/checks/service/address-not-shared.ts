import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'

/** TODO: why the world is like this, in two sentences. Not what the code does: that is below. */
export default check({
  code: 'SVC279',
  slug: 'service/address-not-shared',
  title: 'MetalLB gives a Service no address, as another one has it',
  fine: 'TODO: the same as good news',
  severity: 'warning',
  // TODO: the least that this needs. What would make it surer goes into `wants`.
  needs: ['services'],
  remedies: [],
  decides: [],

  run({ services }) {
    if (services.length === 0) return notApplicable('no Service here')
    return services.map(judge)
  },

  words: {
    headline: ({ subject: on, args }) => `Service ${on.namespace}/${on.name} offers ${args.ports} ports.`,
    detail: ({ subject: on, args }) => `service ${on.namespace}/${on.name} · ${args.ports} ports`,
    note: () => null,
    help: ({ subject: on }) => ['name a port', `kubectl -n ${on.namespace} get service ${on.name} -o yaml`],
  },
})

/** TODO: the fault itself. Here, as an example, a Service without a port. */
function judge(service: Service) {
  if (service.ports.length > 0) return ok(1)
  return finding({
    subject: subject('Service', service.namespace, service.name),
    confidence: 'inferred',
    args: { ports: service.ports.length },
    evidence: [{ kind: 'fact', label: 'ports', value: 'none' }],
  })
}
