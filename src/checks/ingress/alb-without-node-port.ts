import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { full } from '../../phrases.ts'
import { toldTarget } from '../../relations/ingress/albs.ts'
import { controllersOf } from '../../relations/ingress/controllers-of.ts'
import { type Route, routesOf, routeText, servicesByName } from '../../relations/ingress/ingress-routes-to-service.ts'
import { albLacksNodePorts, ingressFails } from '../../relations/symptom.ts'
import { backendEvidence, ingressSubject } from './words.ts'

const ours = 'ingress.k8s.aws/alb'

/**
 * Where nothing else is said, targets of an ALB are instances, on node ports; a Service of type ClusterIP has none, and
 * the controller stops there: no target of that Ingress is written any more (aws-load-balancer-controller,
 * pkg/ingress/model_build_target_group.go).
 */
export default check({
  code: 'ING363',
  slug: 'ingress/alb-without-node-port',
  title: 'an ALB is to send to nodes for a Service without node ports',
  fine: 'each Service that an ALB sends to by nodes has node ports',
  severity: 'error',
  needs: ['ingresses', 'services'],
  wants: ['ingressClasses', 'ingressControllers'],
  remedies: [],
  decides: [],

  run({ ingresses, services, ingressClasses, ingressControllers }) {
    const classes = ingressClasses.known ? ingressClasses.value : []
    const controllers = ingressControllers.known ? ingressControllers.value : []
    const find = servicesByName(services)
    const verdicts = ingresses
      .filter((it) => it.albTarget !== undefined)
      .flatMap((ingress) => {
        const own = classes.find((it) => it.name === ingress.className)
        // EKS's auto mode has classes of the same name, whose default is another.
        if (own !== undefined && own.controller !== ours) return []
        const pods = controllersOf(ingress, controllers, classes).filter((it) => it.controller === ours)
        const usual = pods.every((it) => it.defaultTarget === undefined) ? 'instance' : 'ip'
        return routesOf(ingress).flatMap((route) => {
          const service = find(ingress.namespace, route.backend.service)
          if (service === null || service.type !== 'ClusterIP') return service === null ? [] : [ok(1)]
          const said = toldTarget(ingress, service)
          if ((said ?? usual) === 'ip') return [ok(1)]
          if (said === undefined && own?.parameters === true)
            return [
              cannotTell('ambiguous', `the parameters of class ${own.name} may say what its ALBs send to: not read`),
            ]
          return [verdict(route, said ?? 'unset', pods.length > 0)]
        })
      })
    return verdicts.length > 0 ? verdicts : notApplicable('no Ingress here is for an ALB')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Ingress ${full(on)} is to have an ALB send ${args.route} to node ports of Service ${args.service}, ` +
      'which is of type ClusterIP and has none.',
    detail: ({ args }) =>
      args.said === 'unset'
        ? 'no target-type at the Ingress nor at the Service: instance, as the controller has it'
        : `target-type: ${args.said}`,
    note: ({ args }) =>
      args.seen ? 'the controller writes nothing more for this Ingress' : 'the controller itself was not seen',
    help: ({ subject: on, args }) => [
      'set alb.ingress.kubernetes.io/target-type: ip, or make the Service a NodePort',
      `kubectl -n ${on.namespace} annotate ingress ${on.name} alb.ingress.kubernetes.io/target-type=ip --overwrite`,
      `kubectl -n ${on.namespace} get service ${args.service}`,
    ],
  },
})

function verdict(route: Route, said: 'instance' | 'ip' | 'unset', seen: boolean) {
  return finding({
    subject: ingressSubject(route.ingress),
    confidence: seen ? 'inferred' : 'possible',
    args: { service: route.backend.service, route: routeText(route), said, seen },
    evidence: [backendEvidence(route.ingress, route.backend, 'service', 'of type ClusterIP')],
    causes: [ingressFails(route.ingress), albLacksNodePorts(route.ingress)],
  })
}
