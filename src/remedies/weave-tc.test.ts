import { describe, expect, test } from 'vitest'
import { clusterDns } from '../../test/build/dns.ts'
import { node } from '../../test/build/node.ts'
import { asked, changesOf, found, object, propose, whyNot } from '../../test/build/remedies.ts'
import { model } from '../model/build.ts'
import { known, unknown } from '../model/known.ts'
import { subject } from '../model/subject.ts'
import { projectWeaveTc } from '../collect/project/weave-tc.ts'
import { faultsOfWeaveTc } from '../relations/dns/weave-tc.ts'
import { at, type Json, list, type Manifest } from '../manifest/object.ts'
import type { Ask } from './remedy.ts'
import { weaveTc } from './weave-tc.ts'

interface NodeFacts {
  readonly kernel?: string
  readonly os?: string
  readonly arch?: string
}

const facts: NodeFacts = { kernel: '4.15.0-213-generic', os: 'Ubuntu 18.04.6 LTS', arch: 'amd64' }
const rawNode = (name: string, it: NodeFacts): Manifest =>
  object('Node', null, name, {
    status: { nodeInfo: { kernelVersion: it.kernel ?? '', osImage: it.os ?? '', architecture: it.arch ?? '' } },
  })

/** worker-1 loses lookups; the others are as told. */
function asking(nodes: readonly NodeFacts[], about: Partial<Ask> = {}): Ask {
  const its = nodes.map((it, index) => node(`worker-${index + 1}`, { kernel: { ...facts, ...it }.kernel ?? '' }))
  return asked(found('DNS101', subject('Node', null, 'worker-1')), {
    chosen: 'weave-tc',
    model: model({ nodes: known(its), clusterDns: known(clusterDns()) }),
    ...about,
  })
}
const clusterWith = (daemonSet: Manifest, nodes: readonly NodeFacts[] = [{}]): readonly Manifest[] => [
  daemonSet,
  ...nodes.map((it, index) => rawNode(`worker-${index + 1}`, { ...facts, ...it })),
]

const own: readonly Json[] = [
  { name: 'weavedb', hostPath: { path: '/var/lib/weave' } },
  { name: 'xtables-lock', hostPath: { path: '/run/xtables.lock', type: 'FileOrCreate' } },
]
const weave = (pod: Manifest = {}, more: Manifest = {}): Manifest =>
  object('DaemonSet', 'kube-system', 'weave-net', {
    spec: {
      updateStrategy: { type: 'RollingUpdate' },
      template: {
        spec: {
          hostNetwork: true,
          containers: [
            { name: 'weave', image: 'weave-kube:2.8.1' },
            { name: 'weave-npc', image: 'weave-npc:2.8.1' },
          ],
          volumes: own,
          ...pod,
        },
      },
      ...more,
    },
    status: { desiredNumberScheduled: 3, numberReady: 3 },
  })

function pod(nodes: readonly NodeFacts[] = [{}], daemonSet = weave()): Json | undefined {
  const [change] = changesOf(propose(weaveTc, asking(nodes), clusterWith(daemonSet, nodes)))
  return change?.verb === 'replace' ? at(change.after, 'spec', 'template', 'spec') : undefined
}

describe('what it makes', () => {
  test("one container after Weave's own, one volume after Weave's own", () => {
    expect(list(at(pod(), 'containers')).map((it) => at(it, 'name'))).toEqual(['weave', 'weave-npc', 'weave-tc'])
    expect(at(pod(), 'containers', 2)).toEqual({
      name: 'weave-tc',
      image: 'qmachu/weave-tc:bd94b89',
      imagePullPolicy: 'IfNotPresent',
      env: [
        { name: 'NET_OVERLAY_IF', value: 'weave' },
        { name: 'DNSMASQ_PORT', value: '53' },
      ],
      securityContext: { privileged: true },
      volumeMounts: [
        { name: 'xtables-lock', mountPath: '/run/xtables.lock' },
        { name: 'lib-tc', mountPath: '/lib/tc' },
      ],
    })
    expect(at(pod(), 'volumes')).toEqual([...own, { name: 'lib-tc', hostPath: { path: '/usr/lib/tc', type: '' } }])
  })
  test('its own check finds nothing wrong with it', () => {
    const made = projectWeaveTc({ metadata: {}, spec: { template: { spec: pod() } } })
    expect(made.flatMap((it) => faultsOfWeaveTc(it, 53))).toEqual([])
    expect(made).toHaveLength(1)
  })
  test("Weave's lock is used under whatever name it has", () => {
    const daemonSet = weave({ volumes: [{ name: 'iptables-lock', hostPath: { path: '/run/xtables.lock' } }] })
    expect(at(pod([{}], daemonSet), 'containers', 2, 'volumeMounts', 0, 'name')).toBe('iptables-lock')
    expect(list(at(pod([{}], daemonSet), 'volumes')).map((it) => at(it, 'name'))).toEqual(['iptables-lock', 'lib-tc'])
  })
  test('a Weave without the lock gets one', () =>
    expect(list(at(pod([{}], weave({ volumes: [] })), 'volumes')).map((it) => at(it, 'name'))).toEqual([
      'xtables-lock',
      'lib-tc',
    ]))
  test.each([
    ['Ubuntu 16.04.7 LTS', '/usr/lib/tc'],
    ['Ubuntu 22.04.5 LTS', '/usr/lib/tc'],
    ['Ubuntu 24.04.1 LTS', '/usr/lib/x86_64-linux-gnu/tc'],
    ['Debian GNU/Linux 10 (buster)', '/usr/lib/tc'],
    ['Debian GNU/Linux 12 (bookworm)', '/usr/lib/x86_64-linux-gnu/tc'],
    ['CentOS Linux 7 (Core)', '/usr/lib64/tc'],
    ['Red Hat Enterprise Linux 9.2 (Plow)', '/usr/lib64/tc'],
    ['Amazon Linux 2', '/usr/lib64/tc'],
  ])('%s keeps the table in %s', (os, folder) =>
    expect(list(at(pod([{ os }]), 'volumes')).map((it) => at(it, 'hostPath', 'path'))).toContain(folder),
  )
  test('a kernel that needs it not is told', () => {
    const nodes = [{}, { kernel: '6.1.0-13-amd64' }]
    const result = propose(weaveTc, asking(nodes), clusterWith(weave(), nodes))
    expect(
      result.kind === 'proposal' &&
        result.notes.some((it) => it.startsWith('worker-2 has a kernel that loses no race')),
    ).toBe(true)
  })
})

