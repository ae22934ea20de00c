import { closest } from '../../closest.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Beside } from '../../model/beside.ts'
import type { Ingress, IngressController } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { Service } from '../../model/service.ts'
import type { Subject } from '../../model/subject.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { controllersOf } from '../../relations/ingress/controllers-of.ts'
import { isForNginx } from '../../relations/ingress/nginx-paths.ts'
import { ingressSubject } from './words.ts'

/**
 * What its flags, or `default-backend` of an Ingress, name and what is not there, ingress-nginx does without, with a
 * line in its log: the certificate of its own making, its own page, its default settings (internal/ingress/controller:
 * getDefaultSSLCertificate, getDefaultUpstream; annotations/defaultbackend).
 */
export default check({
  code: 'ING377',
  slug: 'ingress/told-of-missing',
  title: 'ingress-nginx is told of an object that is not there',
  fine: 'the objects that ingress-nginx is told of are there',
  severity: 'warning',
  needs: ['ingressControllers', 'ingresses'],
  wants: ['beside', 'services', 'ingressClasses'],
  remedies: [],
  decides: [],

  run({ ingressControllers, beside, services, ingresses, ingressClasses, scope }) {
    const classes = ingressClasses.known ? ingressClasses.value : []
    const flags = ingressControllers.flatMap((controller) => {
      const its = ingresses.filter((it) => controllersOf(it, ingressControllers, classes).includes(controller))
      return toldBy(controller, its)
    })
    const annotations = ingresses.filter((it) => isForNginx(it, ingressClasses)).flatMap(toldByIngress)
    // Of a cluster neither Secrets nor ConfigMaps of others are read, by design: that is told once, and not here.
    const isOfFile = beside.known || beside.why.reason !== 'not-asked'
    const told = [
      ...new Map([...flags, ...annotations].toReversed().map((it) => [`${it.by} ${full(it)}`, it])).values(),
    ].filter((it) => isOfFile || it.kind === 'Service')
    if (told.length === 0) return notApplicable('no ingress-nginx here is told of another object')
    return told.map((it) => {
      const found = foundOf(it, { beside, services, scope: scope.namespace })
      if (found === 'there') return ok(1)
      if (found === 'unknown') return cannotTell('not-there', `whether ${it.kind} ${full(it)} is there was not read`)
      return verdict(it, found)
    })
  },

  words: {
    headline: ({ args }) =>
      `${args.who} is told of ${args.kind} ${args.place}, which does not exist` +
      (args.elsewhere.length === 0 ? '.' : `: one of this name is in ${some(args.elsewhere)}.`),
    detail: ({ args }) =>
      `${args.by}` +
      (args.ingresses.length === 0 ? '' : ` · behind it: ${some(args.ingresses, 3)}`) +
      (args.near.length === 0 ? '' : ` · there: ${some(args.near, 3)}`),
    note: ({ args }) => effects[args.by],
    help: ({ subject: on, args }) => [
      'create it, or name the one that is meant',
      `kubectl -n ${args.namespace} get ${args.kind.toLowerCase()}s`,
      on.kind === 'Ingress'
        ? `kubectl -n ${on.namespace} edit ingress ${on.name}`
        : `kubectl -n ${on.namespace} get pod ${on.name} -o yaml`,
    ],
  },
})

type By = 'default-backend' | '--default-backend-service' | '--default-ssl-certificate' | '--configmap'

const effects: Readonly<Record<By, string>> = {
  'default-backend': 'its clients get the page of the controller, or a 503, in place of its own',
  '--default-backend-service': 'who asks for what nobody declared gets the page of the controller, or none',
  '--default-ssl-certificate':
    'hosts without a certificate of their own are served with one that no client trusts (Kubernetes Ingress ' +
    'Controller Fake Certificate)',
  '--configmap': 'its default settings hold',
}

interface Told {
  readonly by: By
  readonly kind: 'Service' | 'Secret' | 'ConfigMap'
  readonly namespace: string
  readonly name: string
  readonly on: Subject
  readonly ingresses: readonly Ingress[]
}

function toldBy(
  { namespace, pod, product, defaultBackend, defaultSecret, configMap }: IngressController,
  its: readonly Ingress[],
): readonly Told[] {
  if (product !== 'ingress-nginx') return []
  const on = subject('Pod', namespace, pod)
  const bare = its.filter(({ tls = [] }) => tls.some((it) => it.secret === null))
  return [
    ...(defaultBackend === undefined
      ? []
      : [{ ...defaultBackend, by: '--default-backend-service', kind: 'Service', on, ingresses: [] } as const]),
    ...(defaultSecret === undefined
      ? []
      : [{ ...defaultSecret, by: '--default-ssl-certificate', kind: 'Secret', on, ingresses: bare } as const]),
    ...(configMap === undefined
      ? []
      : [{ ...configMap, by: '--configmap', kind: 'ConfigMap', on, ingresses: [] } as const]),
  ]
}

function toldByIngress(ingress: Ingress): readonly Told[] {
  const { namespace, pages } = ingress
  if (pages === undefined) return []
  return [
    { namespace, name: pages, by: 'default-backend', kind: 'Service', on: ingressSubject(ingress), ingresses: [] },
  ]
}

interface Seen {
  readonly beside: Known<Beside>
  readonly services: Known<readonly Service[]>
  readonly scope: string | null
}

interface Missing {
  readonly near: readonly string[]
  /** Namespaces that have one of this name. */
  readonly elsewhere: readonly string[]
}

function foundOf(told: Told, { beside, services, scope }: Seen): Missing | 'there' | 'unknown' {
  switch (told.kind) {
    case 'Service':
      return !services.known || (scope !== null && scope !== told.namespace) ? 'unknown' : among(told, services.value)
    case 'Secret': {
      const secrets = beside.known ? beside.value.secrets : null
      if (secrets === null || (secrets.namespace !== null && secrets.namespace !== told.namespace)) return 'unknown'
      return among(told, secrets.held)
    }
    case 'ConfigMap': {
      const isTold = (it: { readonly namespace: string; readonly name: string }): boolean => full(it) === full(told)
      if (!beside.known) return 'unknown'
      if (beside.value.settingsNotThere?.some(isTold) === true) return { near: [], elsewhere: [] }
      return beside.value.controllerSettings.some(isTold) ? 'there' : 'unknown'
    }
  }
}

function among(
  { namespace, name }: Told,
  all: readonly { readonly namespace: string; readonly name: string }[],
): Missing | 'there' {
  const alike = all.filter((it) => it.name === name).map((it) => it.namespace)
  if (alike.includes(namespace)) return 'there'
  const there = all.filter((it) => it.namespace === namespace).map((it) => it.name)
  return { near: closest(name, there), elsewhere: alike }
}

function verdict({ by, kind, namespace, name, on, ingresses }: Told, { near, elsewhere }: Missing) {
  return finding({
    subject: on,
    also: ingresses.slice(0, 20).map(ingressSubject),
    // Its default settings may be all that is wanted, and error pages may be an afterthought.
    confidence: by === '--configmap' ? 'possible' : 'inferred',
    args: {
      by,
      who: on.kind === 'Ingress' ? `Ingress ${full(on)}` : `ingress-nginx (${full(on)})`,
      kind,
      place: `${namespace}/${name}`,
      namespace,
      near,
      elsewhere,
      ingresses: ingresses.map(full),
    },
    evidence: [{ kind: 'fact', label: by, value: by === 'default-backend' ? name : `${namespace}/${name}` }],
  })
}
