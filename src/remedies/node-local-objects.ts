import { subject } from '../model/subject.ts'
import type { DnsName } from '../wire/dns-name.ts'
import type { JsonObject, Manifest } from '../manifest/object.ts'
import type { Change } from './remedy.ts'

/** The reference objects: kubernetes/kubernetes cluster/addons/dns/nodelocaldns/nodelocaldns.yaml. */
export interface NodeLocal {
  readonly image: string
  /** Link-local, unused: 169.254.20.10. */
  readonly local: string
  /** The DNS Service's address. */
  readonly vip: string
  /** Written into a Corefile. */
  readonly domain: DnsName
  readonly selector: JsonObject
  /** The DNS Service's ports, as its own object has them. */
  readonly ports: readonly JsonObject[]
  /** IPVS holds the Service's address on an interface of its own, so the cache can't: it listens on `local` alone. */
  readonly ipvs: boolean
  /** Outside names, too, go to CoreDNS: its Corefile treats some of them in a way of its own. */
  readonly allToCoreDns: boolean
}

/** As in the reference manifest. */
export const nodeCacheImage = 'registry.k8s.io/dns/k8s-dns-node-cache:1.26.4'
export const nodeLocalName = 'node-local-dns'
export const upstreamName = 'kube-dns-upstream'
const namespace = 'kube-system'
const scraped = { 'prometheus.io/port': '9253', 'prometheus.io/scrape': 'true' }

/** In an order in which each finds what it needs: the pods read the Service's address from their environment. */
export function nodeLocalChanges(it: NodeLocal): readonly Change[] {
  const labels = { 'k8s-app': nodeLocalName }
  const make = (kind: string, name: string, fields: Manifest, say: string | null): Change => ({
    verb: 'create',
    object: subject(kind, namespace, name),
    after: { metadata: { name, namespace, labels }, ...fields },
    say,
  })
  return [
    make('ServiceAccount', nodeLocalName, {}, null),
    make(
      'Service',
      upstreamName,
      { spec: { selector: it.selector, ports: it.ports } },
      'how the cache reaches CoreDNS',
    ),
    make(
      'ConfigMap',
      nodeLocalName,
      { data: { Corefile: corefile(it) } },
      it.allToCoreDns ? 'every name is asked of CoreDNS' : "outside names are asked of the nodes' own servers",
    ),
    make(
      'Service',
      nodeLocalName,
      {
        metadata: { name: nodeLocalName, namespace, labels, annotations: scraped },
        spec: {
          clusterIP: 'None',
          selector: labels,
          ports: [{ name: 'metrics', port: 9253, protocol: 'TCP', targetPort: 9253 }],
        },
      },
      'headless, for Prometheus to find the caches',
    ),
    make(
      'DaemonSet',
      nodeLocalName,
      { spec: daemonSet(it, labels) },
      `25m CPU and 5Mi per node requested, hostNetwork, ${it.local}`,
    ),
  ]
}

/** `__PILLAR__` words are filled in by the node-cache process itself. In IPVS mode it must be told where CoreDNS is. */
function corefile(it: NodeLocal): string {
  const bind = it.ipvs ? it.local : `${it.local} ${it.vip}`
  const coreDns = it.ipvs ? it.vip : '__PILLAR__CLUSTER__DNS__'
  const block = (zone: string, cache: string, forward: string, more = ''): string =>
    `${zone}:53 {\n    errors\n    cache ${cache}\n    reload\n    loop\n    bind ${bind}\n    forward . ` +
    `${forward}\n    prometheus :9253\n${more}}\n`
  const byTcp = `${coreDns} {\n        force_tcp\n    }`
  return [
    block(
      it.domain,
      '{\n        success 9984 30\n        denial 9984 5\n    }',
      byTcp,
      `    health ${it.local}:8080\n`,
    ),
    block('in-addr.arpa', '30', byTcp),
    block('ip6.arpa', '30', byTcp),
    block('.', '30', it.allToCoreDns ? byTcp : '__PILLAR__UPSTREAM__SERVERS__'),
  ].join('')
}

function daemonSet(it: NodeLocal, labels: JsonObject): Manifest {
  return {
    updateStrategy: { rollingUpdate: { maxUnavailable: '10%' } },
    selector: { matchLabels: labels },
    template: {
      metadata: { labels, annotations: scraped },
      spec: {
        priorityClassName: 'system-node-critical',
        serviceAccountName: nodeLocalName,
        hostNetwork: true,
        // Not ClusterFirst: its own lookups must not come back to itself.
        dnsPolicy: 'Default',
        // The default, said aloud for policies that set another: the address of `-upstreamsvc` comes by environment.
        enableServiceLinks: true,
        nodeSelector: { 'kubernetes.io/os': 'linux' },
        tolerations: [
          { key: 'CriticalAddonsOnly', operator: 'Exists' },
          { effect: 'NoExecute', operator: 'Exists' },
          { effect: 'NoSchedule', operator: 'Exists' },
        ],
        containers: [
          {
            name: 'node-cache',
            image: it.image,
            // No limits, as upstream: a limit brings back the fault that it is to cure.
            resources: { requests: { cpu: '25m', memory: '5Mi' } },
            // An empty element after a comma ends the process, so IPVS mode has one address and no comma.
            // Without a pidfile the rules come with the first check, a minute after CoreDNS (kubernetes/dns
            // cache_app.go runPeriodic).
            args: [
              '-localip',
              it.ipvs ? it.local : `${it.local},${it.vip}`,
              '-conf',
              '/etc/Corefile',
              '-upstreamsvc',
              upstreamName,
              '-pidfile',
              '/tmp/node-cache.pid',
            ],
            securityContext: { capabilities: { add: ['NET_ADMIN'] } },
            ports: [
              { containerPort: 53, name: 'dns', protocol: 'UDP' },
              { containerPort: 53, name: 'dns-tcp', protocol: 'TCP' },
              { containerPort: 9253, name: 'metrics', protocol: 'TCP' },
            ],
            livenessProbe: {
              httpGet: { host: it.local, path: '/health', port: 8080 },
              initialDelaySeconds: 60,
              timeoutSeconds: 5,
            },
            volumeMounts: [
              { mountPath: '/run/xtables.lock', name: 'xtables-lock', readOnly: false },
              { mountPath: '/etc/coredns', name: 'config-volume' },
              { mountPath: '/etc/kube-dns', name: 'kube-dns-config' },
            ],
          },
        ],
        volumes: [
          { name: 'xtables-lock', hostPath: { path: '/run/xtables.lock', type: 'FileOrCreate' } },
          { name: 'kube-dns-config', configMap: { name: 'kube-dns', optional: true } },
          {
            name: 'config-volume',
            configMap: { name: nodeLocalName, items: [{ key: 'Corefile', path: 'Corefile.base' }] },
          },
        ],
      },
    },
  }
}
