// The configuration files of a node's programs.
import { join } from 'node:path'
import type { Layout } from '../layout.ts'
import { STATE, type Worker } from '../plan.ts'
import { certificate } from './certificates.ts'
import { LAB_CGROUP } from './cgroups.ts'

export function cniConfig(worker: Worker): object {
  const ipam = { type: 'host-local', ranges: [[{ subnet: worker.podCidr }]], routes: [{ dst: '0.0.0.0/0' }] }
  return {
    cniVersion: '1.0.0',
    name: 'lab',
    plugins: [
      { type: 'bridge', bridge: 'cni0', isGateway: true, hairpinMode: true, ipMasq: false, ipam },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  }
}

/** Inside the mount namespace of the node the default paths are its own. */
export function containerdConfig(cniFolder: string, sandboxImage: string): string {
  return `version = 2
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.zfs",
  "io.containerd.snapshotter.v1.devmapper",
]
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "${sandboxImage}"
# Without CAP_SYS_RESOURCE every sandbox dies with "can't get final child's PID from pipe: EOF".
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "${cniFolder}"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
`
}

export function kubeletConfig(worker: Worker, layout: Layout): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: worker.ip,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: certificate('ca').crt },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: certificate(worker.name).crt,
    tlsPrivateKeyFile: certificate(worker.name).key,
    clusterDNS: [layout.nameserver],
    clusterDomain: layout.domain,
    resolvConf: join(STATE, 'resolv.conf'),
    // A changed ConfigMap reaches its pods at the next sync of each; a minute, the default, is spent waiting.
    syncFrequency: '10s',
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    volumePluginDir: '/var/lib/kubelet/volume-plugins',
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${LAB_CGROUP}/${worker.name}`,
    failCgroupV1: false,
    failSwapOn: false,
    // Each node believes that it has the whole machine, its disk included, so none may evict pods for it.
    evictionHard: { 'memory.available': '1Mi' },
    imageGCHighThresholdPercent: 100,
    localStorageCapacityIsolation: false,
  }
}
