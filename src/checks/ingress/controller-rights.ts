import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ControllerRights } from '../../model/beside.ts'
import { subject } from '../../model/subject.ts'
import { some } from '../../phrases.ts'

/**
 * ingress-nginx serves what it lists and watches, and takes servers from EndpointSlices since 1.4; where a ClusterRole
 * of an older release stayed, each upstream is empty, or its caches are never filled
 * (internal/ingress/controller/store).
 */
export default check({
  code: 'ING379',
  slug: 'ingress/controller-rights',
  title: 'ingress-nginx may not read what it serves',
  fine: 'ingress-nginx may read Ingresses, Services and EndpointSlices',
  severity: 'error',
  needs: ['beside'],
  remedies: [],
  decides: [],

  run({ beside }) {
    const all = beside.controllerRights ?? []
    if (all.length === 0)
      return notApplicable('no ClusterRoles of an ingress-nginx were read: of a file alone they are')
    return all.map((it) => (it.lacks.length === 0 ? ok(1) : verdict(it)))
  },

  words: {
    headline: ({ args }) =>
      `ingress-nginx in namespace ${args.home} may not list and watch ${some(args.lacks)}: ` +
      `ClusterRole ${args.role} does not name ${args.lacks.length === 1 ? 'it' : 'them'}.`,
    detail: ({ args }) => `service account ${args.home}/${args.account} · in no ClusterRole of it: ${some(args.lacks)}`,
    note: ({ args }) =>
      args.slices
        ? 'without EndpointSlices no server is known behind any Service: 503 to every client'
        : 'what it can not list is not there for it; its log says “forbidden”',
    help: ({ args }) => [
      'give the role list and watch of them: endpointslices are of discovery.k8s.io, Ingresses of networking.k8s.io',
      `kubectl edit clusterrole ${args.role}`,
      `kubectl auth can-i list endpointslices.discovery.k8s.io -A ` +
        `--as=system:serviceaccount:${args.home}:${args.account}`,
    ],
  },
})

/** It runs: where no role of the file is its own, the file left out the one by which it does. */
function verdict({ namespace, account, role, lacks }: ControllerRights) {
  if (role === null)
    return cannotTell('ambiguous', `the file binds no ClusterRole to service account ${namespace}/${account}`)
  return finding({
    subject: subject('ClusterRole', null, role),
    confidence: 'inferred',
    args: { home: namespace, account, role, lacks, slices: lacks.includes('endpointslices') },
    evidence: [{ kind: 'fact', label: `rules of ClusterRole ${role}`, value: `no list and watch of ${some(lacks)}` }],
  })
}
