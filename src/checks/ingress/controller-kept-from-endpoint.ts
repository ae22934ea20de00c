import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contacts } from '../../model/contacts.ts'
import type { Ingress, IngressController } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { type FailedConnects, failedConnects } from '../../relations/ingress/failed-connects.ts'
import { routesTo } from '../../relations/ingress/http-of-ingress.ts'
import { tally } from '../../relations/service/service-contacts.ts'
import {
  controllerKeptFrom,
  ingressBackendFails,
  outsideFails,
  stoppedOnTheWay,
  svcUnanswered,
  wayClosed,
} from '../../relations/symptom.ts'
import { isAskedAbout } from '../service/words.ts'

/**
 * nginx asks another endpoint where one is silent (proxy_next_upstream), and says so in its log alone: users get a good
 * answer, five seconds late. Only the controller itself can tell of its own way.
 */
export default check({
  code: 'ING355',
  slug: 'ingress/controller-kept-from-endpoint',
  title: 'an ingress controller gets no connection to an endpoint',
  fine: 'controllers got a connection to each endpoint that the probe’s requests led them to',
  severity: 'error',
  needs: ['ingressConfigs', 'ingresses', 'endpointSlices'],
  wants: ['contacts', 'ingressControllers', 'pods'],
  remedies: [],
  decides: [],

  run({ ingressConfigs, endpointSlices, contacts, ingresses, ingressControllers, pods, scope }) {
    const read = ingressConfigs.controllers.filter((it) => it.failed?.known === true)
    if (read.length === 0) {
      const why = ingressConfigs.controllers.flatMap((it) => (it.failed?.known === false ? [it.failed.why] : []))[0]
      return why === undefined
        ? notApplicable('no controller was asked for anything, or its log was not read after it')
        : cannotTell(why.reason, why.detail)
    }
    const found = failedConnects(ingressConfigs, endpointSlices).filter(
      ({ service }) =>
        isAskedAbout(scope, 'Service', service) ||
        routesTo(ingresses, service).some((it) => isAskedAbout(scope, 'Ingress', it)),
    )
    return found.length === 0
      ? ok(read.length)
      : found.map((it) => verdict(it, { ingresses, contacts, ways: waysOf(it, ingressControllers, pods) }))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Controller ${args.controller} gets no connection to endpoint ${args.endpoint} of Service ${full(on)}.`,
    detail: ({ args }) =>
      `its log: ${count(args.times, 'try', 'tries')} in vain while the probe ran, for ${some(args.hosts, 2)} · ` +
      (args.others === 0
        ? 'no other endpoint is well'
        : `${count(args.others, 'other endpoint')} without such a line`) +
      (args.of === 0 ? '' : ` · probe pods: ${args.open} of ${args.of} connections to it open`),
    note: ({ args }) =>
      args.of > 0 && args.open === args.of
        ? 'others reach it, so it is the way from the controller: a policy that keeps it out, a route ' +
          'or a neighbour written in by hand in its network, a firewall on its node'
        : 'nginx asks another endpoint then, five seconds later (proxy-connect-timeout): users wait, or get a 504',
    help: ({ subject: on, args }) => [
      'connect from the controller itself, then compare with a controller, or a pod, on another node',
      `kubectl -n ${args.home} exec ${args.controller} -- curl -sv --connect-timeout 3 http://${args.endpoint}/`,
      `hopscope trace pod/${args.controller} ${args.endpoint} -n ${args.home} --probe`,
      `kubectl -n ${on.namespace} get networkpolicies`,
    ],
  },
})

interface Around {
  readonly ingresses: readonly Ingress[]
  readonly contacts: Known<Contacts>
  /** Between the controller's node and the endpoint's, where both are known. */
  readonly ways: readonly string[]
}

function waysOf(
  { config, ip }: FailedConnects,
  controllers: Known<readonly IngressController[]>,
  pods: Known<readonly Pod[]>,
): readonly string[] {
  const from = controllers.known
    ? controllers.value.find((it) => it.namespace === config.namespace && it.pod === config.pod)?.node
    : null
  const to = pods.known ? pods.value.find((it) => it.ip === ip && it.phase === 'Running')?.node : null
  return typeof from === 'string' && typeof to === 'string' && from !== to ? [wayClosed(from, to)] : []
}

function verdict(
  { config, service, pod, ip, port, times, others, hosts }: FailedConnects,
  { ingresses, contacts, ways }: Around,
) {
  const own = (contacts.known ? contacts.value.connects : []).filter(
    (it) => it.ip === ip && it.service.namespace === service.namespace && it.service.name === service.name,
  )
  const { open, of } = tally(own)
  return finding({
    subject: subject('Service', service.namespace, service.name),
    also: [
      subject('Pod', config.namespace, config.pod),
      ...(pod === null ? [] : [subject('Pod', service.namespace, pod)]),
    ],
    confidence: 'observed',
    args: {
      controller: config.pod,
      home: config.namespace,
      endpoint: `${ip.includes(':') ? `[${ip}]` : ip}:${port}`,
      times,
      others,
      hosts,
      open,
      of,
    },
    evidence: [
      {
        kind: 'fact',
        label: `log of ${config.pod}, while the probe ran`,
        value: `${ip}:${port} timed out, or was out of reach, while nginx connected: ${times}`,
      },
    ],
    symptoms: [controllerKeptFrom(service)],
    // Where nobody reaches it, that has a cause of its own.
    dueTo: [
      ...ways,
      ...(of > open ? [svcUnanswered(service)] : []),
      ...(pod === null ? [] : [stoppedOnTheWay({ namespace: service.namespace, name: pod })]),
    ],
    causes: routesTo(ingresses, service).flatMap((it) => [ingressBackendFails(it, service.name), outsideFails(it)]),
  })
}
