import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contact, DirectContact, NodePortContact, Refusal } from '../../model/contacts.ts'
import type { InsideView } from '../../model/inside.ts'
import type { Complaint, ProgramLog } from '../../model/program-log.ts'
import type { Crossing } from '../../model/crossing.ts'
import { known } from '../../model/known.ts'
import type { Scope } from '../../model/sources.ts'
import { type Subject, subject, subjectKey } from '../../model/subject.ts'
import { textOrder } from '../../model/text-order.ts'
import { count, full, some } from '../../phrases.ts'
import { complaintEnds } from '../../relations/complaint-words.ts'
import { isTarget } from '../../relations/asked-about.ts'
import { hangUpsOf, hungUpTimes, serviceOfCrossing, stayedOn } from '../../relations/service/hang-ups.ts'
import { asContact } from '../../relations/service/node-port-contacts.ts'
import { endpointName } from '../../relations/service/service-contacts.ts'
import { endpointsAnswerBadly, filesTaken, hangsUp } from '../../relations/symptom.ts'
import { serviceSubject } from './words.ts'

/**
 * The kernel makes the handshake, whatever the program does next: one that has as many connections as it may have, or
 * that passes on to a place where nobody is, accepts and closes. To whoever looks at the handshake alone it is open.
 */
export default check({
  code: 'SVC266',
  slug: 'service/hangs-up',
  title: 'a Service hangs up at once on whoever connects',
  fine: 'whoever was connected to and stayed on with did not hang up',
  severity: 'warning',
  needs: ['contacts'],
  wants: ['crossings', 'pods', 'services', 'programLogs', 'insideViews'],
  remedies: [],
  decides: [],

  run({ contacts, crossings, pods, services, programLogs, insideViews, scope }) {
    const {
      contacts: hung,
      crossings: inside,
      unsure,
    } = hangUpsOf({
      contacts: known(contacts),
      crossings,
      pods,
      services,
    })
    const stayed = [...contacts.connects, ...(contacts.nodePorts ?? [])]
      .map(asWay)
      .filter((it) => it.tries.some(({ hungUpMs }) => hungUpMs !== undefined))
    const told = crossings.known ? crossings.value.filter((it) => it.hungUp !== undefined) : []
    if (stayed.length + told.length === 0) return notApplicable('no connection to a Service was stayed on')
    const named = [
      ...hung.map((it) => serviceSubject(it.service)),
      ...inside.flatMap((it) => serviceOfCrossing(it) ?? []),
    ]
    const found = new Map(named.map((it) => [subjectKey(it), it]))
    const isOf = (on: Subject, it: { readonly namespace: string; readonly name: string }): boolean =>
      full(on) === full(it)
    const blind = [...new Set(unsure.map((it) => full(it.service)))].filter(
      (it) => ![...found.values()].some((on) => full(on) === it),
    )
    return [
      ...blind.map((it) =>
        cannotTell(
          'ambiguous',
          `${it} hangs up at once on the probe's pods; its pods are of a mesh, whose proxy may do so`,
        ),
      ),
      ...[...found.values()].map((on) =>
        judge(on, {
          stayed: stayed.filter((it) => isOf(on, it.service)),
          hung: hung.filter((it) => isOf(on, it.service)),
          inside: inside.filter((it) => full(serviceOfCrossing(it) ?? { namespace: null, name: '' }) === full(on)),
          direct: (contacts.direct ?? []).filter((it) => isOf(on, it.service)),
          views: insideViews.known ? insideViews.value : [],
          logs: programLogs.known ? programLogs.value : [],
          scope,
        }),
      ),
      ok(stayed.length + told.length),
    ]
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Service ${full(on)} hangs up at once on ${whom(args)}` +
      `${args.endpoints.length === 0 ? '' : `: ${some(args.endpoints)}`}` +
      `${args.noFiles.length === 0 ? '' : ': no file descriptor is left'}.`,
    detail: ({ args }) =>
      [
        ...(args.of === 0
          ? []
          : [
              `${args.times} of ${count(args.of, 'connection')} to ${some(args.at)} that were stayed on ended within ` +
                `${args.ms} ms, ${saidText(args.said)}, from ${some(args.nodes)}`,
            ]),
        ...(args.inside.length === 0 ? [] : [`twice in a row inside ${some(args.inside.map((it) => `pod ${it}`))}`]),
      ].join(' · '),
    note: ({ args: { said, noFiles, inLog } }) =>
      noFiles.length > 0
        ? `${carried}; ${inLog ? 'the log' : 'the look inside'} of ${some(noFiles)} says why: ` +
          `${complaintEnds['no-files']}. Whatever it opens and does not ` +
          'close, such as connections of a pool (state 08, CLOSE_WAIT), takes one'
        : `${carried}; ${said[0] === undefined ? unsaid : notes[said[0]]}`,
    help: ({ subject: on, args }) => [
      args.noFiles.length > 0
        ? 'find what it does not close, and fix that; a higher limit (`ulimit -n`) and a restart help for a while'
        : 'see what its log says when somebody connects, how many connections it has, and how many it takes',
      ...(args.noFiles.length > 0 && args.pod !== null
        ? [
            `kubectl -n ${on.namespace} exec ${args.pod} -- ` +
              `sh -c 'grep "open files" /proc/1/limits; ls /proc/1/fd | wc -l'`,
          ]
        : []),
      ...(args.pod === null
        ? [`kubectl -n ${on.namespace} get endpointslices -l kubernetes.io/service-name=${on.name} -o wide`]
        : [
            `kubectl -n ${on.namespace} logs ${args.pod} --since=10m`,
            `kubectl -n ${on.namespace} exec ${args.pod} -- cat /proc/net/tcp /proc/net/tcp6   # st 01: established`,
          ]),
    ],
  },
})

