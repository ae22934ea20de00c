import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contacts } from '../../model/contacts.ts'
import type { IngressController } from '../../model/ingress.ts'
import { full } from '../../phrases.ts'
import { controllersOf } from '../../relations/ingress/controllers-of.ts'
import { requestsOf, routeOfContact } from '../../relations/ingress/http-of-ingress.ts'
import { type Route, routesOf, servicesByName } from '../../relations/ingress/ingress-routes-to-service.ts'
import { backendEvidence, ingressSubject } from './words.ts'

/**
 * Of many customers on one address, a platform knows each by the host that a request names. ingress-nginx hands on the
 * host that its client asked for, which the platform has never heard of (upstream-vhost is what changes it).
 */
const shared: readonly string[] = [
  'appspot.com',
  'azureedge.net',
  'azurefd.net',
  'azurewebsites.net',
  'cloudfront.net',
  'firebaseapp.com',
  'fly.dev',
  'github.io',
  'gitlab.io',
  'herokuapp.com',
  'netlify.app',
  'onrender.com',
  'pages.dev',
  'run.app',
  'storage.googleapis.com',
  'up.railway.app',
  'vercel.app',
  'web.app',
  'web.core.windows.net',
  'blob.core.windows.net',
  'workers.dev',
]

/** Of one region: `execute-api.eu-west-1.amazonaws.com`, `s3-website-us-east-1.amazonaws.com`. */
const ofAmazon = /(?:^|\.)(?:execute-api|s3|s3-website)[.-](?:[a-z0-9-]+\.)?amazonaws\.com$/

export default check({
  code: 'ING365',
  slug: 'ingress/external-host-unknown',
  title: 'an Ingress asks a host outside by another name than its own',
  fine: 'Ingresses ask hosts outside by names that these know, as far as it can be told',
  severity: 'warning',
  needs: ['ingresses', 'services'],
  wants: ['ingressClasses', 'ingressControllers', 'contacts'],
  remedies: [],
  decides: [],

  run({ ingresses, services, ingressClasses, ingressControllers, contacts }) {
    const classes = ingressClasses.known ? ingressClasses.value : []
    const controllers = ingressControllers.known ? ingressControllers.value : []
    const find = servicesByName(services)
    const verdicts = ingresses.flatMap((ingress) => {
      const own = controllersOf(ingress, controllers, classes)
      // Nothing is handed on: ING384.
      if (own.length > 0 && own.every((it) => it.externalNames === 'refused')) return []
      const isOfNginx =
        classes.some((it) => it.name === ingress.className && it.controller === 'k8s.io/ingress-nginx') ||
        own.some(isNginx)
      if (!isOfNginx) return []
      return routesOf(ingress).flatMap((route) => {
        const name = find(ingress.namespace, route.backend.service)?.externalName?.toLowerCase().replace(/\.$/, '')
        if (name === undefined || name === null) return []
        const isTold = ingress.nginx?.vhost !== undefined || route.host === null || route.host.toLowerCase() === name
        const isServed = contacts.known && isAnswered(contacts.value, route)
        return [isTold || isServed || !isShared(name) ? ok(1) : verdict(route, name)]
      })
    })
    return verdicts.length > 0 ? verdicts : notApplicable('no Ingress of ingress-nginx leads to a host outside')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} hands requests for ${args.host} on to ${args.name}, ` +
      `which knows its customers by their hosts, and not by ${args.host}.`,
    detail: ({ args }) => `Service ${args.service} of type ExternalName · no upstream-vhost`,
    note: () => 'unless the host was made known there as a domain of its own, the platform answers 404 or 403',
    help: ({ subject: on, args }) => [
      `set nginx.ingress.kubernetes.io/upstream-vhost: ${args.name}, or make ${args.host} known to the platform`,
      `kubectl -n ${on.namespace} annotate ingress ${on.name} nginx.ingress.kubernetes.io/upstream-vhost=${args.name}`,
      `curl -sI -H 'Host: ${args.host}' http://${args.name}/`,
    ],
  },
})

/** The platform gave the probe, under this very host, what it gives its customers: the host is known to it. */
function isAnswered(contacts: Contacts, { ingress, host, backend }: Route): boolean {
  const asked = requestsOf(contacts, ingress).filter(
    (it) => it.host === host && routeOfContact(ingress, it)?.backend.service === backend.service,
  )
  return asked.length > 0 && asked.every(({ status, error }) => error === null && status !== null && status < 400)
}

function isNginx({ product }: IngressController): boolean {
  return product === 'ingress-nginx'
}

function isShared(name: string): boolean {
  return shared.some((it) => name.endsWith(`.${it}`)) || ofAmazon.test(name)
}

function verdict(route: Route, name: string) {
  return finding({
    subject: ingressSubject(route.ingress),
    confidence: 'possible',
    args: { host: route.host ?? '', name, service: route.backend.service },
    evidence: [backendEvidence(route.ingress, route.backend, 'service', `leads to ${name}`)],
  })
}
