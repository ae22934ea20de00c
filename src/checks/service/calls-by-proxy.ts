import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ContainerProxy } from '../../model/pod.ts'
import { full, some } from '../../phrases.ts'
import { callableFrom } from '../../relations/service/called-services.ts'
import { exceptedBy, exceptionsText, type Proxied, proxiedCalls } from '../../relations/service/proxied-calls.ts'
import { toldWrongly } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * Behind a company's proxy a container's environment names it, and `NO_PROXY` what must not go there. A name of the
 * cluster that is left out, often a short one (`cart` is none of `.svc`), is asked of the proxy, which knows no such
 * name: 403, 502, 503 or 504 with a page of the proxy's, while DNS, the Service and its pods are well.
 */
export default check({
  code: 'SVC237',
  slug: 'service/calls-by-proxy',
  title: "a program's calls inside the cluster go to an outside proxy",
  fine: 'calls inside the cluster go to no outside proxy, as far as specs tell',
  severity: 'warning',
  needs: ['pods', 'services'],
  wants: ['namespaces', 'clusterDns'],
  remedies: [],
  decides: ['NET-12'],

  run({ pods, services, clusterDns, namespaces, scope }) {
    const around = callableFrom({ services, namespaces, clusterDns, scope })
    const inside = proxiedCalls(pods, around).filter((it) => it.isWeb)
    if (inside.length === 0) return notApplicable('no container here has a proxy and calls a Service by a URL')
    const how = (it: Proxied) => exceptedBy(it.rules, it.call)
    const found = inside.filter((it) => how(it) === 'none' || how(it) === 'one')
    if (found.length > 0)
      return [...Map.groupBy(found, placeOf).values()].flatMap(([first, ...more]) =>
        first === undefined ? [] : [verdict(first, more)],
      )
    const untold = inside.filter((it) => how(it) === 'unknown')
    return untold.length === 0
      ? ok(inside.length)
      : cannotTell(
          'not-there',
          `NO_PROXY of ${some([...new Set(untold.map((it) => full(workloadOfPod(it.pod))))])} ` +
            'may stand in a ConfigMap or a Secret, which are not read',
        )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} asks the proxy ${args.proxy} for ${some(args.hosts)}, which is inside this cluster.`,
    detail: ({ args }) =>
      `${args.by ?? 'its command'} in container ${args.container} · ` + exceptionsText(args.variable, args.except),
    note: ({ args }) =>
      (args.differ
        ? 'no_proxy and NO_PROXY differ, and one of them holds it: Go reads the one in capitals, curl and Python the ' +
          'other. '
        : '') +
      'seen in the spec alone: curl, Go, Python and others heed these variables, Java and some more do not; a proxy ' +
      'outside answers 403, 502, 503 or 504 for names that it does not know',
    help: ({ subject: on, args }) => [
      `add ${some(args.hosts)} to NO_PROXY of ${on.kind} ${on.name}, in small letters too: no_proxy`,
      // These two alone: a whole environment would show each password of the namespace on a screen that others see.
      `kubectl -n ${on.namespace} get pods -o jsonpath='{range .items[*]}{.metadata.name}: ` +
        `{.spec.containers[*].env[?(@.name=="NO_PROXY")].value} ` +
        `{.spec.containers[*].env[?(@.name=="no_proxy")].value}{"\\n"}{end}'`,
    ],
  },
})

function placeOf({ pod, container, proxy }: Proxied): string {
  return `${full(workloadOfPod(pod))} ${container} ${proxy}`
}

function verdict(first: Proxied, more: readonly Proxied[]) {
  const on = workloadOfPod(first.pod)
  const { call, container, proxy } = first
  const all = [first, ...more]
  const isHeldByOne = all.every((it) => exceptedBy(it.rules, it.call) === 'one')
  const { capitals } = first.rules
  const isInCapitals = isHeldByOne && exceptedBy({ ...first.rules, except: capitals ?? [] }, call) !== 'all'
  return finding({
    subject: on,
    confidence: isHeldByOne ? 'possible' : 'inferred',
    args: {
      proxy,
      hosts: [...new Set(all.map((it) => it.call.host))],
      by: call.by,
      container,
      ...heldBy(first.rules, isInCapitals),
      differ: isHeldByOne,
    },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: `containers[${container}]`,
        lines: all.slice(0, 5).map((it) => `${it.call.by ?? 'command'}: ${it.call.scheme}://${it.call.host}`),
        at: 0,
        mark: call.host,
        label: `not in NO_PROXY: goes to ${proxy}`,
      },
    ],
    causes: [toldWrongly(on)],
  })
}

/** What the variable holds that lacks the name. Old recordings do not say which: of both, that in small letters. */
function heldBy({ except, capitals, by, ranges = [] }: ContainerProxy, isInCapitals: boolean) {
  if (isInCapitals) return { except: capitals ?? [], variable: 'NO_PROXY' as const }
  const guessed = capitals === undefined ? ('NO_PROXY' as const) : ('no_proxy' as const)
  return { except: [...(except ?? []), ...ranges], variable: by === undefined ? guessed : by }
}
