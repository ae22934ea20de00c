import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Ingress } from '../../model/ingress.ts'
import { count, full, some } from '../../phrases.ts'
import { withBeside } from '../../relations/ingress/of-one-host.ts'
import { ingressSubject } from './words.ts'

/**
 * A canary of ingress-nginx adds a back end to a path that another Ingress has. Without that path it is not served at
 * all: "unable to find real backend for alternative backend" in the controller's log, and nothing else.
 */
export default check({
  code: 'ING332',
  slug: 'ingress/canary-alone',
  title: 'a canary Ingress has no Ingress beside it',
  fine: 'each canary stands beside the path that it is a canary of',
  severity: 'warning',
  needs: ['ingresses'],
  wants: ['ingressesBeside'],
  remedies: [],
  decides: ['ING-25'],

  run({ ingresses, ingressesBeside, scope }) {
    const canaries = ingresses.filter((it) => it.nginx?.canary === true)
    if (canaries.length === 0) return notApplicable('no Ingress here is a canary')
    const plain = withBeside(ingresses, ingressesBeside).filter((it) => it.nginx?.canary !== true)
    const main = new Set(plain.flatMap(pathsOf))
    const hosts = new Set(plain.flatMap((it) => it.rules.map((one) => one.host)))
    const alone = canaries.flatMap((ingress) => {
      const paths = pathsOf(ingress).filter((it) => !main.has(it))
      return paths.length === 0 ? [] : [{ ingress, paths }]
    })
    if (alone.length === 0) return ok(canaries.length)
    return alone.map(({ ingress, paths }) =>
      verdict(ingress, {
        paths,
        hasHost: ingress.rules.some((it) => hosts.has(it.host)),
        isWhole: scope.namespace === null || ingressesBeside.known,
      }),
    )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Canary Ingress ${full(on)} has ${some(args.paths, 2)}, which no other Ingress ` +
      (args.whole
        ? 'has: it is not served.'
        : `of namespace ${on.namespace} has: it is not served, unless one of another namespace has it.`),
    detail: ({ args }) =>
      `${args.paths.length} of ${count(args.of, 'path')} ${args.paths.length === 1 ? 'stands' : 'stand'} alone · ` +
      (args.hasHost ? 'another Ingress has the host, with other paths' : 'no other Ingress that was read has the host'),
    note: () => 'host and path of a canary must be those of an Ingress that is none, to the letter',
    help: ({ subject: on }) => [
      'write the host and path as the other Ingress has them, or take the annotation canary away',
      'kubectl get ingress -A',
      `kubectl -n ${on.namespace} get ingress ${on.name} -o yaml`,
    ],
  },
})

function pathsOf({ rules }: Ingress): readonly string[] {
  return rules.flatMap(({ host, paths }) => paths.map((it) => `${host ?? '*'}${it.path}`))
}

function verdict(
  ingress: Ingress,
  {
    paths,
    hasHost,
    isWhole,
  }: { readonly paths: readonly string[]; readonly hasHost: boolean; readonly isWhole: boolean },
) {
  return finding({
    subject: ingressSubject(ingress),
    // A host that no other Ingress has may be one of another namespace, which was not read.
    confidence: isWhole || hasHost ? 'inferred' : 'possible',
    // Nothing at all of the host is served.
    severity: isWhole && !hasHost ? 'error' : 'warning',
    args: { paths, of: pathsOf(ingress).length, hasHost, whole: isWhole || hasHost },
    evidence: [
      {
        kind: 'config',
        object: ingressSubject(ingress),
        path: "metadata.annotations['nginx.ingress.kubernetes.io/canary']",
        lines: ['annotations:', "  nginx.ingress.kubernetes.io/canary: 'true'"],
        at: 1,
        mark: 'canary',
        label: 'adds a back end to a path that another Ingress has',
      },
    ],
  })
}
