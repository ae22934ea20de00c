/** Words that every cluster has: they tell nothing of whose it is, and checks go by them. */
export const wellKnown: ReadonlySet<string> = new Set(
  [
    // Namespaces, and programs that come with a cluster or with an ingress.
    'default kube-system kube-public kube-node-lease kubernetes ingress-nginx openshift-dns openshift-ingress',
    'istio-system',
    'kube-dns kube-dns-upstream coredns kube-proxy kube-proxy-config node-local-dns dns-default',
    'rke2-coredns rke2-coredns-rke2-coredns',
    'etcd kube-apiserver Corefile',
    'nginx ingress-nginx-controller nginx-ingress nginx-ingress-controller haproxy haproxy-ingress kubernetes-ingress',
    'traefik rke2-traefik rke2-ingress-nginx contour projectcontour envoy kong ingress-kong istio istio-ingressgateway',
    'ingressgateway aws-load-balancer-controller alb use-annotation gce gce-internal gce-multi-cluster nsx azure',
    'application-gateway azure-application-gateway webapprouting openshift-default ingress-controller',
    'ingress-controllers konghq controller github elbv2 k8s aws',
    // Of annotations, by which a controller reads them.
    'ingress f5 appprotect appprotectdos',
    // Keys of labels and taints.
    'io app apps name instance component part-of managed-by created-by version helm sh chart tier role statefulset',
    'pod-name pod-index batch job-name job-completion-index controller-uid pod-template-hash controller-revision-hash',
    'pod-template-generation metadata k8s-app service-name topology region zone hostname arch os beta node node-role',
    'control-plane master worker node-type dns operator daemonset-dns addonmanager mode not-ready unreachable',
    'service service-proxy-name headless exclude-from-external-load-balancers',
    'unschedulable memory-pressure disk-pressure pid-pressure network-unavailable',
    'true false none None linux windows amd64 arm64 Helm EnsureExists Reconcile',
    // Names of ports, and of resolver options.
    'http https dns dns-tcp metrics grpc tcp udp health healthz ready readyz live livez status ping liveness-probe',
    'readiness-probe webhook',
    'ndots timeout attempts use-vc single-request single-request-reopen edns0 rotate trust-ad no-aaaa',
    // Parts of names in DNS and of images.
    'cluster local svc pod localhost in-addr ip6 arpa com org net docker registry quay gcr ghcr pkg dev library kube',
    'pause',
  ].flatMap((line) => line.split(' ')),
)
