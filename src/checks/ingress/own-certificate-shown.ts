import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress, IngressController } from '../../model/ingress.ts'
import { full, some } from '../../phrases.ts'
import { controllersOf } from '../../relations/ingress/controllers-of.ts'
import { takesHost } from '../../relations/ingress/ingress-routes-to-service.ts'
import { withBeside } from '../../relations/ingress/of-one-host.ts'
import { outsideFails } from '../../relations/symptom.ts'
import { ingressSubject } from './words.ts'

/**
 * A host of `spec.tls` without a `secretName` is served with `--default-ssl-certificate`, and without that flag with
 * one that the controller makes itself (internal/ingress/controller/controller.go, createServers: "is listed in the TLS
 * section but secretName is empty. Using default certificate").
 */
export default check({
  code: 'ING401',
  slug: 'ingress/own-certificate-shown',
  title: 'ingress-nginx has no certificate for a host but its own',
  fine: 'hosts that ingress-nginx is to serve over TLS have a certificate',
  severity: 'warning',
  needs: ['ingresses', 'ingressControllers'],
  wants: ['ingressClasses', 'ingressesBeside'],
  remedies: [],
  decides: [],

  run({ ingresses, ingressControllers, ingressClasses, ingressesBeside, scope: { target } }) {
    const classes = ingressClasses.known ? ingressClasses.value : []
    const judged = ingresses
      .filter((it) => (it.tls ?? []).length > 0 && it.nginx?.passthrough !== true)
      .map((it) => ({ it, own: controllersOf(it, ingressControllers, classes) }))
      .filter(({ own }) => own.length > 0 && own.every(isPlain))
    if (judged.length === 0)
      return notApplicable('no Ingress of an ingress-nginx without a certificate for all asks for TLS')
    const named = hostsWithSecret(withBeside(ingresses, ingressesBeside))
    const url = target.kind === 'object' && target.url !== null ? URL.parse(target.url) : null
    return judged.map(({ it, own }) => {
      const hosts = bareHosts(it, named)
      if (hosts === null) return ok(1)
      const asked =
        url?.protocol === 'https:' && (hosts.length === 0 || hosts.some((of) => takesHost(of, url.hostname)))
      return verdict(it, { hosts, asked, own })
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} asks for TLS for ${args.hosts}, and names no Secret: ingress-nginx shows the certificate ` +
      'that it made itself.',
    detail: () => 'the controller has no --default-ssl-certificate',
    note: () =>
      'clients see “Kubernetes Ingress Controller Fake Certificate” and refuse it; a proxy before it that takes any ' +
      'certificate does not',
    help: ({ subject: on }) => [
      'name a Secret of type kubernetes.io/tls in spec.tls, or start the controller with --default-ssl-certificate',
      `kubectl -n ${on.namespace} edit ingress ${on.name}`,
      `kubectl -n ${on.namespace} get secrets --field-selector type=kubernetes.io/tls`,
    ],
  },
})

/** No load balancer before it ends TLS, so that clients see what it shows. */
function isPlain({ product, defaultCertificate, fronts = [] }: IngressController): boolean {
  return product === 'ingress-nginx' && defaultCertificate !== true && fronts.every((it) => it.tlsEnded === undefined)
}

function hostsWithSecret(ingresses: readonly Ingress[]): ReadonlySet<string> {
  const entries = ingresses.flatMap((it) => it.tls ?? []).filter((it) => it.secret !== null)
  return new Set(entries.flatMap((it) => it.hosts).map((it) => it.toLowerCase()))
}

/** Those for which no Ingress names a Secret; null = there are none. No host at all is every host. */
function bareHosts(ingress: Ingress, named: ReadonlySet<string>): readonly string[] | null {
  const bare = (ingress.tls ?? []).filter((it) => it.secret === null)
  const all = bare.flatMap((it) =>
    it.hosts.length === 0 ? ingress.rules.flatMap(({ host }) => host ?? []) : [...it.hosts],
  )
  const left = [...new Set(all)].filter((it) => !named.has(it.toLowerCase()))
  return bare.length === 0 || (all.length > 0 && left.length === 0) ? null : left
}

interface Weight {
  readonly hosts: readonly string[]
  readonly asked: boolean
  readonly own: readonly IngressController[]
}

function verdict(ingress: Ingress, { hosts, asked, own }: Weight) {
  const at = (ingress.tls ?? []).findIndex((it) => it.secret === null)
  const first = ingress.tls?.[at]?.hosts[0]
  return finding({
    subject: ingressSubject(ingress),
    confidence: 'inferred',
    args: {
      hosts: hosts.length === 0 ? 'its hosts' : some(hosts, 2),
      controllers: own.map((it) => `${it.namespace}/${it.pod}`),
    },
    evidence: [
      {
        kind: 'config',
        object: ingressSubject(ingress),
        path: `spec.tls[${at}]`,
        lines: ['tls:', first === undefined ? '- {}' : `- hosts: [${first}]`],
        at: 1,
        mark: first === undefined ? '{}' : 'hosts:',
        label: 'no secretName',
      },
    ],
    causes: asked ? [outsideFails(ingress)] : [],
  })
}