const carried = 'the handshake is well, so that the network and its rules are'
const unsaid =
  'the program, or a proxy before it, ends it: ' +
  'a limit of connections that is reached, a backend that is gone, or a list of who may come'

const notes: Readonly<Record<Refusal, string>> = {
  full: 'the program says itself that it takes no more connections: a limit is reached',
  'not-welcome':
    'the program says itself that it does not want who connects: a list of who may come, or a protected mode',
}

const refusals: Readonly<Record<Refusal, string>> = {
  full: 'saying that there are too many',
  'not-welcome': 'saying that this client may not',
}

function saidText(said: readonly Refusal[]): string {
  return said.map((it) => refusals[it]).join(' or ') || 'without a byte'
}

type Args = {
  readonly endpoints: readonly string[]
  readonly times: number
  readonly of: number
  readonly inside: readonly string[]
}

function whom({ times, of, inside }: Args): string {
  if (inside.length > 0) return `${inside.length === 1 ? 'pod ' : ''}${some(inside)}`
  return times === of ? 'whoever connects' : 'some of those that connect'
}

function wayText(it: Contact): string {
  return `${it.node} to ${it.via.kind === 'service' ? 'the Service' : endpointName(it)} ${it.ip}:${it.port}`
}

function saidBy({ tries }: Contact): string {
  return saidText([...new Set(tries.flatMap(({ refusal }) => refusal ?? []))])
}

/** NodePorts as well: each node's address is one more way to the Service. */
function asWay(it: Contact | NodePortContact): Contact {
  return 'via' in it ? it : asContact(it)
}

function isOfFiles({ kind, times }: Complaint): boolean {
  return kind === 'no-files' && times > 1
}

interface Around {
  /** All that were stayed on, whatever became of them. */
  readonly stayed: readonly Contact[]
  readonly hung: readonly Contact[]
  readonly inside: readonly Crossing[]
  readonly direct: readonly DirectContact[]
  readonly views: readonly InsideView[]
  readonly logs: readonly ProgramLog[]
  readonly scope: Scope
}

