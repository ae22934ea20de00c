import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok } from '../../findings/verdict.ts'
import { subject } from '../../model/subject.ts'
import { dnsServersDown } from '../../relations/symptom.ts'

/** The DNS Service has no ready endpoint: kube-proxy rejects every query (glibc fails in 1 ms, musl after 5 s). */
export default check({
  code: 'DNS107',
  slug: 'dns/no-dns-endpoints',
  title: 'the DNS Service has no ready server behind it',
  fine: 'the DNS Service has ready servers',
  severity: 'error',
  needs: ['clusterDns'],
  remedies: ['scale-coredns'],
  decides: ['DNS-57', 'DNS-35'],

  run({ clusterDns: { service, slices, pods, workload } }) {
    if (service === null) return cannotTell('not-there', 'no Service kube-dns in kube-system: hopscope does not know where this cluster keeps its DNS')
    const endpoints = slices.flatMap((it) => it.endpoints)
    const ready = endpoints.filter((it) => it.ready).length
    if (ready > 0) return ok(ready)
    const where = { namespace: service.namespace, service: service.name }
    return finding({
      subject: subject('Service', service.namespace, service.name),
      confidence: 'inferred',
      args: { pods: pods.length, endpoints: endpoints.length, desired: workload?.desired ?? 'unknown', workload: workload === null ? 'none found' : `${workload.kind} ${workload.name}`, ip: service.clusterIP ?? 'none' },
      evidence: [
        { kind: 'fact', label: 'endpoints', value: `${ready} ready of ${endpoints.length}` },
        { kind: 'fact', label: 'workload', value: workload === null ? 'none selects these pods' : `${workload.kind} ${workload.namespace}/${workload.name}: ${workload.ready} ready of ${workload.desired} wanted` },
        ...pods.slice(0, 4).map((it) => ({ kind: 'fact' as const, label: `pod ${it.name}`, value: it.ready ? 'ready' : (it.notReadyReason ?? it.phase) })),
      ],
      symptoms: [dnsServersDown],
      explains: ['dns-loss:*', 'dns-external:*', 'dns-slow:*', 'dns-cut-off:*', `no-endpoints:${where.namespace}/${where.service}`, `svc-unanswered:${where.namespace}/${where.service}`],
    })
  },

  words: {
    headline: ({ args }) => (args['desired'] === 0 ? `The cluster has no DNS: ${args['workload']} is scaled to 0.` : 'The cluster has no DNS: no server behind the DNS Service is ready.'),
    detail: ({ subject: on, args }) => `Service ${on.namespace}/${on.name} ${args['ip']} · 0 ready of ${args['endpoints']} endpoints · ${args['workload']} wants ${args['desired']} · ${args['pods']} pods`,
    note: () => 'kube-proxy rejects queries to a Service without endpoints: glibc reports failure at once, musl (Alpine) after 5 s',
    help: ({ subject: on, args }) => [
      args['desired'] === 0 ? 'scale it up' : 'find out why the pods are not ready',
      ...(args['desired'] === 0 ? ['hopscope fix DNS107 --plan'] : []),
      args['desired'] === 0 ? `kubectl -n ${on.namespace} scale deployment/coredns --replicas=2` : `kubectl -n ${on.namespace} describe pods -l k8s-app=kube-dns`,
    ],
  },
})
