import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { IngressController, StreamMap, StreamPort } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'

/**
 * ingress-nginx forwards plain TCP and UDP by a ConfigMap, `port: namespace/service:port`. It reads the one that a flag
 * names, and the Service before the controller must have each of these ports besides: neither follows from the other,
 * and nobody says so where one is missing.
 */
export default check({
  code: 'ING354',
  slug: 'ingress/stream-not-exposed',
  title: 'a TCP or UDP service of ingress-nginx is not exposed',
  fine: 'the TCP and UDP services of ingress-nginx are exposed',
  severity: 'error',
  needs: ['ingressControllers'],
  wants: ['services'],
  remedies: [],
  decides: ['ING-26'],

  run({ ingressControllers, services, scope }) {
    const maps = [
      ...Map.groupBy(
        ingressControllers.flatMap((controller) => (controller.streams ?? []).map((map) => ({ controller, map }))),
        ({ map }) => `${map.protocol} ${full(map)}`,
      ).values(),
    ]
    const isAsked = ({ namespace, ports }: StreamMap): boolean =>
      scope.namespace === null ||
      scope.namespace === namespace ||
      ports?.some((it) => it.namespace === scope.namespace) === true
    const judged = maps
      .filter(([first]) => first !== undefined && isAsked(first.map))
      .flatMap((its) => judge(its, services, scope.namespace))
    return judged.length > 0 ? judged : notApplicable('no ingress-nginx here has TCP or UDP services')
  },

  words: {
    headline: ({ subject: on, args }) => {
      const what = `${args.protocol} ${args.ports.length === 1 ? 'port' : 'ports'} ${args.ports.join(', ')}`
      switch (args.fault) {
        case 'no-flag':
          return `ConfigMap ${full(on)} wants ${what} exposed, and no ingress-nginx is told to read it.`
        case 'not-in-service':
          return (
            `ConfigMap ${full(on)} wants ${what} exposed, which ` +
            `${some(args.fronts)} before ingress-nginx ${args.fronts.length === 1 ? 'does' : 'do'} not have.`
          )
        case 'no-service':
          return `ConfigMap ${full(on)} exposes ${what} of ${some(args.to)}, which is not there.`
      }
    },
    detail: ({ args }) =>
      `${args.ports.map((it, at) => `${it} -> ${args.to[at]}`).join(', ')} · ${details[args.fault]}`,
    note: ({ args }) =>
      args.fault === 'not-in-service'
        ? 'the controller listens there, in its pods alone'
        : 'connections to that port are refused, or end in silence',
    help: ({ subject: on, args }) => [
      args.fault === 'not-in-service'
        ? `add the ${args.ports.length === 1 ? 'port' : 'ports'} to the Service before the controller`
        : cures[args.fault].replace('FLAG', `--${args.protocol.toLowerCase()}-services-configmap=${full(on)}`),
      `kubectl -n ${on.namespace} get configmap ${on.name} -o yaml`,
      `kubectl -n ${args.home} get services -o wide`,
    ],
  },
})

type Fault = 'no-flag' | 'not-in-service' | 'no-service'

const details: Readonly<Record<Fault, string>> = {
  'no-flag': 'no flag of a controller names this ConfigMap',
  'not-in-service': 'the Service lacks what the ConfigMap has',
  'no-service': 'there is no such Service, or no such port',
}

const cures: Readonly<Record<Exclude<Fault, 'not-in-service'>, string>> = {
  'no-flag': 'start the controller with FLAG, and give its Service the same ports',
  'no-service': 'write the namespace, the name and the port of a Service that is there, or take the line out',
}

interface Reading {
  readonly controller: IngressController
  readonly map: StreamMap
}

function judge(its: readonly Reading[], services: Known<readonly Service[]>, scope: string | null) {
  const [first] = its
  if (first === undefined) return []
  const reading = its.filter(({ map }) => map.by === 'flag')
  const { map } = reading[0] ?? first
  const asked = map.ports?.filter((it) => scope === null || scope === map.namespace || it.namespace === scope) ?? []
  if (map.ports === null)
    return [cannotTell('not-there', `ConfigMap ${full(map)}, which ingress-nginx reads, could not be read`)]
  if (asked.length === 0) return []
  if (reading.length === 0) return [verdict(its, 'no-flag', asked)]
  const gone = asked.filter((it) => isGone(it, services, scope))
  const shut = asked.filter((it) => !gone.includes(it) && isShut(it, map, reading))
  const found = [
    ...(gone.length === 0 ? [] : [verdict(reading, 'no-service', gone)]),
    ...(shut.length === 0 ? [] : [verdict(reading, 'not-in-service', shut)]),
  ]
  return found.length > 0 ? found : [ok(asked.length)]
}

/** Only of a namespace that was read. */
function isGone({ namespace, service, target }: StreamPort, services: Known<readonly Service[]>, scope: string | null) {
  if (!services.known || (scope !== null && scope !== namespace)) return false
  const own = services.value.find((it) => it.namespace === namespace && it.name === service)
  if (own?.type === 'ExternalName') return false
  return own?.ports.some((it) => it.port === target || it.name === target || it.targetPort === target) !== true
}

/**
 * Of TCP ports, as those of UDP are not kept. A controller on its node's network is reached past any Service, and one
 * without a NodePort or a load balancer by ways that nobody knows.
 */
function isShut({ port }: StreamPort, { protocol }: StreamMap, reading: readonly Reading[]): boolean {
  if (protocol === 'UDP') return false
  return reading.every(({ controller: { fronts = [], hostNetwork } }) => {
    const leading = fronts.filter((it) => it.wants.length === 0)
    return (
      hostNetwork !== true &&
      leading.length > 0 &&
      !leading.some((it) =>
        it.ports.some((one) => one.targetPort === port || (one.port === port && typeof one.targetPort === 'string')),
      )
    )
  })
}

function verdict(its: readonly Reading[], fault: Fault, ports: readonly StreamPort[]) {
  const { map, controller } = its[0] ?? failed()
  const fronts = its.flatMap((it) => it.controller.fronts ?? []).filter((it) => it.wants.length === 0)
  return finding({
    subject: subject('ConfigMap', map.namespace, map.name),
    also: ports.map((it) => subject('Service', it.namespace, it.service)),
    confidence: 'inferred',
    // One that is left from before is no outage.
    severity: fault === 'no-flag' ? 'warning' : 'error',
    args: {
      fault,
      protocol: map.protocol,
      ports: ports.map((it) => it.port),
      to: ports.map((it) => `${it.namespace}/${it.service}:${it.target}`),
      fronts: [...new Set(fronts.map((it) => `Service ${full(it)}`))],
      home: controller.namespace,
    },
    evidence: [
      {
        kind: 'config',
        object: subject('ConfigMap', map.namespace, map.name),
        path: 'data',
        lines: ports.slice(0, 5).map((it) => `'${it.port}': ${it.namespace}/${it.service}:${it.target}`),
        at: 0,
        mark: String(ports[0]?.port ?? ''),
        label: details[fault],
      },
      ...fronts.slice(0, 1).map((it) => ({
        kind: 'fact' as const,
        label: `Service ${full(it)}`,
        value: `TCP ports ${it.ports.map((one) => one.port).join(', ')}`,
      })),
    ],
  })
}

function failed(): never {
  throw new Error('a ConfigMap that no controller has')
}
