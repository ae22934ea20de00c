import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { IngressController } from '../../model/ingress.ts'
import type { ControllerConfig } from '../../model/ingress-config.ts'
import { cutOffSign } from '../../relations/ingress/controller-state.ts'
import { isDifferent, liveRoutes } from '../../relations/ingress/live-config.ts'
import { liveEndpoints } from '../../relations/ingress/live-endpoints.ts'
import {
  allOfIngress,
  apiOutOfReach,
  backendsNotLive,
  controllerCutOff,
  ingressNotLive,
  nodeDown,
} from '../../relations/symptom.ts'
import { full, shown } from '../../phrases.ts'
import { podSubject } from './live-words.ts'

/**
 * A controller without the API server stays ready and goes on with what it knew: pods that are gone, Ingresses that
 * were changed since. Its log says so, by client-go's reflector, and a request from its own pod shows it. Lines of a
 * server that answers again, where nothing differs or the controller has had news since, are a restart that is over.
 */
export default check({
  code: 'ING324',
  slug: 'ingress/controller-cut-off',
  title: 'an ingress controller does not reach the API server',
  fine: 'the ingress controllers hear of the API server',
  severity: 'error',
  needs: ['ingressConfigs', 'ingresses'],
  wants: ['ingressClasses', 'ingressControllers', 'services', 'endpointSlices'],
  remedies: [],
  decides: ['ING-13'],

  run({ ingressConfigs, ingresses, ingressClasses, ingressControllers, services, endpointSlices, scope }) {
    const { controllers } = ingressConfigs
    const logged = controllers.filter((it) => it.log.known)
    const unread = controllers.flatMap(({ log, namespace, pod }) =>
      log.known ? [] : [cannotTell(log.why.reason, `the log of ${namespace}/${pod}: ${log.why.detail}`)],
    )
    if (logged.length === 0) return unread.length > 0 ? unread : notApplicable('no controller was looked into')
    const seen = { ingressConfigs, ingresses, ingressClasses, ingressControllers, scope }
    const routes = liveRoutes(seen).filter(isDifferent)
    const lists =
      services.known && endpointSlices.known
        ? liveEndpoints({ ...seen, services: services.value, endpointSlices: endpointSlices.value }).filter(
            ({ stale, absent }) => stale.length > 0 || absent.length > 0,
          )
        : []
    return [
      ...unread,
      ...logged.map((config) =>
        judge(config, {
          ingresses: [...new Set(routes.filter((it) => it.config === config).map(({ route }) => route.ingress))],
          lists: lists.filter((it) => it.config === config),
          node: nodeOf(config, ingressControllers.known ? ingressControllers.value : []),
        }),
      ),
    ]
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress controller ${full(on)} does not reach the API server: ${shown(args.said, silence)}.`,
    detail: ({ args }) =>
      `${args.times} such lines in the last two minutes of its log · ` +
      `runs something else than ${args.ingresses} Ingresses say · ` +
      `old endpoints of ${args.services} Services`,
    note: () => 'it stays ready, and goes on with the pods and Ingresses that it knew when it heard the last of them',
    help: ({ subject: on }) => [
      'find what stands between the controller and the API server: ' +
        'a NetworkPolicy on its egress, the way of its node, ' +
        'its token',
      `kubectl -n ${on.namespace} logs ${on.name} --since=15m | grep -E 'ailed to (watch|list)|resource lock'`,
      `kubectl -n ${on.namespace} get networkpolicies`,
      'kubectl -n default get endpointslices -l kubernetes.io/service-name=kubernetes',
    ],
  },
})

const silence = 'no answer came to a request from inside of the pod'

interface Behind {
  readonly ingresses: readonly { readonly namespace: string; readonly name: string }[]
  readonly lists: readonly {
    readonly service: { readonly namespace: string; readonly name: string }
    readonly routes: readonly {
      readonly route: { readonly ingress: { readonly namespace: string; readonly name: string } }
    }[]
  }[]
  readonly node: string | null
}

function nodeOf({ namespace, pod }: ControllerConfig, all: readonly IngressController[]): string | null {
  return all.find((it) => it.namespace === namespace && it.pod === pod)?.node ?? null
}

const isRefusal = (said: string): boolean => /^(?:Unauthorized|forbidden|x509|tls:)/.test(said)

function judge(config: ControllerConfig, { ingresses, lists, node }: Behind) {
  const sign = cutOffSign(config)
  const isSilent = config.api.known && config.api.value === 'silent'
  const answers = config.api.known && !isSilent
  // Who may not read one kind hears of the others.
  const hasNews = config.log.known && config.log.value.sinceSilence === 'news' && !isRefusal(sign?.said ?? '')
  const isBack = answers && (hasNews || ingresses.length + lists.length === 0)
  if (!isSilent && (sign === null || isBack)) return ok(1)
  const said = sign?.said ?? ''
  return finding({
    subject: podSubject(config),
    confidence: 'observed',
    // Nothing has changed since, or it came back: nobody suffers yet.
    severity: ingresses.length + lists.length === 0 ? 'warning' : 'error',
    args: { said, times: sign?.times ?? 0, ingresses: ingresses.length, services: lists.length },
    evidence: [{ kind: 'log', source: config.pod, lines: [sign === null ? silence : `${said} (${sign.times} times)`] }],
    // What keeps all pods of a node from others keeps this one from the API server.
    ...(node === null ? {} : { dueTo: [nodeDown(node), apiOutOfReach(node)] }),
    symptoms: [controllerCutOff({ namespace: config.namespace, name: config.pod })],
    causes: [
      ...ingresses.flatMap((it) => [ingressNotLive(it), ...allOfIngress(it)]),
      ...lists.flatMap(({ service, routes }) => [
        backendsNotLive(service),
        ...routes.flatMap(({ route }) => allOfIngress(route.ingress)),
      ]),
    ],
  })
}
