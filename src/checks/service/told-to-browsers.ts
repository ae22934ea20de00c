import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import { isTargetPod } from '../../relations/asked-about.ts'
import { callableFrom, calledBy, type ToldCall, toldCalls } from '../../relations/service/called-services.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * What bears these prefixes is written into the scripts of pages, for browsers: `REACT_APP_` (Create React App, "Adding
 * Custom Environment Variables"), `NEXT_PUBLIC_` (Next.js, "Bundling Environment Variables for the Browser"), `VITE_`
 * (Vite, "Env Variables"), `VUE_APP_` (Vue CLI, "Modes and Environment Variables"), `NUXT_PUBLIC_` (Nuxt, "Runtime
 * Config"), `GATSBY_` (Gatsby, "Environment Variables"), `EXPO_PUBLIC_` (Expo), `NG_APP_` (ngx-env). A browser asks no
 * DNS of a cluster, and reaches no ClusterIP.
 */
const forBrowsers = /^(?:REACT_APP|NEXT_PUBLIC|VITE|VUE_APP|NUXT_PUBLIC|GATSBY|EXPO_PUBLIC|NG_APP)_/
/** What a server of development, or one that draws pages, calls itself. */
const ofServers = /PROXY|INTERNAL|SERVER_SIDE|SSR|BACKEND_ONLY/

export default check({
  code: 'SVC290',
  slug: 'service/told-to-browsers',
  title: 'a page in browsers is told to call a name of the cluster',
  fine: "variables for pages in browsers name nobody by the cluster's own names",
  severity: 'warning',
  needs: ['pods', 'services'],
  wants: ['namespaces', 'clusterDns'],
  remedies: [],
  decides: [],

  run({ pods, services, namespaces, clusterDns, scope }) {
    const around = callableFrom({ services, namespaces, clusterDns, scope })
    const told = toldCalls(pods).filter(
      ({ call: { by } }) => by !== null && forBrowsers.test(by) && !ofServers.test(by),
    )
    if (told.length === 0) return notApplicable('no variable that was read here is written into pages of browsers')
    const inside = told.filter((it) => isInside(it, around))
    const alike = Map.groupBy(inside, (it) => `${subjectKey(workloadOfPod(it.pod))} ${it.call.by}`)
    const found = [...alike.values()].flatMap(([first]) => {
      if (first === undefined) return []
      const { pod, container, call } = first
      const on = workloadOfPod(pod)
      const called = calledBy(pod, call, around)
      return finding({
        subject: on,
        also: 'service' in called ? [subject('Service', called.service.namespace, called.service.name)] : [],
        confidence: 'possible',
        severity: isTargetPod(scope, pod) ? 'warning' : 'info',
        args: { by: call.by ?? '', host: call.host, container },
        evidence: [
          {
            kind: 'config',
            object: call.map === undefined ? on : subject('ConfigMap', pod.namespace, call.map),
            path: call.map === undefined ? `containers[${container}].env` : 'data',
            lines: [`${call.by}: ${call.host}${call.port === null ? '' : `:${call.port}`}`],
            at: 0,
            mark: call.host,
            label: 'browsers ask no DNS of a cluster',
          },
        ],
      })
    })
    return found.length > 0 ? found : ok(told.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${args.by} of ${on.kind} ${full(on)} names ${args.host}: a variable for pages in browsers, which know no ` +
      'name of ' +
      'the cluster.',
    detail: ({ args }) => `container ${args.container} · by the prefix of the variable's name`,
    note: () =>
      'what is written into a page is asked by whoever looks at it; most builds take it when the image is made, ' +
      'and a ' +
      'variable of the pod then changes nothing. Where the server alone reads it, all is well',
    help: ({ subject: on, args }) => [
      `set ${args.by} to a path of the page's own host (/api), or to a host of an Ingress; and build again where the ` +
        'build takes it',
      `kubectl -n ${on.namespace} get ingress`,
    ],
  },
})

/** A name that can only be the cluster's: with a Service behind it, or `svc` in it. */
function isInside({ pod, call }: ToldCall, around: ReturnType<typeof callableFrom>): boolean {
  return /\.svc(?:\.|$)/.test(call.host) || calledBy(pod, call, around).is !== 'elsewhere'
}
