import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Certificate, Contacts, HttpContact } from '../../model/contacts.ts'
import type { Ingress } from '../../model/ingress.ts'
import { strangersOf, requestsOf } from '../../relations/ingress/http-of-ingress.ts'
import { ingressFails } from '../../relations/symptom.ts'
import { hostFits } from '../../wire/host-pattern.ts'
import { isAskedAbout } from '../service/words.ts'
import { ingressSubject } from './words.ts'
import { full, some, shown, told } from '../../phrases.ts'

/**
 * A browser stops at a certificate that is too old, or for another name; a controller without the right Secret shows
 * one of its own and says nothing. Who signed it is no fault here: a private authority is known to its own clients.
 */
export default check({
  code: 'ING306',
  slug: 'ingress/certificate-refused',
  title: 'an Ingress shows a certificate that clients refuse',
  fine: 'the certificates that Ingresses show are for their hosts, and of today',
  severity: 'error',
  needs: ['contacts', 'ingresses'],
  remedies: [],
  decides: ['ING-10'],

  run({ contacts, ingresses, scope }) {
    const verdicts = ingresses
      .filter((it) => isAskedAbout(scope, 'Ingress', it))
      .flatMap((ingress) => judge(ingress, contacts))
    return verdicts.length > 0 ? verdicts : notApplicable('no Ingress here is asked for over TLS')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} shows a certificate for ${args.host} that clients refuse: ${args.what}.`,
    detail: ({ args }) =>
      `certificate of ${args.names} · signed by ${shown(args.issuer, 'nobody named')} · ` +
      `${args.validFrom === null ? '' : `from ${args.validFrom} `}until ${args.validTo} · ` +
      `shown by ${args.controllers}`,
    note: ({ args }) => notes[args.fault as Fault],
    help: ({ subject: on, args }) =>
      args.secret === ''
        ? [
            'name the Secret with the certificate in spec.tls, with this host',
            `kubectl -n ${on.namespace} get ingress ${on.name} -o yaml`,
          ]
        : [
            'look at the Secret that spec.tls names: whether it is there, of type kubernetes.io/tls, ' +
              'and what its certificate is for',
            `kubectl -n ${on.namespace} get secret ${args.secret}`,
            `kubectl -n ${on.namespace} describe ingress ${on.name}`,
          ],
  },
})

type Fault = 'default' | 'expired' | 'not-yet' | 'other-name'

const notes: Readonly<Record<Fault, string>> = {
  default:
    'it is what the controller shows for any host: the Secret of this one is missing, empty or refused, ' +
    'or spec.tls does not name the host',
  expired: 'it was not renewed, or the controller still has the old one',
  'not-yet': 'whoever made it gave it a later time, or the clock of the node that asked is behind',
  'other-name': 'none of its names is the host: the Secret holds the certificate of another one',
}

function judge(ingress: Ingress, contacts: Contacts) {
  const own = requestsOf(contacts, ingress)
  const seen = own.flatMap((it) => (it.certificate === undefined ? [] : [{ it, certificate: it.certificate }]))
  const wanted = ingress.tls !== undefined && ingress.tls.length > 0
  if (seen.length === 0) {
    const isTls = wanted || own.some((it) => it.scheme === 'https')
    return isTls
      ? [
          cannotTell(
            'not-there',
            `TLS of Ingress ${full(ingress)} was not looked at: no certificate was shown to the probe`,
          ),
        ]
      : []
  }
  return [...Map.groupBy(seen, ({ it }) => hostOf(it))].map(([host, its]) => {
    const bad = its.flatMap(({ it, certificate }) => {
      const fault = faultOf(certificate, it, contacts)
      return fault === null ? [] : [{ it, certificate, fault }]
    })
    const [first] = bad
    if (first === undefined)
      return ok(
        its.length,
        some([
          ...new Set(
            its.flatMap(({ certificate }) =>
              certificate.trust === 'public'
                ? []
                : [`${host}: signed by ${shown(certificate.issuer, 'nobody named')}, whom the probe does not know`],
            ),
          ),
        ]),
      )
    const entry = ingress.tls?.find(({ hosts }) => hosts.length === 0 || hosts.some((one) => hostFits(one, host)))
    const { certificate, fault } = first
    return finding({
      subject: ingressSubject(ingress),
      confidence: 'observed',
      // Without `tls` for this host, what stands before the controller may end TLS with a certificate of its own.
      severity: entry === undefined ? 'info' : 'error',
      args: {
        host,
        fault,
        what: what(fault, certificate),
        names: some(certificate.names) || shown(certificate.subject, 'no name'),
        issuer: certificate.issuer,
        validFrom: certificate.validFrom ?? null,
        validTo: certificate.validTo,
        secret: entry?.secret ?? '',
        controllers: some([...new Set(bad.map(({ it }) => it.via.controllerPod))]),
      },
      evidence: [
        {
          kind: 'shares',
          label: 'handshakes that a browser would have ended',
          rows: [...Map.groupBy(its, ({ it }) => `${it.node} by ${it.via.controllerPod}`)].map(([where, all]) => ({
            where,
            bad: all.filter(({ it }) => bad.some((one) => one.it === it)).length,
            of: all.length,
            note: '',
          })),
        },
      ],
      symptoms: [ingressFails(ingress)],
    })
  })
}

function hostOf({ host }: HttpContact): string {
  return host.replace(/:\d+$/, '')
}

/**
 * What a browser would stop at, the most telling first. An address as host (a rule for any name) proves no name wrong.
 */
function faultOf(certificate: Certificate, it: HttpContact, contacts: Contacts): Fault | null {
  const isAddress = hostOf(it) === it.via.ip
  const isDefault =
    /fake certificate|default cert/i.test(certificate.subject) ||
    strangersOf(contacts, it).some((one) => one.certificate !== undefined && isSame(one.certificate, certificate))
  if (!certificate.covers && isDefault && !isAddress) return 'default'
  if (certificate.validity !== 'now') return certificate.validity
  return certificate.covers || isAddress ? null : 'other-name'
}

function isSame(one: Certificate, other: Certificate): boolean {
  return (
    one.subject === other.subject &&
    one.issuer === other.issuer &&
    one.validTo === other.validTo &&
    one.names.join() === other.names.join()
  )
}

function what(fault: Fault, { names, subject, validFrom, validTo }: Certificate): string {
  switch (fault) {
    case 'default':
      return `it is the controller's own (${subject === '' ? some(names) : told(subject)})`
    case 'expired':
      return `it expired on ${validTo}`
    case 'not-yet':
      return validFrom === undefined ? 'it is not valid yet' : `it is valid from ${validFrom} on, and not before`
    case 'other-name':
      return `it is for ${some(names) || subject || 'no name'}`
  }
}
