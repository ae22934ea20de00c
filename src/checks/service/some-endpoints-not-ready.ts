import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import { backingOf } from '../../relations/service/service-backing.ts'
import { problemsOf } from '../../relations/pod-problem.ts'
import { selectorOf } from '../../relations/service/service-selects-pod.ts'
import { commandsFor, lookArgs, reasons, reasonsEvidence, serviceSubject } from './words.ts'
import { count, full } from '../../phrases.ts'

/** Worth knowing, no fault by itself: every rollout passes through this. The ready pods carry all of the load. */
export default check({
  code: 'SVC206',
  slug: 'service/some-endpoints-not-ready',
  title: 'some pods of a Service are not ready',
  fine: 'all endpoints are ready',
  severity: 'info',
  needs: ['services', 'pods'],
  wants: ['events'],
  remedies: [],
  decides: [],

  run({ services, pods, events }) {
    const choosing = services.filter((it) => selectorOf(it) !== null)
    if (choosing.length === 0) return notApplicable('no Service here chooses pods by a selector')
    const problemOf = problemsOf(events)
    const backing = backingOf(pods, { known: true, value: [] })
    const found = choosing.flatMap((service) => {
      const behind = backing(service)
      if (behind.kind !== 'some-ready' || behind.notReady.length === 0) return []
      const why = reasons(behind.notReady, problemOf)
      const [first] = why
      return [
        finding({
          subject: serviceSubject(service),
          confidence: 'inferred',
          args: {
            ready: behind.ready.length,
            of: behind.ready.length + behind.notReady.length,
            notReady: behind.notReady.length,
            why: first?.why ?? 'not ready',
            ...lookArgs(first),
          },
          evidence: [reasonsEvidence('pods that are not ready', why)],
        }),
      ]
    })
    return found.length > 0 ? found : ok(choosing.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${args.notReady} of ${count(args.of, 'pod')} of Service ${full(on)} ` +
      `${args.notReady === 1 ? 'is' : 'are'} not ready: ${args.why}.`,
    detail: ({ args }) => `${args.ready} ready of ${args.of} · not ready pods get no traffic`,
    note: () => 'normal while a rollout is under way; if it lasts, the other pods carry its load',
    help: ({ subject: on, args }) => [
      'see whether it passes',
      `kubectl -n ${on.namespace} get pods -w`,
      ...commandsFor(on.namespace, args),
    ],
  },
})
