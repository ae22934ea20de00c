import type { RawObject } from '../../src/kube/cluster.ts'
import { podManifest, type PodPlan } from '../../src/probe/pods/pod-manifest.ts'

/** A pod as hopscope makes it, and the API server shows it. */
export function ourPod(
  run: string,
  node: string,
  about: Partial<PodPlan> = {},
): RawObject & { readonly spec: Readonly<Record<string, unknown>> } {
  const plan: PodPlan = {
    run,
    namespace: 'default',
    node,
    image: 'none',
    program: 'for (const it of "$x") run(`${it}`)',
    hostNetwork: false,
    tolerateAll: false,
    spec: { kind: 'conntrack', everyMs: 500, forMs: 1000 },
    ...about,
  }
  return podManifest(plan, { requests: {}, limits: {} }, 'ours') as RawObject & {
    readonly spec: Readonly<Record<string, unknown>>
  }
}
