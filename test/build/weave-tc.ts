import type { WeaveTc } from '../../src/model/weave-tc.ts'

/** weave-tc in Weave's DaemonSet as it must be: the third container, on a node of Debian 11 or Ubuntu. */
export function weaveTc(about: Partial<WeaveTc> = {}): WeaveTc {
  return {
    workload: { kind: 'DaemonSet', namespace: 'kube-system', name: 'weave-net' },
    container: 'weave-tc',
    index: 2,
    privileged: true,
    hostNetwork: true,
    overlay: 'weave',
    dnsPort: '53',
    mounts: [
      { volume: 'xtables-lock', mountPath: '/run/xtables.lock' },
      { volume: 'lib-tc', mountPath: '/lib/tc' },
    ],
    volumes: [
      { volume: 'weavedb', hostPath: '/var/lib/weave' },
      { volume: 'xtables-lock', hostPath: '/run/xtables.lock' },
      { volume: 'lib-tc', hostPath: '/usr/lib/tc' },
    ],
    ...about,
  }
}
