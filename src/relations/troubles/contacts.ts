import type { Trouble } from '../../findings/trouble.ts'
import type {
  Contact,
  Contacts,
  DirectContact,
  HttpContact,
  LargeRequest,
  NodePortContact,
} from '../../model/contacts.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import type { Model } from '../../model/sources.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import { isTarget } from '../asked-about.ts'
import { endText, excuseOf, isBadEnd, mutePorts, neverConnected, portOf, urlText } from '../ingress/http-answers.ts'
import { refusedByLimit } from '../ingress/limited.ts'
import { fateOf, servedBy } from '../service/large-requests.ts'
import { mayBeOther } from '../service/http-of-endpoint.ts'
import { hangUpsOf, hungUpTimes, stayedOn } from '../service/hang-ups.ts'
import { asContact, soundNodePorts } from '../service/node-port-contacts.ts'
import { policyOnProbe } from '../policy/policy-on-probe.ts'
import { backingOf } from '../service/service-backing.ts'
import { awake, endpointName, failuresText, homesAmong, isSick, tally } from '../service/service-contacts.ts'
import { isServing, podsOfServices } from '../service/service-selects-pod.ts'
import {
  endpointsAnswerBadly,
  hangsUp,
  ingressBackendFails,
  ingressFails,
  largeRequestsLost,
  nodeDown,
  nodePortUnanswered,
  routeFails,
  svcUnanswered,
} from '../symptom.ts'

/** Connections to Services and requests through Ingresses, as the probe pods made them. */
export function contactTroubles(model: Model): readonly Trouble[] {
  const { contacts } = model.sources
  if (!contacts.known) return []
  const { connects, direct } = contacts.value
  return [
    ...ofConnects(model, connects),
    ...ofHangUps(model),
    ...ofHttp(model, contacts.value),
    ...ofRouted(contacts.value),
    ...ofDirect(model, direct ?? []),
    ...ofThrough(model, contacts.value.through ?? []),
    ...ofLarge(model, contacts.value.large ?? []),
    ...ofNodePorts(model, contacts.value.nodePorts ?? []),
  ]
}

