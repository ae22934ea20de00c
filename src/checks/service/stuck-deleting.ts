import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ObjectEvent } from '../../model/event.ts'
import type { Service } from '../../model/service.ts'
import { full, some, shown, hearsay } from '../../phrases.ts'
import { serviceSubject } from './words.ts'

/**
 * A deleted object stays until each finalizer on it is taken away by whoever put it there. The load balancer's waits
 * for the cloud; where its controller is gone or refused, the Service stays for good, and takes its name with it.
 */
export default check({
  code: 'SVC220',
  slug: 'service/stuck-deleting',
  title: 'a deleted Service is kept by a finalizer',
  fine: 'no Service waits to be deleted',
  severity: 'warning',
  needs: ['services'],
  wants: ['events'],
  remedies: [],
  decides: ['LB-04'],

  run({ services, events }) {
    if (services.length === 0) return notApplicable('no Service here')
    const failures = new Map(
      (events.known ? events.value : []).filter(isFailure).map((it) => [`${it.namespace}/${it.object.name}`, it]),
    )
    const found = services.flatMap((service) => {
      const kept = service.deleting ?? []
      return kept.length === 0 ? [] : [verdict(service, kept, failures.get(full(service)) ?? null)]
    })
    return found.length > 0 ? found : ok(services.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Service ${full(on)} was deleted and is still there: ${some(args.finalizers)} ` +
      `${args.finalizers.length === 1 ? 'keeps' : 'keep'} it.`,
    detail: ({ args }) => `deletionTimestamp set · finalizers ${some(args.finalizers)}`,
    note: ({ args }) =>
      args.said === ''
        ? 'it may be on its way: a load balancer takes minutes to go'
        : `what it waits for, so ${hearsay(args.said)}`,
    help: ({ subject: on, args }) => [
      args.said === ''
        ? 'see whether the controller that owns the finalizer runs; taking the finalizer away by hand leaves ' +
          'its load balancer behind, and paid for'
        : 'see whether its log says the same, and fix what it names; ' +
          'taking the finalizer away by hand leaves its load balancer behind, ' +
          'and paid for',
      `kubectl -n ${on.namespace} describe service ${on.name}`,
      `kubectl -n ${on.namespace} get service ${on.name} -o jsonpath='{.metadata.deletionTimestamp} ` +
        `{.metadata.finalizers}'`,
    ],
  },
})

/** `DeleteLoadBalancerFailed` (cloud-provider), `FailedCleanup` and its like of others. */
function isFailure({ object, reason }: ObjectEvent): boolean {
  return object.kind === 'Service' && /Delet|Cleanup|Finali[sz]er/i.test(reason)
}

function verdict(service: Service, finalizers: readonly string[], failure: ObjectEvent | null) {
  return finding({
    subject: serviceSubject(service),
    confidence: 'possible',
    severity: failure === null ? 'info' : 'warning',
    args: { finalizers, said: failure?.said ?? '' },
    evidence: [
      {
        kind: 'config',
        object: serviceSubject(service),
        path: 'metadata.finalizers',
        lines: ['finalizers:', ...finalizers.map((it) => `- ${it}`)],
        at: 1,
        mark: finalizers[0] ?? '',
        label: 'the object stays until its owner takes this away',
      },
      ...(failure === null
        ? []
        : [{ kind: 'fact' as const, label: `event ${failure.reason}`, value: shown(failure.said) }]),
    ],
  })
}
