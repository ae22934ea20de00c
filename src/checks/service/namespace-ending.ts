import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Namespace } from '../../model/network-policy.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { count, some, told } from '../../phrases.ts'
import { noEndpoints, nothingMade, svcUnanswered } from '../../relations/symptom.ts'

/**
 * Once a namespace is being deleted, nothing can be made in it (plugin/pkg/admission/namespace/lifecycle): a pod that
 * ends there comes back nowhere. It stays so for as long as something in it can't be deleted, or not even be listed:
 * one aggregated API that is down is enough.
 */
export default check({
  code: 'SVC244',
  slug: 'service/namespace-ending',
  title: 'a namespace is being deleted',
  fine: 'no namespace is being deleted',
  severity: 'error',
  needs: ['namespaces'],
  wants: ['services', 'workloads'],
  remedies: [],
  decides: [],

  run({ namespaces, services, workloads, scope }) {
    const own = namespaces.filter((it) => scope.namespace === null || it.name === scope.namespace)
    if (own.length === 0) return notApplicable('no namespace is in scope')
    const found = own.flatMap((namespace) => {
      if (namespace.deleting === undefined) return []
      const isHere = (it: { readonly namespace: string }): boolean => it.namespace === namespace.name
      const waiting = (workloads.known ? workloads.value : [])
        .filter((it) => isHere(it) && it.owner === null && it.desired > it.ready)
        .map((it) => `${it.kind} ${it.name}`)
      return [verdict(namespace, { waiting, services: services.known ? services.value.filter(isHere) : [], scope })]
    })
    return found.length > 0 ? found : ok(own.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Namespace ${on.name} is being deleted: nothing can be made in it` +
      (args.waiting.length === 0 ? '.' : `, and ${some(args.waiting, 2)} can't get the pods that are missing.`),
    detail: ({ args }) =>
      `deletionTimestamp set · ${count(args.services, 'Service')} still there` +
      (args.kept.length === 0 ? '' : ` · ${told(args.kept[0] ?? '')}`),
    note: ({ args }) =>
      args.kept.length === 0
        ? 'its controller says nothing of what keeps it: it may be on its way, and all in it goes'
        : 'it stays like this until what its conditions name is out of the way, and then all in it goes',
    help: ({ subject: on, args }) => [
      args.kept.some((it) => /discovery|stale GroupVersion|server APIs/i.test(it))
        ? 'bring the API back that does not answer, or delete its APIService, if nobody needs it'
        : 'find what is left in it and whose finalizer keeps that; a deletion cannot be taken back: ' +
          'set up what is needed in another namespace, or wait and make it again',
      `kubectl get namespace ${on.name} -o jsonpath='{.status.conditions}'`,
      'kubectl get apiservices | grep False',
    ],
  },
})

interface Left {
  readonly waiting: readonly string[]
  readonly services: readonly Service[]
  readonly scope: { readonly namespace: string | null }
}

function verdict({ name, deleting: kept = [] }: Namespace, { waiting, services, scope }: Left) {
  const isAsked = scope.namespace === name
  const among = kept.length > 0 ? 'warning' : 'info'
  return finding({
    subject: subject('Namespace', null, name),
    confidence: 'inferred',
    // Somebody deletes one now and then, among all of them; who asks about it expects it to live.
    severity: isAsked || waiting.length > 0 ? 'error' : among,
    args: { kept, waiting, services: services.length },
    evidence: [
      { kind: 'fact', label: `namespace ${name}`, value: 'metadata.deletionTimestamp is set' },
      ...kept.map((it) => ({ kind: 'fact' as const, label: 'condition', value: it })),
    ],
    causes: [nothingMade(name), ...services.flatMap((it) => [noEndpoints(it), svcUnanswered(it)])],
  })
}
