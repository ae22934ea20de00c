import type { Beside, HeldContent } from '../../model/beside.ts'
import type { Known } from '../../model/known.ts'
import type { ObjectStatus } from '../../model/status.ts'
import type { Subject } from '../../model/subject.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { count, full, some } from '../../phrases.ts'
import { type TlsReference, tlsReferencesOf } from '../../relations/ingress/tls-references.ts'
import { once } from '../../relations/once.ts'
import { heldCertificate, type SecretFault, secretFault } from '../../relations/tls-secrets.ts'

/**
 * Whoever can't read a certificate serves one of his own, or nothing, and nobody says so to the clients, who refuse it.
 * Each controller takes the Secret from one namespace alone: that of the Ingress, that of the listener, that of the
 * gateway's pods.
 */
export default check({
  code: 'ING360',
  slug: 'ingress/certificate-unfit',
  title: 'a Secret by which a host is served over TLS is missing or unfit',
  fine: 'the Secrets by which hosts are served over TLS are there, for these hosts, with their keys and in time',
  severity: 'error',
  needs: ['beside'],
  wants: [
    'ingresses',
    'ingressesBeside',
    'ingressClasses',
    'ingressControllers',
    'gateways',
    'httpProxies',
    'mesh',
    'statuses',
  ],
  remedies: [],
  decides: [],

  run({ beside, statuses, scope, ...seen }) {
    const isOwn = (it: Subject): boolean => scope.namespace === null || it.namespace === scope.namespace
    const all = tlsReferencesOf(beside, seen).filter((it) => isOwn(it.by) || it.shared?.some(isOwn) === true)
    if (all.length === 0) return notApplicable('nothing here names a Secret for TLS')
    if (beside.secrets === null) return cannotTell('cut-off', 'the file holds no Secrets')
    const issued = beingIssued(valueOf(statuses))
    const judged = all.map((it) => verdict(it, beside, issued.has(`${it.namespace}/${it.secret}`)))
    const found = judged.filter((it) => it.kind === 'finding')
    if (found.length > 0) return found
    const unsure = judged.filter((it) => it.kind === 'cannot-tell')
    return unsure.length > 0 ? unsure.slice(0, 1) : ok(all.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} is to serve ${args.hosts} with Secret ${args.home}/${args.secret}, ${says(args)}.`,
    detail: ({ args }) =>
      details[args.is](args) +
      (args.shared.length === 0
        ? ''
        : ` · of a host that several Ingresses have, the oldest decides: also for ${some(args.shared, 3)}`),
    note: ({ args }) =>
      args.spare
        ? 'the controller has a certificate for hosts without one (--default-ssl-certificate): it may be for this host'
        : 'clients get a certificate that is not for the host, or none, and refuse it',
    help: ({ subject: on, args }) => [
      cures[args.is],
      `kubectl -n ${args.home} get secret ${args.secret} -o jsonpath='{.data.tls\\.crt}' | base64 -d | ` +
        'openssl x509 -noout -dates -ext subjectAltName',
      `kubectl -n ${on.namespace} get ${resources[on.kind] ?? on.kind.toLowerCase()} ${on.name} -o yaml`,
    ],
  },
})

interface Told {
  readonly is: SecretFault['is']
  readonly names: readonly string[]
  readonly what: string
}

function says({ is, names, what }: Told): string {
  switch (is) {
    case 'missing':
      return names.length === 0 ? 'which does not exist' : `which does not exist: one of this name is in ${some(names)}`
    case 'keys':
      return `which has no ${names.join(' and no ')}`
    case 'host':
      return `whose certificate is not for ${what}`
    case 'over':
      return `whose certificate ran out at ${what}`
    case 'content':
      return `whose tls.crt ${contents[what as HeldContent['is']]}`
    case 'key':
      return 'whose tls.key is the key of another certificate than its tls.crt'
  }
}

const contents: Readonly<Record<HeldContent['is'], string>> = {
  empty: 'is empty',
  request: 'holds a certificate request (CSR), and no certificate',
  key: 'holds a private key, and no certificate',
  twice: 'was put in base64 twice',
  binary: 'holds a certificate in DER, where PEM is read',
  broken: 'holds a certificate that does not parse',
  other: 'holds no certificate',
}

const details: Readonly<Record<SecretFault['is'], (args: Told & { readonly home: string }) => string>> = {
  missing: ({ home }) => `a Secret of namespace ${home} is asked for, and of no other`,
  keys: ({ what }) => what,
  host: ({ names }) =>
    names.length === 0
      ? 'the certificate names no host (subjectAltName)'
      : `the certificate is for ${some(names, 4)} (${count(names.length, 'name')})`,
  over: () => 'by the newest time in the file',
  content: () => 'controllers refuse such a Secret, and serve the host without it',
  key: () => 'the first certificate of tls.crt is that of the server: the key has to be of that one',
}

const cures: Readonly<Record<SecretFault['is'], string>> = {
  missing: 'create the Secret there, or name the one that is there: a Secret of another namespace is not read',
  keys: 'make a Secret of type kubernetes.io/tls (kubectl create secret tls), with the keys tls.crt and tls.key',
  host: 'have a certificate issued for the host, or serve the host that it is for',
  over: 'renew the certificate, and see who should have done so',
  content: 'make the Secret of the certificate that was issued, in PEM: kubectl create secret tls NAME --cert --key',
  key:
    'take the certificate and the key of one pair; in tls.crt the certificate of the server stands first, then who ' +
    'issued it',
}

const resources: Readonly<Record<string, string>> = { Gateway: 'gateways', IngressRoute: 'ingressroutes' }

/** An ACME server takes minutes for the first one, and nobody need look so long (cert-manager.io, Certificate). */
const issuing = 600

/** cert-manager keeps the Secret, and says of its Certificate since a short time that it is not ready. */
const beingIssued = once(
  (statuses: readonly ObjectStatus[]): ReadonlySet<string> =>
    new Set(
      statuses.flatMap((it) =>
        it.group === 'cert-manager.io' &&
        it.kind === 'Certificate' &&
        it.secret !== undefined &&
        it.type === 'Ready' &&
        it.state === 'False' &&
        it.age !== undefined &&
        it.age < issuing &&
        !/Failed|Error|Denied|Invalid/.test(it.reason)
          ? [`${it.namespace}/${it.secret}`]
          : [],
      ),
    ),
)

function verdict(it: TlsReference, beside: Beside, isNew: boolean) {
  const { by, namespace, secret, hosts, path } = it
  const told = secretFault(beside, {
    namespace,
    name: secret,
    hosts,
    ...(it.also === undefined ? {} : { also: it.also }),
  })
  if (told === 'fine') {
    if (heldCertificate(beside, namespace, secret)?.key !== 'unread') return ok(1)
    return cannotTell('cut-off', `tls.key of Secret ${namespace}/${secret} can't be read, nor whether it fits tls.crt`)
  }
  if (isNew && told !== 'unknown' && isUnfinished(told))
    return cannotTell('ambiguous', `cert-manager has just begun to have Secret ${namespace}/${secret} issued`)
  if (told === 'unknown') return cannotTell('cut-off', unreadOf(it, beside))
  const isUnsure = it.spare === true || (told.is === 'content' && !told.content.sure)
  return finding({
    subject: by,
    ...(it.shared === undefined ? {} : { also: it.shared }),
    confidence: isUnsure ? 'possible' : 'inferred',
    ...(isUnsure ? { severity: 'warning' } : {}),
    args: {
      is: told.is,
      home: namespace,
      secret,
      hosts: hosts.length === 0 ? 'its hosts' : some(hosts),
      spare: it.spare === true,
      shared: (it.shared ?? []).map(full),
      ...asArgs(told),
    },
    evidence: [
      {
        kind: 'config',
        object: by,
        path,
        lines: [`${path.slice(path.lastIndexOf('.') + 1)}: ${secret}`],
        at: 0,
        mark: secret,
        label: labels[told.is],
      },
    ],
  })
}

/** cert-manager makes the Secret with a key first, and the certificate comes when it is issued. */
function isUnfinished(fault: SecretFault): boolean {
  return fault.is === 'missing' || fault.is === 'keys' || (fault.is === 'content' && fault.content.is === 'empty')
}

function unreadOf({ namespace, secret }: TlsReference, beside: Beside): string {
  return heldCertificate(beside, namespace, secret) === null
    ? `what is in Secret ${namespace}/${secret} is not in the file, or can't be read`
    : `no time is in the file by which to judge the certificate of Secret ${namespace}/${secret}`
}

function asArgs(fault: SecretFault): { readonly names: readonly string[]; readonly what: string } {
  switch (fault.is) {
    case 'missing':
      return { names: fault.elsewhere, what: '' }
    case 'keys':
      return { names: fault.lacks, what: `type ${fault.type} · keys: ${some(fault.has, 5)}` }
    case 'host':
      return { names: fault.of, what: fault.host }
    case 'over':
      return { names: [], what: fault.time }
    case 'content':
      return { names: [], what: fault.content.is }
    case 'key':
      return { names: [], what: '' }
  }
}

const labels: Readonly<Record<SecretFault['is'], string>> = {
  missing: 'no such Secret in this namespace',
  keys: 'it holds no certificate with its key',
  host: 'its certificate is for other hosts',
  over: 'its certificate ran out',
  content: 'no certificate is in its tls.crt',
  key: 'its key is of another certificate',
}

function valueOf<T>(it: Known<readonly T[]>): readonly T[] {
  return it.known ? it.value : []
}