function judge(on: Subject, { stayed, hung, inside, direct, logs, views, scope }: Around) {
  const ports = new Set(hung.map((it) => it.service.port))
  const ways = stayed.filter((it) => ports.has(it.service.port))
  const tries = ways.flatMap((it) => stayedOn(it.tries))
  const ended = hung.flatMap((it) => it.tries.flatMap(({ hungUpMs }) => hungUpMs ?? []))
  const ofPods = hung.filter((it) => it.via.kind === 'endpoint')
  const endpoints = [...new Set(ofPods.map(endpointName))].toSorted(textOrder)
  const pods = [
    ...ofPods.map((it) => endpointName(it)),
    ...inside.flatMap(({ to }) => (to.kind === 'endpoint' && to.pod !== null ? [to.pod] : [])),
  ]
  const starved = logs.filter(
    (it) => it.namespace === on.namespace && pods.includes(it.pod) && it.complaints.some(isOfFiles),
  )
  const filled = views.filter(
    (it) => it.namespace === on.namespace && pods.includes(it.pod) && (it.fullFiles ?? []).length > 0,
  )
  const said = [...new Set(hung.flatMap((it) => it.tries.flatMap(({ refusal }) => refusal ?? [])))]
  const asked = direct.filter((it) => ports.has(it.service.port))
  return finding({
    subject: on,
    also: inside.map(({ from }) => subject('Pod', from.namespace, from.pod)),
    confidence: 'observed',
    // A port that somebody connects to only to see it open may be made so on purpose.
    severity: inside.length > 0 || asked.length > 0 || isTarget(scope, on) ? 'error' : 'warning',
    args: {
      ports: [...ports],
      endpoints,
      at: [...new Set(hung.map((it) => `${it.ip}:${it.port}`))],
      nodes: [...new Set(hung.map((it) => it.node))].toSorted(textOrder),
      times: ways.reduce((sum, it) => sum + hungUpTimes(it.tries), 0),
      of: tries.length,
      ms: Math.ceil(Math.max(0, ...ended)),
      said,
      inside: [...new Set(inside.map(({ from }) => `${from.namespace}/${from.pod}`))],
      pod: starved[0]?.pod ?? filled[0]?.pod ?? pods[0] ?? null,
      noFiles: [...new Set([...starved, ...filled].map((it) => it.pod))].toSorted(textOrder),
      inLog: starved.length > 0,
    },
    evidence: [
      ...(ways.length === 0
        ? []
        : [
            {
              kind: 'shares' as const,
              label: 'connections that the other side ended at once',
              rows: ways.map((it) => ({
                where: wayText(it),
                bad: hungUpTimes(it.tries),
                of: stayedOn(it.tries).length,
                note: hungUpTimes(it.tries) > 0 ? `opened, and ended, ${saidBy(it)}` : 'stayed',
              })),
            },
          ]),
      ...inside.map((it) => ({
        kind: 'fact' as const,
        label: `inside pod ${it.from.namespace}/${it.from.pod}`,
        value: `${it.host}:${it.port} opens, and the other side ends it without a byte, twice (${it.tool})`,
      })),
      ...filled.flatMap(({ pod, fullFiles = [] }) =>
        fullFiles.slice(0, 2).map(({ limit, open }) => ({
          kind: 'fact' as const,
          label: `file descriptors of a program in pod ${pod} (/proc/PID/fd, limits)`,
          value: `${open} of ${limit} open`,
        })),
      ),
    ],
    symptoms: [hangsUp(serviceIn(on))],
    // What asked a request there met the same.
    causes: [
      ...(asked.length > 0 ? [endpointsAnswerBadly(serviceIn(on))] : []),
      ...[...starved, ...filled].map((it) => filesTaken({ namespace: it.namespace, name: it.pod })),
    ],
  })
}

function serviceIn({ namespace, name }: Subject): { readonly namespace: string; readonly name: string } {
  return { namespace: namespace ?? '', name }
}
