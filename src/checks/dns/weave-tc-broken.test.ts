import { clusterDns } from '../../../test/build/dns.ts'
import { node } from '../../../test/build/node.ts'
import { weaveTc } from '../../../test/build/weave-tc.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import type { WeaveTc } from '../../model/weave-tc.ts'
import check from './weave-tc-broken.ts'

const lock = { volume: 'xtables-lock', mountPath: '/run/xtables.lock' }
const old = [node('worker-1', { kernel: '4.15.0-213-generic' })]
const given = (about: Partial<WeaveTc>, nodes = old) => ({
  clusterDns: clusterDns({ weaveTc: [weaveTc(about)] }),
  nodes,
})
const on = { subject: 'DaemonSet/kube-system/weave-net', severity: 'warning' } as const
const container = 'spec.template.spec.containers[2]'

describeCheck(check, [
  {
    it: 'the copy with two lines in one',
    given: given({ mounts: [lock, { volume: 'lib-tc', mountPath: '/usr/lib/tcvolumes:' }] }),
    expect: [
      {
        ...on,
        args: {
          path: `${container}.volumeMounts[1].mountPath`,
          label: 'two lines in one: /usr/lib/tc and volumes:',
          faults: 1,
        },
      },
    ],
  },
  {
    it: 'the same on kernels that need it not',
    given: given({ mounts: [lock, { volume: 'lib-tc', mountPath: '/usr/lib/tcvolumes:' }] }, [
      node('worker-1', { kernel: '6.1.0-13-amd64' }),
    ]),
    expect: [{ ...on, args: { healed: true } }],
  },
  {
    it: "mounted where only the node's folder varies",
    given: given({ mounts: [lock, { volume: 'lib-tc', mountPath: '/usr/lib/tc' }] }),
    expect: [{ ...on, args: { path: `${container}.volumeMounts[1].mountPath` } }],
  },
  {
    it: 'not mounted at all',
    given: given({ mounts: [lock] }),
    expect: [{ ...on, args: { path: `${container}.volumeMounts`, label: 'nothing is mounted at /lib/tc' } }],
  },
  {
    it: 'a mount without a volume',
    given: given({ volumes: [{ volume: 'xtables-lock', hostPath: '/run/xtables.lock' }] }),
    expect: [{ ...on, args: { path: `${container}.volumeMounts[1].name`, label: 'no volume of this name' } }],
  },
  {
    it: "an empty folder in place of the node's",
    given: given({
      volumes: [
        { volume: 'xtables-lock', hostPath: '/run/xtables.lock' },
        { volume: 'lib-tc', hostPath: null },
      ],
    }),
    expect: [{ ...on, args: { path: `${container}.volumeMounts[1].name` } }],
  },
  {
    it: 'not privileged',
    given: given({ privileged: false }),
    expect: [{ ...on, args: { path: `${container}.securityContext` } }],
  },
  {
    it: "not on the node's network",
    given: given({ hostNetwork: false }),
    expect: [{ ...on, args: { path: 'spec.template.spec.hostNetwork' } }],
  },
  {
    it: 'the port of an older image',
    given: given({ dnsPort: '5353' }),
    expect: [{ ...on, args: { path: `${container}.env`, label: 'the DNS containers listen on 53' } }],
  },
  {
    it: 'the lock declared twice',
    given: given({ volumes: [...weaveTc().volumes, { volume: 'xtables', hostPath: '/run/xtables.lock' }] }),
    expect: [{ ...on, args: { path: 'spec.template.spec.volumes[3]' } }],
  },
  {
    it: 'without the lock',
    given: given({ mounts: [{ volume: 'lib-tc', mountPath: '/lib/tc' }] }),
    expect: [{ ...on, args: { label: '/run/xtables.lock is not mounted' } }],
  },
  {
    it: 'several things at once, the worst first',
    given: given({ privileged: false, mounts: [{ volume: 'lib-tc', mountPath: '/usr/lib/tcvolumes:' }] }),
    expect: [{ ...on, args: { faults: 3, path: `${container}.volumeMounts[0].mountPath` } }],
  },
  {
    it: 'right, on kernels that lose no race',
    given: given({}, [node('worker-1', { kernel: '6.1.0-13-amd64' })]),
    expect: [{ subject: on.subject, severity: 'info', args: { state: 'needless' } }],
  },

  {
    it: 'right, and one kernel needs it',
    given: given({}, [...old, node('worker-2', { kernel: '6.1.0-13-amd64' })]),
    expect: 'ok',
  },
  {
    it: 'right, on a kernel whose state its version does not tell',
    given: given({}, [node('worker-1', { kernel: '4.18.0-553.el8_10.x86_64' })]),
    expect: 'ok',
  },
  { it: 'the port left to the image', given: given({ dnsPort: null }), expect: 'ok' },
  {
    it: 'DNS containers on another port, and weave-tc told so',
    given: {
      clusterDns: clusterDns({
        weaveTc: [weaveTc({ dnsPort: '5353' })],
        slices: clusterDns().slices.map((it) => ({ ...it, ports: it.ports.map((one) => ({ ...one, port: 5353 })) })),
      }),
      nodes: old,
    },
    expect: 'ok',
  },
  { it: 'no weave-tc', given: { clusterDns: clusterDns(), nodes: old }, expect: 'not-applicable' },
  {
    it: 'nodes forbidden',
    given: modelOf(
      {},
      { clusterDns: known(clusterDns({ weaveTc: [weaveTc()] })), nodes: unknown('forbidden', 'list nodes') },
    ),
    expect: 'cannot-tell',
  },
])
