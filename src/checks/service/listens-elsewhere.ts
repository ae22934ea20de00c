import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contact } from '../../model/contacts.ts'
import type { Container, Pod } from '../../model/pod.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import type { Scope } from '../../model/sources.ts'
import type { Subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { isTarget } from '../../relations/asked-about.ts'
import { put } from '../../relations/once.ts'
import { contactsOfServices, endpointName } from '../../relations/service/service-contacts.ts'
import { portText, targetPortIn } from '../../relations/service/service-endpoints.ts'
import { isLive, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { ledTo, type Missed, missedBy } from '../../relations/service/told-listens.ts'
import { noEndpoints, podsUnready, svcUnanswered } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { deniesOthers, type Listen, noNetwork } from '../../wire/listens.ts'
import { serviceSubject } from './words.ts'

/**
 * Many servers listen on the loopback when nobody tells them otherwise, and the flag for it is copied from a page for
 * one machine: in a pod only the pod itself gets there, and its kernel refuses all others. The declared port of the
 * container opens nothing.
 */
export default check({
  code: 'SVC264',
  slug: 'service/listens-elsewhere',
  title: 'a program is told to listen where its Service does not lead',
  fine: 'no program behind a Service is told to listen on its loopback, or on another port',
  severity: 'error',
  needs: ['services', 'pods'],
  wants: ['contacts'],
  remedies: [],
  decides: ['SVC-10'],

  run({ services, pods, contacts, scope }) {
    const [podsOf, contactsOf] = [podsOfServices(pods), contactsOfServices(contacts)]
    const parts = services.flatMap((service) => {
      const live = podsOf(service).filter(isLive)
      return service.ports.flatMap((port): readonly Part[] => {
        // Who was connected to there is known better: SVC202 tells of it.
        const isSeen = contactsOf(service).some((it) => it.service.port === port.port && isOf(live, it))
        return port.protocol === 'TCP' && !isSeen && live.length > 0 ? [{ service, port, live }] : []
      })
    })
    if (parts.length === 0) return notApplicable('no Service here has a TCP port and a pod that was not connected to')
    const leads = targetsByPod(parts)
    const found = parts.flatMap((part) => {
      const led = part.live.flatMap((pod) => ledTo(pod, part.port) ?? [])
      const missed = led.flatMap((it) => missedBy(it, part.port, leads.get(full(it.pod)) ?? new Set()) ?? [])
      // Where one of them is told otherwise, a rollout is under way.
      const [first] = missed
      return first === undefined || missed.length < part.live.length
        ? []
        : [verdict(part, { led: missed, first, scope })]
    })
    return found.length > 0 ? found : ok(parts.length, 'by what their specs spell out')
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.is === 'port'
        ? `Service ${full(on)} sends port ${args.port} to target port ${args.target}, and its pods are told to ` +
          `listen on ${args.told}.`
        : `Service ${full(on)} sends port ${args.port} to pods that are ${toldTo(args)}` +
          (args.isDefault
            ? `not told where to listen: ${args.by} listens on ${args.host} then, where only the pod itself reaches it.`
            : hostText(args)),
    detail: ({ args }) =>
      `${args.by}${args.isDefault ? ' by itself' : ''}${args.file === null ? '' : ` in ${args.file}`}: ` +
      `${placesText(args)}` +
      `${args.is === 'loopback' && args.portBy !== null ? `, the port by ${args.portBy}` : ''} · ` +
      `container ${args.container} of ${count(args.of, 'pod')} · target port ${args.target}`,
    note: ({ args }) => noteOf(args),
    help: ({ subject: on, args }) => [
      helpOf(args),
      `kubectl -n ${on.namespace} exec ${args.example} -- cat /proc/net/tcp /proc/net/tcp6`,
      `hopscope diagnose svc/${on.name} -n ${on.namespace} --probe`,
    ],
  },
})

/** `ASPNETCORE_URLS` and `--bind` hold more than the port. */
function portOf(by: string): string {
  return /ports?$/i.test(by) ? by : `the port in ${by}`
}

interface Part {
  readonly service: Service
  readonly port: ServicePort
  readonly live: readonly Pod[]
}

function noteOf({ is, by }: { readonly is: string; readonly by: string }): string {
  if (deniesOthers.test(by)) return deniedNote(by)
  return is === 'port'
    ? 'by its spec alone: whether the program heeds it was not measured'
    : "a pod's kernel refuses connections from others to what listens on its loopback; the port that is declared " +
        'opens nothing'
}

interface Helped {
  readonly is: string
  readonly by: string
  readonly told: number | null
  readonly target: number
  readonly isDefault: boolean
  readonly file: string | null
  readonly isProbed: boolean
}

/** Its probes ask the port to which the Service leads, by its number or its name: they fail as the Service does. */
function isProbed({ readinessProbe, livenessProbe, startupProbe, ports }: Container, target: number): boolean {
  const names = ports.flatMap((it) => (it.port === target && it.name !== null ? [it.name] : []))
  return [readinessProbe, livenessProbe, startupProbe].some((it) => {
    const asked = / :([A-Za-z0-9-]+)/.exec(it ?? '')?.[1]
    return asked !== undefined && (asked === `${target}` || names.includes(asked))
  })
}

function helpOf({ is, by, told, target, isDefault, file, isProbed: probed }: Helped): string {
  if (deniesOthers.test(by)) return deniedHelp(by)
  if (is === 'port')
    return (
      `set targetPort${probed ? ' and, with it, the port of the probes' : ''} to ${told}, ` +
      `or ${portOf(by)} to ${target}`
    )
  return (
    (isOnNone(by) ? `take ${by} away, and ` : '') +
    'let it listen on every address: 0.0.0.0, or :: with IPv6' +
    (isDefault && file === null ? ' (--host, --bind)' : '')
  )
}

function deniedNote(by: string): string {
  return by === 'protected-mode'
    ? 'Redis takes the connection and answers -DENIED, unless its default user has a password; probes by TCP succeed'
    : 'PostgreSQL takes the connection and says that it has no entry for that host; probes by TCP succeed'
}

function deniedHelp(by: string): string {
  return by === 'protected-mode'
    ? 'give Redis a password (requirepass, or users by aclfile); or set protected-mode no, and let a NetworkPolicy ' +
        'choose who reaches it'
    : 'add a line for the range of the pods, as `host all all 10.0.0.0/8 scram-sha-256`, and reload PostgreSQL'
}

function toldTo({ by, isDefault }: { readonly by: string; readonly isDefault: boolean }): string {
  if (isDefault) return ''
  return deniesOthers.test(by) ? 'told ' : 'told to listen '
}

function placesText(args: Parameters<typeof toldText>[0] & { readonly by: string }): string {
  if (deniesOthers.test(args.by)) return 'from the pod alone'
  return isOnNone(args.by) ? 'no port' : toldText(args)
}

/** A socket is a file of the container. */
function hostText({ by, host }: { readonly by: string; readonly host: string | null }): string {
  if (deniesOthers.test(by)) return `by ${by} to let nobody in but the pod itself.`
  return isOnNone(by)
    ? 'on a socket alone, and on no port at all.'
    : `on ${host}, where only the pod itself reaches them.`
}

function isOnNone(by: string): boolean {
  return noNetwork.test(by.replace(/^--?/, ''))
}

function isOf(pods: readonly Pod[], contact: Contact): boolean {
  const name = contact.via.kind === 'endpoint' ? endpointName(contact) : null
  return name !== null && pods.some((it) => it.name === name)
}

/** Where any Service leads in each pod: one of several ports may well be the one that is told. */
function targetsByPod(parts: readonly Part[]): ReadonlyMap<string, ReadonlySet<number>> {
  const found = new Map<string, Set<number>>()
  for (const { port, live } of parts)
    for (const pod of live) {
      const target = targetPortIn(pod, port)
      if (target !== null) put(found, full(pod), () => new Set<number>()).add(target)
    }
  return found
}

/** Variables that one program reads and the next does not: what stands there may be told to nobody. */
const isAnybodys = /^(?:HOST|HOSTNAME|ADDR|ADDRESS)$/

interface All {
  readonly led: readonly Missed[]
  readonly first: Missed
  readonly scope: Scope
}

function verdict({ service, port, live }: Part, { led, first, scope }: All) {
  const { is, listen, container, target } = first
  const makers = [...new Map(led.map((it) => [workloadOfPod(it.pod).name, workloadOfPod(it.pod)])).values()]
  // A container beside it, socat or a proxy of its own, may listen for others and pass them on.
  const isAlone = first.pod.containers.length === 1
  const isTold = listen.isDefault !== true && listen.isGuess !== true && !isAnybodys.test(listen.by)
  const isSure = isAlone && is === 'loopback' && listen.port === target && isTold
  return finding({
    subject: serviceSubject(service),
    also: makers,
    confidence: isSure ? 'inferred' : 'possible',
    severity: isSure || isTarget(scope, serviceSubject(service)) ? 'error' : 'warning',
    args: {
      is,
      port: portText(port),
      target,
      by: is === 'port' ? (listen.portBy ?? listen.by) : listen.by,
      portBy: listen.portBy ?? null,
      host: listen.host,
      told: listen.port,
      isDefault: listen.isDefault === true,
      file: fileOf(listen),
      isProbed: isProbed(container, target),
      container: container.name,
      of: live.length,
      example: first.pod.name,
    },
    evidence: [
      writtenEvidence(first, service.namespace, makers[0] ?? serviceSubject(service)),
      { kind: 'fact', label: 'pods', value: some(led.map((it) => it.pod.name)) },
    ],
    causes: [svcUnanswered(service), noEndpoints(service), ...makers.map(podsUnready)],
  })
}

/** What the lines of a file say was kept, and not how they are written: they are not quoted. */
function writtenEvidence({ listen, is, container, target }: Missed, namespace: string, object: Subject): Evidence {
  const { map, key, line, by, isDefault } = listen
  const label = is === 'port' ? `the Service leads to ${target}` : 'nobody but the pod itself gets there'
  const told = is === 'port' ? `port ${listen.port}` : placeText({ host: listen.host, told: listen.port })
  if (map === undefined)
    return { kind: 'config', object, path: `containers[${container.name}]`, ...linesOf(listen, is), label }
  const where = `ConfigMap ${namespace}/${map}, data[${key}]`
  return isDefault === true
    ? { kind: 'fact', label: where, value: `says no address: ${by} listens on ${told} by itself` }
    : { kind: 'fact', label: `${where}, line ${line}`, value: `${by} sets ${told}: ${label}` }
}

function fileOf({ map, key, line, isDefault }: Listen): string | null {
  if (map === undefined) return null
  return `${key}${isDefault === true ? '' : ` (line ${line})`} of ConfigMap ${map}`
}

/**
 * What the spec says, as far as it was kept: of an address that stands for every one only the port is for certain
 * written so (`:80`, `*:80`, `[::]:80`). A program that is told nothing is named.
 */
function linesOf(listen: Listen, is: Missed['is']) {
  const { by, portBy, host, port, isDefault } = listen
  // Of the records of a pg_hba.conf, how the first of them begins.
  if (deniesOthers.test(by)) {
    const line = by === 'protected-mode' ? `${by} yes` : 'host'
    return { lines: [line], at: 0, mark: line }
  }
  const ofPort = portBy === undefined ? [] : [setTo(portBy, `${port}`)]
  if (is === 'port') {
    const own = host === null ? `${port}` : `…:${port}`
    return { lines: portBy === undefined ? [setTo(by, own)] : ofPort, at: 0, mark: portBy ?? by }
  }
  const told = portBy === undefined ? port : null
  const own = isDefault === true ? by : setTo(by, placeText({ host, told }))
  return { lines: [own, ...ofPort], at: 0, mark: by }
}

/** A flag has its value behind it, a variable is set to it. */
function setTo(by: string, value: string): string {
  return by.startsWith('-') ? `${by} ${value}` : `${by}: ${value}`
}

function toldText(args: { readonly is: string; readonly host: Listen['host']; readonly told: number | null }) {
  return args.is === 'port' ? `${args.told}` : placeText(args)
}

function placeText({ host, told }: { readonly host: Listen['host']; readonly told: number | null }): string {
  if (host === null) return `${told}`
  if (told === null) return host
  return host.includes(':') ? `[${host}]:${told}` : `${host}:${told}`
}
