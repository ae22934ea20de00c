import type { Trouble } from '../../findings/trouble.ts'
import type { Contact, HttpContact } from '../../model/contacts.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import type { Model } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import { policyOnProbe } from '../policy-on-probe.ts'
import { backingOf } from '../service-backing.ts'
import { endpointName, failuresText, isSick, tally } from '../service-contacts.ts'
import { isServing, podsOfServices } from '../service-selects-pod.ts'
import { ingressBackendFails, ingressFails, nodeDown, svcUnanswered } from '../symptom.ts'
import { blindLagMs, lagOf } from './probe-lag.ts'

/** Connections to Services and requests through Ingresses, as the probe pods made them. */
export function contactTroubles(model: Model): readonly Trouble[] {
  const { contacts } = model.sources
  if (!contacts.known) return []
  const { connects, http } = contacts.value
  const awake = (node: string): boolean => lagOf(model, node) < blindLagMs
  return [
    ...ofConnects(model, connects.filter((it) => awake(it.node))),
    ...ofHttp(model, http.filter((it) => awake(it.node))),
  ]
}

function ofConnects(model: Model, connects: readonly Contact[]): readonly Trouble[] {
  const { contacts, networkPolicies, namespaces, pods, services, workloads } = model.sources
  const decide = policyOnProbe({ contacts, networkPolicies, namespaces, scope: model.scope })
  const listed = new Map((services.known ? services.value : []).map((it) => [`${it.namespace}/${it.name}`, it]))
  const podsOf = podsOfServices(pods.known ? pods.value : [])
  const backing = pods.known ? backingOf(pods.value, workloads) : null
  return [...Map.groupBy(connects, (it) => `${it.service.namespace}/${it.service.name}`)].flatMap(([name, its]) => {
    const service = listed.get(name) ?? null
    // Turned off on purpose: nobody expects an answer, and SVC206 says so.
    if (service !== null && backing?.(service).kind === 'scaled-to-zero') return []
    const serving = service === null ? [] : podsOf(service).filter(isServing)
    const counted = its.filter((it) => isWorthwhile(it, service, serving) && !isBlind(it, service, serving))
    return ofService(counted, podNodes(serving))

    function isBlind(it: Contact, of: Service | null, backends: readonly Pod[]): boolean {
      if (!isSick(it)) return false
      // A policy drops, it does not refuse: a refusal is the target's own.
      if (tally([it]).by.refused > 0) return false
      const port = of?.ports.find((one) => one.port === it.service.port) ?? null
      return networkPolicies.known && decide(it, backends, port).kind !== 'allowed'
    }
  })
}

/** A pod that is on its way out need not answer; without the Service's pods everything counts. */
function isWorthwhile(it: Contact, service: Service | null, serving: readonly Pod[]): boolean {
  if (it.via.kind === 'service' || service === null || service.selector === null) return true
  return serving.length === 0 || serving.some((pod) => pod.name === endpointName(it) || pod.ip === it.ip)
}

function podNodes(pods: readonly Pod[]): readonly string[] {
  return [...new Set(pods.flatMap((it) => (it.node === null ? [] : [it.node])))]
}

function ofService(its: readonly Contact[], homes: readonly string[]): readonly Trouble[] {
  const all = tally(its)
  const [first] = its
  if (first === undefined || all.failed === 0) return []
  const sick = its.filter(isSick)
  const nodes = [...new Set([...sick.map((it) => it.node), ...homes])]
  return [
    {
      kind: 'contact-failed',
      source: 'contacts',
      sufferer: subject('Service', first.service.namespace, first.service.name),
      involved: [subject('Service', first.service.namespace, first.service.name), ...nodes.map((it) => subject('Node', null, it))],
      keys: [svcUnanswered(first.service), ...nodes.map(nodeDown)],
      asked: `${first.ip}:${first.port}`,
      from: `from ${[...new Set(sick.map((it) => `node ${it.node}`))].toSorted().join(', ')}`,
      how: failuresText(all),
      bad: all.failed,
      of: all.of,
      ms: null,
      // Once of many is no pattern: SVC207 says that it could not tell.
      weight: all.failed === 1 && all.of > 1 ? 'sign' : 'outage',
    },
  ]
}

function ofHttp(model: Model, http: readonly HttpContact[]): readonly Trouble[] {
  const { contacts, networkPolicies, namespaces, pods } = model.sources
  const decide = policyOnProbe({ contacts, networkPolicies, namespaces, scope: model.scope })
  const listed = pods.known ? pods.value : []
  const groups = Map.groupBy(http, (it) => it.via.controllerPod)
  return http.filter(isBad).flatMap((it) => (isBlind(it) ? [] : [ofRequest(it, isMute(it))]))

  /** A controller that let in not one connection says nothing of an Ingress: the port asked may be the wrong one. */
  function isMute(it: HttpContact): boolean {
    return groups.get(it.via.controllerPod)?.every((one) => one.error === 'ECONNREFUSED') === true
  }

  /** Silence that a policy on the probe's own pod may have made. */
  function isBlind(it: HttpContact): boolean {
    if (it.status !== null || it.error === 'ECONNREFUSED' || !networkPolicies.known) return false
    const via = { kind: 'endpoint', pod: it.via.controllerPod } as const
    const contact = { node: it.node, service: { ...it.ingress, port: it.via.port }, via, ip: it.via.ip, port: it.via.port, tries: [] }
    return decide(contact, listed.filter((pod) => pod.name === it.via.controllerPod), null).kind !== 'allowed'
  }
}

function isBad(it: HttpContact): boolean {
  // Headers without the end of the body are no answer: large packets may be lost on the way.
  return it.status === null || it.status >= 500 || it.error !== null
}

function ofRequest(it: HttpContact, mute: boolean): Trouble {
  const self = subject('Ingress', it.ingress.namespace, it.ingress.name)
  return {
    kind: 'bad-answer',
    source: 'contacts',
    sufferer: self,
    involved: [self, subject('Pod', it.ingress.namespace, it.via.controllerPod), subject('Node', null, it.node)],
    keys: [ingressFails(it.ingress), ingressBackendFails(it.ingress, '*')],
    asked: `${it.host}${it.path} of controller ${it.via.controllerPod}`,
    from: `from node ${it.node}`,
    how: it.status === null ? (it.error ?? 'no answer') : String(it.status),
    bad: 1,
    of: 1,
    ms: it.ms,
    weight: mute ? 'sign' : 'outage',
  }
}
