import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import { subject } from '../../model/subject.ts'
import { some } from '../../phrases.ts'
import { dnsServerSubject } from '../../relations/dns/dns-servers.ts'
import { isServing } from '../../relations/service/service-selects-pod.ts'
import { dnsServersDown } from '../../relations/symptom.ts'

/**
 * The plugin `kubernetes` answers from what it lists and watches, and is not ready before it has it. A newer CoreDNS
 * reads EndpointSlices, which the role of an older one does not name.
 */
export default check({
  code: 'DNS216',
  slug: 'dns/server-rights',
  title: 'CoreDNS may not read what it answers from',
  fine: 'the DNS servers may read Services, EndpointSlices and namespaces',
  severity: 'error',
  needs: ['clusterDns'],
  remedies: [],
  decides: [],

  run({ clusterDns }) {
    const { rights, pods } = clusterDns
    if (rights === undefined) return notApplicable('no ClusterRoles were read: of a cluster nobody asks for them')
    if (rights.lacks.length === 0) return ok(1)
    const { role, account, lacks } = rights
    const on = dnsServerSubject(clusterDns)
    const isDown = pods.length > 0 && !pods.some(isServing)
    return finding({
      subject: role === null ? on : subject('ClusterRole', null, role),
      also: [on],
      confidence: 'inferred',
      severity: isDown ? 'error' : 'warning',
      args: { role, account, lacks, isDown, servers: `${on.kind} ${on.namespace}/${on.name}` },
      evidence: [
        {
          kind: 'fact',
          label: role === null ? `ClusterRoles of service account ${account}` : `rules of ClusterRole ${role}`,
          value: `no list and watch of ${some(lacks)}`,
        },
      ],
      causes: isDown ? [dnsServersDown] : [],
    })
  },

  words: {
    headline: ({ args }) =>
      `The DNS servers may not read ${some(args.lacks)}: ` +
      (args.role === null
        ? `no ClusterRole is bound to their service account ${args.account}.`
        : `ClusterRole ${args.role} does not name ${args.lacks.length === 1 ? 'it' : 'them'}.`),
    detail: ({ args }) =>
      `${args.servers} · service account ${args.account} · ` +
      `list and watch of ${some(args.lacks)} in no ClusterRole of it`,
    note: ({ args }) =>
      args.isDown
        ? 'CoreDNS is not ready before it has listed what it answers from'
        : 'servers that run may have another role than the file shows, or a release that does not need it',
    help: ({ subject: on, args }) => [
      args.role === null
        ? `have a ClusterRoleBinding name ServiceAccount ${args.account} of namespace ${on.namespace} among its ` +
          'subjects, ' +
          'with a role of list and watch of them: the role may well be there and be bound to another'
        : 'give the role list and watch of them: endpointslices are of discovery.k8s.io, the others of the core group',
      args.role === null
        ? `kubectl get clusterrolebindings -o wide | grep ${args.account}`
        : `kubectl edit clusterrole ${args.role}`,
      `kubectl auth can-i list endpointslices.discovery.k8s.io --as=system:serviceaccount:kube-system:${args.account}`,
    ],
  },
})
