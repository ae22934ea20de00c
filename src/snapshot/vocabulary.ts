import { wellKnown } from './well-known.ts'

/**
 * Words of Kubernetes, CoreDNS, Go and resolvers, by which checks read what they say. In a sentence or a file they tell
 * nothing of whose cluster it is; as the name of an object one of them is a name like any other. In lower case, and
 * each part of a compound by itself: `CrashLoopBackOff`, `max_concurrent`.
 */
const words: ReadonlySet<string> = new Set(
  [
    // Kinds, reasons, conditions, policies.
    'pod pods service services node nodes namespace namespaces endpoint endpoints slice slices endpointslice',
    'endpointslices config map configmap configmaps secret secrets ingress ingresses class classes network policy',
    'policies networkpolicies replica replicas set sets daemon stateful deployment deployments job jobs cron event',
    'events volume volumes claim claims persistent account serviceaccount serviceaccounts container containers image',
    'images init sidecar resource resources group groups version versions kind list watch get create update patch',
    'delete quota limit limits request requests',
    'crash loop back off err pull never present always kill killed oom error completed creating initializing failed',
    'failure scheduling schedule scheduled mount mounted unhealthy healthy evicted evict preempt preempting preemption',
    'deadline exceeded exit exited code signal terminated terminating waiting running pending succeeded unknown ready',
    'unready not no none default first with host net cluster prefix exact implementation specific execute prefer type',
    'node-lost shutdown started starting start stopped stop readiness liveness startup probe probes',
    // What the wire and resolvers say.
    'noerror nxdomain servfail refused notimp formerr yxdomain notauth notzone badvers aaaa cname ptr srv mx txt soa',
    'ns in any udp tcp dns tls http https grpc ip ipv4 ipv6 icmp get post head put read write dial lookup connect',
    'connection connections reset peer timeout timed out unreachable route refuse hang up socket closed close broken',
    'pipe eof handshake certificate certificates signed authority server servers misbehaving such address port ports',
    'bind use already message large truncated client clients deadline context canceled temporary name resolution',
    'econnrefused econnreset etimedout ehostunreach enetunreach eperm eacces epipe eproto enotfound eai again',
    // CoreDNS: plugins, their properties, its log.
    'acl auto autopath azure bufsize cache cancel chaos clouddns debug dns64 dnssec dnstap erratic errors etcd file',
    'forward geoip grpc header health hosts import k8s external k8s_external kubernetai kubernetes loadbalance local',
    'log metadata minimal multisocket nomad nsid pprof prometheus proxy proxyproto quic reload rewrite root route53',
    'secondary sign template timeouts trace transfer tsig upstream view whoami',
    'fallthrough ttl lameduck insecure verified disabled noendpoints labels selector kubeconfig zone zones endpoint',
    'pod max concurrent max_concurrent prefer prefer_udp force force_tcp expire random round robin round_robin',
    'sequential check success denial prefetch serve stale serve_stale serial keepttl servfail disable verify immediate',
    'refresh except tls_servername max_fails health_check policy next stop continue auto answer additional match rcode',
    'authority name class regex substring suffix prefix ednsopt edns0 exclude include all combined consolidate',
    'hostname warning info fatal plugin plugins corefile corefiles parsing during property directive loop detected',
    'hinfo query queries domain resolv conf common expr override block filter allow drop net from to upstreams',
    'no_reverse reload no_rev',
    'incorporate nameserver search options sortlist ndots attempts rotate trust ad noaaaa tries entries added by host',
    'aliases managed localnet loopback mcastprefix allnodes allrouters ip6 files mdns mdns4 mdns4_minimal minimal',
    'myhostname resolve wins nis nisplus db compat notfound unavail return success tryagain localdomain',
    'list watcher reflector internal informers synced sync wait still api discovery coordination networking rbac apps',
    'batch core authorization forbidden cannot user system at scope io k8s x-kubernetes level msg time caller stack',
    'goroutine panic runtime nil pointer listen listening maxprocs gomaxprocs linux amd64 arm64 go',
    // Kubelet, scheduler, quota, runtime.
    'kubelet stopped posting status statuses node available are affinity taint taints tolerate tolerated untolerated',
    'untoleratable had that did free have new victims found incoming insufficient cpu memory disk pressure pid',
    'ephemeral storage cordoned unschedulable deallocate exceeded used limited minimum maximum per is than must less',
    'equal condition setup up device overlay unpack manifest registry repository denied unauthorized toomanyrequests',
    'pulling pulled back-off restarting required anonymous authentication probes statuscode rpc desc sandbox cni',
    'plugin uninitialized ready initialized controller controllers daemonset replicaset statefulset',
    // What hopscope itself says.
    'hopscope wrote which collect this was were it its for of and or the an on to be been by as if so only left out',
    'flag no-exec asked ask cut late within without probe metrics counters conntrack canary shell cat getent nslookup',
    'python3 python dig busybox musl glibc wants ms seconds minutes hours bytes too many few more silent slow',
    'interrupted redacted has you may see level one two three times last line lines empty there can could gave after',
    'before complete answer answers done end ends ran run runs own',
    'the a i o of in is are not no be do does did will would should from with without and or for on at to by as if it',
    'its this that these those they them their then than but when while until after before over under into onto via',
    'between again already also still never always only other another same different first second last new old more',
    'most less least all any some each every both none due because since too very much many few such via per',
    // Paths, spots, programs, and words of images that are the same everywhere.
    'etc usr lib lib64 var run opt tmp home proc sys dev bin sbin share xtables lock tc tcvolumes modules machine dbus',
    'x86 x86_64 gnu openssl cert certs ca crt key keys pem spec rules paths path backend resources rule metadata',
    'backendrefs backend-refs refs parentrefs includes services listeners hostnames weight',
    'annotations annotation items data containers initcontainers env value values image args command template exec',
    'readiness liveness port http-get tcp-socket nscd dnsmasq unbound systemd resolved stubby nss sssd lookupd weave',
    'flannel calico cilium iptables ipvs nftables istio linkerd ztunnel envoy',
    // Flags of the programs whose command lines are read.
    'localip upstreamsvc pidfile conf target nodelabels params logtostderr election leader watch publish watching',
    'classname ingressclass enable disable skip',
    // Certificates that nobody chose.
    'fake root intermediate let encrypt isrg digicert globalsign verisign self-signed',
    // Versions: kernels, systems.
    'debian ubuntu alpine fedora coreos flatcar talos bottlerocket centos rhel red hat enterprise rocky almalinux',
    'amazon azurelinux mariner cos container-optimized google opensuse suse arch raspbian bookworm bullseye trixie',
    'buster jammy focal noble generic cloud lts azure aws gke eks aks gcp oracle hwe rt amzn2 amzn2023 el7 el8 el9 fc',
    'rke2r1 rke2r2 k3s1 k3s2 k0s rc beta alpha dev microsoft wsl2 standard lowlatency fips',
    // Months and zones of certificates.
    'jan feb mar apr may jun jul aug sep oct nov dec gmt utc',
    'gce alb nginx traefik kong haproxy contour openstack vsphere digitalocean linode hetzner hcloud equinixmetal kind',
    'minikube k3s rke2 kops external glbc h2c h2 ws wss websocket',
  ]
    .flatMap((line) => line.split(' '))
    .concat([...wellKnown].map((it) => it.toLowerCase())),
)

const number = /^v?\d{1,5}(?:ms|[smhdkmgtx]i?)?$/i

/** `CrashLoopBackOff`, `max_concurrent`, `5s`: nothing that anybody made up. */
export function isCommon(word: string): boolean {
  if (number.test(word) || words.has(word.toLowerCase())) return true
  const parts = word.replace(/([a-z\d])(?=[A-Z])/g, '$1-').split(/[-_]/)
  return parts.length > 1 && parts.every((it) => it === '' || number.test(it) || words.has(it.toLowerCase()))
}

/** The first word of a line in a Corefile, or nearly one: DNS117 tells what was meant. */
export const vocabulary: readonly string[] = [...words]
