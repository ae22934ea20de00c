import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contacts, HttpContact } from '../../model/contacts.ts'
import type { Ingress } from '../../model/ingress.ts'
import { urlText } from '../../relations/ingress/http-answers.ts'
import {
  directOf,
  isOfController,
  routeOfContact,
  strangersOf,
  requestsOf,
} from '../../relations/ingress/http-of-ingress.ts'
import { ingressBackendFails, ingressFails, noEndpoints } from '../../relations/symptom.ts'
import { isAskedAbout } from '../service/words.ts'
import { ingressSubject } from './words.ts'
import { count, full, some } from '../../phrases.ts'

/**
 * An Ingress is a wish: whether the controller took it shows only in what it answers. A controller that refuses to load
 * a configuration goes on with the last good one, and says so in its log alone.
 */
export default check({
  code: 'ING307',
  slug: 'ingress/not-configured',
  title: 'an ingress controller does not know a host or path of an Ingress',
  fine: 'each URL of an Ingress that was asked for is known to its controller',
  severity: 'error',
  needs: ['contacts', 'ingresses'],
  wants: ['ingressControllers'],
  remedies: [],
  decides: ['ING-12'],

  run({ contacts, ingresses, ingressControllers, scope }) {
    const homes = new Map(ingressControllers.known ? ingressControllers.value.map((it) => [it.pod, it.namespace]) : [])
    const verdicts = ingresses
      .filter((it) => isAskedAbout(scope, 'Ingress', it))
      .flatMap((ingress) => judge(ingress, { contacts, ingresses, homes }))
    return verdicts.length > 0
      ? verdicts
      : notApplicable('no answer could be compared with what a controller says to a host that it does not know')
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.bad < args.of
        ? `The controller did not know ${args.url} of Ingress ${full(on)} in ${args.bad} of ` +
          `${count(args.of, 'request')}: it answered ${args.status}, as for a host that nobody declared.`
        : `The controller does not know ${args.url} of Ingress ${full(on)}: it answers ${args.status}, ` +
          'as for a host that nobody declared.',
    detail: ({ args }) =>
      `${args.bad} of ${args.of} requests got the page that a made-up host gets · ` +
      `asked of controller ${args.controllers}`,
    note: ({ args }) =>
      (args.bad < args.of
        ? 'the other requests of the same run were answered: it was loaded meanwhile, or a replica lacks it; else '
        : '') +
      'the Ingress is there, and the controller does not serve it: ' +
      'it refused to load a configuration since (it goes on with the last good one), refused this object, ' +
      'watches other namespaces, or another replica has it',
    help: ({ subject: on, args }) => [
      'read what the controller said when it loaded its configuration, and the events of the Ingress',
      `kubectl -n ${args.home} logs ${args.pod} --since=1h | grep -i -E 'error|emerg|reject|invalid'`,
      `kubectl -n ${on.namespace} describe ingress ${on.name}`,
    ],
  },
})

interface Around {
  readonly contacts: Contacts
  readonly ingresses: readonly Ingress[]
  readonly homes: ReadonlyMap<string, string>
}

function judge(ingress: Ingress, { contacts, ingresses, homes }: Around) {
  const all = requestsOf(contacts, ingress).filter((it) => strangersOf(contacts, it).length > 0)
  if (all.length === 0) return []
  // What no rule takes is answered 404 by every healthy controller: an old recording, or a pattern that RE2 can't read.
  const http = all.filter((it) => routeOfContact(ingress, it) !== null)
  if (http.length === 0)
    return [
      cannotTell(
        'ambiguous',
        `of Ingress ${full(ingress)} the probe asked ${some([...new Set(all.map(urlText))])}, which no rule of it is ` +
          'known to take; `hopscope diagnose URL` asks for one that you name',
      ),
    ]
  const foreign = http.filter((it) =>
    isOfController(it, { contacts, ingresses, direct: directOf(contacts, ingress, routeOfContact(ingress, it)) }),
  )
  const urls = [...Map.groupBy(foreign, urlText)]
  if (urls.length === 0) return [ok(http.length)]
  return urls.map(([url, its]) =>
    findingOf(ingress, { url, its, of: http.filter((it) => urlText(it) === url).length }, homes),
  )
}

interface Unknown {
  readonly url: string
  readonly its: readonly HttpContact[]
  readonly of: number
}

function findingOf(ingress: Ingress, { url, its, of }: Unknown, homes: ReadonlyMap<string, string>) {
  const [first] = its
  const pod = first?.via.controllerPod ?? ''
  const service = first === undefined ? '' : (routeOfContact(ingress, first)?.backend.service ?? '')
  return finding({
    subject: ingressSubject(ingress),
    confidence: 'observed',
    args: {
      url,
      status: first?.status ?? 0,
      bad: its.length,
      of,
      controllers: some([...new Set(its.map((it) => it.via.controllerPod))]),
      pod,
      home: homes.get(pod) ?? 'ingress-nginx',
      service,
    },
    evidence: [
      {
        kind: 'shares',
        label: 'requests that got the page of an unknown host',
        rows: [...Map.groupBy(its, (it) => `${it.node} by ${it.via.controllerPod}`)].map(([where, some]) => ({
          where,
          bad: some.length,
          of: some.length,
          note: `${first?.status ?? ''}`,
        })),
      },
    ],
    // Traefik answers 404 for a backend without endpoints, too.
    symptoms: [
      ingressFails(ingress),
      ...(service === ''
        ? []
        : [ingressBackendFails(ingress, service), noEndpoints({ namespace: ingress.namespace, name: service })]),
    ],
  })
}
