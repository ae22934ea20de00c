import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kubeletExpand, type LocalPod } from '../../../test/fakes/local-cluster.ts'
import { podManifest, podName, unexpanded } from './pod-manifest.ts'
import { podProgram } from './pod-program.ts'

const plain = { requests: { cpu: '10m', memory: '32Mi' }, limits: { cpu: '500m', memory: '160Mi' } }

/** As somebody pins it: it gets to the kubelet as it is. */
const pinned = `registry.example.com/node@sha256:${'ab'.repeat(32)}`

describe('a probe pod', () => {
  it('survives the expansion of variables by the kubelet, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('$', '(', ')', 'A', '{', '`', '\\') }),
        (text) => kubeletExpand(unexpanded(text)) === text,
      ),
    )
  })

  it('has a program that fits an argument, before and after escaping', async () => {
    const program = await podProgram()
    expect(unexpanded(program).length).toBeLessThan(120_000)
    expect(program).not.toContain('import.meta')
  })

  it('has a name that is a DNS label, and another one for each node', () => {
    const long = `ip-10-0-0-1.${'very-'.repeat(30)}long.internal`
    expect(podName('aaaa0000', 'worker-1')).toBe('hopscope-aaaa0000-worker-1')
    expect(podName('aaaa0000', 'worker-1', true)).toBe('hopscope-aaaa0000-worker-1-net')
    for (const name of [podName('aaaa0000', long), podName('aaaa0000', 'ip-10-0-0-1.ec2.internal')])
      expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/)
    expect(podName('aaaa0000', long)).not.toBe(podName('aaaa0000', `${long}2`))
    expect(podName('aaaa0000', long)).not.toBe(podName('aaaa0000', long, true))
  })

  it('may do more on a node only where it captures, and ends itself there too', () => {
    const spec = { kind: 'hold', forMs: 1000 } as const
    const plan = {
      run: 'aaaa0000',
      namespace: 'x',
      node: 'worker-1',
      image: pinned,
      program: '',
      spec,
      tolerateAll: true,
    }
    const manifest = podManifest({ ...plan, hostNetwork: true, may: 'capture', deadlineSeconds: 180 }, plain, 'ours')
    expect(manifest).toMatchObject({
      metadata: { labels: { 'app.kubernetes.io/managed-by': 'hopscope', 'hopscope.dev/run': 'aaaa0000' } },
      spec: {
        activeDeadlineSeconds: 180,
        automountServiceAccountToken: false,
        hostNetwork: true,
        hostPID: true,
        containers: [{ image: pinned, securityContext: { privileged: true, readOnlyRootFilesystem: true } }],
      },
    })
    expect(JSON.stringify(podManifest({ ...plan, hostNetwork: true }, plain, 'ours'))).not.toMatch(/privileged|hostPID/)
  })

  it('ends itself, holds no token, is limited, and asks for no privilege', () => {
    const spec = { kind: 'conntrack', everyMs: 500, forMs: 1000 } as const
    const manifest = podManifest(
      {
        run: 'aaaa0000',
        namespace: 'default',
        node: 'worker-1',
        image: 'node',
        program: '',
        spec,
        hostNetwork: true,
        tolerateAll: false,
      },
      plain,
      'ours',
    )
    expect(manifest).toMatchObject({
      metadata: { labels: { 'app.kubernetes.io/managed-by': 'hopscope', 'hopscope.dev/run': 'aaaa0000' } },
      spec: {
        activeDeadlineSeconds: 120,
        restartPolicy: 'Never',
        automountServiceAccountToken: false,
        hostNetwork: true,
        tolerations: [],
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            resources: plain,
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            },
          },
        ],
      },
    })
    expect(JSON.stringify(manifest)).not.toContain('privileged')
  })

  it('is told that it is held, whatever it does: from its start on where it must be, else once it was', () => {
    const plan = { run: 'aaaa0000', namespace: 'x', node: 'n', image: 'node', program: '', tolerateAll: false }
    const specs = [
      { kind: 'hold', forMs: 1000 },
      { kind: 'conntrack', everyMs: 500, forMs: 1000 },
    ] as const
    const heldOf = (spec: (typeof specs)[number], held: object): unknown => {
      const made = podManifest({ ...plan, spec, hostNetwork: false, ...held }, plain, 'ours') as LocalPod
      const { held: its } = JSON.parse(made.spec.containers[0]?.env[0]?.value ?? '') as { readonly held: unknown }
      return its
    }
    for (const spec of specs) {
      expect(heldOf(spec, {})).toEqual({ aloneMs: 10_000, aloneFirstMs: null })
      expect(heldOf(spec, { held: 'must' })).toEqual({ aloneMs: 5000, aloneFirstMs: 30_000 })
    }
  })
})