describe('when it is not offered', () => {
  const refusal = (
    nodes: readonly NodeFacts[],
    daemonSet: Manifest | null = weave(),
    about: Partial<Ask> = {},
  ): string | null =>
    whyNot(
      propose(weaveTc, asking(nodes, about), [
        ...(daemonSet === null ? [] : [daemonSet]),
        ...clusterWith(weave(), nodes).slice(1),
      ]),
    )
  test('no Weave', () => expect(refusal([{}], null)).toContain('no DaemonSet kube-system/weave-net'))
  test('a kernel that heals the race', () =>
    expect(refusal([{ kernel: '6.1.0-13-amd64' }])).toContain('heals the race'))
  test('healed where lookups are lost, though another node is old', () =>
    expect(refusal([{ kernel: '6.1.0-13-amd64' }, {}])).toContain('heals the race'))
  test("a distribution's own kernel", () =>
    expect(refusal([{ kernel: '4.18.0-553.el8_10.x86_64' }])).toContain('its version does not tell'))
  test('kernels that were not read', () =>
    expect(
      refusal([{}], weave(), {
        model: model({ nodes: unknown('forbidden', 'list nodes'), clusterDns: known(clusterDns()) }),
      }),
    ).toContain('is not known'))
  test('a DNS port that is not known', () =>
    expect(
      refusal([{}], weave(), {
        model: model({
          nodes: known([node('worker-1', { kernel: facts.kernel ?? '' })]),
          clusterDns: known(clusterDns({ slices: [] })),
        }),
      }),
    ).toContain('on which port'))
  test('it is there already', () =>
    expect(refusal([{}], weave({ containers: [{ name: 'weave-tc' }] }))).toContain('already'))
  test('pods that are only updated by hand', () =>
    expect(refusal([{}], weave({}, { updateStrategy: { type: 'OnDelete' } }))).toContain(
      'only when someone deletes it',
    ))
  test('Weave itself is not well', () =>
    expect(refusal([{}], { ...weave(), status: { desiredNumberScheduled: 3, numberReady: 2 } })).toContain(
      '2 of 3 nodes',
    ))
  test('another architecture', () => expect(refusal([{}, { arch: 'arm64' }])).toContain('worker-2 is arm64'))
  test('another architecture, and an image for it', () =>
    expect(refusal([{ arch: 'arm64' }], weave(), { image: 'registry.example/weave-tc@sha256:00' })).toBeNull())
  test('a distribution whose folder is not known', () =>
    expect(refusal([{ os: 'Container-Optimized OS from Google' }])).toContain('is not known'))
  test('two distributions', () =>
    expect(refusal([{}, { os: 'CentOS Linux 7 (Core)' }])).toContain('one DaemonSet mounts one folder'))
  test('a volume of its name that is something else', () =>
    expect(refusal([{}], weave({ volumes: [...own, { name: 'lib-tc', emptyDir: {} }] }))).toContain('something else'))
  test('not the right folder under its name', () =>
    expect(refusal([{}], weave({ volumes: [...own, { name: 'lib-tc', hostPath: { path: '/lib/tc' } }] }))).toContain(
      'something else',
    ))
  test('nodes forbidden', () =>
    expect(whyNot(propose(weaveTc, asking([{}]), clusterWith(weave()), (kind) => kind === 'Node'))).toContain(
      'could not be read',
    ))

  describe('where a DNS cache on each node is possible', () => {
    const system: readonly Manifest[] = [
      object('ConfigMap', 'kube-system', 'kube-proxy', { data: { 'config.conf': 'mode: iptables\n' } }),
      object('Namespace', null, 'kube-system'),
      object('Service', 'kube-system', 'kube-dns', {
        spec: {
          clusterIP: '10.96.0.10',
          selector: { 'k8s-app': 'kube-dns' },
          ports: [
            { name: 'dns', port: 53, protocol: 'UDP' },
            { name: 'dns-tcp', port: 53, protocol: 'TCP' },
          ],
        },
      }),
    ]
    const corefile = known('.:53 {\n  kubernetes cluster.local\n  forward . /etc/resolv.conf\n}\n')
    const both = (chosen: string | null, more: readonly Manifest[] = []): string | null => {
      const its = model({
        nodes: known([node('worker-1', { kernel: facts.kernel ?? '' })]),
        clusterDns: known(clusterDns({ corefile })),
      })
      return whyNot(
        propose(weaveTc, asking([{}], { chosen, model: its }), [...clusterWith(weave()), ...system, ...more]),
      )
    }
    test('that comes first', () => expect(both(null)).toContain('a DNS cache on each node is possible'))
    test('asked for by name', () => expect(both('weave-tc')).toBeNull())
    test('a trap keeps the cache away', () =>
      expect(
        both(null, [
          object('NetworkPolicy', 'shop', 'closed', { spec: { podSelector: {}, policyTypes: ['Egress'], egress: [] } }),
        ]),
      ).toBeNull())
  })
})
