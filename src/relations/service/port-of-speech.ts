import type { Pod } from '../../model/pod.ts'
import type { ServicePort } from '../../model/service.ts'
import type { Speech } from '../../wire/speeches.ts'
import { isLive } from './service-selects-pod.ts'

interface Usual {
  /** What such a port is called. */
  readonly names: RegExp
  readonly numbers: readonly number[]
}

/** By IANA's registry and by the servers' own manuals, with the proxies that are put before them. */
const usual: Readonly<Record<Speech, Usual>> = {
  amqp: { names: /amqp|rabbit/i, numbers: [5672, 5671] },
  redis: { names: /redis|valkey|keydb|sentinel/i, numbers: [6379, 6380, 26_379] },
  postgres: { names: /postgres|pgsql|psql|^pg|pgbouncer|sql/i, numbers: [5432, 6432, 26_257] },
  mysql: { names: /mysql|mariadb|galera|sql/i, numbers: [3306, 33_060, 6033, 4000] },
  mongodb: { names: /mongo/i, numbers: [27_017, 27_018, 27_019] },
  nats: { names: /nats|client/i, numbers: [4222, 4223] },
  grpc: { names: /grpc|h2c/i, numbers: [] },
  mqtt: { names: /mqtt/i, numbers: [1883, 8883] },
  ldap: { names: /ldap/i, numbers: [389, 636, 1389, 1636, 3268, 3269] },
  bolt: { names: /bolt/i, numbers: [7687] },
}

/** What ports beside the one for clients are called: pages, metrics, members of a cluster among themselves. */
const isAside = new RegExp(
  '(?:^|-)(?:https?|web|ui|console|management|mgmt|admin|dashboard|metrics?|prometheus|prom|exporter|monitor|' +
    'monitoring|' +
    'stats|health|epmd|peer|peers|gossip|dist|clustering|jmx|routes?)(?:-|$)',
  'i',
)

/**
 * The names of a port: at the Service, at its pods, and its `appProtocol`. A target by number is named by whoever
 * declares it.
 */
function namesOf({ name, targetPort, appProtocol }: ServicePort, pods: readonly Pod[]): readonly string[] {
  const declared = pods.filter(isLive).flatMap((it) => it.containers.flatMap(({ ports }) => ports))
  const its = declared.filter((it) => it.port === targetPort).flatMap((it) => it.name ?? [])
  return [name, typeof targetPort === 'string' ? targetPort : null, appProtocol ?? null, ...its].filter(
    (it) => it !== null,
  )
}

function isFor(speech: Speech, port: ServicePort, pods: readonly Pod[]): boolean {
  const { names, numbers } = usual[speech]
  const isNumber = [port.port, port.targetPort].some((it) => numbers.some((one) => one === it))
  return isNumber || namesOf(port, pods).some((it) => names.test(it))
}

/**
 * The port of a Service that is for what is spoken, where the one that is called is, by its names, for something else.
 * null: it may be for that, or no other one is.
 */
export function portInstead(
  speech: Speech,
  port: ServicePort,
  { ports, pods }: { readonly ports: readonly ServicePort[]; readonly pods: readonly Pod[] },
): { readonly port: ServicePort; readonly isCalled: string } | null {
  if (isFor(speech, port, pods)) return null
  const others = Object.entries(usual).filter(([it]) => it !== speech)
  const isCalled = namesOf(port, pods).find((it) => isAside.test(it) || others.some(([, { names }]) => names.test(it)))
  const fits = ports.filter((it) => it !== port && it.protocol === 'TCP' && isFor(speech, it, pods))
  const [fit] = fits
  return isCalled === undefined || fit === undefined ? null : { port: fit, isCalled }
}
