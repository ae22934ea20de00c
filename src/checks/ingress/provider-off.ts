import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress, IngressController } from '../../model/ingress.ts'
import { full, some } from '../../phrases.ts'
import { controllersByClass } from '../../relations/ingress/controller-services.ts'
import { ingressFails } from '../../relations/symptom.ts'
import { ingressSubject } from './words.ts'

/**
 * Traefik reads what its providers are for: `--providers.kubernetescrd` IngressRoutes, and Ingresses only with
 * `--providers.kubernetesingress` (doc.traefik.io, "Kubernetes Ingress"; traefik-helm-chart 7, 405). The class is there
 * all the same, and nobody writes into the Ingress.
 */
export default check({
  code: 'ING409',
  slug: 'ingress/provider-off',
  title: 'an Ingress is for a Traefik that reads no Ingresses',
  fine: 'each Traefik of the class of an Ingress reads Ingresses',
  severity: 'error',
  needs: ['ingresses', 'ingressClasses', 'ingressControllers'],
  remedies: [],
  decides: [],

  run({ ingresses, ingressClasses, ingressControllers }) {
    const controllersOf = controllersByClass({ ingressClasses, ingressControllers })
    const judged = ingresses.flatMap((ingress) => {
      const traefiks = controllersOf(ingress).filter((it) => it.controller.startsWith('traefik.io/'))
      return traefiks.length === 0 ? [] : [{ ingress, traefiks }]
    })
    if (judged.length === 0) return notApplicable('no Ingress here is of the class of a Traefik that was seen')
    return judged.map(({ ingress, traefiks }) =>
      traefiks.every((it) => it.ingressesOff === true) ? verdict(ingress, traefiks) : ok(1),
    )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} is read by nobody: it is of class ${args.className}, and the flags of Traefik turn on no ` +
      '--providers.kubernetesingress.',
    detail: ({ args }) => `Traefik: ${some(args.pods, 3)}`,
    note: ({ args }) =>
      'its hosts are answered with 404, as hosts that nobody declared' +
      (args.isServed ? '; somebody wrote an address into it once' : ''),
    help: ({ subject: on, args }) => [
      'give Traefik --providers.kubernetesingress (the chart: providers.kubernetesIngress.enabled), or write an ' +
        'IngressRoute',
      `kubectl -n ${args.home} get pod ${args.pod} -o yaml`,
      `kubectl -n ${on.namespace} get ingress ${on.name}`,
    ],
  },
})

function verdict(ingress: Ingress, traefiks: readonly IngressController[]) {
  const [first] = traefiks
  const isServed = ingress.addresses.length > 0
  return finding({
    subject: ingressSubject(ingress),
    // An address is of somebody who read it: of these before, or of one that is not seen.
    confidence: isServed ? 'possible' : 'inferred',
    severity: isServed ? 'warning' : 'error',
    args: {
      className: ingress.className ?? '',
      pods: traefiks.map((it) => `${it.namespace}/${it.pod}`),
      home: first?.namespace ?? '',
      pod: first?.pod ?? '',
      isServed,
    },
    evidence: [
      {
        kind: 'config',
        object: ingressSubject(ingress),
        path: 'spec.ingressClassName',
        lines: [`ingressClassName: ${ingress.className ?? ''}`],
        at: 0,
        mark: ingress.className ?? '',
        label: 'its Traefik reads no Ingresses',
      },
    ],
    causes: [ingressFails(ingress)],
  })
}
