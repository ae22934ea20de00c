import { withoutTrailing } from '../../wire/trim-end.ts'
import type { PodSpec, SpecInPod } from '../pod/spec.ts'
import type { Ground } from './ground.ts'
import { heldSpecs } from './held-pod.ts'
import type { Resources, Wanted } from './pod-resources.ts'

/** From the start of the container's image pull; the kubelet ends the pod then, whatever became of the CLI. */
export const deadlineSeconds = 120

export const labels = { managedBy: 'app.kubernetes.io/managed-by', run: 'hopscope.dev/run' } as const
export const ours = `${labels.managedBy}=hopscope`
export const containerName = 'hopscope'
export const podPrefix = 'hopscope-'

export function podLabels(run: string): Readonly<Record<string, string>> {
  return { [labels.managedBy]: 'hopscope', [labels.run]: run }
}

export interface PodPlan {
  readonly run: string
  readonly namespace: string
  readonly node: string
  readonly image: string
  readonly program: string
  readonly spec: PodSpec
  /** In the node's own network namespace; for conntrack counters and captures alone. */
  readonly hostNetwork: boolean
  readonly tolerateAll: boolean
  /** More than the probe's only for a load that was asked for by name. */
  readonly wants?: Wanted
  /**
   * `capture`: root on the node, with its processes in sight: what it takes to enter the network of a pod (setns(2))
   * and to open a packet socket there.
   */
  readonly may?: 'capture'
  /** `must`: ends where nobody holds it from its start on; else only once nobody does any more. */
  readonly held?: 'must'
  /** For a pod that lives longer than a probe does. */
  readonly deadlineSeconds?: number
}

/**
 * One probe pod. It meets the `restricted` Pod Security Standard (but for hostNetwork, where asked), holds no token,
 * and asks the DNS server that applications ask (ClusterFirst).
 *
 * Its resources are what LimitRanges leave of `wants`; its uid is ours unless the namespace has a range of its own.
 */
export function podManifest(plan: PodPlan, resources: Resources, uid: Ground['uid']): object {
  const { run, namespace, node, image, program, hostNetwork, tolerateAll } = plan
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: podName(run, node, hostNetwork),
      namespace,
      labels: podLabels(run),
      annotations: {
        'hopscope.dev/about': aboutOf(plan),
        'hopscope.dev/remove': 'hopscope cleanup',
      },
    },
    spec: {
      restartPolicy: 'Never',
      activeDeadlineSeconds: plan.deadlineSeconds ?? deadlineSeconds,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      dnsPolicy: hostNetwork ? 'Default' : 'ClusterFirst',
      hostNetwork,
      ...(plan.may === 'capture' ? { hostPID: true } : {}),
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }],
          },
        },
      },
      tolerations: tolerateAll ? [{ operator: 'Exists' }] : [],
      securityContext:
        plan.may === 'capture'
          ? { runAsNonRoot: false, runAsUser: 0, runAsGroup: 0 }
          : {
              runAsNonRoot: true,
              ...(uid === 'ours' ? { runAsUser: 65532, runAsGroup: 65532 } : {}),
              seccompProfile: { type: 'RuntimeDefault' },
            },
      containers: [
        {
          name: containerName,
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['node', '-e', unexpanded(program)],
          env: [{ name: 'HOPSCOPE_SPEC', value: unexpanded(JSON.stringify(specOf(plan))) }],
          resources,
          securityContext:
            plan.may === 'capture'
              ? { privileged: true, readOnlyRootFilesystem: true }
              : {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ['ALL'] },
                },
        },
      ],
    },
  }
}

function specOf({ spec, held }: PodPlan): SpecInPod {
  return { ...spec, held: heldSpecs[held ?? 'may'] }
}

function aboutOf({ may, hostNetwork }: PodPlan): string {
  if (may === 'capture')
    return 'Captures packets on this node for one hopscope run, within stated limits. Safe to delete.'
  return hostNetwork
    ? 'Reads how the network of this node does for one hopscope run. Safe to delete.'
    : 'Asks DNS, and connects to Services and to the other pods of one hopscope run, within a stated rate. ' +
        'Safe to delete.'
}

/**
 * The kubelet expands `$(VAR)` in commands and values, and turns `$$` into `$` on the way
 * (k8s.io/kubernetes third_party/forked/golang/expansion): minified code is full of dollars.
 */
export function unexpanded(value: string): string {
  return value.replaceAll('$', '$$$$')
}

/** A DNS label of at most 63 characters, though a node's name may have 253: long ones end in a hash of the whole. */
export function podName(run: string, node: string, hostNetwork = false): string {
  const name = `${podPrefix}${run}-${node.replaceAll('.', '-')}${hostNetwork ? '-net' : ''}`
  if (name.length <= 63) return name
  let hash = 7
  for (const it of name) hash = (hash * 31 + (it.codePointAt(0) ?? 0)) >>> 0
  return `${withoutTrailing(name.slice(0, 55), '-')}-${hash.toString(36).padStart(7, '0')}`
}
