/**
 * Label values of the programs that answer for the network: some flags of theirs are what checks read
 * (`--proxy-mode`, `--ingress-class`). Any pod may bear them: what is kept of its arguments, `keptArgs` says.
 */
const ingressControllers = [
  'ingress-nginx',
  'rke2-ingress-nginx',
  'nginx-ingress',
  'nginx-ingress-controller',
  'haproxy-ingress',
  'kubernetes-ingress',
  'traefik',
  'rke2-traefik',
  'contour',
  'kong',
  'ingress-kong',
  'istio-ingressgateway',
  'aws-load-balancer-controller',
]

/** The labels, in order of preference, by which charts and manifests name what a pod runs. */
export const componentLabels = ['app.kubernetes.io/name', 'app', 'istio'] as const

/** For a label selector: `app.kubernetes.io/name in (…)` and `app in (…)`. */
export const ingressControllerNames: readonly string[] = ingressControllers

/** It writes hosts into a zone outside: which, its flags say. */
const externalDnsNames: readonly string[] = ['external-dns']

/** Its speakers heed a label of nodes, or do not, by a flag. */
const announcerNames: readonly string[] = ['metallb']

const clusterDnsNames = ['kube-dns', 'coredns', 'rke2-coredns', 'node-local-dns', 'kube-proxy']

/** Does that label set say CoreDNS, kube-proxy or an ingress controller? */
export function isNetworkComponent(labels: Readonly<Record<string, string>>): boolean {
  if (clusterDnsNames.includes(labels['k8s-app'] ?? '') || labels['istio'] === 'ingressgateway') return true
  return componentLabels.some(
    (it) =>
      ingressControllers.includes(labels[it] ?? '') ||
      clusterDnsNames.includes(labels[it] ?? '') ||
      announcerNames.includes(labels[it] ?? '') ||
      externalDnsNames.includes(labels[it] ?? ''),
  )
}