function ofConnects(model: Model, connects: readonly Contact[]): readonly Trouble[] {
  const { contacts, networkPolicies, namespaces, pods, services, workloads } = model.sources
  const decide = policyOnProbe({ contacts, networkPolicies, namespaces })
  const listed = new Map((services.known ? services.value : []).map((it) => [`${it.namespace}/${it.name}`, it]))
  const podsOf = podsOfServices(pods.known ? pods.value : [])
  const backing = pods.known ? backingOf(pods.value, workloads) : null
  return [...Map.groupBy(connects, (it) => `${it.service.namespace}/${it.service.name}`)].flatMap(([name, its]) => {
    const service = listed.get(name) ?? null
    // Turned off on purpose: nobody expects an answer, and SVC206 says so.
    if (service !== null && backing?.(service).kind === 'scaled-to-zero') return []
    const serving = service === null ? [] : podsOf(service).filter(isServing)
    const heard = awake(its, model.sources.dnsProbe, homesAmong(serving))
    const counted = heard.filter((it) => isWorthwhile(it, service, serving) && !isBlind(it, service, serving))
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

/** A port may be made only to be seen open: without somebody who needs it, it is for whoever knows. */
function ofHangUps({ sources, scope }: Model): readonly Trouble[] {
  const { contacts } = hangUpsOf(sources)
  return [...Map.groupBy(contacts, ({ service: { namespace, name } }) => full({ namespace, name })).values()].flatMap(
    (its): readonly Trouble[] => {
      const [first] = its
      if (first === undefined) return []
      const self = subject('Service', first.service.namespace, first.service.name)
      const nodes = [...new Set(its.map((it) => it.node))].toSorted()
      const pods = new Set(its.flatMap(({ via }) => (via.kind === 'endpoint' && via.pod !== null ? [via.pod] : [])))
      return [
        {
          kind: 'contact-failed',
          source: 'contacts',
          sufferer: self,
          involved: [
            self,
            ...[...pods].map((it) => subject('Pod', first.service.namespace, it)),
            ...nodes.map((it) => subject('Node', null, it)),
          ],
          keys: [hangsUp(first.service)],
          asked: `${first.ip}:${first.port}`,
          from: `from ${nodes.map((it) => `node ${it}`).join(', ')}`,
          how: its.some((it) => it.tries.some(({ refusal }) => refusal !== undefined))
            ? 'the other side turns it away at once, in words'
            : 'the other side ends it at once, without a byte',
          bad: its.reduce((sum, it) => sum + hungUpTimes(it.tries), 0),
          of: its.reduce((sum, it) => sum + stayedOn(it.tries).length, 0),
          ms: null,
          weight: isTarget(scope, self) ? 'outage' : 'nuisance',
        },
      ]
    },
  )
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
      involved: [
        subject('Service', first.service.namespace, first.service.name),
        ...nodes.map((it) => subject('Node', null, it)),
      ],
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

function ofHttp(model: Model, contacts: Contacts): readonly Trouble[] {
  const excuse = excuseOf({ ...model.sources, scope: model.scope })
  const mute = mutePorts(contacts)
  const { ingresses, ingressConfigs } = model.sources
  const isLimited = refusedByLimit({ contacts, ingresses: ingresses.known ? ingresses.value : [], ingressConfigs })
  return contacts.http
    .filter((it) => isBadEnd(it) && excuse(it) === null && !isLimited(it))
    .map((it) => ofRequest(it, mute.has(portOf(it))))
}

/** Through a Gateway. Where no connection came about a policy may hold the probe: GTW730 says so. */
function ofRouted({ routed = [] }: Contacts): readonly Trouble[] {
  return routed
    .filter((it) => isBadEnd(it) && !neverConnected(it))
    .map((it): Trouble => {
      const self = subject(it.route.kind, it.route.namespace, it.route.name)
      return {
        kind: 'bad-answer',
        source: 'contacts',
        sufferer: self,
        involved: [self, subject('Service', it.via.namespace, it.via.name), subject('Node', null, it.node)],
        keys: [routeFails(it.route)],
        asked: `${urlText(it)} of Service ${full(it.via)}`,
        from: `from node ${it.node}`,
        how: endText(it),
        bad: 1,
        of: 1,
        ms: it.ms,
        weight: 'outage',
      }
    })
}

/** Endpoints that answered badly when they were asked themselves. */
function ofDirect(model: Model, direct: readonly DirectContact[]): readonly Trouble[] {
  const excuse = excuseOf({ ...model.sources, scope: model.scope })
  const counted = direct.filter((it) => excuse(it) === null)
  return [
    ...Map.groupBy(
      counted,
      (it) => `${it.service.namespace}/${it.service.name}:${it.service.port} ${it.pod ?? it.ip}`,
    ).values(),
  ].flatMap((its): readonly Trouble[] => {
    const bad = its.filter(isBadEnd)
    const [first] = bad
    if (first === undefined) return []
    const self = subject('Service', first.service.namespace, first.service.name)
    const nodes = [...new Set(bad.map((it) => it.node))].toSorted()
    return [
      {
        kind: 'bad-answer',
        source: 'contacts',
        sufferer: self,
        involved: [
          self,
          ...(first.pod === null ? [] : [subject('Pod', first.service.namespace, first.pod)]),
          ...nodes.map((it) => subject('Node', null, it)),
        ],
        keys: [endpointsAnswerBadly(first.service)],
        asked: `${urlText(first)} of ${first.pod ?? first.ip}`,
        from: `from ${nodes.map((it) => `node ${it}`).join(', ')}`,
        how: endText(first),
        bad: bad.length,
        of: its.length,
        ms: first.ms,
        // SVC208 cannot tell what protocol it is; alone it is worth a line.
        weight: counted
          .filter(
            ({ service: { namespace, name, port } }) =>
              full(first.service) === full({ namespace, name }) && port === first.service.port,
          )
          .every(mayBeOther)
          ? 'sign'
          : 'outage',
      },
    ]
  })
}

/** By the Service's own address, of the URL that the user named: no endpoint that is asked itself need be at fault. */
function ofThrough(model: Model, through: readonly DirectContact[]): readonly Trouble[] {
  const excuse = excuseOf({ ...model.sources, scope: model.scope })
  const counted = through.filter((it) => excuse(it) === null)
  const bad = counted.filter(isBadEnd)
  const [first] = bad
  if (first === undefined) return []
  const self = subject('Service', first.service.namespace, first.service.name)
  const nodes = [...new Set(bad.map((it) => it.node))].toSorted()
  return [
    {
      kind: 'bad-answer',
      source: 'contacts',
      sufferer: self,
      involved: [self, ...nodes.map((it) => subject('Node', null, it))],
      keys: [endpointsAnswerBadly(first.service), svcUnanswered(first.service), hangsUp(first.service)],
      asked: `${urlText(first)} of the Service's own address`,
      from: `from ${nodes.map((it) => `node ${it}`).join(', ')}`,
      how: endText(first),
      bad: bad.length,
      of: counted.length,
      ms: first.ms,
      weight: 'outage',
    },
  ]
}

function ofLarge({ sources: { dnsProbe } }: Model, large: readonly LargeRequest[]): readonly Trouble[] {
  const counted = large.filter((it) => fateOf(it, dnsProbe) !== 'late')
  return [...Map.groupBy(counted, (it) => `${subjectKey(servedBy(it))} ${it.ip} ${it.port}`).values()].flatMap(
    (its): readonly Trouble[] => {
      const lost = its.filter((it) => fateOf(it, dnsProbe) === 'lost')
      const [first] = lost
      if (first === undefined) return []
      const self = servedBy(first)
      const nodes = [...new Set(lost.map((it) => it.node))].toSorted()
      const kind = first.of.kind === 'endpoint' ? 'Service' : 'Ingress'
      return [
        {
          kind: 'bad-answer',
          source: 'contacts',
          sufferer: self,
          involved: [self, ...nodes.map((it) => subject('Node', null, it))],
          keys: [largeRequestsLost(kind, { namespace: self.namespace ?? '', name: self.name })],
          asked: `${first.ip}:${first.port} with ${first.bytes} bytes`,
          from: `from ${nodes.map((it) => `node ${it}`).join(', ')}`,
          how: first.error ?? 'no answer',
          bad: lost.length,
          of: its.length,
          ms: first.ms,
          weight: 'outage',
        },
      ]
    },
  )
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
    how: endText(it),
    bad: 1,
    of: 1,
    ms: it.ms,
    weight: mute ? 'sign' : 'outage',
  }
}

/** One failed connect of many is no pattern; silence at a load balancer's NodePort may be meant. */
function ofNodePorts(model: Model, nodePorts: readonly NodePortContact[]): readonly Trouble[] {
  const { dnsProbe, networkPolicies, pods, services } = model.sources
  const decide = policyOnProbe(model.sources)
  const listed = services.known ? services.value : []
  const podsOf = podsOfServices(pods.known ? pods.value : [])
  return [...Map.groupBy(nodePorts, (it) => `${it.service.namespace}/${it.service.name}:${it.port}`).values()].flatMap(
    (its): readonly Trouble[] => {
      const [first] = its
      const service =
        listed.find((it) => it.namespace === first?.service.namespace && it.name === first.service.name) ?? null
      const backends = service === null ? [] : podsOf(service)
      const sound = soundNodePorts(its, {
        dnsProbe,
        decide: networkPolicies.known ? decide : () => ({ kind: 'allowed' }),
        backends,
      })
      const all = tally(sound.map(asContact))
      if (first === undefined || all.failed === 0) return []
      const self = subject('Service', first.service.namespace, first.service.name)
      const sick = sound.filter((it) => it.tries.some(({ result }) => result !== 'open'))
      return [
        {
          kind: 'contact-failed',
          source: 'contacts',
          sufferer: self,
          involved: [self, ...[...new Set(sick.map((it) => it.at.node))].map((it) => subject('Node', null, it))],
          keys: [nodePortUnanswered(first.service)],
          asked: `NodePort ${first.port} on ${[...new Set(sick.map((it) => it.at.node))].join(', ')}`,
          from: `from ${[...new Set(sick.map((it) => `node ${it.node}`))].toSorted().join(', ')}`,
          how: failuresText(all),
          bad: all.failed,
          of: all.of,
          ms: null,
          weight:
            all.by.timeout === all.failed && (service?.type === 'LoadBalancer' || all.failed === 1)
              ? 'sign'
              : 'nuisance',
        },
      ]
    },
  )
}
