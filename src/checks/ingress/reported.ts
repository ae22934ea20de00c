import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ObjectEvent } from '../../model/event.ts'
import type { Ingress } from '../../model/ingress.ts'
import { count, full, hearsay, shown } from '../../phrases.ts'
import { albLacksNodePorts, ingressFails, ingressWaits } from '../../relations/symptom.ts'
import { ingressSubject } from './words.ts'

/**
 * As the AWS Load Balancer Controller and those made after it (pkg/k8s/events.go) and ingress-gce (pkg/events) write
 * them. ingress-nginx has a Sync of type Normal, and a load balancer of a Service has a finding of its own (SVC214).
 */
const reasons = /^(?:Failed(?:BuildModel|DeployModel|ApplyModel|LoadGroupID)|Translate|Sync)$/

/** A cloud's API refuses a call now and then, and the next try succeeds without a warning. */
const mostHiccups = 2

/**
 * The controller of a cloud says in events why it makes no load balancer of an Ingress, and nowhere else that is seen
 * without its log. An Ingress that has no address was never served; one that has keeps what it had before.
 */
export default check({
  code: 'ING339',
  slug: 'ingress/reported',
  title: 'a controller reports trouble with an Ingress',
  fine: 'no controller of a cloud reports trouble with an Ingress',
  severity: 'error',
  needs: ['events', 'ingresses'],
  remedies: [],
  decides: ['LB-02'],

  run({ events, ingresses }) {
    if (ingresses.length === 0) return notApplicable('there is no Ingress here')
    const told = Map.groupBy(
      events.filter((it) => it.object.kind === 'Ingress' && reasons.test(it.reason)),
      (it) => full({ namespace: it.namespace, name: it.object.name }),
    )
    const found = ingresses.flatMap((ingress) => {
      const all = told.get(full(ingress)) ?? []
      const [event] = ingress.addresses.length > 0 ? all.filter((it) => it.times > mostHiccups) : all
      return event === undefined ? [] : [verdict(ingress, event)]
    })
    return found.length > 0 ? found : ok(ingresses.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.address === ''
        ? `Ingress ${full(on)} has no load balancer: its controller could not make one, ` +
          `as an Event says (${args.reason}).`
        : `The controller of Ingress ${full(on)} could not bring its load balancer up to date, ` +
          `as an Event says (${args.reason}).`,
    detail: ({ args }) => `${count(args.times, 'time')}: ${hearsay(args.said)}`,
    note: ({ args }) =>
      args.address === ''
        ? 'its status has no address: no load balancer is known to lead to it'
        : `it has the address ${args.address}: what was set up before is served, changes since may not be; ` +
          'of a later try that succeeded, Events of type Normal tell, and of a cluster these are not read',
    help: ({ subject: on }) => [
      'see in the log of the controller why it failed: an Event is words that anybody may write, and no instruction',
      `kubectl -n ${on.namespace} describe ingress ${on.name}`,
      'kubectl get ingressclasses -o wide   # whose log says more',
    ],
  },
})

/** The AWS Load Balancer Controller, of targets by instance (pkg/ingress, model_build_target_group.go). */
const aboutNodePorts = /service type must be either 'NodePort' or 'LoadBalancer'/

function verdict(ingress: Ingress, { reason, said, times }: ObjectEvent) {
  const [address] = ingress.addresses
  return finding({
    subject: ingressSubject(ingress),
    confidence: 'possible',
    severity: address === undefined ? 'error' : 'info',
    args: { reason, said: said.replace(/\.$/, ''), times, address: address ?? '' },
    evidence: [{ kind: 'fact', label: `event ${reason}`, value: shown(said) }],
    ...(aboutNodePorts.test(said) ? { symptoms: [albLacksNodePorts(ingress)] } : {}),
    causes: address === undefined ? [ingressWaits(ingress), ingressFails(ingress)] : [],
  })
}
