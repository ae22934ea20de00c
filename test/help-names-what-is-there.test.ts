import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from './build/effort.ts'
import { checks } from '../src/checks/registry.ts'
import { diagnose } from '../src/engine.ts'
import type { ClusterDns } from '../src/model/cluster-dns.ts'
import { cluster, dnsWithoutEndpoints, workers } from './build/dns-faults.ts'
import { clusterDns } from './build/dns.ts'
import { answered, never, type Network, rejected, servfail } from './build/lookups.ts'
import { modelOf } from './describe-check.ts'

/** The same DNS under names of nobody's usual layout. */
function renamed(dns: ClusterDns, at: { readonly namespace: string; readonly name: string }): ClusterDns {
  const labels = { 'app.example/is': at.name }
  const { service, workload } = dns
  return {
    ...dns,
    service: service === null ? null : { ...service, namespace: at.namespace, name: at.name, selector: labels },
    workload:
      workload === null ? null : { ...workload, namespace: at.namespace, name: at.name, templateLabels: labels },
    pods: dns.pods.map((it) => ({ ...it, namespace: at.namespace, labels })),
    slices: dns.slices.map((it) => ({ ...it, namespace: at.namespace, service: at.name })),
  }
}

const faults: readonly { readonly dns: ClusterDns; readonly network: Network }[] = [
  { dns: dnsWithoutEndpoints(0), network: () => rejected },
  { dns: dnsWithoutEndpoints(2), network: () => rejected },
  { dns: clusterDns(), network: ({ zone }) => (zone === 'external' ? servfail(2000) : answered()) },
  { dns: clusterDns(), network: ({ zone }) => (zone === 'external' ? never() : answered()) },
  {
    dns: clusterDns(),
    network: ({ server, index }) => (server.ip === '10.2.2.2' && index % 2 === 0 ? never() : answered()),
  },
  { dns: clusterDns(), network: ({ transport }) => (transport === 'tcp' ? never() : answered()) },
]

test('no command selects DNS pods by a label, or names a workload, that the model does not have', () => {
  const at = fc.record({
    namespace: fc.constantFrom('openshift-dns', 'names', 'coredns'),
    name: fc.constantFrom('dns-default', 'rke2-dns', 'x'),
  })
  fc.assert(
    fc.property(fc.constantFrom(...faults), at, ({ dns, network }, as) => {
      const model = modelOf(cluster({ nodes: workers, dns: renamed(dns, as), network }))
      const found = diagnose(model, { checks }).roots.flatMap((it) => [it.finding, ...it.consequences])
      expect(found.length).toBeGreaterThan(0)
      const help = found.flatMap((it) => checks.find((one) => one.code === it.code)?.words.help(it as never) ?? [])
      expect(
        help.filter((it) =>
          /k8s-app=kube-dns|(deployment|daemonset|deploy)\/coredns|-n kube-system .*(dns|get pods)/.test(it),
        ),
      ).toEqual([])
    }),
    { numRuns: runs(60) },
  )
})
