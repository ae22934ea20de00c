import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress } from '../../model/ingress.ts'
import { full, some } from '../../phrases.ts'
import { routesOf } from '../../relations/ingress/ingress-routes-to-service.ts'
import { countEndpoints, slicesOfServices } from '../../relations/service/service-endpoints.ts'
import { ingressSubject } from './words.ts'

const annotations = ['nginx.ingress.kubernetes.io/service-upstream', 'nginx.org/use-cluster-ip']

/**
 * With it nginx knows one upstream, the Service's address: the next try after a failed one goes to the same, affinity
 * by cookie means nothing, and kube-proxy chooses for each connection, which nginx keeps open.
 */
export default check({
  code: 'ING334',
  slug: 'ingress/service-upstream',
  title: "an Ingress sends to the Service's address in place of its pods",
  fine: 'Ingresses send to the pods of their Services',
  severity: 'info',
  needs: ['ingresses', 'endpointSlices'],
  remedies: [],
  decides: ['ING-31'],

  run({ ingresses, endpointSlices }) {
    const sending = ingresses.flatMap((ingress) => {
      const by = annotations.find((it) => ingress.annotated?.includes(it))
      return by === undefined ? [] : [{ ingress, by }]
    })
    if (sending.length === 0) return notApplicable("no Ingress here sends to its Service's address")
    const slicesOf = slicesOfServices(endpointSlices)
    const found = sending.flatMap(({ ingress, by }) => {
      const names = [...new Set(routesOf(ingress).map((it) => it.backend.service))]
      const several = names.flatMap((name) => {
        const { ready } = countEndpoints(slicesOf({ namespace: ingress.namespace, name }))
        return ready.length > 1 ? [{ name, ready: ready.length }] : []
      })
      return several.length === 0 ? [] : [verdict(ingress, by, several)]
    })
    return found.length > 0 ? found : ok(sending.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} sends to the address of ${some(args.services)}, so that a failed try is not made at ` +
      'another pod.',
    detail: ({ args }) => `${args.by} · ${args.pods} ready endpoints behind one upstream`,
    note: () => 'affinity by cookie has no effect, and kept connections may pin most requests to one pod',
    help: ({ subject: on }) => [
      'take the annotation away, unless a mesh needs it',
      `kubectl -n ${on.namespace} get ingress ${on.name} -o yaml`,
    ],
  },
})

function verdict(ingress: Ingress, by: string, several: readonly { readonly name: string; readonly ready: number }[]) {
  return finding({
    subject: ingressSubject(ingress),
    confidence: 'possible',
    args: {
      by: by.split('/')[1] ?? by,
      services: several.map((it) => it.name),
      pods: several.reduce((sum, it) => sum + it.ready, 0),
    },
    evidence: [
      {
        kind: 'config',
        object: ingressSubject(ingress),
        path: `metadata.annotations['${by}']`,
        lines: ['annotations:', `  ${by}: …`],
        at: 1,
        mark: by,
        label: 'one upstream for all pods',
      },
    ],
  })
}
